"""Secrets that are told by the name before them: in settings, code, commands, headers, addresses and prose."""

from recommender.text.secret_matching import MAX_VALUE, part_rule, rule
from recommender.text.secret_values import (
    is_assigned_secret,
    is_likely_secret,
    is_login,
    is_mixed,
    is_password,
    is_said_password,
    is_strong,
)

_S = r"[\s\u00a0\u3000]"
_ESCAPES = r"\\{0,3}"  # before a quote that stands in JSON
_BARE = r"[^\s\"'`;,|<>(){}\[\]\x00-\x1f]"
LIKELY = (
    rf"(?:{_ESCAPES}(?:\"([^\"\s]{{4,{MAX_VALUE}}}+)|'([^'\s]{{4,{MAX_VALUE}}}+)|`([^`\s]{{4,{MAX_VALUE}}}+))"
    rf"|({_BARE}{{4,{MAX_VALUE}}}+)(?![(\[{{]))"
)
# A password may hold spaces where quotes end it, and brackets behind a sign that no name in code has.
QUOTED = (
    rf"{_ESCAPES}(?:\"(?:([^\"\n]{{1,{MAX_VALUE}}}+)(?=\")|([^\"\s]{{1,{MAX_VALUE}}}+))"
    rf"|'(?:([^'\n]{{1,{MAX_VALUE}}}+)(?=')|([^'\s]{{1,{MAX_VALUE}}}+))|`([^`\n]{{1,{MAX_VALUE}}}+)`)"
)
_WITH_SIGN = rf"(?=[^\s\"'`(\[{{<]{{0,40}}[!@#%^&*?~])((?:[^\s\"'`;|<>,]|,(?=\S)){{4,{MAX_VALUE}}}+)"
ANY = rf"(?:{QUOTED}|{_WITH_SIGN}|({_BARE}{{1,{MAX_VALUE}}}+)(?![(\[{{]))"

_LATER = r"(?:[_-]?(?:key|base|access|value|string|prod|production|dev|test|staging|live|\d{1,2})){0,3}"
_CLOSED = r"[\\\"'`\])*_]{0,6}"
_BLOCK = r"(?:[>|][+-]?\n\s{1,20}|\"\"(?=\"))?"  # of YAML, of Python
_IS = rf"{_S}{{0,4}}(?:=>|:=|->|→|[=!]=={{0,1}}|={{1,3}}|[:\uff1a>])[*_]{{0,3}}{_S}{{0,4}}{_BLOCK}"
_ABOUT = (
    rf"(?:{_S}{{1,2}}\([^()\n]{{1,40}}\)"
    rf"|{_S}{{1,2}}(?:for|of|to|on|at|in|para|de|del|du|pour|für|von|для|от)(?:{_S}[^\s\u00a0\u3000:=\"'|]{{1,40}}){{1,5}}?)?"
)
_IN_CODE = r"(?-i:(?<![A-Za-z0-9_;])(?<!;\s)(?:OLD)?PWD=)"  # the folder that a shell is in
_PASSWORD = rf"(?!{_IN_CODE})(?:(?<!1)pass(?:w(?:or[dt]|d)|phrase|code|ord)|pwd)"
_PASSWORDS = "pass pwd"
_ABROAD = (
    "contraseña,contrasena,contrasenya,mot de passe,mot_de_passe,mdp,kennwort,wachtwoord,senha,hasło,"
    "haslo,heslo,parola,jelszó,salasana,lösenord,adgangskode,şifre,пароль,пароля,密码,密碼,口令,비밀번호,암호,"
    "パスワード,mật khẩu,كلمة المرور,كلمة السر,סיסמה,पासवर्ड,รหัสผ่าน,kata sandi,κωδικός,palavra-passe,"
    "palavra passe,гасло"
)
_NAMED_ABROAD = "(?:" + "|".join(sorted(_ABROAD.replace(" ", rf"{_S}").split(","), key=len, reverse=True)) + ")"
_IS_ABROAD = (
    rf"(?:{_IS}|{_S}{{0,2}}(?:是|为|為|は|가|는|은|이){_S}{{0,2}}[:\uff1a]?{_S}?"
    rf"|{_S}(?:is|es|est|ist|lautet|é|è|это|\u2014|\u2013|-)[:\uff1a]?{_S})"
)
_ENDED = r"(?:[^\s\"'`;,|<>(){}\[\]\uff0c。\uff1b、\uff09」です\x00-\x1f])"

_NAMES_OF_KEYS = "api access secret private auth account signing master"
_NAMES_OF_OTHER_KEYS = (
    "encryption shared consumer client subscription storage app application service license deploy webhook session"
    " admin root jwt ssh integration write ingest host function server publishable preshared hmac cipher crypto"
    " fernet security"
)


