"""Which spawns get a second look: a random draw with known probabilities, none of them zero.

Each spawn has a number u in (0, 1) for good, made from its id. The spawns with the smallest -log(u) / size are drawn,
as many as the budget allows. With the threshold at the first spawn that was not drawn, each one's probability was
1 - exp(-size x threshold) (bottom-k sampling, Cohen and Kaplan 2007). As the numbers stay, the draws of several nights
are one sample, and a spawn's probability is the largest that it has had in any of them.
"""

import hashlib
from collections.abc import Sequence
from uuid import UUID

import numpy as np

from pipelines.audit.rates import Cell, Floats, Ints

MIN_SIZE = 1e-9
SUSPICIOUS = 1.5  # times likelier to be drawn, beyond what the spread of its outcomes says
LEAST_SPREAD = 0.1  # a share of failures that is thought to be none may be one


def number_of(task: UUID) -> float:
    """Return the spawn's number in (0, 1)."""
    digest = hashlib.sha256(b"audit" + task.bytes).digest()
    return (int.from_bytes(digest[:8], "big") + 0.5) / 2**64


def sizes_of(cells: Sequence[Cell], place: Ints, share_bad: Floats, stake: Floats, audited: Floats) -> Floats:
    """Return how large each spawn (n,) is in the draw, relative to the others.

    `place` (n,) is the spawn's cell; `share_bad`, `stake` and `audited` (cells,) are the share of failures expected
    there, the money spent there, and the spawns that were looked at. A cell's part of the draw grows with its spawns,
    with the spread of their outcomes (Neyman) and with the root of its stake, and falls with the root of what is known
    and of how large its agent and model are: each pair of these matters, and large ones only somewhat more.
    """
    count = np.maximum(np.bincount(place, minlength=len(cells)).astype(float), MIN_SIZE)
    of_pair: dict[tuple[str, str], float] = {}
    for cell, number in zip(cells, count, strict=True):
        of_pair[cell[:2]] = of_pair.get(cell[:2], 0.0) + float(number)
    pair = np.array([of_pair[cell[:2]] for cell in cells])
    spread = np.maximum(np.sqrt(share_bad * (1 - share_bad)), LEAST_SPREAD)
    worth = np.sqrt(np.maximum(stake / max(float(stake.mean()), MIN_SIZE), 0.1)) / np.sqrt(1 + audited)
    suspicion = np.array([SUSPICIOUS if cell.observed == "doubted" else 1.0 for cell in cells])
    sizes: Floats = np.maximum((suspicion * spread * worth / np.sqrt(pair))[place], MIN_SIZE)
    return np.asarray(sizes / sizes.max(initial=MIN_SIZE))


def drawn(number: Floats, size: Floats, count: int) -> tuple[list[int], float]:
    """Return the indexes of the spawns that are drawn, the first first, and the threshold."""
    key = -np.log(number) / size
    order = np.argsort(key, kind="stable")
    threshold = float(key[order[count]]) if count < len(order) else np.inf
    return [int(index) for index in order[:count]], threshold


def probability(size: Floats, threshold: float) -> Floats:
    """Return how likely spawns of these sizes were to be drawn."""
    chance: Floats = np.maximum(-np.expm1(-size * threshold), MIN_SIZE)
    return chance
