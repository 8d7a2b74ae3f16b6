"""What a kind of task is called: its type of work, and the words that tell it from the other kinds."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pipelines.cluster.kmeans import Clustering, Floats, Ints
from recommender.work_types import WORK_TYPE_NAMES

if TYPE_CHECKING:
    from pipelines.cluster.vocabulary import KindWords

TERMS_KEPT = 10
TERMS_IN_LABEL = 2  # and one more where two kinds would be called alike
EXAMPLES_KEPT = 3
_BETWEEN = " · "


@dataclass(frozen=True)
class ClusterLabel:
    """The name of a cluster, and its telling terms in order."""

    label: str
    terms: tuple[str, ...]


def label_clusters(
    texts: Sequence[str],
    projects: Sequence[str],
    members: Ints,
    types: Sequence[str],
    old: Sequence[str | None] | None = None,
    *,
    projects_at_least: int = 1,
) -> list[ClusterLabel]:
    """Name each cluster by its type of work and its class-based TF-IDF terms: frequent in it, rare elsewhere.

    `members` is the cluster of each task, `types` the type and `old` the label so far of each cluster, which stays
    while a term of it still tells the cluster apart. No two labels are alike. A term that is nobody's subject must be
    said in `projects_at_least`: anyone who reads labels must not read what only one project speaks of.
    """
    from pipelines.cluster.vocabulary import words_of_kinds  # its list of stop words imports scikit-learn

    words = words_of_kinds(texts, projects, members, types, projects_at_least=projects_at_least)
    ranked = [_ranked(words, weights, kind) for kind, weights in enumerate(_weights(words.said))]
    labels = [_kept(old[kind] if old else None, words, terms, types[kind], kind) for kind, terms in enumerate(ranked)]
    repeated = {label for label, count in Counter(labels).items() if count > 1}
    taken = {label for label in labels if label is not None}
    for kind, terms in enumerate(ranked):
        label = labels[kind]
        if label is None or (label in repeated and label in labels[:kind]):
            labels[kind] = label = _free_label(WORK_TYPE_NAMES[types[kind]], terms, taken)
            taken.add(label)
    return [ClusterLabel(label or "", terms) for label, terms in zip(labels, ranked, strict=True)]


def _weights(said: Floats) -> Floats:
    """Return the weight of each word in each kind (kinds, words) from how much it is said there.

    Formula: term frequency in the kind x log(1 + words per kind / frequency over all kinds), as in BERTopic
    (Grootendorst 2022); a text counts once a word, so that one long prompt does not name its kind.
    """
    if not said.size:
        return said
    frequency = said / np.maximum(said.sum(axis=1, keepdims=True), 1)
    weights: Floats = frequency * np.log1p(said.sum() / len(said) / np.maximum(said.sum(axis=0), 1))
    return weights


def _ranked(words: "KindWords", weights: Floats, kind: int) -> tuple[str, ...]:
    usable = np.flatnonzero(words.is_usable[kind] & (weights > 0)).tolist()
    usable.sort(key=lambda index: (-weights[index], words.terms[index]))
    return tuple(words.terms[index] for index in usable[:TERMS_KEPT])


def _kept(label: str | None, words: "KindWords", terms: tuple[str, ...], work_type: str, kind: int) -> str | None:
    """Return the old label while any term of it still tells the kind apart and none has become unfit."""
    name, _, rest = (label or "").partition(_BETWEEN)
    old = rest.split(", ")
    usable = {words.terms[index] for index in np.flatnonzero(words.is_usable[kind])}
    is_kept = name == WORK_TYPE_NAMES[work_type] and not set(old) - usable and set(old) & set(terms)
    return label if is_kept else None


def _free_label(name: str, terms: tuple[str, ...], taken: set[str]) -> str:
    """Return the first label that no other kind has: with two terms, with a third, with a number."""
    first, more = terms[:TERMS_IN_LABEL], terms[TERMS_IN_LABEL:]
    for chosen in (first, *((*first, term) for term in more)):
        label = _BETWEEN.join([name, ", ".join(chosen)]) if chosen else name
        if label not in taken:
            return label
    number = 2
    while f"{label} {number}" in taken:
        number += 1
    return f"{label} {number}"


def example_rows(texts: Sequence[str], clustering: Clustering, cluster: int) -> list[int]:
    """Return the rows nearest to the centroid, each with another text than the ones before."""
    rows = np.flatnonzero(clustering.members == cluster)
    chosen: dict[str, int] = {}
    for row in rows[np.argsort(clustering.distances[rows], kind="stable")]:
        chosen.setdefault(texts[row], int(row))
        if len(chosen) == EXAMPLES_KEPT:
            break
    return list(chosen.values())
