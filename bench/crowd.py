"""The crowd: 10,000 people and 100,000 grants in the 200 units of the world, some to units and to groups."""

import random
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, func, insert, select

from bench.world import DENSE_UNIT, LONG_AGO, SEED, UNITS
from bench.world import PEOPLE as KNOWN
from dataspace import db
from dataspace.auth.models import Asset, Grant, Membership, Person, PersonGroup
from dataspace.auth.words import MembershipKind, PersonKind, Role, Source

PEOPLE, GRANTS = 10_000, 100_000
DPO_ID, DPO = 3, "personne-3"
_TO_UNITS, _TO_GROUPS, _GROUPS = 400, 200, 40
_HOUSE_UNITS = 178


def gather(url: str) -> None:
    """Add people and grants to the loaded world until they are that many."""
    engine, chance = db.engine(url, guarded=False), random.Random(SEED)
    with engine.begin() as connection:
        assets = list(connection.scalars(select(Asset.__table__.c.id).order_by(Asset.__table__.c.id)))
        missing = GRANTS - (connection.scalar(select(func.count()).select_from(Grant.__table__)) or 0)
        newcomers = range(KNOWN + 1, PEOPLE + 1)
        _write(connection, Person, (_person(n, chance) for n in newcomers))
        _write(connection, Membership, ({
            "person_id": n, "unit_id": _home(n), "kind": MembershipKind.POSTING, "quota": 100, "areas": [], "title": "",
            "source": Source.SSO, "starts": LONG_AGO, "ends": None,
        } for n in newcomers))  # fmt: skip
        _write(connection, PersonGroup, ({"person_id": n, "name": f"groupe-{n % _GROUPS}"} for n in newcomers))
        _write(connection, Grant, _grants(missing, assets, chance))
        if connection.dialect.name == "postgresql":
            for table in ("access_grant", "membership", "person"):
                connection.exec_driver_sql(
                    f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"
                )
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE" if connection.dialect.name == "sqlite" else "VACUUM ANALYZE")
    engine.dispose()


def _person(n: int, chance: random.Random) -> dict[str, Any]:
    return {
        "id": n, "public_id": f"personne-{n}", "login": f"personne-{n}", "given_name": "Camille",
        "family_name": f"Test{chance.randrange(10**6):06d}", "email": f"personne-{n}@valmer.example", "phone": "",
        "post": "Chargée d’études", "kind": PersonKind.AGENT, "is_feminine": True, "is_active": n % 50 > 0,
    }  # fmt: skip


def _home(n: int) -> int:
    return 1 + n % _HOUSE_UNITS


def _grants(many: int, assets: list[int], chance: random.Random) -> Iterator[dict[str, Any]]:
    """One of the directory for each newcomer, the reader's own, some to units and groups; the rest by hand on assets."""
    serial = iter(range(1, many + 1))

    def grant(role: Role, **more: Any) -> dict[str, Any]:
        return {
            "public_id": f"foule-{next(serial)}", "person_id": None, "subject_unit_id": None, "group_name": None,
            "role": role, "unit_id": None, "with_services": False, "asset_id": None, "source": Source.MANUAL,
            "purpose": "", "reason": "étude", "conditions": "", "granted_by_id": None, "granted_at": LONG_AGO,
            "starts": LONG_AGO, "ends": None, "revoked_at": None, "revoked_by_id": None, "version": 1,
        } | more  # fmt: skip

    yield grant(Role.DPO, person_id=DPO_ID, unit_id=1, with_services=True)
    for n in range(KNOWN + 1, PEOPLE + 1):
        yield grant(Role.AGENT, person_id=n, unit_id=_home(n), with_services=True, source=Source.SSO)
    for n in range(_TO_UNITS):
        on = {"unit_id": chance.randint(1, UNITS)} if n % 2 else {"asset_id": chance.choice(assets)}
        yield grant(Role.CONTRIBUTOR, subject_unit_id=DENSE_UNIT + n % (_HOUSE_UNITS - DENSE_UNIT), **on)
    for n in range(_TO_GROUPS):
        on = {"unit_id": chance.randint(1, UNITS)} if n % 2 else {"asset_id": chance.choice(assets)}
        yield grant(Role.CONTRIBUTOR, group_name=f"groupe-{n % _GROUPS}", **on)
    for _ in range(many - 1 - (PEOPLE - KNOWN) - _TO_UNITS - _TO_GROUPS):
        source = chance.choice((Source.MANUAL, Source.REQUEST, Source.IMPORT))
        revoked = LONG_AGO if chance.random() < 0.1 else None
        subject, asset = chance.randint(3, PEOPLE), chance.choice(assets)
        yield grant(Role.AGENT, person_id=subject, asset_id=asset, source=source, revoked_at=revoked)


def _write(connection: Connection, model: Any, rows: Iterator[dict[str, Any]]) -> None:
    connection.execute(insert(model.__table__), list(rows))
