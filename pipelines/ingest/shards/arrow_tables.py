"""What a worker read, as Arrow tables: the form in which it travels."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, NamedTuple

import numpy as np
import orjson
import pyarrow as pa

from pipelines.ingest.files.mark import Mark
from pipelines.ingest.files.scan import Broken, Scan
from pipelines.ingest.shards.shard import Read, Task
from pipelines.ingest.vectors import TextVectors

_SCANS = pa.schema(
    [
        ("file", pa.int32()),  # its place in the shard
        ("source", pa.string()),
        ("mark", pa.binary()),
        ("counts", pa.binary()),
        ("start", pa.int64()),
        ("bytes_read", pa.int64()),
        ("writer_version", pa.string()),
        ("is_partial", pa.bool_()),
        ("is_unknown", pa.bool_()),
        ("warnings", pa.list_(pa.string())),
    ]
)
_FACTS = pa.schema([("scan", pa.int32()), ("fact_key", pa.string()), ("facts", pa.binary())])
_BROKEN = pa.schema(
    [
        ("scan", pa.int32()),
        ("line", pa.int64()),
        ("offset", pa.int64()),
        ("reason", pa.string()),
        ("excerpt", pa.string()),
    ]
)


class Columns(NamedTuple):
    """The tables of one shard; `scan` in the others is a row of `scans`."""

    scans: pa.Table
    facts: pa.Table
    broken: pa.Table
    vectors: pa.Table


def columns_of(read: Read) -> Columns:
    """Put what was read into tables."""
    scans = [scan for _, scan in read.scans]
    return Columns(
        pa.Table.from_pylist([{"file": file, **_row(scan)} for file, scan in read.scans], schema=_SCANS),
        _table(
            _FACTS, [(n, key, orjson.dumps(facts)) for n, scan in enumerate(scans) for key, facts in scan.facts.items()]
        ),
        _table(_BROKEN, [(n, *broken) for n, scan in enumerate(scans) for broken in scan.broken]),
        _vector_table(read.vectors),
    )


def read_of(columns: Columns, tasks: Sequence[Task]) -> Read:
    """Take out of the tables what was read of the shard's files."""
    scans: list[tuple[int, Scan]] = []
    for row in columns.scans.to_pylist():
        mark, counts = Mark(**orjson.loads(row.pop("mark"))), orjson.loads(row.pop("counts"))
        file = row.pop("file")
        scans.append((file, Scan(tasks[file].log, mark=mark, counts=counts, **row)))
    for number, key, facts in _rows(columns.facts):
        scans[number][1].facts[key] = orjson.loads(facts)
    for number, *broken in _rows(columns.broken):
        scans[number][1].broken.append(Broken(*broken))
    return Read(scans, _vectors_of(columns.vectors))


def _row(scan: Scan) -> dict[str, Any]:
    names = ("source", "start", "bytes_read", "writer_version", "is_partial", "is_unknown", "warnings")
    packed = {"mark": orjson.dumps(asdict(scan.mark)), "counts": orjson.dumps(scan.counts)}
    return packed | {name: getattr(scan, name) for name in names}


def _table(schema: pa.Schema, rows: Sequence[tuple[Any, ...]]) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)


def _rows(table: pa.Table) -> Any:
    return zip(*(column.to_pylist() for column in table.columns), strict=True)


def _vector_table(vectors: TextVectors | None) -> pa.Table:
    model, hashes = (vectors.embedding_model, vectors.hashes) if vectors else ("", [])
    matrix = vectors.vectors if vectors else np.empty((0, 1), dtype=np.float32)
    values = pa.FixedSizeListArray.from_arrays(pa.array(matrix.ravel()), matrix.shape[1])
    table = pa.Table.from_arrays([pa.array(hashes, pa.string()), values], ["task_hash", "vector"])
    return table.replace_schema_metadata({"embedding_model": model})


def _vectors_of(table: pa.Table) -> TextVectors | None:
    if not table.num_rows:
        return None
    matrix = table["vector"].combine_chunks().flatten().to_numpy().reshape(table.num_rows, -1)
    return TextVectors(table.schema.metadata[b"embedding_model"].decode(), table["task_hash"].to_pylist(), matrix)
