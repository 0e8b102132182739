"""Rights: who has access to an asset, what a person has, against SQL written by hand; and a run of revocations."""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from bench import crowd, words
from bench.catalog import bare_connection, same
from bench.rounds import Measure, clock_for, in_turn
from bench.world import SEED, load
from dataspace import db
from dataspace.auth import Access, Actor, Permission, holders, policy
from dataspace.auth.models import Asset, Grant, Person, PersonGroup, Theme
from dataspace.auth.rights import deciding_level
from dataspace.auth.words import Protection, Reach, Role, Sensitivity, State
from dataspace.config import shipped

CARDS, SHOWN = 2_000, 50
LIVE = "g.revoked_at IS NULL AND g.starts <= :now AND (g.ends IS NULL OR g.ends > :now)"
# What the page shows of a line: the person, and the grant that opens.
LINE = "p.id, p.given_name, p.family_name, p.post, g.id, g.role, g.source, g.unit_id, g.asset_id, g.starts, g.ends, g.reason"
WHO_HAS = """
WITH opened AS MATERIALIZED ({opened}),
held (person_id, grant_id) AS ({held}),
first (person_id, grant_id) AS MATERIALIZED (
 SELECT h.person_id, min(h.grant_id) FROM held h JOIN person p ON p.id = h.person_id
 WHERE p.is_active AND p.id NOT IN (
  SELECT d.person_id FROM denial d WHERE (d.asset_id = :asset OR d.theme_id IN ({themes})) AND d.starts <= :now
  AND (d.ends IS NULL OR d.ends > :now))
 GROUP BY h.person_id)
"""
FIRST_AND_CAUSES = f"""
SELECT * FROM (SELECT {LINE}, CAST(NULL AS bigint) AS n FROM first f JOIN person p ON p.id = f.person_id
 JOIN access_grant g ON g.id = f.grant_id ORDER BY p.family_name, p.given_name, p.id LIMIT {SHOWN}) AS lines
UNION ALL
SELECT NULL, NULL, NULL, NULL, NULL, g.role, g.source, NULL, NULL, NULL, NULL, NULL, count(*)
FROM first f JOIN access_grant g ON g.id = f.grant_id GROUP BY g.role, g.source"""
HERS = """
WITH hers AS MATERIALIZED (
 SELECT g.* FROM access_grant g WHERE g.person_id = :person AND {live}
 UNION ALL SELECT g.* FROM access_grant g WHERE g.subject_unit_id IN ({above}) AND {live}
 UNION ALL SELECT g.* FROM access_grant g JOIN person_group pg ON pg.name = g.group_name
 WHERE pg.person_id = :person AND {live}
 UNION ALL SELECT g.* FROM access_grant g JOIN usage us ON us.id = g.usage_id AND us.starts <= :now AND us.ends > :now
 JOIN usage_member um ON um.usage_id = us.id AND um.starts <= :now AND um.ends > :now
 WHERE um.person_id = :person AND {live})
SELECT {columns} FROM hers g LEFT JOIN asset a ON a.id = g.asset_id
WHERE g.unit_id IN ({cells}) OR (a.unit_id IN ({cells}) AND a.card_sensitivity <= {level} AND a.state <> 'draft')"""


@dataclass(frozen=True)
class Answer:
    """First lines (grant, role, source, unit, asset, start, end, reason; before them whose), how many in all, by cause."""

    lines: list[tuple[Any, ...]]
    total: int
    causes: dict[tuple[str, str], int]


