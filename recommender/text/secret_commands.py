"""Secrets in addresses, in cookies, and in the arguments of commands and functions."""

import re

from recommender.text.secret_matching import MAX_VALUE, part_rule, rule
from recommender.text.secret_names import ANY, LIKELY, QUOTED
from recommender.text.secret_values import is_key, is_likely_secret, is_password

_REFERENCE = re.compile(r"[{<[]|\$[{(A-Z_]|%[sA-Z({]|\*+$|x{3,}$|\.{3}$")
_PLAIN_COOKIE = re.compile(
    r"(?i)_g\w*|theme|lang\w*|locale|consent\w*|path|domain|expires|max-age|samesite|tz|timezone|currency|utm\w*|__utm\w"
)

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def _is_in_address(value: str) -> bool:
    return not _REFERENCE.match(value)


def _has_session(cookies: str) -> bool:
    pairs = (pair.partition("=") for pair in cookies.split(";"))
    return any(
        len(value.strip()) >= 10 and is_likely_secret(value.strip())
        for name, _, value in pairs
        if not _PLAIN_COOKIE.fullmatch(name.strip())
    )


def _is_session(value: str) -> bool:
    return is_likely_secret(value) and is_key(value) and not _UUID.fullmatch(value)


_OTHER = r"[^\n|;&]{0,80}?\s"
_LOGIN_OF_ORACLE = rf"[A-Za-z][\w$#]{{0,30}}(?:\[\w+\])?/(?!/)([^\s@\"'/]{{2,{MAX_VALUE}}}+)"
_SESSION = (
    "phpsessid jsessionid asp.net_sessionid aspsessionid connect.sid sessionid session_id session_token session-token"
    " laravel_session _gitlab_session ci_session csrftoken xsrf-token csrf_token remember_token auth_token .aspxauth"
    " user_session sid= session= sessid aspnetcore.cookies li_at= sb-access-token wordpress_logged_in"
)

