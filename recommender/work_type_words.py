"""The words that tell the type of a task's work: each line names a type, a weight and the words.

Weights share one scale: 5 settles the type where the word opens the task, 1 leans. A word may stand in several lines.
"""

# Verbs that open a title or a sentence. English, German, Spanish and French; imperatives and infinitives.
VERBS = """
search 5: find locate search grep list lookup enumerate pinpoint retrieve
search 4: suche suchen finde finden liste auflisten busca buscar encuentra encontrar localiza localizar lista listar
search 4: trouve trouver cherche chercher localise localiser recherche rechercher repère repérer
search 2.5: get show fetch collect gather read scan inventory extract which where gib zeig zeige
search 2: explore check look catalog catalogue inspect muestra lees montre
search 1: examine lies lis lee schau regarde
explain 5: explain understand summarize summarise describe trace clarify
explain 4.5: analyze analyse investigate diagnose map learn figure dig familiarize
explain 4: erkläre erklären verstehen verstehe analysiere analysieren untersuche untersuchen beschreibe erläutere
explain 4: entender entiende explica explicar analiza analizar comprender comprende describe averigua investigue
explain 4: comprendre comprends explique expliquer analyser examine examiner décris décrire explora explorar
explain 3: explore examine study deep-dive walk how why explorer erkunde fasse resume résume résumer schau ansehen
explain 2: read look inspect compare determine identify what is does lies lis lee extract profile regarde
explain 3: answer work
explain 1: check gather research
research 5: research recherchiere recherchieren websearch google
research 4: investiga investigar nachschlagen consulta consultar consulte consulter
research 2: compare evaluate vergleiche schlage compara comparar comparer collect
research 1: investigate check fetch find what which
explain 4: analise analisar entenda explora analizza spiega объясни изучи разберись
search 4: encontre procure procurar cerca trova найди
plan 5: plan design architect outline propose draft entwirf entwerfen plane planen decompose decide
plan 5: diseña diseñar planifica planificar conçois concevoir planifie planifier propone proponer proposer
plan 4: strategize prioritize think élabore élaborer entwickle plant specify
plan 3: break scope define turn
implement 5: implement build integrate scaffold develop wire port code prototype localize
implement 5: implementiere implementieren implementa implementar implémente implémenter baue einbauen
implement 4: execute resume continue add make enable support introduce expose connect hook restyle redesign embed
implement 4: füge hinzufügen ergänze añade añadir agrega agregar ajoute ajouter integra integrar intègre intégrer
implement 3: create generate write update change apply modify edit convert adapt finish complete adjust extend expand
implement 3: erstelle erstellen schreibe schreiben crea crear escribe escribir genera crée créer écris écrire setze
implement 3: aktualisiere aktualisieren actualiza actualizar set allow improve optimize enhance render style rework
implement 3: put register persist display switch swap polish populate emit wrap parse instrument train use insert
implement 2: move replace remove delete rewrite configure process split
implement 4: tausche austauschen passe anpassen remplace remplacer adapte adapter modifie modifier sustituye cambia
implement 4: cambiar
implement 3.5: changer change modifica modificar elimina supprime supprimer mets mettre ändere ändern passt attach
implement 5: implemente adicione adicionar crie criar aggiungi implementare реализуй добавь сделай создай
fix 5.5: fix debug repair resolve hotfix patch troubleshoot bugfix unbreak mend
fix 5: behebe beheben repariere reparieren korrigiere korrigieren löse lösen
fix 5: corrige corregir arregla arreglar soluciona solucionar repara reparar resuelve resolver depura
fix 5: corriger répare réparer résous résoudre débogue déboguer
fix 4: address correct stop handle prevent restore revert stabilize silence unblock track recover
fix 5: corrija corrigir conserte correggi risolvi исправь почини
test 5.5: test e2e-test smoke-test benchmark teste testen prueba probar tester
test 3: cover try measure exercise reproduce
test 2: verify validate run execute confirm qa
review 5.5: review audit critique assess re-review code-review grade judge red-team score rate
review 5: prüfe prüfen begutachte begutachten überprüfe überprüfen bewerte bewerten
review 5: revisa revisar audita auditar evalúa evaluar
review 5: relis relire révise réviser vérifie vérifier évalue évaluer audite auditer
review 4: verify validate evaluate double-check cross-check re-verify re-check challenge refute attack
review 5: revise revisão verifica rivedi проверь comprobar comprueba abgleichen gleiche cumple
review 2.5: check inspect confirm compare ensure comprueba go
refactor 5.5: refactor simplify deduplicate restructure reorganize consolidate rename modularize decouple inline
refactor 5.5: refaktoriere refaktorieren vereinfache umbenennen auslagern lagere modernize modernise
refactor 5.5: refactoriza refactorizar simplifica simplificar extrae renombra renombrar reorganiza
refactor 5.5: refactorise refactoriser refactore refactorer simplifie simplifier extrais extraire renomme renommer
refactor 4: extract split clean cleanup tidy unify dedupe remove delete migrate move replace rewrite
refactor 2.5: break turn convert rework reduce
docs 6: document documenting dokumentiere dokumentieren documenta documentar documente documenter
docs 5: rédige rédiger redacta redactar annotate
operate 5.5: commit deploy release install publish push merge rebase bump upgrade monitor rollback provision commite
operate 5.5: committe committen deploye pushe installiere installieren veröffentliche clone
operate 5.5: despliega desplegar instala instalar publica publicar haz
operate 5.5: déploie déployer installer installe publier publie
operate 4: setup configure initialize initialise init start restart launch stage tag sync backup cherry-pick kill
operate 4: watch
operate 4: download archive schedule close
operate 3: run execute open set lance lancer führe ausführen ejecuta ejecutar exécute exécuter starte
other 6: translate übersetze übersetzen traduce traducir traduis traduire reply say respond classify roleplay pretend
operate 4: arranca arrancar démarre démarrer reinicia redémarre starten refresh
plan 5: planeje pianifica спланируй consider
docs 5: документируй
other 6: brainstorm imagine invent count
other 3: play name transcribe label sort act
"""

