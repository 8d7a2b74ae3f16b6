"""The words that tell the type of a task's work: each line names a type, a weight and the words.

Weights share one scale: 5 settles the type where the word opens the task, 1 leans. A word may stand in several lines.
"""

# Verbs that open a title or a sentence. English, German, Spanish and French; imperatives and infinitives.
VERBS = """
search 5: find locate search grep list lookup enumerate pinpoint retrieve
search 4: suche suchen finde finden liste auflisten busca buscar encuentra encontrar localiza localizar lista listar
search 4: trouve trouver cherche chercher localise localiser recherche rechercher repère repérer
search 2: survey
search 3: scout
search 2.5: get show fetch collect gather read scan inventory extract which where gib zeig zeige
search 2: explore check look catalog catalogue inspect muestra lees montre
search 1: examine lies lis lee schau regarde
explain 5: explain understand summarize summarise describe trace clarify
explain 4.5: analyze analyse investigate diagnose map learn figure dig familiarize
explain 4: survey scout
explain 4: erkläre erklären verstehen verstehe analysiere analysieren untersuche untersuchen beschreibe erläutere
explain 4: entender entiende explica explicar analiza analizar comprender comprende describe averigua investigue
explain 4: comprendre comprends explique expliquer analyser examine examiner décris décrire explora explorar
explain 3: explore
explain 3: examine study deep-dive walk how why explorer erkunde fasse resume résume résumer schau ansehen
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
review 2: check
review 2.5: inspect confirm compare ensure comprueba go
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
search 2: structure
explain 3: understanding overview flow architecture internals mechanism analysis investigation exploration
explain 5: rca
explain 2: structure patterns learnings diagnosis lifecycle findings ablauf flujo estructura aufbau state cause
explain 2: existing context
research 4: research best-practices alternatives competitors competitor sota literature landscape pricing market
research 4: papers
research 2.5: libraries versions bibliotheken librerías bibliothèques web internet online oficial offiziellen
research 2.5: officielle
research 2: recherche rules
plan 4.5: plan roadmap blueprint proposal spec specification rfc prd backlog milestones umsetzungsplan konzept
plan 4.5: strategy subtasks subtask decomposition kanban
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
review 3: angle auditor finder nit
review 3.5: compliance check vulnerabilities quality adversarial diff gate
refactor 4: complexity refactor refactoring cleanup clean-up simplification dedup dead duplicate
docs 5: docs documentation readme changelog guide tutorial docstrings docstring adr wiki readme.md claude.md agents.md
docs 5: doc readmes
docs 4: documentación dokumentation jsdoc runbook handbook reference
operate 4.5: commit deployment deploy release dependencies deps rollout lockfile branches worktree
operate 2.5: pr branch
operate 3: environment docker container server ci pipeline install setup backup database statusline
other 5: mockup mockups tweet slogan slogans blog illustration image logo translation persona poem names jokes
other 4: email newsletter headline copy interview
"""

# Words of an agent's name, or of the role a prompt gives ("You are a security reviewer"). The first group that fits
# decides.
ROLES = """
review 5: review audit check verif validat critic judge grader inspector policy-enforcer hunter

explain 3: troubleshoot
fix 2.5: troubleshoot

fix 4: debug fixer resolver repair detective incident

refactor 5: refactor simplif cleaner

test 4: test qa tdd playwright

docs 2: mapper
explain 3.5: mapper

docs 4: writer scribe

research 4: research guide librarian scholar

plan 4: plan roadmap strateg pm
plan 2: architect

search 3.5: locator finder searcher
search 3.4: explore explorer scout recon
explain 3: explore explorer analyzer analyst historian

docs 4: doc docs document technical readme changelog tutorial

other 2.5: translat copywrit market content persona image mockup seo social deck hr sales legal

operate 3.5: deploy devops release git commit bash setup statusline install ops

implement 4: execut implement
implement 2.5: worker coder builder
implement 1.5: develop dev engineer frontend backend pro expert specialist designer modernizer
"""
