"""Passwords in tables, whose name stands in another cell: to the left of the value, or at the head of its column.

The tables are those of Markdown, whose lines may have been joined, and those that clients of databases print.
"""

import re
from collections.abc import Iterable, Iterator

from recommender.text.secret_values import is_likely_secret, is_password

MAX_COLUMNS = 20
# Part of a name that says which of the rules for values holds, in lower case.
_NAMES: tuple[str, ...] = ("passw", "passphrase", "passcode", "mot de passe", "contrase", "kennwort")
_NAMES += ("пароль", "密码", "密碼")
_NAMES += ("비밀번호", "パスワード", "senha", "wachtwoord", "hasło")
_KEYS = ("token", "secret", "api key", "api_key", "apikey", "access key")
_ASCII_NAMES = tuple(name for name in _NAMES + _KEYS if name.isascii())
_END_OF_CELL = re.compile(r"[^\s|]{0,20}[ \t]{0,40}\|")
_MAX_NAME = 40
CROSSING = "-+-"  # in the ruler of a table that a client of a database prints
_CROSSED_RULER = re.compile(r"\n[ \t]*\+?-+(?:\+-+)+\+?[ \t\r]*(?=\n)")
_DECORATION = " \t\r\n`*_\"'"


def secrets_in_tables(text: str) -> Iterator[tuple[int, int]]:
    """Yield the beginning and the end of each password in a cell."""
    lowered = text.lower()
    if len(lowered) != len(text):
        return
    if CROSSING in text:
        for name, cell in _under_crossed_rulers(text):
            yield from _judged(text, lowered[slice(*name)], [cell])
    if _has_named_cell(lowered):
        cells = list(_cells(text))
        for number, (start, end) in enumerate(cells):
            yield from _judged(text, lowered[start:end], _values(text, cells, number))


def _judged(text: str, name: str, cells: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield what is secret in the cells that a name, in lower case, is about."""
    name = name.strip(_DECORATION)
    if 2 < len(name) <= _MAX_NAME and (name.endswith(_NAMES) or any(map(name.startswith, _NAMES))):
        yield from filter(None, (_password(text, cell) for cell in cells))
    elif 2 < len(name) <= _MAX_NAME and name.endswith(_KEYS):
        yield from filter(None, (_key(text, cell) for cell in cells))


def _under_crossed_rulers(text: str) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Yield each cell with the head of its column, which stands above a ruler; rows have as many cells as heads."""
    for ruler in _CROSSED_RULER.finditer(text):
        heads = list(_cells(text, text.rfind("\n", 0, ruler.start()) + 1, ruler.start()))
        start = ruler.end() + 1
        while 1 < len(heads) <= MAX_COLUMNS and start < len(text):
            end = text.find("\n", start)
            end = len(text) if end < 0 else end
            row = list(_cells(text, start, end))
            if len(row) != len(heads):
                break
            yield from zip(heads, row, strict=True)
            start = end + 1


def _has_named_cell(lowered: str) -> bool:
    for name in _NAMES + _KEYS if not lowered.isascii() else _ASCII_NAMES:
        place = lowered.find(name)
        while place >= 0:
            if _END_OF_CELL.match(lowered, place + len(name)):
                return True
            place = lowered.find(name, place + len(name))
    return False


def _cells(text: str, start: int = 0, stop: int | None = None) -> Iterator[tuple[int, int]]:
    stop = len(text) if stop is None else stop
    while (end := text.find("|", start, stop)) >= 0:
        yield start, end
        start = end + 1
    yield start, stop


def _values(text: str, cells: list[tuple[int, int]], name: int) -> Iterator[tuple[int, int]]:
    """Yield the cells that the name in a cell is about: below it where a ruler follows its row, else beside it."""
    last = name
    while last + 1 < len(cells) and last - name < MAX_COLUMNS and not _is_between(text, cells, last + 1):
        last += 1
    first = name
    while first > 0 and name - first < MAX_COLUMNS and not _is_between(text, cells, first - 1):
        first -= 1
    columns = last - first + 1
    ruler = last + 2
    if ruler < len(cells) and all(_is_ruler(text, cell) for cell in cells[ruler : ruler + columns]):
        below = name + 2 * (columns + 1)
        while below < len(cells) and _is_between(text, cells, below - (name - first) - 1):
            if _is_ruler(text, cells[below]):
                break  # of another table: no cell is looked at for two names
            yield cells[below]
            below += columns + 1
    elif columns == 2 and first == name:
        yield cells[name + 1]


def _is_between(text: str, cells: list[tuple[int, int]], number: int) -> bool:
    """Tell whether a cell is none, but what stands between two rows, or around the table."""
    if number in (0, len(cells) - 1):
        return True
    content = text[slice(*cells[number])].replace("\\n", "\n").replace("\\r", "")
    return not content.strip() or "\n" in content


def _is_ruler(text: str, cell: tuple[int, int]) -> bool:
    content = text[cell[0] : cell[1]].strip()
    return len(content) > 1 and not content.strip("-:")


def _password(text: str, cell: tuple[int, int]) -> tuple[int, int] | None:
    return _value(text, cell) if is_password(_content(text, cell)) else None


def _key(text: str, cell: tuple[int, int]) -> tuple[int, int] | None:
    return _value(text, cell) if is_likely_secret(_content(text, cell)) else None


def _content(text: str, cell: tuple[int, int]) -> str:
    content = text[cell[0] : cell[1]].strip(_DECORATION)
    return "" if "[REDACTED" in content or " " in content else content


def _value(text: str, cell: tuple[int, int]) -> tuple[int, int]:
    content = _content(text, cell)
    start = text.index(content, cell[0])
    return start, start + len(content)