def _key_of(names: str) -> str:
    return "(?:" + "|".join(f"(?<={name})|(?<={name}[_\\s-])" for name in names.split()) + ")key"


_NAMED_KEY = _key_of(_NAMES_OF_KEYS)
_OTHER_KEY = _key_of(_NAMES_OF_OTHER_KEYS)

NAMED = (
    part_rule(
        "env-value",
        "secret pass pwd token apikey key auth= credential salt= dsn=",
        r"(?:SECRET|PASSWORD|PASSWD|PASSPHRASE|(?<=[A-Z0-9_])(?<!OLD)PWD|TOKEN|APIKEY|CREDENTIALS?|SALT"
        r"|(?<=_)(?:KEY|PASS|AUTH|DSN))(?:_BASE|_PROD|_DEV|_TEST|_\d{1,2}|_KEY|_KEY_BASE)?="
        rf"(?:{_ESCAPES}(?:\"([^\"\n]{{4,{MAX_VALUE}}}+)|'([^'\n]{{4,{MAX_VALUE}}}+))"
        rf"|([^\s\"'`;|<>()\x00-\x1f]{{4,{MAX_VALUE}}}+)(?![(]))",
        is_assigned_secret,
    ),
    part_rule("secret-value", _PASSWORDS, rf"(?i){_PASSWORD}{_LATER}{_CLOSED}{_ABOUT}{_CLOSED}{_IS}{ANY}", is_password),
    rule(
        "secret-value",
        _ABROAD,
        rf"(?i){_NAMED_ABROAD}{_CLOSED}{_ABOUT}{_IS_ABROAD}(?:{QUOTED}|({_ENDED}{{1,{MAX_VALUE}}}+))",
        is_password,
    )._replace(flags=0),
    part_rule(
        "secret-value",
        _PASSWORDS,
        rf"(?i){_PASSWORD}{_CLOSED}{_ABOUT}\s{{1,4}}"
        r"(?:is|was|are|ist|lautet|war|es|er|är|est|[èéÈÉ]|e['\u2019]|=|will\sbe|set\sto|changed\sto|reset\sto)"
        rf"\s{{0,2}}(?:now|still|just|simply)?:?\s{{1,4}}{ANY}",
        is_said_password,
    ),
    # "my password's sunflower" has an end behind it; "the password's length" has not the one, or not the other.
    part_rule(
        "secret-value",
        _PASSWORDS,
        rf"(?i)(?:(?<=\bmy )|(?<=\bour )|(?<=\bhis )|(?<=\bher )){_PASSWORD}['\u2019]s\s{{1,4}}"
        rf"{ANY}(?=[\"'`]?[.,;!?]?(?:\s*\\?[\"'`]|\s*[\r\n]|\s*$|\s(?:\s|and\b|but\b)))",
        is_said_password,
    ),
    part_rule(
        "secret-value",
        _PASSWORDS,
        # {"name": "DB_PASSWORD", "value": "..."}; <td>password</td><td>...; fill("#password", "..."); password("...")
        rf"(?i){_PASSWORD}{_LATER}(?:"
        rf"{_CLOSED},?(?:\s|\\[nrt]){{0,20}}[\\\"']{{0,4}}value[\\\"']{{0,4}}\s{{0,4}}[:=]\s{{0,4}}{ANY}"
        rf"|</t[dh]>\s{{0,20}}<td[^<>]{{0,40}}>\s{{0,20}}{ANY}"
        rf"|{_CLOSED}\)?(?:,\s{{0,4}}|\.(?:fill|type|set|sendKeys|send_keys|setValue)\()"
        rf"(?:text=)?(?:{QUOTED})"
        rf"|[\"']?\((?:{QUOTED})\\{{0,3}}[\"'`]?\s?\)|(?<=<password)\s[^<>]{{1,60}}>([^<>\s]{{1,{MAX_VALUE}}}+))",
        is_password,
    ),
    part_rule(
        "secret-value", _PASSWORDS, rf"(?i){_PASSWORD}\s{{1,4}}(?:-\s|\u2013\s|\u2014\s)?{LIKELY}", is_likely_secret
    ),
    part_rule(
        "secret-value",
        _PASSWORDS,
        rf"(?:(?<=ENV )|(?<=setx )|(?<=ENV [A-Z]{{2}}_)|(?<=ENV [A-Z]{{5}}_)|(?<=ENV [A-Z]{{8}}_))PASSWORD\s+{ANY}"
        rf"|(?<=[A-Z]_)PASSWORD\s{{1,4}}{QUOTED}",
        is_password,
    ),
    rule(
        "secret-value",
        "identified",
        rf"(?:IDENTIFIED(?:\s+WITH\s+\S{{1,40}})?\s+(?:BY|AS)(?:\s+PASSWORD)?(?:\s+VALUES)?"
        rf"|(?i:identified\s+by(?:\s+password)?\s+(?=\\?[\"'])))\s{{0,4}}{ANY}",
        is_password,
    ),
    rule(
        "secret-value",
        "password",
        r"(?i)password"
        rf"(?:\s+for\s+\S{{1,60}})?\s{{0,4}}=?\s{{0,4}}(?:password\()?{QUOTED}",
        lambda value: is_password(value) and " " not in value,
    ),
    rule("secret-value", "passphrase", r"(?i)passphrase\s?[:=]\s?([a-z]{3,12}(?:\s[a-z]{3,12}){3,7})", is_password),
    rule(
        "secret-value",
        "user username login uid",
        rf"(?i)(?:user(?:name)?|login|uid)\s?[:=]\s?[^\s,;&|/]{{1,40}}[\s,;&|/]{{1,3}}pass\s?[:=]\s?{ANY}",
        is_password,
    ),
    rule("secret-value", "user ", rf"(?i)user\s+\S{{1,60}}\s+identified\s+by\s+{ANY}", is_password),
    part_rule(
        "secret-value",
        "secret token credential",
        rf"(?i)(?:secret|token|credentials?){_LATER}[\\\"'`\])*_]{{0,6}}\s{{0,4}}(?:=>|:=|!==?|={{1,3}}|:|>)[*_]{{0,3}}\s{{0,4}}{LIKELY}",
        is_likely_secret,
    ),
    part_rule(
        "secret-value",
        "pass",
        rf"(?i)(?<![a-z0-9])pass{_CLOSED}\s{{0,4}}(?:=>|:=|={{1,3}}|:)\s{{0,4}}{LIKELY}",
        is_likely_secret,
    ),
    part_rule(
        "secret-value",
        "key",
        rf"(?i){_NAMED_KEY}{_LATER}[\\\"'`\])*_]{{0,6}}(?:\s{{0,4}}(?:=>|:=|!==?|={{1,3}}|:|>)[*_]{{0,3}})\s{{0,4}}{LIKELY}",
        is_likely_secret,
    ),
    part_rule(
        "secret-value",
        "key",
        rf"(?i){_OTHER_KEY}(?:[_-]?data)?[\\\"'`\])*_]{{0,6}}\s{{0,4}}(?:=>|:=|={{1,3}}|:|>)\s{{0,4}}{LIKELY}",
        is_strong,
    ),
    part_rule(
        "secret-value",
        "token secret key",
        rf"(?i)(?:token|secret|{_NAMED_KEY}){_LATER}{_ABOUT}\s(?:is|was):?\s{{1,4}}{LIKELY}",
        is_strong,
    ),
    rule(
        "secret-value",
        "client-key-data",
        rf"(?i)client-key-data[\\\"']{{0,4}}:\s{{0,4}}[\\\"']{{0,4}}([A-Za-z0-9+/=]{{16,{MAX_VALUE}}}+)",
    ),
    rule(
        "authorization",
        "authorization bearer",
        r"(?i)(?:\bbearer|authorization[\\\"'`\]:=\s]{1,12}(?:basic|token|apikey|bot|key|ssws|splunk|genie(?:key)?))"
        rf"(?:\s{{1,4}}|%20|:\s?|=)[\"']?([\w.~+/=:-]{{8,{MAX_VALUE}}}+)",
        is_likely_secret,
    ),
    rule(
        "authorization",
        "authorization",
        rf"(?i)authorization[\\\"'`\]]{{0,4}}\s?[:=]\s{{0,4}}[\\\"']{{0,4}}(?:basic\s{{1,4}})?([\w.~+/=:-]{{12,{MAX_VALUE}}}+)",
        is_strong,
    ),
    rule("authorization", "basic ", rf"(?i)basic\s{{1,4}}([A-Za-z0-9+/]{{8,{MAX_VALUE}}}+={{0,2}})", is_login),
    rule(
        "authorization",
        '"_auth "auth _auth',
        r"(?i)\"(?:_auth|auth)\\?\"\s?:\s?\\?\"([A-Za-z0-9+/]{8,400}={0,2})|\b_auth\s?=\s?\"?([A-Za-z0-9+/]{8,400}={0,2})",
        is_login,
    ),
    part_rule(
        "aws-key",
        "akia asia",
        r"(?:AKIA|ASIA)[0-9A-Z]{16}(?=\W)[^~]{1,80}?(?<![\w/+=])([A-Za-z0-9/+]{40})(?![\w/+=])",
        is_mixed,
    ),
    rule("aws-key", "aws", r"(?i)aws\w{0,40}[\"'\s:=(]{1,8}([a-z0-9/+]{40})(?![a-z0-9/+=])", is_mixed),
)
