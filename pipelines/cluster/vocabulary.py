"""Which words may name which kind of task: subjects of the work, never a project's own words."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pipelines.cluster.kmeans import Floats, Ints
from pipelines.cluster.prose import TextWords, is_telling, parts_of, stem_of, words_of
from pipelines.cluster.stop_words import OWN_SUBJECTS, SUBJECTS

SHARE_AT_LEAST = 0.15  # of a kind's texts must say a word before it can name the kind
TEXTS_AT_LEAST = {4: 2, 8: 3}  # and so many of as many texts; one of fewer
TEXTS_READ = 500  # of a kind, the newest: enough to name it
TITLE_COUNTS = 3.0  # times a word of the prompt
SUBJECT_COUNTS = 2.0  # times any other word
PROSE_TO_PATHS = 2.0  # as often in prose as in paths, before a folder's name is taken for a word

_SUBJECTS = frozenset(map(stem_of, SUBJECTS))


@dataclass(frozen=True)
class KindWords:
    """Of each term how much it is said in each kind (kinds, terms), and whether it may name that kind."""

    terms: tuple[str, ...]
    said: Floats
    is_usable: NDArray[np.bool_]


@dataclass
class _Term:
    """Where a word stands in prose, plurals and singulars together: how it is written, and in which kinds' projects."""

    forms: Counter[str] = field(default_factory=Counter)
    texts: Counter[int] = field(default_factory=Counter)
    titles: Counter[int] = field(default_factory=Counter)
    projects: set[str] = field(default_factory=set)

    def shown(self) -> str:
        """Return the usual form, that of a subject first: in lower case, unless always in capitals, as UI is."""
        is_acronym = all(form.isupper() for form in self.forms)
        counts = Counter[str]()
        for form, count in self.forms.items():
            counts[form if is_acronym else form.lower()] += count
        return min(counts, key=lambda form: (form not in SUBJECTS, -counts[form], form))

    def is_named_thing(self) -> bool:
        """Tell whether it is only ever written with one capital, as the names of people and products are."""
        return all(form.istitle() for form in self.forms)


@dataclass(frozen=True)
class _ProjectsOwn:
    """The projects' names and the words in them, the words on the way to a project, and the words in other paths."""

    names: frozenset[str]
    parts: frozenset[str]
    homes: frozenset[str]
    paths: Counter[str]


def words_of_kinds(
    texts: Sequence[str], projects: Sequence[str], members: Ints, types: Sequence[str], *, projects_at_least: int = 1
) -> KindWords:
    """Count the telling words of each kind's distinct texts, and say which of them may name it.

    In a kind with tasks of several projects a word must stand in two of them. In any other, no part of a project's
    name will do, nor what is only written like a name. What is said in paths rather than in prose names nothing,
    unless it is one of `SUBJECTS`: these are everybody's, and any other word must be said in `projects_at_least`.
    """
    said: dict[str, TextWords] = {}
    terms: dict[str, _Term] = {}
    counted: list[set[str]] = [set() for _ in types]
    projects_of: list[set[str]] = [set() for _ in types]
    newest_first = reversed(list(dict.fromkeys(zip(texts, projects, members.tolist(), strict=True))))
    for text, project, kind in newest_first:
        projects_of[kind].add(project)
        if len(counted[kind]) < TEXTS_READ:
            words = said[text] = said.get(text) or words_of(text)
            _count(terms, words, project, kind, is_new=text not in counted[kind])
            counted[kind].add(text)
    own = _projects_own(projects, said.values())
    stems = sorted(terms)
    usable = np.zeros((len(types), len(stems)), dtype=np.bool_)
    table = np.zeros(usable.shape)
    for column, stem in enumerate(stems):
        term = terms[stem]
        for kind, count in term.texts.items():
            more = (TITLE_COUNTS - 1) * term.titles[kind]
            table[kind, column] = (count + more) * (SUBJECT_COUNTS if stem in _SUBJECTS else 1)
            is_common = count >= _least(len(counted[kind])) and stem not in _own_subjects(types[kind])
            is_shared = len(term.projects) > 1
            is_fit = is_shared or (len(projects_of[kind]) == 1 and not term.is_named_thing())
            is_public = stem in _SUBJECTS or len(term.projects) >= projects_at_least
            is_nobodys = _is_nobodys(stem, term, own, is_shared=is_shared)
            usable[kind, column] = is_common and is_fit and is_public and is_nobodys
    return KindWords(tuple(terms[stem].shown() for stem in stems), table, usable)


def _count(terms: dict[str, _Term], said: TextWords, project: str, kind: int, *, is_new: bool) -> None:
    telling = {word: stem_of(word) for word in said.prose if is_telling(word)}
    titled = {telling[word] for word in said.title & telling.keys()}
    for stem in set(telling.values()):
        term = terms.setdefault(stem, _Term())
        term.projects.add(project)
        term.texts[kind] += is_new
        term.titles[kind] += is_new and stem in titled
    for word, stem in telling.items():
        terms[stem].forms[said.prose[word]] += 1


def _projects_own(projects: Sequence[str], said: Iterable[TextWords]) -> _ProjectsOwn:
    paths, texts = Counter[str](), list(said)
    for words in texts:
        paths.update({stem_of(part) for part in words.path_parts})
    named = set(projects) - {""}
    return _ProjectsOwn(
        names=frozenset(stem_of(name.lower()) for name in named),
        parts=frozenset(stem_of(part) for name in named for part in parts_of(name)),
        homes=frozenset(stem_of(part) for words in texts for part in words.home_parts),
        paths=paths,
    )


def _is_nobodys(stem: str, term: _Term, own: _ProjectsOwn, *, is_shared: bool) -> bool:
    """Tell whether a word belongs to no project, person or path."""
    if stem in own.names or stem in own.homes or (stem in own.parts and not (is_shared and stem in _SUBJECTS)):
        return False
    if stem in _SUBJECTS:
        return True
    in_paths = own.paths[stem]
    return sum(term.texts.values()) >= PROSE_TO_PATHS * in_paths if is_shared else in_paths == 0


def _own_subjects(work_type: str) -> frozenset[str]:
    return frozenset(map(stem_of, OWN_SUBJECTS.get(work_type, ())))


def _least(texts: int) -> float:
    return max(
        SHARE_AT_LEAST * texts, max((least for size, least in TEXTS_AT_LEAST.items() if texts >= size), default=1)
    )
