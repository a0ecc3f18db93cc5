"""The T-SQL: a parser of it reads every statement, nothing in it is newer than 2016, and the traps are kept out of."""

from __future__ import annotations

import functools
import re
from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp

from backbone_sync import dictionary
from backbone_sync.dictionary import Entity, Field, generated
from backbone_sync.privacy import grant
from backbone_sync.satu_data import sectoral
from backbone_sync.stores import accounts_sqlserver, ddl_sqlserver, people_sqlserver, state_sqlserver
from backbone_sync.stores.statements_sqlserver import Sql, Statements

WORDS = dictionary.load()
GRANTS = [grant.make(WORDS), grant.make(WORDS, leave_out=()), grant.make(WORDS, leave_out=("u", "s"))]
STATE = {**state_sqlserver.every(), **people_sqlserver.every()}
assert len(STATE) == len(state_sqlserver.every()) + len(people_sqlserver.every())
SNAPSHOTS = Path(__file__).parent / "data"
SHOWN = ("ref.mst_wilayah", "ref.tahun_ajaran", "anggota_rombel", "peserta_didik", "sekolah")
LOCKS = ("RUN_LOCK", "MIGRATION_LOCK")
_LITERAL = re.compile(r"'(?:[^']|'')*'")


@functools.cache
def tsql(statement: str) -> list[exp.Expression]:
    """The statements parsed; an AssertionError where the parser gave up and kept the text."""
    made = [one for one in sqlglot.parse(statement, dialect="tsql") if one is not None]
    assert made
    assert not any(list(one.find_all(exp.Command)) for one in made), statement[:200]
    return made


def of(entity: Entity) -> dict[str, Sql]:
    return made_of(entity, entity.fields)


def made_of(entity: Entity, granted: tuple[Field, ...]) -> dict[str, Sql]:
    made = accounts_sqlserver.of_entity(WORDS, entity, granted)
    people = people_sqlserver.of_entity(WORDS, entity, granted)
    assert not {*made} & {*people}
    return {**made, **people}


@functools.cache
def every() -> list[tuple[str, Sql]]:
    """Every statement with parameters or without, on whatever table."""
    made = list(STATE.items())
    for entity in WORDS.entities:
        made += [(f"{entity.name}: {name}", sql) for name, sql in of(entity).items()]
    return made


def definitions() -> list[str]:
    """Every statement that makes or changes a table; the one trigger aside, which the parser does not know."""
    made = [one for many in ddl_sqlserver.MIGRATIONS.values() for one in many if one != ddl_sqlserver.APPEND_ONLY]
    made += [ddl_sqlserver.MIGRATION_TABLE]
    for entity in WORDS.entities:
        made += [*ddl_sqlserver.table(entity), ddl_sqlserver.staging(entity), ddl_sqlserver.unguard(entity)]
        texts = [f.name for f in entity.fields if f.type == "text" and not f.key][:1]
        made += [one for name in texts for one in ddl_sqlserver.widened(entity, name, 300)]
        made += ddl_sqlserver.guard(entity, ("create_date", "last_sync"))
    return made


@pytest.mark.parametrize("name", WORDS.names)
def test_every_statement_on_an_entity_is_t_sql(name: str) -> None:
    entity = WORDS[name]
    # One grant is as good as another to a parser; a few entities show it.
    for given in GRANTS if name in SHOWN else GRANTS[1:2]:
        for sql in made_of(entity, given.fields(entity)).values():
            assert len(tsql(sql.text)) == 1


def test_every_other_statement_is_t_sql() -> None:
    for name, sql in STATE.items():
        assert len(tsql(sql.text)) == (4 if name in LOCKS else 1), name
    for statement in definitions():
        assert isinstance(tsql(statement)[0], (exp.Create, exp.Alter, exp.Update)), statement


def test_what_both_databases_are_asked_alike_is_read_by_both() -> None:
    for statement in sectoral.queries():
        (there,), (here,) = tsql(statement), [one for one in sqlglot.parse(statement, dialect="postgres") if one]
        assert there.sql() == here.sql()
        # T-SQL groups by no number and joins by no USING; a column without its table may be one of two.
        assert not [g for g in there.find_all(exp.Group) if list(g.find_all(exp.Literal))]
        assert not any(join.args.get("using") for join in there.find_all(exp.Join))
        assert all(column.table for column in there.find_all(exp.Column)), statement


