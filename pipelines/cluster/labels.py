"""What a kind of task is called: the words that tell it from the others."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS, CountVectorizer

from pipelines.cluster.kmeans import Clustering, Floats, Ints

TERMS_KEPT = 10
TERMS_IN_LABEL = 3
EXAMPLES_KEPT = 3
TEXT_READ = 2_000  # characters of a task: its opening says what it is about
WORD = r"(?u)\b[^\W\d_][\w-]{2,}\b"
# Words that every spawn's prompt holds, and what redaction leaves behind.
COMMON_IN_SPAWNS = frozenset({"task", "please", "agent", "redacted", "user", "need", "make", "sure", "use", "using"})


@dataclass(frozen=True)
class ClusterLabel:
    """The name of a cluster, and its telling terms in order."""

    label: str
    terms: tuple[str, ...]


def label_clusters(texts: Sequence[str], members: Ints, count: int) -> list[ClusterLabel]:
    """Name each cluster by its class-based TF-IDF terms: frequent in it, rare elsewhere.

    Formula: term frequency in the cluster x log(1 + words per cluster / frequency over all), as in BERTopic
    (Grootendorst 2022).
    """
    joined: list[list[str]] = [[] for _ in range(count)]
    for text, member in zip(texts, members, strict=True):
        joined[int(member)].append(text[:TEXT_READ])
    documents = [" ".join(parts) for parts in joined]
    stop_words = sorted(ENGLISH_STOP_WORDS | COMMON_IN_SPAWNS)
    vectorizer = CountVectorizer(token_pattern=WORD, stop_words=stop_words, max_features=50_000)
    try:
        counts = vectorizer.fit_transform(documents).toarray().astype(float)
    except ValueError:  # no text holds a word that tells anything
        return [ClusterLabel(f"kind {cluster + 1}", ()) for cluster in range(count)]
    words = [str(word) for word in vectorizer.get_feature_names_out()]
    frequency = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    weights = frequency * np.log1p(counts.sum() / count / counts.sum(axis=0))
    return [_label(weights[cluster], words, cluster) for cluster in range(count)]


def kept_label(old: ClusterLabel | None, new: ClusterLabel) -> str:
    """Return the old label while any word of it still tells the cluster apart, else the new one."""
    if old is None or not set(old.label.split(", ")) & set(new.terms):
        return new.label
    return old.label


def _label(weights: Floats, words: Sequence[str], cluster: int) -> ClusterLabel:
    ranked = sorted(np.flatnonzero(weights).tolist(), key=lambda index: (-weights[index], words[index]))[:TERMS_KEPT]
    terms = tuple(words[index] for index in ranked)
    return ClusterLabel(", ".join(terms[:TERMS_IN_LABEL]) or f"kind {cluster + 1}", terms)


def example_rows(texts: Sequence[str], clustering: Clustering, cluster: int) -> list[int]:
    """Return the rows nearest to the centroid, each with another text than the ones before."""
    rows = np.flatnonzero(clustering.members == cluster)
    chosen: dict[str, int] = {}
    for row in rows[np.argsort(clustering.distances[rows], kind="stable")]:
        chosen.setdefault(texts[row], int(row))
        if len(chosen) == EXAMPLES_KEPT:
            break
    return list(chosen.values())
