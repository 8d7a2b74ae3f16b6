"""A database at an earlier migration level, holding the data that a learning run left in a newer one."""

import itertools
from collections.abc import Iterable, Iterator
from contextlib import closing
from typing import Any

import psycopg
from psycopg import sql

from pipelines.warehouse import Warehouse
from pipelines.warehouse.migrate import ensure_pgvector, run_migrations
from tests.conftest import lend
from tests.reliability.conftest import Undisturbed
from tests.reliability.house import HOME_MODE, House

Connection = psycopg.Connection[Any]
Contents = dict[tuple[str, str], tuple[int, str]]
Columns = dict[tuple[str, str], dict[str, str]]

COLUMNS = """
select columns.table_schema, columns.table_name, jsonb_object_agg(
    columns.column_name,
    (
        select format_type(atttypid, atttypmod) from pg_attribute
        where attrelid = format('%I.%I', columns.table_schema, columns.table_name)::regclass
        and attname = columns.column_name
    )
)
from information_schema.columns inner join information_schema.tables using (table_schema, table_name)
where
    table_schema in ('learning', 'staging', 'intermediate', 'marts', 'serving')
    and table_type = 'BASE TABLE' and table_name <> 'alembic_version'
group by 1, 2
"""
SERIALS = """
select table_schema, table_name, column_name from information_schema.columns
where table_schema = 'learning' and is_identity = 'YES'
"""
# What a learning run on logs alone leaves empty. Nothing here is about a spawn in the logs: no mart depends on it.
EXTRAS = """
insert into learning.agent_stops values ('run-of-nobody', 'session-of-nobody', 'tester', 'claude-haiku-4-5', now());
insert into learning.feedback values ('task-of-nobody', false, 'It was not what I asked for.', now());
insert into learning.recommendation_log (decision_id, decided_at, answered_model, answer_source, agent_name, reason)
values (gen_random_uuid(), now(), 'haiku', 'cluster', 'tester', 'Seen 27 times.');
insert into learning.model_tiers_history (agent_pattern, default_model, valid_from) values ('OLD_*', 'opus', now());
insert into learning.audits (
    task_id, judge, probability, observed, evidence, evidence_hash, verdict, fault, confidence
)
select id, 'a-judge/2', 0.5, 'success', 'TASK:', task_hash, 'good', null, 0.8 from learning.task_history limit 10;
insert into learning.purges (session_hash, spawned_before) values (learning.hashed('session-of-nobody'), now());
insert into learning.purged_files (path_hash, size_bytes) values (learning.hashed('/no/such/file.jsonl'), 12);
"""
_numbers = itertools.count(1)


REMADE = {("learning", name) for name in ("clusterings", "task_clusters", "cluster_assignments", "model_estimates")} | {
    ("learning", name) for name in ("outcome_rates", "audit_rates", "lookup_answers")
}