# Things that a title is about. The last of several adjacent ones counts: a plan review is a review.
NOUNS = """
search 3: locations usages references occurrences inventory whereabouts fundstellen usos examples
explain 3: understanding overview flow architecture internals mechanism analysis investigation exploration structure
explain 2: patterns learnings diagnosis lifecycle findings ablauf flujo estructura aufbau state cause existing context
research 4: research best-practices alternatives competitors competitor sota literature landscape pricing market
research 4: papers
research 2.5: libraries versions bibliotheken librerías bibliothèques web internet online oficial offiziellen
research 2.5: officielle
research 2: recherche rules
plan 4.5: plan roadmap blueprint proposal spec specification rfc prd backlog milestones umsetzungsplan konzept
plan 4.5: strategy
plan 3: design architecture architektur arquitectura plans designs requirements stories
implement 2.5: feature component components endpoint page button toggle hook commands model componente composant task
implement 2.5: phase wave step story redesign integration support layer backend frontend ui api form migration
fix 3.5: bug bugs crash regression crashes fehler error errors failure failing failures errores erreurs erreur bogue
fix 3: broken leak flaky typfehler anmeldefehler wrong feedback hotfix
test 5: test tests e2e testing coverage unit-test unit-tests testfälle pruebas benchmark pytest playwright tdd
test 5: qa
test 3: specs suite fixtures smoke
review 5: review audit reviews critique auditoría sicherheitsprüfung reviewer verification assessment revue
review 5: abgleich opinion requisitos
review 3.5: compliance check vulnerabilities quality adversarial diff gate
refactor 4: complexity refactor refactoring cleanup clean-up simplification dedup dead duplicate
docs 5: docs documentation readme changelog guide tutorial docstrings docstring adr wiki readme.md claude.md agents.md
docs 5: doc
docs 4: documentación dokumentation jsdoc runbook handbook reference
operate 4.5: commit deployment deploy release dependencies deps rollout lockfile branches worktree
operate 2.5: pr branch
operate 3: environment docker container server ci pipeline install setup backup database statusline
other 5: mockup mockups tweet slogan slogans blog illustration image logo translation persona poem names jokes
other 4: email newsletter headline copy interview
"""