def test_a_statement_says_what_each_of_its_parameters_is() -> None:
    kinds = {"int", "text", "time", "bool", "float", "keys", "rows", "seen", "values"}
    for name, sql in every():
        assert _LITERAL.sub("", sql.text).count("?") == sql.text.count("?") == len(sql.takes), name
        assert {k.rstrip("?") for k in sql.takes} <= kinds, name


def test_what_may_be_null_is_given_a_type() -> None:
    """The driver has to ask the server for the type of a bare NULL."""
    for name, sql in STATE.items():
        for at, kind in enumerate(sql.takes):
            if kind.endswith("?"):
                before = "?".join(sql.text.split("?")[: at + 1])
                assert re.search(r"CONVERT\((?:bigint|nvarchar\(max\)|datetimeoffset\(6\)), $", before), name


# 2016 has none of these. TRIM, STRING_AGG, CONCAT_WS and TRANSLATE came in 2017, APPROX_ in 2019, the rest in 2022;
# CREATE OR ALTER in the first service pack of 2016.
@pytest.mark.parametrize(
    "word",
    [
        *("TRIM(", "STRING_AGG", "CONCAT_WS", "TRANSLATE(", "APPROX_", "DISTINCT FROM", "GREATEST(", "LEAST("),
        *("DATETRUNC", "DATE_BUCKET", "GENERATE_SERIES", "JSON_OBJECT", "JSON_ARRAY", "JSON_PATH_EXISTS", "ISJSON("),
        *("WINDOW ", "OR ALTER", "BIT_COUNT", "LEFT_SHIFT", "FIRST_VALUE", "OPTIMIZE_FOR_SEQUENTIAL_KEY", "_UTF8"),
        *("DROP TABLE IF", "LEDGER", "MERGE ", "NOLOCK", "@@ROWCOUNT"),
    ],
)
def test_nothing_is_used_that_came_after_2016_or_that_we_keep_away_from(word: str) -> None:
    text = (generated.ROOT / "backbone_sync/contract/sql/sqlserver.sql").read_text("utf-8").upper()
    text += "\n".join(sql.text for sql in STATE.values()).upper()
    assert word not in text.replace("RTRIM(", "")


def test_no_aggregate_is_made_over_a_subquery() -> None:
    """The server refuses that (error 130), a parser does not."""
    for name, sql in every():
        for parsed in tsql(sql.text):
            for made in parsed.find_all(exp.Sum, exp.Max, exp.Min, exp.Count):
                assert not list(made.find_all(exp.Select)), name


def test_no_uniqueidentifier_is_ordered_or_ranged() -> None:
    """It sorts by its last group first, where text and Python sort by the first."""
    for entity in WORDS.entities:
        uuids = {f.name for f in entity.fields if f.type == "uuid"}
        for name, sql in of(entity).items():
            for parsed in tsql(sql.text):
                for made in parsed.find_all(exp.Order, exp.Max, exp.Min, exp.LT, exp.GT, exp.LTE, exp.GTE, exp.Between):
                    assert not uuids & {c.name for c in made.find_all(exp.Column)}, (entity.name, name)


def test_what_a_list_holds_is_compared_in_the_binary_collation_or_in_the_keys_own_type() -> None:
    """OPENJSON's text has the database's collation: beside a column of another the server refuses to compare."""
    for name, sql in every():
        aliases = set(re.findall(r"OPENJSON\(\?\)(?: WITH \([^=]*?\))? AS (\w)\b", sql.text))
        for alias in aliases:
            for use in re.finditer(rf"\b{alias}\.\[(?:key|value)\]", sql.text):
                before, after = sql.text[: use.start()], sql.text[use.end() :]
                safe = (
                    after.startswith(f" {ddl_sqlserver.BINARY}")
                    or re.search(r"(?:TRY_)?CONVERT\(\w+(?:\(\w+\))?, $", before)
                    # What is only put into a table takes the column's collation.
                    or re.search(r"SELECT (?:(?:N'[^']*'|\?), )?$", before)
                )
                assert safe, (name, sql.text[max(0, use.start() - 60) : use.end() + 40])


def test_a_converted_code_is_compared_in_the_binary_collation() -> None:
    for name, sql in every():
        for use in re.finditer(r"TRY_CONVERT\(nvarchar\(\d+\), \w\.\[\w+\]\)", sql.text):
            assert sql.text[use.end() :].startswith(f" {ddl_sqlserver.BINARY}"), name


