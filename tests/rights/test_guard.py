"""Nothing that is owned is read but through the one door (DESIGN 4): every way round it is refused at the cursor.

The guard is against forgetting; who writes SQL that hides a name from it is stopped by `tests/rules/`.
"""

import pytest
from sqlalchemy import case, delete, exists, func, insert, literal, select, text, true, union_all, update
from sqlalchemy.orm import aliased, joinedload

from dataspace.auth import Permission
from dataspace.auth.models import Asset, AssetCount, Grant, Person, Unit, asset_search
from dataspace.catalog.models import Dataset, Link, Resource
from dataspace.errors import UnscopedRead

SEE = Permission.CARD_SEE
T = Asset.__table__


@pytest.fixture(scope="module")
def engine_url(clone):
    """One database for all: nothing gets as far as it."""
    return clone("valmer", "guard")


def seen(access):
    return access.select(Asset, SEE)


WAYS_ROUND = {
    "a plain select": lambda a: select(Asset),
    "one column": lambda a: select(Asset.id),
    "a constant about it": lambda a: select(literal(1)).select_from(Asset),
    "a Core table": lambda a: select(T.c.title),
    "a count": lambda a: select(func.count()).select_from(Asset),
    "a count over a scoped statement": lambda a: select(func.count()).select_from(seen(a).subquery()),
    "an exists": lambda a: select(exists().where(Asset.title == "Fuites")),
    "an exists correlated to an open table": lambda a: select(Unit).where(exists().where(Asset.unit_id == Unit.id)),
    "a condition on an open table": lambda a: select(Unit).where(Unit.id.in_(select(Asset.unit_id))),
    "a scalar in the columns": lambda a: select(select(func.max(Asset.id)).scalar_subquery()),
    "a scalar in the order": lambda a: select(Unit).order_by(select(func.max(Asset.id)).scalar_subquery()),
    "a case": lambda a: select(case((exists().where(Asset.id == 1), 1), else_=0)),
    "a join from an open table": lambda a: select(Unit.id).join(Asset, Asset.unit_id == Unit.id),
    "an outer join": lambda a: select(Grant.id).outerjoin(Asset, Asset.id == Grant.asset_id),
    "a lateral": lambda a: select(Person.id).join(select(T.c.id).lateral(), true()),
    "an alias": lambda a: select(aliased(Asset)),
    "an anonymous alias": lambda a: select(aliased(Asset, name="unit")),
    "a common table expression": lambda a: select(select(Asset.title).cte("unit_names").c.title),
    "a recursive one": lambda a: select(select(Asset.id).cte(recursive=True).union_all(select(literal(1))).c.id),
    "the other half of a union": lambda a: union_all(seen(a).with_only_columns(Asset.id), select(Asset.id)),
    "the search index": lambda a: select(asset_search.c.rowid),
    "the counts": lambda a: select(func.sum(AssetCount.n)),
    "a domain's table": lambda a: select(Dataset),
    "a child's table": lambda a: select(Resource.storage_key),
    "loading it along": lambda a: select(Dataset).options(joinedload(Dataset.asset)),
    "naming the table twice": lambda a: seen(a).where(Asset.id.in_(select(T.alias("other").c.id))),
    "naming another table": lambda a: seen(a).join(Dataset, Dataset.asset_id == Asset.id),
    "naming the index in what was scoped": lambda a: seen(a).join(asset_search, asset_search.c.rowid == Asset.id),
    "another guarded table by name only": lambda a: seen(a).where(text("EXISTS (SELECT 1 FROM link)")),
    "other rows under its declaration": lambda a: seen(a).from_statement(text("SELECT * FROM asset")),
    "a subquery of what was scoped": lambda a: select(seen(a).subquery().c.title),
    "a lock": lambda a: select(Asset.id).with_for_update(),
    "a bulk update": lambda a: update(Asset).values(title="x"),
    "a bulk update from another table": lambda a: update(Unit).values(name="x").where(Unit.id == Asset.unit_id),
    "a bulk delete": lambda a: delete(Asset),
    "a delete through another table": lambda a: delete(Link).where(Link.asset_id.in_(select(T.c.id))),
    "an insert from a select": lambda a: insert(Unit).from_select(
        ["code", "name"], select(Asset.public_id, Asset.title)
    ),
    "an insert": lambda a: insert(asset_search).values(rowid=1, stems="x"),
    "an insert returning": lambda a: insert(T).values(title="x").returning(T.c.id),
}
RAW = (
    "SELECT * FROM asset",
    "SELECT * FROM ASSET",
    'SELECT * FROM "asset"',
    "SELECT * FROM{schema}asset",
    'SELECT * FROM{schema}"asset"',
    "SELECT * FROM\tasset",
    "SELECT * FROM asset\n",
    "SELECT * FROM/**/asset",
    "SELECT * FROM asset/* rien */",
    "SELECT * FROM (asset)",
    "SELECT * FROM unit, asset",
    "SELECT a.title FROM asset AS a",
    "SELECT asset.title FROM asset",
    "SELECT count(*) FROM asset_search",
    "SELECT sum(n) FROM asset_count",
    "SELECT 1 WHERE EXISTS (SELECT 1 FROM dataset)",
    "WITH x AS (SELECT * FROM asset) SELECT * FROM x",
    "TABLE asset",
    "UPDATE asset SET title = 'x'",
    "DELETE FROM asset",
    "INSERT INTO link (asset_id) VALUES (1)",
    "CREATE VIEW open_view AS SELECT * FROM asset",
    "CREATE TABLE copied AS SELECT * FROM asset",
    "DROP TABLE link",
)


@pytest.mark.parametrize("way", WAYS_ROUND)
def test_a_way_round_is_refused(access, way):
    awa = access("awa")
    statement = WAYS_ROUND[way](awa)
    with pytest.raises(UnscopedRead):
        awa.session.execute(statement)


@pytest.mark.parametrize("sql", RAW)
def test_raw_sql_is_refused(access, sql, engine_name):
    session = access("awa").session
    schema = " main." if engine_name == "sqlite" else " public."
    with pytest.raises(UnscopedRead):
        session.execute(text(sql.format(schema=schema)))
    with pytest.raises(UnscopedRead):
        session.connection().exec_driver_sql(sql.format(schema=schema))


def test_names_quoted_as_only_sqlite_does_are_refused(access, engine_name):
    if engine_name == "sqlite":
        for sql in ("SELECT * FROM [asset]", "SELECT * FROM `asset`", "SELECT * FROM main . asset"):
            with pytest.raises(UnscopedRead):
                access("awa").session.connection().exec_driver_sql(sql)


def test_a_long_list_of_values_is_not_a_way_to_hide(access):
    """Lists are folded before looking; what stands beside them is not."""
    session = access("awa").session
    with pytest.raises(UnscopedRead):
        session.execute(select(Unit.id).where(Unit.id.in_(range(300)), Unit.id.in_(select(Asset.unit_id))))


def test_words_that_only_look_like_a_guarded_table_pass(access):
    """A value, a longer name, a column of another table: nothing there is owned."""
    session = access("awa").session
    session.execute(select(Grant.asset_id).where(Grant.reason == "asset"))
    session.execute(select(Unit.id).where(Unit.code.in_(["asset", "dataset", "seat"])))
