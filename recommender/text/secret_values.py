"""Tell a secret from what stands in its place: references, templates, words, identifiers."""

import base64
import binascii
import itertools
import re

from recommender.text.secret_words import ID_PREFIXES, ORDINARY

MIN_ASSIGNED = 4
MIN_LIKELY = 6
MIN_NUMBER = 4  # digits of a password that is a number
MIN_KEY = 10  # characters of a part of a token that tells
MIN_DIGITS = 2  # places with digits in a key of one case, behind a prefix that tells its service
MIN_RANDOM = 24  # Characters; shorter random-looking words are too often identifiers.
MIN_KIND_CHANGES = 0.42  # Share of neighbours of unlike kind: random base62 has .62, camelCase names about .25.
MAX_WORDS = 0.5  # Share of a token in what looks like words: random base62 has .2, CamelCase2WithDigits8 has .7.
MAX_WORDS_OF_KEY = 0.62  # behind a prefix that tells its service
KSUID_SECONDS = (1_400_000_000, 2_000_000_000)  # its epoch, 2014, to 2033

_PLACEHOLDER = re.compile(
    r"(?i)\$[{(a-z_]|[<{\[(]|%[sa-z({]|\*{2,}|[•●·]{2,}|x{3,}|\.{2,}|…|_{3,}|-+$|your?[-_]|my[-_]|example"
    r"|change[-_ ]?(?:me|this)|replace|insert[-_]|dummy|fake|placeholder"
    r"|(?:todo|none|null|nil|true|false|undefined|string|await|new)\b"
    r"|required|optional|redacted|process\.|os\.|env[.\[(:_]|getenv|import\.|config[.\[_]|settings[.\[_]"
    r"|secrets?[.\[]|self\.|this\.|[\d._:+-]+[a-z%]{0,2}$"
)
# What stands for a value that is kept elsewhere: paths, addresses, commands, variables.
_ELSEWHERE = re.compile(
    r"(?i)(?:~|\.{1,2})?(?:/[\w.@-]+){2,}/?$|(?:~|\.{1,2})/|[a-z]:\\|https?://|file:|vault:|op://|arn:|secret://|ref\+"
    r"|!(?:ref|sub|secret|env|vault)\b|@env|\w+=(?:true|false|\d+)$|[a-z_]\w*::|&(?:str|mut|'static)|@[a-z]+$|#\{|\\?\$"
)
# Types, algorithms and encodings have digits too; so have dotted names.
_IDENTIFIER = re.compile(
    r"(?i)(?:u?int|float|bytes|sha|md|aes|rsa|hs|rs|es|base|utf|oauth|http|v)-?\d+\w*$|[a-z_]\w*(?:\.[a-z_]\w*)+;?$"
    r"|https?://"
)
_NAMES_A_SECRET = re.compile(r"(?i)pass(?:w|phrase)|pwd|contrase|passe\b|secret|token|credential|парол|密|비밀번호")
_SECRET_THING = re.compile(r"(?i)\bsecret\s+(\w+)$")
_NAME_IN_CODE = re.compile(r"[A-Za-z_][A-Za-z_?!*\[\]]*$")
_ID = re.compile(rf"(?:{'|'.join(ID_PREFIXES)})[_-]")
_LETTER = re.compile(r"[^\W\d_]")
_DIGIT_OR_SIGN = re.compile(r"[\d!@#$%^&*+?~]")
_DIGITS = re.compile(r"\d+")
_SPLIT = re.compile(r"[^A-Za-z0-9]+")
_LIKE_A_WORD = re.compile(r"[A-Z]?(?=[a-z]{0,9}[aeiouy])[a-z]{2,}")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_ABOUT_IT = re.compile(r"(?i)(?:correct|right|ed|ing|able|ible|ly|less|ful)$")
_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_ENDS = " \t.,:;!?*_`\\/()…"


def is_assigned_secret(value: str) -> bool:
    """Tell whether the value of an environment variable with a secret's name is one."""
    return len(value) >= MIN_ASSIGNED and not _PLACEHOLDER.match(value) and not _ELSEWHERE.match(value)


def is_likely_secret(value: str) -> bool:
    """Tell whether a value beside a secret's name in code or prose is one: letters with digits or signs in between."""
    value = value.strip("*_`")  # marks of Markdown
    if len(value) < MIN_LIKELY or _PLACEHOLDER.match(value) or _IDENTIFIER.match(value) or _ID.match(value):
        return False
    if _ELSEWHERE.match(value) or value.lower().strip(_ENDS) in ORDINARY:
        return False
    return bool(_LETTER.search(value) and _DIGIT_OR_SIGN.search(value))