class OldHouse(House):
    """A house that shares the server of the undisturbed one, and has a database of its own; empty at first."""

    def __init__(self, undisturbed: Undisturbed, database: str = "") -> None:
        database = database or f"old_{next(_numbers)}"
        home = undisturbed.home.parent / database
        home.mkdir(mode=HOME_MODE)
        lend(undisturbed.home, home)
        super().__init__(home, undisturbed.logs, DATABASE_URL=undisturbed.server.dsn(database))
        self.server = undisturbed.server
        self.database = database
        self.warehouse = Warehouse(self.server.dsn(database))
        with self.connect("postgres") as connection:
            connection.execute(sql.SQL("create database {}").format(sql.Identifier(database)))

    def fill(self, newer: House, database: str, level: str) -> None:
        """Bring the database to that level, and copy what its tables hold of a newer one's, dbt's tables too."""
        ensure_pgvector(self.warehouse.dsn)
        run_migrations(self.warehouse.dsn, level)
        with closing(newer.connect(database)) as source, closing(self.connect()) as target:
            target.execute("set session_replication_role = replica")  # no trigger, and the order does not matter
            here = columns_of(target)
            for table, columns in columns_of(source).items():
                if table[0] != "learning":
                    create_table(target, table, columns)
                if table in REMADE and level < "0007":
                    continue  # kinds had no type of work, estimates another form: the next night makes them again
                if table in here or table[0] != "learning":
                    copy_table(source, target, table, here.get(table, columns).keys() & columns)
            if "task_embedding" in here["learning", "task_history"]:
                copy_vectors(source, target)
            for schema, table, column in target.execute(SERIALS).fetchall():
                target.execute(
                    sql.SQL("select setval(pg_get_serial_sequence({}, {}), (select max({}) from {}))").format(
                        f"{schema}.{table}", column, sql.Identifier(column), sql.Identifier(schema, table)
                    )
                )

    def contents(self, columns: Columns) -> Contents:
        """Return, of each of these tables and columns, how many rows there are and an ordered digest of them."""
        with closing(self.connect()) as connection:
            return dict(digests_of(connection, columns))

    def vectors(self) -> list[tuple[str, str, str]]:
        """Return each task with its vector and the model that made it, wherever the level keeps them."""
        with closing(self.connect()) as connection:
            is_apart = connection.execute("select to_regclass('learning.task_embeddings') is not null").fetchone()
            where = "task_history_with_embeddings" if is_apart == (True,) else "task_history"
            query = sql.SQL("select id::text, embedding_model, task_embedding::text from learning.{} order by id")
            return connection.execute(query.format(sql.Identifier(where))).fetchall()

    def columns(self) -> Columns:
        """Return the columns of every table, each with its type."""
        with closing(self.connect()) as connection:
            return columns_of(connection)


def columns_of(connection: Connection) -> Columns:
    return {(schema, table): columns for schema, table, columns in connection.execute(COLUMNS).fetchall()}


def create_table(connection: Connection, table: tuple[str, str], columns: dict[str, str]) -> None:
    """Create a table as dbt does: without keys."""
    typed = [sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(kind)) for name, kind in columns.items()]  # type: ignore[arg-type]
    connection.execute(sql.SQL("create schema if not exists {}").format(sql.Identifier(table[0])))
    connection.execute(sql.SQL("create table {} ({})").format(sql.Identifier(*table), sql.SQL(", ").join(typed)))


def copy_table(source: Connection, target: Connection, table: tuple[str, str], columns: Iterable[str]) -> None:
    """Copy these columns of a table, in place of what a migration has put there."""
    target.execute(sql.SQL("delete from {}").format(sql.Identifier(*table)))
    named = sql.SQL("copy {} ({})").format(sql.Identifier(*table), sql.SQL(", ").join(map(sql.Identifier, columns)))
    with (
        source.cursor().copy(named + sql.SQL(" to stdout (format binary)")) as rows,
        target.cursor().copy(named + sql.SQL(" from stdin (format binary)")) as into,
    ):
        for row in rows:
            into.write(row)


def copy_vectors(source: Connection, target: Connection) -> None:
    """Give the rows the vectors that a newer level keeps once a text."""
    target.execute("create temp table vectors (task_hash text, embedding_model text, embedding halfvec)")
    with (
        source.cursor().copy("copy learning.task_embeddings to stdout (format binary)") as rows,
        target.cursor().copy("copy vectors from stdin (format binary)") as into,
    ):
        for row in rows:
            into.write(row)
    target.execute(
        "update learning.task_history as task set task_embedding = vectors.embedding::vector,"
        " embedding_model = vectors.embedding_model from vectors where task.task_hash = vectors.task_hash"
    )


def digests_of(connection: Connection, columns: Columns) -> Iterator[tuple[tuple[str, str], tuple[int, str]]]:
    """Yield each table with its number of rows and their digest."""
    for table, names in columns.items():
        query = sql.SQL(
            "select count(*), md5(coalesce(string_agg(row::text, '|' order by row::text), '')) from {}"
        ).format(
            sql.SQL("(select row({}) as row from {}) as rows").format(
                sql.SQL(", ").join(map(sql.Identifier, sorted(names))), sql.Identifier(*table)
            )
        )
        row = connection.execute(query).fetchone()
        assert row is not None
        yield table, (row[0], row[1])