class Bench:
    """A database with the crowd in it."""

    def __init__(self, url: str, folder: Path, stack: ExitStack) -> None:
        db.upgrade(url)
        self.policy = policy.load(shipped("policies"))
        load(url, self.policy, words.invented(CARDS, SEED))
        crowd.gather(url)
        self.url, self.folder = url, folder
        self.engine = db.engine(url)
        stack.callback(self.engine.dispose)
        self.sessions = db.sessions(self.engine)
        connection = bare_connection(url)
        stack.callback(connection.close)
        self.cursor = connection.cursor()

    def run(self, *, rounds: int, tell: Callable[[str, Measure], None]) -> dict[str, Measure]:
        """Each question, asked by the delegate for data protection; both ways must answer the same first."""
        found = {}
        with self.sessions() as session:
            reader = session.scalars(select(Person).where(Person.login == crowd.DPO)).one()
            actor = Actor.of(reader)
            for name, ours, limit in self.questions(session, Access(actor, session, self.policy)):
                same(name, ours(), limit())
                found[name] = in_turn(
                    ours, limit, nullcontext, rounds=rounds, clock=clock_for(self.engine.dialect.name)
                )
                tell(name, found[name])
        return found

    def questions(
        self, session: Any, access: Access
    ) -> Iterator[tuple[str, Callable[[], Answer], Callable[[], Answer]]]:
        for name, level, protection in (
            ("internal", Sensitivity.INTERNAL, Protection.NONE), ("restricted", Sensitivity.RESTRICTED, Protection.NONE),
            ("confidential", Sensitivity.CONFIDENTIAL, Protection.NONE),
            ("protected", Sensitivity.CONFIDENTIAL, Protection.PERSONAL),
        ):  # fmt: skip
            stmt = access.select(Asset, Permission.RIGHTS_SEE).where(
                Asset.sensitivity == level, Asset.protection == protection, Asset.state == State.PUBLISHED
            )
            asset = session.scalars(stmt.order_by(Asset.id).limit(1)).one()
            limit = WhoHas(self, access, asset)
            yield f"who_has_{name}", lambda a=asset: who_has(access, a), limit
        most = select(Grant.person_id).where(Grant.person_id.is_not(None)).group_by(Grant.person_id)
        busy = session.scalars(most.order_by(func.count().desc(), Grant.person_id).limit(1)).one()
        in_a_group = session.scalars(select(func.min(PersonGroup.person_id))).one()
        for name, key in (("busy", busy), ("in_a_group", in_a_group)):
            person = session.get_one(Person, key)
            yield f"what_has_{name}", lambda p=person: what_has(access, p), WhatHas(self, access, person)


def who_has(access: Access, asset: Asset) -> Answer:
    found = holders.of(_anew(access), asset, Permission.DATASET_READ, limit=SHOWN)
    causes = {(cause.role.value, cause.source.value): cause.people for cause in found.causes}
    return Answer([(p.id, p.given_name, p.family_name, p.post, *line(g)) for p, g in found.people], found.total, causes)


def what_has(access: Access, person: Person) -> Answer:
    found = holders.of_person(_anew(access), person, limit=SHOWN)
    causes = {(cause.role.value, cause.source.value): cause.people for cause in found.causes}
    return Answer([line(grant) for grant in found.grants], found.total, causes)


def line(grant: Grant) -> tuple[Any, ...]:
    told = (grant.id, grant.role.value, grant.source.value, grant.unit_id, grant.asset_id)
    return (*told, grant.starts, grant.ends, grant.reason)


def _anew(access: Access) -> Access:
    """Rows are read again; whose reader one is, and where, was settled by the door of the page, on both sides."""
    access.session.expunge_all()
    return access


class Limit:
    """A statement written by hand, with its values, on the bare connection."""

    def __init__(self, bench: Bench, **values: Any) -> None:
        self.cursor, self.is_postgresql = bench.cursor, bench.engine.dialect.name == "postgresql"
        moment = db.now().replace(tzinfo=None)
        self.values = values | {"now": moment if self.is_postgresql else moment.isoformat(" ", "microseconds")}

    def all(self, sql: str) -> list[Any]:
        if self.is_postgresql:
            sql = re.sub(r":(\w+)", r"%(\1)s", sql)
        return self.cursor.execute(sql, self.values).fetchall()

    def dated(self, row: Any) -> tuple[Any, ...]:
        """A row that ends with a start, an end and a reason: the two dates as dates."""
        return (*row[:-3], self.date(row[-3]), self.date(row[-2]), row[-1])

    def date(self, said: Any) -> datetime | None:
        if said is None:
            return None
        return (said if self.is_postgresql else datetime.fromisoformat(said)).replace(tzinfo=UTC)