def is_password(value: str) -> bool:
    """Tell whether a value beside the name of a password is one, whatever it looks like: words are passwords too.

    Refused are types, placeholders, references, and the words with which people and code go on after that name.
    """
    bare = value.strip(_ENDS)
    if not any(map(str.isalnum, bare)):
        return False
    if bare.isdigit():
        return len(bare) >= MIN_NUMBER
    if len(bare) < 2 or _PLACEHOLDER.match(value) or _ELSEWHERE.match(value):
        return False
    if _is_about_one(bare):
        return False
    return not (_IDENTIFIER.match(bare) and not re.search(r"[!@#$%^&*+~]", bare)) and not bare.lower().startswith(
        "your"
    )


def _is_about_one(bare: str) -> bool:
    """Tell whether words stand where a password could and are about it: prose, a label, a name in code.

    "my secret flower" is none of these: a label goes on with a word like `key` or `token`.
    """
    thing = _SECRET_THING.search(bare)
    if thing and thing[1].lower() not in ORDINARY and not _NAMES_A_SECRET.search(thing[1]):
        return False
    words = bare.lower().split()
    if sum(word.strip(_ENDS) in ORDINARY for word in words) > len(words) / 3:
        return True
    is_name = len(words) > 1 or _NAME_IN_CODE.match(bare) or not _DIGIT_OR_SIGN.search(bare)
    return bool(_NAMES_A_SECRET.search(bare) and is_name)


def is_said_password(value: str) -> bool:
    """Tell whether what follows "the password is" is one, and not what is said about it."""
    return is_password(value) and not _ABOUT_IT.search(value.strip(_ENDS))


def is_key(token: str) -> bool:
    """Tell whether a token whose prefix tells its service is a key: some part mixes letters and digits, or cases."""
    return bool(_UUID.search(token)) or any(map(_is_part_of_key, _SPLIT.split(token))) or _is_mixed_up(token[-40:])


def _is_part_of_key(part: str) -> bool:
    if len(part) < MIN_KEY:
        return False
    if part.islower() or part.isupper():
        return len(_DIGITS.findall(part)) >= MIN_DIGITS
    return any(map(str.isalpha, part)) and _share_of_words(part) <= MAX_WORDS_OF_KEY


def is_strong(value: str) -> bool:
    """Tell whether a value beside the name of some key is long and mixed as only keys are."""
    return len(value) >= 16 and is_likely_secret(value) and is_key(value)


def is_mixed(token: str) -> bool:
    """Tell whether a token has lower case, capitals and digits, as words and constants rarely do."""
    return any(map(str.islower, token)) and any(map(str.isupper, token)) and any(map(str.isdigit, token))


def is_private_key(encoded: str) -> bool:
    """Tell whether a base64 text is that of a private key, and not of a certificate."""
    return b"PRIVATE K" in base64.b64decode("".join(encoded[:80].replace("\\n", "").split())[:64] + "====")


def is_login(encoded: str) -> bool:
    """Tell whether a base64 text is that of a user's name and password."""
    try:
        login = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return False
    return ":" in login and login.isprintable()


def is_random(token: str) -> bool:
    """Tell whether a token, up to its first full stop, mixes lower case, capitals and digits as only chance does."""
    token = token.partition(".")[0]
    if len(token) < MIN_RANDOM or _ID.match(token) or _is_ksuid(token):
        return False
    return _is_mixed_up(token) and _share_of_words(token) <= MAX_WORDS


def _is_mixed_up(token: str) -> bool:
    kinds = ["a" if c.islower() else "A" if c.isupper() else "0" if c.isdigit() else "-" for c in token]
    if not {"a", "A", "0"} <= set(kinds):
        return False
    changes = sum(left != right for left, right in itertools.pairwise(kinds))
    return changes / (len(token) - 1) >= MIN_KIND_CHANGES


def _share_of_words(token: str) -> float:
    return sum(map(len, _LIKE_A_WORD.findall(token))) / (sum(map(str.isalnum, token)) or 1)


def _is_ksuid(token: str) -> bool:
    """Tell whether a token is an id that begins with the time at which it was made."""
    if len(token) != 27 or not token.isalnum() or not token.isascii():
        return False
    number = 0
    for character in token:
        number = number * 62 + _BASE62.index(character)
    return KSUID_SECONDS[0] <= (number >> 128) + KSUID_SECONDS[0] <= KSUID_SECONDS[1] and number >> 160 == 0
