"""Words that name no kind of task: function words, the verbs of work, and what every prompt says.

Without accents or capitals beyond those of the language, as `prose` yields them.
"""

from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

# The verbs and nouns of the work types: the type already stands before the terms.
WORK = """
add added adding address addressed adjust analyse analysis analyze applied apply assess audit backport brainstorm
build building builds built catalog change changed changes changing check checked checker checking checks clean
cleanup compare comparison complete completed continue convert create created creating critique debug decide define
delete deploy describe design designed designing determine develop diagnose discover document documenting draft edit
ensure evaluate evaluation examine execute executed executing execution executor expand explain explained explaining
exploration explore explored explorer exploring extend extract find finding findings finds finish fix fixed fixes
fixing follow gather generate generated identify implement implementation implementer implementing implements improve
initialize inspect inspection integrate introduce investigate investigated investigating investigation learn list
locate look looking looks make migrate modify move outline perform plan planner planning plans prepare produce propose
read reading refactor refactored refactoring reference remove rename replace report reported reports reproduce
research researcher researching resolve restore restructure resume review reviewed reviewer reviewing reviews revise
rewrite run running runs scan search searched searches searching set show simplify solve split start study suggest
summarise summarize summarizing summary survey task tasks test tested tester testing trace understand understanding
update updated updates updating upgrade verification verified verifier verify walk write writing written wrote
"""

# What prompts say whatever they ask for.
PROMPTS = """
able absolute absolutely acceptance access accordingly action actions active actual actually adapt additional agent
agents aim already alternative always answer answers anything appear appears approach appropriate approx april
architectural area areas aspect assessment assigned assignment assistant assume atomically attached attention august
author available avoid aware background bar bars base based basic batch behave behavior behaviour being belong
belongs best better big block boilerplate bold both box branch brief briefly bring bugs bullet bullets call called
calls came capture captured careful carefully case cases category cause certain certainly check choice choices claim
claims clarity claude clear clearly clone close code codebase codebases codex collect come comes comment commentary
comments commit commits common comparable complete completely compliance comprehensive concern concerns concise
concrete condition confirm confirmed consider consistency consistent contain contained containing contains content
contents context convention conventions correct correctly correctness could count couple cover covers criteria
critical cross current currently date dates day days debt december decision decisions deep deeply default defined
definition definitions deliverable deliverables depend describes description detail detailed details detection did
diff difference different direct directly directories directory discovery discretion discussion display displays
does doing done dont down each easily easy edge effect effort either element end enough entire entirely entry
equivalent error especially etc even every everything evidence exact exactly example examples exec exist existence
existing exists expect expectation expectations expected explanation explanations explicit explicitly extensive
extra fact fail fails false feature features february feedback few fidelity field fields file filename filenames
files final first flag flow flows focus focused folder folders following follows form format found framework
frameworks friction friday friendly full fully function functionality functions further gap gaps general generation
get gets give given gives goal goals going good gpt great group guard guidance guide guideline guidelines had haiku
handle handled handler handles handling happen happens has have having head header heading headings health hello
help here hey hi high highlight hint hour hours idea ideas impact implemented important include included includes
including independent info information input inside instance instead instruction instructions intent intention
interaction interactions interested interface internal invalid invocation invoke invoked involve involved irrelevant
issue issues item items januar january job judgement judgment july june just keep kind know known language large
last later latest lead least left let level lifecycle like likely line lines link linked links little live llm load
local location locations logic long lot low main major manages manner manual many map mapping march mark markdown
match matches matching matter max maximum mean means mention mentioned mentioning mentions message meta method
methods might min mind minimal minimum minor minute minutes miss missing mode model models moderate module modules
monday month months more most much multiple must name named names necessary need needed needs never new next nice
non none notation note notes nothing november now null number numbers object objective objects occurrence october ok
okay one only open operation opportunity option optional options opus orchestrator order organization original other
outcome outcomes output outputs overall overview own package packages page pair pairs paragraph paragraphs parallel
param parameter parameters params part particular parts pass passage passed path paths pattern patterns per person
phase phases phrase phrases pick picks piece place plain please point points position possibilities possibility
possible possibly post pre precise preference preferences present preview previous previously primary print prior
priority probably problem problems process processing project projects prompt proper properly provide provided
provides purpose put quality question questions quick quickly quite quote rationale raw ready real really reason
receive receives recent recommend recommendation recommendations record redacted refer referenced references
regarding related relevant remaining repo repos repository request requested require required requirement
requirements requires respond response responses responsible rest result results return returned returns reviewable
right risk risks role root round row rule rules same saturday say scenario scenarios scope second seconds section
sections see seem seen selection self-contained send sense sentence sentences separate september sequence sequential
serve served serves session-id several shape should side sign signal signature signatures significant similar simple
simply since single situation size skeleton skip small snippet some something sonnet sort source sources spawn
spawned spec specific specifically specification specify stack stage stages standard state stated statement states
status step steps still stop strategy strict strictly string structure structured structures stuff style sub
subagent subagents subdirectories subset substance success such suggestions suite summaries summary sunday support
supported supports sure surface system systems take takes target task tasks team tech tell term terminology terms
text thank thanks then there these thing things third this thorough thoroughly though thread threads three through
throughout thursday time timeout timing title today together too tool tools top total toward tradeoff tradeoffs
treat trick true trust try tuesday turn two type types typical under understandable unless unresolved until upon
usage use used useful user users uses using usually valid value values variable variables variant variants variation
various version versions very via view vs want wants was way ways wednesday week weeks well were what whatever when
where whether which while whole why will with within without word wording words work worked worker working works
worktree worktrees world worth would wrong year years yes yet you your yourself zero
"""