class WhoHas(Limit):
    """One asset: a part for each kind of subject, the roles and the tree known beforehand."""

    def __init__(self, bench: Bench, access: Access, asset: Asset) -> None:
        super().__init__(bench, asset=asset.id)
        rules, tree = bench.policy, access.facts.tree

        def roles(reach: Reach) -> str:
            levels = {role: rules.level(role, Permission.DATASET_READ, reach) for role in Role}
            return _listed(
                f"'{r.value}'" for r, level in levels.items() if level is not None and level >= asset.sensitivity
            )

        height = int(deciding_level(asset))
        opening = [f"g.asset_id = :asset AND g.role IN ({roles(Reach.ASSET)}) AND g.up_to >= {height}"]
        subjects = [
            "SELECT person_id, id FROM opened WHERE person_id IS NOT NULL",
            (
                "SELECT um.person_id, o.id FROM opened o "
                "JOIN usage us ON us.id = o.usage_id AND us.starts <= :now AND us.ends > :now "
                "JOIN usage_member um ON um.usage_id = us.id AND um.starts <= :now AND um.ends > :now"
            ),
        ]
        if not asset.is_protected:
            over = _listed(unit for unit in tree.nodes if asset.unit_id in tree.branch(unit))
            around = _listed(unit for unit in tree.nodes if asset.unit_id in tree.authority(unit))
            opening.append(f"g.unit_id IN ({around}) AND g.role IN ({roles(Reach.AUTHORITY)})")
            is_near = f"(g.with_services OR g.unit_id = {asset.unit_id})"
            opening.append(f"g.unit_id IN ({over}) AND g.role IN ({roles(Reach.UNIT)}) AND {is_near}")
            under = ", ".join(f"({top}, {unit})" for top in tree.nodes for unit in tree.branch(top))
            subjects.append(
                f"SELECT m.person_id, o.id FROM opened o JOIN (VALUES {under}) u ON u.column1 = o.subject_unit_id "
                "JOIN membership m ON m.unit_id = u.column2 AND m.starts <= :now AND (m.ends IS NULL OR m.ends > :now)"
            )
            subjects.append("SELECT pg.person_id, o.id FROM opened o JOIN person_group pg ON pg.name = o.group_name")
        opened = " UNION ALL ".join(
            f"SELECT g.id, g.person_id, g.subject_unit_id, g.group_name, g.usage_id FROM access_grant g WHERE {which} AND {LIVE}"
            for which in opening
        )
        held = " UNION ALL ".join(subjects)
        parents = dict(access.session.execute(select(Theme.id, Theme.parent_id)).tuples().all())
        line, here = [], asset.theme_id
        while here is not None:
            line.append(here)
            here = parents[here]
        self.found = WHO_HAS.format(opened=opened, held=held, themes=_listed(line))

    def __call__(self) -> Answer:
        rows = self.all(self.found + FIRST_AND_CAUSES)
        lines = [self.dated(row[:-1]) for row in rows if row[-1] is None]
        causes = {(row[5], row[6]): row[-1] for row in rows if row[-1] is not None}
        return Answer(lines, sum(causes.values()), causes)


class WhatHas(Limit):
    """One person: hers, her units', her groups', where the reader may see rights."""

    def __init__(self, bench: Bench, access: Access, person: Person) -> None:
        super().__init__(bench, person=person.id)
        cells = access.scope(Permission.RIGHTS_SEE).cells
        tree = access.facts.tree
        self.places = (
            "SELECT unit_id FROM membership m WHERE m.person_id = :person AND m.starts <= :now "
            "AND (m.ends IS NULL OR m.ends > :now)"
        )
        self.over = {unit: tree.holding(unit) for unit in tree.nodes}
        self.reached = {"cells": _listed(cells), "level": int(max(cells.values())), "live": LIVE}

    def __call__(self) -> Answer:
        above = {unit for (place,) in self.all(self.places) for unit in self.over[place]}
        told = {**self.reached, "above": _listed(above)}
        columns = LINE.replace("p.id, p.given_name, p.family_name, p.post, ", "")
        rows = self.all(HERS.format(columns=columns, **told) + f" ORDER BY g.id LIMIT {SHOWN}")
        lines = [self.dated(row) for row in rows]
        causes = self.all(HERS.format(columns="g.role, g.source, count(*)", **told) + " GROUP BY g.role, g.source")
        by_cause = {(role, source): n for role, source, n in causes}
        return Answer(lines, sum(by_cause.values()), by_cause)


def _listed(found: Iterable[Any]) -> str:
    return ", ".join(str(one) for one in found) or "NULL"