ADDRESSES = (
    part_rule(
        "url-password",
        "://",
        # A user that was taken out is none with a password: `://[REDACTED:url-password]@`.
        r"://(?:\[REDACTED:[\w-]{1,40}\])?(?!\[REDACTED:)[^\s:/@\"'<>`]{0,128}:([^\s/\"'<>`]{1,128})@",
        _is_in_address,
    ),
    # Sentry's DSN has a key for a user, git's addresses a token.
    part_rule("url-password", "://", r"://([0-9a-f]{32})(?::[0-9a-f]{32})?@[\w.-]"),
    part_rule("url-password", "://", r"://([\w.~+-]{20,128})@[\w.-]", is_key),
    rule("url-password", "jdbc:oracle:", rf"(?i)jdbc:oracle:\w{{1,8}}:{_LOGIN_OF_ORACLE}@", is_password),
    rule(
        "secret-value",
        "sig= signature= token=",
        rf"(?i)(?:(?<=[?&])sig|(?<=[?&-])signature|(?<=security-)token)=([\w%+/=~-]{{16,{MAX_VALUE}}}+)",
        is_key,
    ),
    rule(
        "secret-value",
        "accountkey= sharedaccesskey= sharedaccesssignature= ;secret=",
        rf"(?i)(?:(?:account|sharedaccess)key|sharedaccesssignature|;secret)=([\w%+/=&~-]{{16,{MAX_VALUE}}}+)",
    ),
)
COOKIES = (
    rule(
        "cookie",
        "cookie",
        r"(?i)cookie[\\\"']{0,4}:\s{0,4}[\\\"']{0,4}((?:[\w.$!~+-]{1,80}=[^\s;\"'\\,]{0,4096};?\s?){1,40}+)",
        _has_session,
    ),
    part_rule(
        "cookie", " -b ", r"\s-b\s{1,2}[\"']?((?:[\w.$!~+-]{1,80}=[^\s;\"'\\,]{0,4096};?\s?){1,40}+)", _has_session
    ),
    rule(
        "cookie",
        _SESSION,
        rf"(?i)[\w.-]{{2,40}}(?<=sid|ess|ken|uth|_at|_in|ies|ion|_id|nid|hpx)\s?=\s{{0,2}}[\\\"']{{0,4}}([\w%.+/=:-]{{12,{MAX_VALUE}}}+)",
        _is_session,
    ),
)
COMMANDS = (
    part_rule(
        "secret-value",
        "--",
        rf"(?i)--[a-z-]{{0,20}}(?:pass(?:word|wd|phrase)|pwd)(?:\s{{1,4}}|=){ANY}",
        is_password,
    ),
    part_rule(
        "secret-value",
        "--",
        rf"(?i)--[a-z-]{{0,20}}(?:pass|pwd|token|secret|key)\s{{1,4}}{LIKELY}",
        is_likely_secret,
    ),
    part_rule(
        "secret-value",
        "-u",
        rf"(?:(?<![\w-])-u|(?<=-)-user)[\s=]{{0,2}}[\"']?(?!\d+:\d)[\w.@+-]{{1,64}}:{ANY}",
        is_password,
    ),
    part_rule("secret-value", " -a ", rf"\s-a\s{{1,2}}[\"']?[\w.@+-]{{1,64}}:{LIKELY}", is_likely_secret),
    rule(
        "secret-value",
        "mysql mariadb mysqldump mysqladmin",
        rf"(?i)(?:mysql|mariadb)\w{{0,8}}\b{_OTHER}-p{LIKELY}",
        is_likely_secret,
    ),
    rule(
        "secret-value",
        "mysql mariadb mysqldump mysqladmin",
        rf"(?i:mysql|mariadb)(?:dump|admin)?\b{_OTHER}-p"
        rf"(?:{QUOTED}|(?=[^\s-])([^\s\"'`;|]{{4,{MAX_VALUE}}}+)(?=\s|$))",
        is_password,
    ),
    rule("secret-value", "sshpass", rf"(?i)sshpass\s{{1,4}}-p\s{{0,4}}{ANY}", is_password),
    rule("secret-value", "redis-cli", rf"redis-cli\b(?:{_OTHER})??\s?-a\s+{ANY}", is_password),
    rule(
        "secret-value",
        "docker login,podman login,az login,mongo,mongosh,mongodump,mongorestore,mongoexport,mongoimport,sqlcmd,cqlsh"
        ",snowsql",
        r"(?:(?:docker|podman|az)\s+login|mongo(?:sh|dump|restore|export|import)?|sqlcmd|cqlsh|snowsql)\b"
        rf"(?:{_OTHER})??\s?-[pP]\s{{0,2}}{ANY}",
        is_password,
    ),
    rule(
        "secret-value",
        "ldapsearch,ldapmodify,ldapadd,ldapwhoami,ldappasswd,zip -,smbclient,net use",
        rf"(?:ldap(?:search|modify|add|whoami|passwd)\b(?:{_OTHER})??\s?-w\s*|\bzip\b(?:{_OTHER})??\s?-P\s+|smbclient\b(?:{_OTHER})??\s?-U\s+[\"']?[\w.\\]{{1,60}}%|net\s+use\b(?:{_OTHER})??\s?/user:\S{{1,60}}\s+){ANY}",
        is_password,
    ),
    rule(
        "secret-value", "rabbitmqctl", rf"rabbitmqctl\s+(?:add_user|change_password)\s+\S{{1,60}}\s+{ANY}", is_password
    ),
    rule(
        "secret-value",
        "storepass keypass plink pscp putty",
        rf"(?:(?<=-)(?:store|key)pass(?:\s+|[:=])|(?:plink|pscp|putty)\b(?:{_OTHER})??\s?-pw\s+){ANY}",
        is_password,
    ),
    rule("secret-value", "pass:", rf"(?<=[\s=\"'])pass:{ANY}", lambda value: is_password(value) and len(value) > 3),
    rule(
        "secret-value",
        "echo",
        rf"echo\s+(?:-n\s+)?[\"']?(?:[\w.-]{{1,40}}:)?([^\s\"'|]{{3,{MAX_VALUE}}}+)[\"']?\s*\|\s*(?:sudo\s+(?:-\w+\s+)*-S|sudo\s+chpasswd|chpasswd|docker\s+login|passwd)\b",
        is_password,
    ),
    rule(
        "secret-value",
        "sqlplus sqlldr expdp impdp rman",
        rf"(?i)(?:sqlplus|sqlldr|expdp|impdp|rman)\b(?:{_OTHER})??\s?[\"']?(?:userid=|target\s)?{_LOGIN_OF_ORACLE}",
        is_password,
    ),
    rule(
        "secret-value",
        "userid=,connect ,conn ,connect(",
        rf"(?i)(?:userid\s?=\s?|\bconn(?:ect)?(?:\s{{1,2}}|\([\"']))[\"']?{_LOGIN_OF_ORACLE}@[\w/(]",
        is_password,
    ),
    rule("secret-value", "login", rf"(?i)\blogin\s{{1,4}}\S{{1,100}}\s{{1,4}}password\s{{1,4}}{ANY}", is_password),
    rule(
        "secret-value",
        ":5432: :5433:",
        rf"(?<=[\w*]):543[23]:[\w*-]{{1,64}}:[\w*-]{{1,64}}:([^\s\"'`]{{3,{MAX_VALUE}}}+)",
        is_password,
    ),
    rule(
        "secret-value",
        "auth=( httpbasicauth( networkcredential( basicauth( .login( passwordauthentication( usernamepassword",
        rf"(?i)(?:auth=|httpbasicauth|networkcredential|basicauth|(?<=smtp|imap|.ftp|rver|ient|mail)\.login|passwordauthentication|usernamepassword\w{{0,20}})\(\s?\\{{0,3}}[\"'][^\"'\n]{{1,80}}[\"'],\s{{0,4}}{QUOTED}",
        is_password,
    ),
    rule(
        "secret-value",
        "seed phrase,mnemonic,recovery phrase",
        r"(?i)(?:seed\sphrase|mnemonic|recovery\sphrase)(?:\sis)?[\"']?\s?[:=]?\s{0,2}[\"']?((?:[a-z]{3,8}\s){11,23}[a-z]{3,8})",
    ),
    part_rule("password-hash", "$", r"\$(?:2[abxy]|5|6|y|apr1|argon2id?|scrypt)\$[\w./$=,+-]{20,200}"),
    rule("secret-value", '"d"', r"\"d\"\s?:\s?\"([\w-]{20,100}+)", is_key),
)