GERMAN = """
aber alle allem allen aller alles als also am an analysiere andere anderen auch auf aufgabe aus behebe bei beim
bereits beschreibe bestehende bis bitte damit dann das dass datei dateien dem den der deren des die dies diese diesem
diesen dieser dieses doch dort durch ein eine einem einen einer eines entsprechend er erkläre erklären erstelle
erstellen es etwa etwas falls finde finden füge für gemäß genau gib gibt haben hat hier hinzu ich ihm ihn ihr ihre im
implementiere in indem ins ist ja jede jedem jeden jeder jedes jetzt kann kein keine können lass liefere liste mache
machen man mehr mein mit muss müssen nach neben nicht noch nur nutze ob oder ohne ordner projekt prüfe prüfen schon
schreibe schreiben sein seine sich sie sind so soll sollen sollte sowie stelle stellen suche suchen um und uns unser
unter untersuche verwende verwenden verwendet verzeichnis vom von vor vorhandene wann war warum was wegen weil welche
welchem welchen welcher welches wenn wer werden wie wir wird wo wurde wurden zeige zu zum zur zusammen zwei zwischen
über überprüfe
"""

SPANISH = """
agrega agregar al algo alguna algunos analiza analizar ante antes aquí archivo archivos arregla así añade añadir aún
busca buscar cada carpeta como con contra corregir corrige crea crear cual cuando cuál cuáles código cómo de debe
deben del desde directorio donde dos durante dónde el ella ellos en encontrar encuentra entre era es esa escribe
escribir ese eso esta estas este esto estos está están explica explicar explora favor funciona hacer hacia hasta hay
implementa implementar investiga la las le les lo los me mi mientras muestra muy más nada necesito ni no nos nuestro
o otra otras otro otros para pero por porque proyecto pues que quiero quién qué revisa revisar se sea según ser si
sin sobre solo son su sus sí también tanto tarea te tiene tienen toda todas todo todos tu tus un una unas uno unos
usa usar utiliza y ya
"""

