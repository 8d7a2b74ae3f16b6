"""The tasks that are clustered: all of them by their types, some of them whole."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import numpy as np
import psycopg
from numpy.typing import NDArray

from pipelines.cluster.count import KnownOutcomes
from pipelines.cluster.kmeans import Floats, Ints, unit_rows
from pipelines.warehouse import named_sql, uuid_array
from recommender import work_types
from recommender.kinds import project_name
from recommender.work_types import HEAD_CHARACTERS, TAIL_CHARACTERS, work_type_of

Connection = psycopg.Connection[Any]
READ_AT_ONCE = 10_000


class Tasks(NamedTuple):
    """Tasks by their ids (n,), oldest first, and the type of work of each."""

    ids: NDArray[np.object_]
    types: NDArray[np.str_]

    def among(self, rows: Ints) -> "Tasks":
        """Return some of the tasks."""
        return Tasks(self.ids[rows], self.types[rows])


class News(NamedTuple):
    """What a clustering has to catch up with.

    `tasks` are to be assigned; `count_moved` of them are in a cluster of another type of work, and those in `stale`
    have an assignment that no longer holds.
    """

    tasks: Tasks
    count_moved: int
    stale: list[UUID]


class Placed(NamedTuple):
    """Some tasks as they are assigned: ids, what each is known by in an assignment, unit vectors (n, d), projects."""

    ids: list[UUID]
    keys: list[int]
    vectors: Floats
    projects: list[str]


@dataclass(frozen=True)
class EmbeddedTasks:
    """The tasks of one embedding model in a fixed order: unit vectors (n, d), texts, models' families, outcomes,
    types of work, projects; `keys` are what each is known by in an assignment.
    """

    ids: list[UUID]
    keys: list[int]
    texts: list[str]
    vectors: Floats
    models: list[str | None]
    success: list[bool | None]
    types: list[str]
    projects: list[str]

    def outcomes(self) -> KnownOutcomes:
        """Return the known outcomes by row."""
        known = [
            row
            for row, (model, good) in enumerate(zip(self.models, self.success, strict=True))
            if model is not None and good is not None
        ]
        names = {name: index for index, name in enumerate(sorted({str(self.models[row]) for row in known}))}
        return KnownOutcomes(
            row=np.array(known, dtype=np.int64),
            model=np.array([names[str(self.models[row])] for row in known], dtype=np.int64),
            success=np.array([float(bool(self.success[row])) for row in known]),
        )


@cache
def reading_of_types() -> str:
    """Return a digest of what reads the type of a task: with other words, every task is read again."""
    digest = hashlib.sha256()
    for path in sorted(Path(work_types.__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def count_tasks(connection: Connection, embedding_model: str) -> int:
    """Return how many tasks have an embedding of this model."""
    row = connection.execute(named_sql(__file__, "count_tasks"), [embedding_model]).fetchone()
    return int(row[0]) if row else 0


def read_all(connection: Connection, embedding_model: str) -> Tasks:
    """Read the types of all tasks that have an embedding of this model."""
    rows = list(_typed(connection, embedding_model, None, is_all=True))
    return _tasks([row[0] for row in rows], [row[1] for row in rows])


def read_news(connection: Connection, embedding_model: str, version: int, *, is_all: bool) -> News:
    """Read what is not in a version as it is now: new tasks, and those whose text, agent or project has changed.

    With `is_all`, types are read by other words than the version's: a task of another type than its cluster's is news.
    """
    ids: list[UUID] = []
    types: list[str] = []
    stale, moved = [], 0
    for task, work_type, known_type, is_changed in _typed(connection, embedding_model, version, is_all=is_all):
        is_moved = known_type is not None and known_type != work_type
        if known_type is None or is_moved or is_changed:
            ids.append(task)
            types.append(work_type)
            moved += is_moved
            if known_type is not None:
                stale.append(task)
    return News(_tasks(ids, types), moved, stale)


def read_tasks(connection: Connection, embedding_model: str, tasks: Tasks) -> EmbeddedTasks:
    """Read some tasks whole."""
    columns: list[list[Any]] = [[] for _ in range(7)]
    for part in _parts(tasks):
        for row in _of(connection, "select_embedded_tasks", embedding_model, part):
            for column, value in zip(columns, row, strict=True):
                column.append(value)
    ids, keys, texts, vectors, models, success, folders = columns
    units = _units(vectors)
    return EmbeddedTasks(ids, keys, texts, units, models, success, tasks.types.tolist(), list(map(_project, folders)))


def placed(connection: Connection, embedding_model: str, tasks: Tasks) -> Iterator[tuple[Tasks, Placed]]:
    """Yield tasks as they are assigned, so many at once."""
    for part in _parts(tasks):
        rows = _of(connection, "select_placed_tasks", embedding_model, part)
        ids, keys, vectors, folders = ([row[column] for row in rows] for column in range(4))
        yield part, Placed(ids, keys, _units(vectors), list(map(_project, folders)))


def _typed(
    connection: Connection, embedding_model: str, version: int | None, *, is_all: bool
) -> Iterator[tuple[UUID, str, str | None, bool]]:
    parameters = {
        "embedding_model": embedding_model,
        "version": version,
        "is_all": is_all,
        "head": HEAD_CHARACTERS,
        "tail": TAIL_CHARACTERS,
    }
    with connection.cursor(name="task_types") as cursor:  # not all texts at once
        cursor.itersize = READ_AT_ONCE
        for task, text, agent, known_type, is_changed in cursor.execute(
            named_sql(__file__, "select_task_types"), parameters
        ):
            yield task, work_type_of(text, agent), known_type, is_changed


def _tasks(ids: list[UUID], types: list[str]) -> Tasks:
    held = np.empty(len(ids), dtype=object)
    held[:] = ids
    return Tasks(held, np.array(types, dtype=str))


def _parts(tasks: Tasks) -> Iterator[Tasks]:
    for start in range(0, len(tasks.ids), READ_AT_ONCE):
        yield Tasks(tasks.ids[start : start + READ_AT_ONCE], tasks.types[start : start + READ_AT_ONCE])


def _of(connection: Connection, statement: str, embedding_model: str, tasks: Tasks) -> list[tuple[Any, ...]]:
    """Return a row for each of the tasks, in their order."""
    parameters = {"embedding_model": embedding_model, "tasks": uuid_array(tasks.ids)}
    with connection.cursor(binary=True) as cursor:  # vectors in words would take most of the time
        return cursor.execute(named_sql(__file__, statement), parameters).fetchall()


def _units(vectors: Sequence[Any]) -> Floats:
    if not vectors:
        return np.zeros((0, 1))
    return unit_rows(np.array([vector.to_numpy() for vector in vectors], dtype=np.float32))


_project = cache(project_name)
