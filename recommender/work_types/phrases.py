"""The phrases that tell the type of a task's work: each line names a type, a weight and phrases of one word or more."""

# What a request says wherever it stands. Read once, the longest first: an "implementation plan" is no implementation.
PHRASES = """
search 3: find all|search for|list all|find every|file paths|line numbers|paths only|where is the|all places
search 3: all usages
search 3: all references|all occurrences|every place|which files|full paths|full contents|verbatim|where is it used
search 2: code snippets|show me the exact|exact lines|file path|search the codebase|look for|search through|locate the
search 2: numéros de ligne|números de línea|zeilennummern|alle stellen|alle dateien|do we already have|the files that
search 3: need to find|want to find|to find out where|complete inventory|full inventory|precise inventory
search 3: full content|complete file|full file|file contents|exact location|every reference
search 3: everything that references|all instances|list all files
search 2: file:line|file_path:line_number
search 2: find how|find what
search 1: directory structure|read-only|existing examples|file listing
explain 5: debug why|debugging why
explain 3: debugging a|debugging an
explain 4: figure out why|find out why|find out how|report only|identify the probable cause
explain 3: need to understand|want to understand|to understand how|explain how|walk me through|how does|how it works
explain 3: tell me how|tell me what|show me how|understand the|explain the|understand how|trace the flow|data flow
explain 3: end-to-end|tell me why|high-level overview|what is implemented|current state|look into
explain 2: how is|how are|what happens|summarize the|comprehensive summary|why this|read the full|read and summarize
explain 2: need to investigate|thoroughly investigate|investigate why|deep dive|what does|summary of|be thorough
explain 5: investiga por qué|averigua por qué|untersuche warum|cherche pourquoi
fix 3: finde die ursache und|behebe sie|behebe ihn|encuentra la causa y|trouve la cause et
explain 2: muss verstehen|necesito entender|besoin de comprendre|the conventions|key lessons|schau dir an
explain 6: root cause analysis|root-cause analysis
explain 5: you are investigating|investigate-root-cause|what could cause|the cause of
explain 4: you are analyzing|you are exploring|map out
explain 2.5: find how|find what|map of
explain 1.5: read-only
explain 2: root cause
explain 1: report back|don't change anything|no code changes|do not make any changes|do not modify|research-only
research 6: competitive analysis|competitor analysis|market analysis
research 5: you are researching
research 4: web search|search the web|websearch|webfetch|best practices|official documentation|official docs
research 4: latest stable|newest stable|latest versions|state of the art|pricing pages|im web|en la web|sur le web
research 4: prior art|open-source projects|official page|current prices|how do others|the law
research 3: pros and cons|cite sources|with links|online|release notes for|changelogs|alternatives to|compare options
research 3: offiziellen dokumentation|documentación oficial|documentation officielle|sources|fuentes|quellen|cite the
research 3: research how to|rfc|what do i need to know to plan|third-party|claude code hooks|recommend one
research 2: up-to-date|https|pitfalls|current sdk|enlaces|which library
plan 5: implementation plan|migration plan|planning_context|step-by-step plan|plan d'implémentation|umsetzungsplan
plan 5: plan de implementación|single plan for|design document|propose an approach|propose an architecture
plan 5: break down|down into|user stories|test strategy|strategy document|best approach|lay out the steps
plan 5: detailed plan|plan-phase|you are designing|you are planning
plan 3: trade-offs|do not write code|acceptance criteria|no implementation|planning mode|figure out the best
plan 3: schreibe keinen code|no escribas código|n'écris pas de code|proposed approach|design how|design the
implement 6: you are implementing|you are building
implement 4: execute plan|execute quick task|executing plan|resume plan|continue plan|plan execution
implement 4: continue executing
implement 4: your job is to implement|implement the following|you are adding|you own|of the plan
implement 2: run the linter|run typecheck|commit each task|write the code|before you finish|create the following
implement 2: step 1|follow the existing|skill file
fix 5: address review comments|review comments below|reviewer's comments|please address|fix the failing
fix 6: you are fixing
fix 5: review feedback|you are debugging
fix 5: find the root cause and fix|find and fix|find_and_fix|make them pass|fix it|make it pass|these fixes|track it
fix 5: anmerkungen aus dem review|review-anmerkungen|arréglalo|arréglala
fix 3: the bug|stack trace|error message|throws|is broken|regression test|clippy fails|fails with
fix 2: root cause
test 5: you are testing
test 5: add e2e tests|add integration tests|add regression tests|add test cases|write test cases
test 5: write unit tests|write tests|add tests|run the tests and report|unit tests for|run the whole test suite
test 2: works end to end
test 4: pass or fail|tests for the|works as written
test 4: unit tests|integration tests|integration test|e2e tests|end-to-end tests|component tests|snapshot tests
test 4: property tests|api tests|load tests|smoke tests|acceptance tests
test 3: failing test|test coverage|red phase|test plan|playwright tests
review 6: you are auditing|you are verifying
review 5: silent failures|silent failure|hunt for|bugs only|issues only
review 4: code review|code-review|already been addressed|have been implemented|has been implemented
review 2: git diff|pr diff
review 6: you are reviewing|review the diff|review the changes|reviewing whether|implementation matches its spec
review 4: look over|look it over|block the merge|code reviewer|what_was_implemented|severity|verification_context
review 4: give feedback|would you approve|verdict|have already been addressed|has been addressed|blocker
review 4: nach schwere|por gravedad|par gravité|go over the|report problems|anything you would|true or false
review 3: adversarial|vulnerabilities|weaknesses|approve it|must_haves|sicherheitslücken|vulnerabilidades
review 3: vulnérabilités
review 3: list issues|architectural friction|for correctness|rate every|do not trust the report|is sound
review 3: request changes
refactor 4: behaviour must not change|behavior must not change|without changing what it does|no change in behaviour
refactor 4: without changing behavior|sans changer le comportement|sin cambiar el comportamiento|dead code
refactor 4: verhalten zu ändern|módulo común|module commun|gemeinsames modul|duplicated|no functional changes
refactor 4: break up|break it up|by topic|clean up
refactor 6: you are refactoring
docs 6: you are documenting|documentation file|documentation files|readme files|single doc|doc files
docs 6: update the readme|edit the readme
docs 6: fix outdated docs|outdated docs|update docs|update documentation|in the readme|to the readme|in readme
review 5: second opinion|side effects|would it work|honest judgement|validate findings|false positives|list deviations
refactor 4: no runtime change|keep behaviour|keep behavior|get rid of|cyclomatic complexity
research 4: on the web|and the web|from the web|similar tools|similar projects|search online|compatibility of
fix 5: then fix|and fix
explain 4: answer the following|work out where|work out why
docs 5: release notes|api reference|summary doc|write down what|write a readme|update the docs
docs 6: write docs|write the docs|write documentation|write the documentation
docs 5: documentation for|the docs for
docs 4: document all|write these documents|out of date
operate 4: git push|push the branch|commit message|open a draft pr|gh run|npm publish|docker compose up
operate 4: github issues|github issue|clean up branches|delete the branches|start the containers|status line
operate 3: git status|lock file|dev server|pnpm up|npm install|health checks|squash-merge
operate 3: initialize the project|npx create-next-app@latest
other 5: mockup request|reply with|translate the following|in the voice|three variants|you are a grader|json array
"""

# What must not be done, read and then taken as saying nothing.
VOID_PHRASES = (
    "do not fix|don't fix|do not write any code|do not edit|do not change any code|do not implement"
    "|do not delete anything|do not create|without changing|don't touch|do not skip|do not commit|do not push"
    "|search breadth|search thoroughness"
)