FRENCH = """
afin ainsi ajoute ajouter alors analyse analyser après au aucun aussi autre autres aux avant avec avoir besoin car
ce cela celle celui ces cet cette ceux chaque cherche chercher code comme comment corrige corriger crée créer dans
de depuis des deux doit doivent donc dont dossier du elle elles en encore entre est et eux existant existants
explique expliquer explore explorer faire fait faut fichier fichiers fonctionne il ils implémente implémenter je
jusqu la le les leur leurs liste lister lors lorsque lui là mais me merci mes moi moins mon montre même ne ni nos
notre nous on ont ou où par parce pas peut peuvent plus pour pourquoi projet puis quand que quel quelle quelles
quels qui quoi répertoire sa sans se selon sera ses si soit son sont sous sur ta te tes toi ton tous tout toute
toutes trouve trouver très tu tâche un une utilise utiliser utilisé utilisée utilisés vers veuillez voici vos votre
vous vérifie vérifier y à ça écrire écris été être
"""

KOREAN = """
그 이 저 것 및 또는 그리고 하지만 대한 대해 위한 위해 통해 어떻게 어디 무엇 모든 각 다음 현재 해당 관련 있는 없는 하는
되는 있다 없다 한다 된다 있습니다 없습니다 합니다 됩니다 주세요 해주세요 해줘 알려줘 찾아줘 찾아주세요 파일 코드
프로젝트 경로 작업 확인 확인하고 확인해줘 분석 분석해줘 구현 구현해줘 작성 작성해줘 검토 검토해줘 수정 수정해줘 추가
탐색 조사 설명 정리 사용 필요 결과 내용 목록 방법 부분 경우 이후 이전 먼저 반드시 기존 새로운 전체 구조 기반 여부 보고
작성하고 수정하고 하고 말고
"""

CHINESE_JAPANESE = """
的 了 在 和 与 是 把 将 对 为 从 到 并 及 或 中 里 些 其 此 该 我 你 他 它 有 被 给 让 帮 吗 哪 每 个
请 我们 你们 一个 这个 那个 以及 或者 如何 什么 哪些 所有 需要 可以 进行 使用 相关 文件 代码 项目 查找 搜索 分析 实现
解释 检查 修复 编写 创建 审查 计划 任务 路径 目录 列出 说明 当前 确认 修改 添加 返回 内容 结果 実装 調査 検索 確認
作成 修正 説明 追加 検討 計画 作業 対象 関連 必要 場合 結果 既存 全体 現在 報告 変更 ファイル コード プロジェクト
ディレクトリ タスク パス レビュー
"""

# Subjects of software at large: a folder of that name does not make them a project's own words.
_SUBJECTS = """
accessibility alerts analytics animation api auth authentication authorization backend backup backups
benchmark benchmarks billing button buttons cache caching charts cli client clients cloud commands compiler component
components concurrency config configuration containers coverage credentials cron csv dashboard data database databases
dependencies dependency deployment deployments dialog docker docs documentation download downloads e2e email emails
encryption endpoint endpoints errors events exceptions export fonts forms frontend graph graphql hooks html icons
images imports indexes infrastructure integration integrations keyboard keys layout licenses linting logging login
logs memory menu messages metadata metrics middleware migration migrations mobile monitoring navigation network
notifications oauth packaging parser parsers parsing password passwords payments performance permissions pipeline
pipelines plugin plugins privacy protocol providers proxy queries queue queues react reports roles routes routing
scheduler schema schemas scripts secrets security server servers service services session sessions settings sharing
shell skills sql storage streaming styles styling sync tables templates terminal tests theme tokens tooling
translations types typing ui unit upload uploads validation webhook webhooks websocket widgets
workflow workflows
"""

STOP_WORDS = frozenset(ENGLISH_STOP_WORDS).union(
    *(words.split() for words in (WORK, PROMPTS, GERMAN, SPANISH, FRENCH, KOREAN, CHINESE_JAPANESE))
)
SUBJECTS = frozenset(_SUBJECTS.split())

# What a type is about by its name: no term of its own kinds, though one of other types' kinds.
OWN_SUBJECTS = {
    "test": frozenset({"test", "tests", "unit", "coverage"}),
    "docs": frozenset({"docs", "documentation", "readme", "guide"}),
    "operate": frozenset({"deployment", "deployments"}),
    "fix": frozenset({"bug", "bugs", "error", "errors"}),
}