# What a request says wherever it stands. Read once, the longest first: an "implementation plan" is no implementation.
PHRASES = """
search 3: find all|search for|list all|find every|file paths|line numbers|paths only|where is the|all places
search 3: all usages
search 3: all references|all occurrences|every place|which files|full paths|full contents|verbatim|where is it used
search 2: code snippets|show me the exact|exact lines|file path|search the codebase|look for|search through|locate the
search 2: numéros de ligne|números de línea|zeilennummern|alle stellen|alle dateien|do we already have|the files that
search 1: directory structure|existing examples|file listing
explain 4: figure out why|find out why|find out how|report only|identify the probable cause
explain 3: need to understand|want to understand|to understand how|explain how|walk me through|how does|how it works
explain 3: tell me how|tell me what|show me how|understand the|explain the|understand how|trace the flow|data flow
explain 3: end-to-end|tell me why|high-level overview|what is implemented|current state|look into
explain 2: how is|how are|what happens|summarize the|comprehensive summary|why this|read the full|read and summarize
explain 2: need to investigate|thoroughly investigate|investigate why|deep dive|what does|summary of|be thorough
explain 2: muss verstehen|necesito entender|besoin de comprendre|the conventions|key lessons|schau dir an
explain 2: root cause
explain 1: report back|don't change anything|no code changes|do not make any changes|do not modify|research-only
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
plan 5: detailed plan
plan 3: trade-offs|do not write code|acceptance criteria|no implementation|planning mode|figure out the best
plan 3: schreibe keinen code|no escribas código|n'écris pas de code|proposed approach|design how|design the
implement 6: you are implementing|you are building
implement 4: execute plan|execute quick task|executing plan|resume plan|continue plan|plan execution
implement 4: continue executing
implement 4: your job is to implement|implement the following|you are adding|you own|of the plan
implement 2: run the linter|run typecheck|commit each task|write the code|before you finish|create the following
implement 2: step 1|follow the existing|skill file
fix 5: address review comments|review comments below|reviewer's comments|please address|fix the failing
fix 5: review feedback
fix 5: find the root cause and fix|find and fix|find_and_fix|make them pass|fix it|make it pass|these fixes|track it
fix 5: anmerkungen aus dem review|review-anmerkungen|arréglalo|arréglala
fix 3: the bug|stack trace|error message|throws|is broken|regression test|clippy fails|fails with
fix 2: root cause
test 5: write unit tests|write tests|add tests|run the tests and report|unit tests for|run the whole test suite
test 4: works end to end|pass or fail|tests for the|works as written
test 3: failing test|test coverage|red phase|test plan|playwright tests|e2e tests
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
docs 6: fix outdated docs|outdated docs|update docs|update documentation|in the readme|to the readme|in readme
review 5: second opinion|side effects|would it work|honest judgement|validate findings|false positives|list deviations
refactor 4: no runtime change|keep behaviour|keep behavior|get rid of|cyclomatic complexity
research 4: on the web|search online|compatibility of
fix 4: then fix|and fix
explain 4: answer the following|work out where|work out why
docs 5: release notes|api reference|summary doc|write down what|write a readme|update the docs
docs 4: documentation for|document all|write these documents|out of date
operate 4: git push|push the branch|commit message|open a draft pr|gh run|npm publish|docker compose up
operate 4: github issues|github issue|clean up branches|delete the branches|start the containers|status line
operate 3: git status|lock file|dev server|pnpm up|npx create-|npm install|health checks|squash-merge
operate 3: initialize the project
other 5: mockup request|reply with|translate the following|in the voice|three variants|you are a grader|json array
"""

# What must not be done, read and then taken as saying nothing.
VOID_PHRASES = (
    "do not fix|don't fix|do not write any code|do not edit|do not change any code|do not implement"
    "|do not delete anything|do not create|without changing|don't touch|do not skip|do not commit|do not push"
)

# Words of an agent's name, or of the role a prompt gives ("You are a security reviewer"). The first group that fits
# decides.
ROLES = """
review 5: review audit check verif validat critic judge grader inspector policy-enforcer

fix 4: debug fixer resolver troubleshoot repair detective incident

refactor 5: refactor simplif cleaner

test 4: test qa tdd playwright

docs 2: mapper
explain 2: mapper

research 4: research guide librarian scholar

plan 4: plan roadmap strateg pm
plan 2: architect

search 3.5: locator finder searcher
search 2.9: explore explorer scout recon
explain 3: explore explorer analyzer analyst historian

docs 4: docs documenter documentation technical readme changelog tutorial scribe

other 2.5: translat copywrit market content persona image mockup seo social deck hr sales legal

operate 3.5: deploy devops release git commit bash setup statusline install ops

implement 4: execut implement
implement 2.5: worker coder builder
implement 1.5: develop dev engineer frontend backend pro expert specialist designer modernizer
"""
