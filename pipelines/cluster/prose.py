"""The words of a task's text that could name a kind, apart from those of paths and identifiers."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from pipelines.cluster.stop_words import CHINESE_JAPANESE, GERMAN, STOP_WORDS, SUBJECTS

TEXT_READ = 2_000  # characters of a task: its opening says what it is about
TITLE_WORDS = 10  # a task's text begins with its title
HOME_PARTS = 4  # of a path from a root: the folder of a user and the way to a project
_ROOTS = re.compile(
    r"~|home|users|root|tmp|var|opt|srv|mnt|media|volumes|private|workspaces?|path|[cd]:", re.IGNORECASE
)

_CODE = re.compile(r"```.*?(?:```|$)|`[^`]*`", re.DOTALL)
_PATH_LIKE = re.compile(r"^(?:[/~]|\.{1,2}/|[A-Za-z]:[\\/]|https?:)|[/\\].*[/\\]|[/\\]$|^@|\w\.\w")
_IDENTIFIER = re.compile(r"[_\d@=<>{}\[\]()#$%+*|:]|[a-z][A-Z]|[A-Z]{2}[a-z]|^-")
_EDGES = (
    "\"'`*_#<>()[]{}.,:;!?-\u2013\u2014\u2026\u201c\u201d\u201e\u00ab\u00bb\u00bf\u00a1|=+~\u2022"
    "\u3002\u3001\uff0c\uff1a\uff1b\uff01\uff1f\uff08\uff09\u300c\u300d"  # of Chinese and Japanese
)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_LETTERS = re.compile(r"[^\W\d_]+")
_HANGUL = re.compile("[\uac00-\ud7a3]+")
_HAN = re.compile("[\u3400-\u9fff]+")
_HAN_COMMON = re.compile("|".join(sorted(filter(_HAN.fullmatch, CHINESE_JAPANESE.split()), key=len, reverse=True)))
_KATAKANA = re.compile("[\u30a1-\u30fa\u30fc]{2,}")
_PARTICLES = re.compile(
    "(?:에서|에게|으로|까지|부터|처럼|보다|이나|들을|들이|들의|하는|하여|해서|하고|되는|을|를|이|가|은|는|의|에|로|와|과|도|만|들)$"
)
_GERMAN = frozenset(GERMAN.split())
GERMAN_FROM = 3  # words of German in a text: there every noun has a capital


@dataclass(frozen=True)
class TextWords:
    """What one text says: words in prose and how they are written, those of its title; words in paths and identifiers;
    and of absolute paths those that lead to a project, people's names among them.
    """

    prose: dict[str, str]
    title: frozenset[str]
    path_parts: frozenset[str]
    home_parts: frozenset[str]


def words_of(text: str) -> TextWords:
    """Tell the words of a text's opening apart."""
    opening = text[:TEXT_READ]
    paths, homes = set[str](), set[str]()
    for code in _CODE.findall(opening):
        for chunk in code.strip("`").split():
            _note_path(chunk, paths, homes)
    prose: dict[str, str] = {}
    title: set[str] = set()
    for place, chunk in enumerate(_CODE.sub(" ", opening).split()):
        path, words = _told(chunk)
        if path:
            _note_path(path, paths, homes)
        for lower, word in words:
            known = prose.setdefault(lower, word)
            if known != word:
                prose[lower] = min(known, word, key=_capitals)
            if place < TITLE_WORDS:
                title.add(lower)
    if sum(word in _GERMAN for word in prose) >= GERMAN_FROM:
        prose = {word: word for word in prose}
    return TextWords(prose, frozenset(title), frozenset(paths), frozenset(homes))


@lru_cache(100_000)
def _told(chunk: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Return what stands between two spaces as a path or identifier, else its words in lower case and as written."""
    bare = chunk.strip(_EDGES)
    if _PATH_LIKE.search(chunk.strip("\"'`*,;:()<>")) or _PATH_LIKE.search(bare) or _IDENTIFIER.search(bare):
        return chunk if chunk.startswith(("/", "~")) else bare, ()
    return "", tuple((word.lower(), word) for word in _words(bare))


def parts_of(name: str) -> frozenset[str]:
    """Return the words that a name is made of, and the name itself, all lower case."""
    return frozenset(part.lower() for part in _LETTERS.findall(_CAMEL.sub(" ", name))) | {name.lower()}


def stem_of(word: str) -> str:
    """Return the singular of an English plural, any other word as it is."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("sses", "shes", "ches", "xes")):
        return word[:-2]
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


def _capitals(word: str) -> tuple[int, str]:
    return sum(letter.isupper() for letter in word), word


def _note_path(chunk: str, paths: set[str], homes: set[str]) -> None:
    words, leading = _path_words(chunk)
    paths |= words
    homes |= leading


@lru_cache(100_000)
def _path_words(chunk: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return the words of a path, and those on its way to a project."""
    parts = [part for part in re.split(r"[/\\]", chunk) if part]
    is_from_root = len(parts) > 1 and chunk[0] in "/~CDcd" and _ROOTS.fullmatch(parts[0]) is not None
    words = [parts_of(part) for part in parts]
    return frozenset().union(*words), frozenset().union(*words[: HOME_PARTS * is_from_root])


def _words(chunk: str) -> Iterator[str]:
    """Yield the words of a chunk of prose; compounds with hyphens or slashes say nothing sure."""
    if _HAN.search(chunk) or _KATAKANA.search(chunk):
        for run in _HAN.findall(_HAN_COMMON.sub(" ", chunk)):
            pieces = [run] if len(run) <= 4 else [run[at : at + 2] for at in range(len(run) - 1)]
            yield from (piece for piece in pieces if len(piece) > 1)
        yield from _KATAKANA.findall(chunk)
        return
    if _HANGUL.search(chunk):
        for run in _HANGUL.findall(chunk):
            word = _PARTICLES.sub("", run) if len(run) > 2 else run
            if len(word) > 1:
                yield word
        return
    word = _without_clitics(chunk.replace("\u2019", "'"))
    if _LETTERS.fullmatch(word) and (len(word) > 2 or (len(word) == 2 and word.isupper())):
        yield word


def _without_clitics(word: str) -> str:
    """Return a word without the French article before it or the English ending after it; "" where that is not clear."""
    first, apostrophe, rest = word.partition("'")
    if not apostrophe:
        return word
    if len(first) <= 2:
        return rest
    return first if rest == "s" else ""


@lru_cache(100_000)
def is_telling(word: str) -> bool:
    """Tell whether a word could name what a task is about."""
    if word in SUBJECTS:
        return True
    is_form_of_verb = word.endswith("ly") or (word.endswith("ed") and not word.endswith("eed"))
    return not is_form_of_verb and (word not in STOP_WORDS and stem_of(word) not in STOP_WORDS)