@pytest.mark.parametrize("name", WORDS.names)
def test_an_upsert_writes_the_granted_fields_and_no_other(name: str) -> None:
    entity = WORDS[name]
    for given in GRANTS if name in SHOWN else GRANTS[1:2]:
        granted = given.fields(entity)
        made = Statements.of(entity, granted)
        (insert,) = tsql(made.insert.text)
        assert [c.name for c in insert.this.expressions] == [*(f.name for f in granted), "flags"]
        assert made.columns == (*(f.name for f in granted), "flags")
        (update,) = tsql(made.update.text)
        changed = [e.this.name for e in update.expressions]
        assert changed == [*(f.name for f in granted if not f.key), "flags", "stored_at"]


def test_an_update_compares_text_by_its_bytes() -> None:
    students = WORDS["peserta_didik"]
    (update,) = tsql(Statements.of(students, students.fields).update.text)
    (compared,) = update.find_all(exp.Except)
    for side in (compared.left, compared.right):
        assert len(side.expressions) == len(students.fields)
        for field, shown in zip([f for f in students.fields if not f.key], side.expressions, strict=False):
            by_bytes = isinstance(shown, exp.Convert) and "VARBINARY" in shown.sql(dialect="tsql").upper()
            assert by_bytes == (field.type in ("text", "code", "identifier")), field.name


def test_an_insert_looks_for_the_key_under_a_lock() -> None:
    for name, sql in every():
        if sql.text.startswith("INSERT INTO") and re.search(
            r"AND NOT EXISTS \(SELECT 1 FROM (\S+) AS \w WITH", sql.text
        ):
            target = sql.text.split(" ")[2]
            assert f"FROM {target} AS" in sql.text, name
            assert re.search(rf"FROM {re.escape(target)} AS \w WITH \(UPDLOCK, HOLDLOCK\)", sql.text), name


def test_text_has_room_for_every_character_that_the_validator_lets_through() -> None:
    """A character outside the basic plane takes two of nvarchar's units; beyond 4000 units only max holds it."""
    for entity in WORDS.entities:
        for field in entity.fields:
            if field.type in ("text", "code"):
                assert ddl_sqlserver.column_type(field).startswith(f"nvarchar({2 * (field.length or 0)})")
    assert ddl_sqlserver.widened(WORDS["sekolah"], "nama", 2001)[0].endswith("[nama] nvarchar(max) NULL")
    assert ddl_sqlserver.widened(WORDS["sekolah"], "nama", 2000)[0].endswith("[nama] nvarchar(4000) NULL")


def test_codes_and_the_services_own_keys_are_collated_by_their_bytes() -> None:
    for entity in WORDS.entities:
        for field in entity.fields:
            by_bytes = field.type == "code" or (field.type == "text" and bool(field.key or field.reference))
            assert (ddl_sqlserver.BINARY in ddl_sqlserver.column_type(field)) == by_bytes
            if field.reference:
                # Columns of two collations cannot be joined at all.
                other = ddl_sqlserver.column_type(WORDS[field.reference].key)
                assert (ddl_sqlserver.BINARY in other) == by_bytes
    for statement in ddl_sqlserver.STATE:
        for column in re.findall(r"\[(?:entity|key|field|reason|state|kind)\] nvarchar\(\d+\)([^,]*)", statement):
            if "[released_by]" in statement or "[made_by]" in statement:
                continue
            assert ddl_sqlserver.BINARY in column, statement


def shown() -> dict[str, str]:
    """The snapshots by file: the statements on the service's own tables, and those of a few entities, default grant."""
    made = {"sqlserver-state.sql": {name: sql.text for name, sql in STATE.items()}}
    for name in SHOWN:
        entity = WORDS[name]
        statements = made_of(entity, GRANTS[0].fields(entity))
        made[f"sqlserver-{name}.sql"] = {n: sql.text for n, sql in statements.items()}
    head = "-- A snapshot; look at what changed before you take it over (tests/unit/backbone_sync).\n"
    return {f: head + "".join(f"\n-- {n}\n{t};\n" for n, t in texts.items()) for f, texts in made.items()}


@pytest.mark.parametrize("name", ["sqlserver-state.sql", *(f"sqlserver-{name}.sql" for name in SHOWN)])
def test_the_statements_are_those_that_were_looked_at(name: str) -> None:
    assert (SNAPSHOTS / name).read_text("utf-8") == shown()[name], (
        "look at the change; then: python -m tests.unit.backbone_sync.test_sqlserver_statements"
    )


if __name__ == "__main__":
    SNAPSHOTS.mkdir(exist_ok=True)
    for name, text in shown().items():
        (SNAPSHOTS / name).write_text(text, "utf-8")
