"""The tokenizer of the local embedder: byte-pair encoding of one word, from the vocabulary alone.

Equal to the library `tokenizers` on the same file (a test compares them), but a process that looks up once need not
read the 60,000 merges: two pieces may be merged where the vocabulary holds what they make, the earliest learned first.
That took a third of a hook's CPU.
"""

import itertools
import json
from pathlib import Path

SPACE = "\u2581"  # stands for a space, and begins a word
_NEVER = 1 << 30


class WordPieces:
    """Cuts words into the numbers of their tokens."""

    def __init__(self, file: Path) -> None:
        """Read a tokenizer's JSON file; raises `OSError`, `ValueError`, `LookupError` or `TypeError`."""
        self._number_of, self.special = _vocabulary(file.read_bytes())
        # Runs of spaces were learned after all words, whatever their numbers say.
        self._runs = {run: number for run in _runs() if (number := self._number_of.pop(run, None)) is not None}

    def tokens(self, word: str) -> list[int]:
        """Return the tokens of a word with its marks for spaces; raises `UnicodeError` for half a character."""
        known = self._number_of
        pieces: list[str] = []
        for character in word:
            pieces += [character] if character in known else [f"<0x{byte:02X}>" for byte in character.encode()]
        self._merge(pieces, known)
        if 2 * SPACE in word:
            self._merge(pieces, self._runs)
        return [known[piece] if piece in known else self._runs[piece] for piece in pieces]

    def _merge(self, pieces: list[str], known: dict[str, int]) -> None:
        """Merge neighbors in place; of equal merges that with the lower first piece goes first, then the left one."""
        ranks = [known.get(left + right, _NEVER) for left, right in itertools.pairwise(pieces)]
        while ranks and (best := min(ranks)) < _NEVER:
            left = ranks.index(best)
            if ranks.count(best) > 1:
                equal = [place for place, rank in enumerate(ranks) if rank == best]
                left = min(equal, key=lambda place: self._number_of.get(pieces[place], 0))
            pieces[left : left + 2] = [pieces[left] + pieces[left + 1]]
            del ranks[left]
            if left < len(ranks):
                ranks[left] = known.get(pieces[left] + pieces[left + 1], _NEVER)
            if left:
                ranks[left - 1] = known.get(pieces[left - 1] + pieces[left], _NEVER)


def _runs() -> list[str]:
    return [SPACE * length for length in range(2, 65)]


def _vocabulary(content: bytes) -> tuple[dict[str, int], list[str]]:
    """Return the vocabulary and the special tokens; the list of merges behind them, half of the file, is not parsed."""
    end = content.find(b'"merges"')
    head = content[: content.rfind(b"}", 0, end) + 1] + b"}}"
    try:
        said = json.loads(head)
    except ValueError:  # the merges stand elsewhere
        said = json.loads(content)
    return said["model"]["vocab"], [token["content"] for token in said["added_tokens"]]
