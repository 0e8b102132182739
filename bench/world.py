"""The world of the bench: cards, a tree of 200 units, 30 themes, 2,000 people and 20,000 grants; always the same.

Rows are written in bulk through an unguarded engine, which only the bench may do; counts come from `auth.counts`, words
from the catalogue's own stems.
"""

import random
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert

from bench.words import Text
from dataspace import db
from dataspace.auth import Policy, Task, counts, search, system
from dataspace.auth.models import Asset, Grant, Membership, Person, Stamp, Theme, Unit, asset_search
from dataspace.auth.words import (
    AssetKind,
    MembershipKind,
    PersonKind,
    Protection,
    Role,
    Sensitivity,
    Source,
    State,
    UnitKind,
)  # fmt: skip
from dataspace.catalog.models import Dataset, DatasetColumn, Link, Resource, Rhythm

SEED = 20261122
UNITS, THEMES, PEOPLE, GRANTS = 200, 30, 2_000, 20_000
FILE, FILE_ROWS = "be/releve", 40
FILE_COLUMNS = (
    "commune", "quartier", "equipement", "adresse", "gestionnaire", "etat", "categorie", "usage", "public", "horaire",
    "acces", "observation",
)  # fmt: skip
DENSE, SPARSE = "agent-dense", "partenaire-epars"
SPARSE_GRANTS = 80
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
_POLES, _DIRECTORATES, _COMMUNES, _PARTNERS = 8, 40, 10, 12
_DENSE_ID, _SPARSE_ID = 1, 2
_COMMON, _RARE = 0.07, 0.003


@dataclass(frozen=True)
class World:
    """What the workloads need to know: a word found in about 7 % of the cards, and a rare one."""

    size: int
    common_word: str
    rare_word: str


def load(url: str, policy: Policy, texts: Iterable[Text]) -> World:
    """Fill the migrated database at `url` with one card for each text."""
    engine = db.engine(url, guarded=False)
    chance = random.Random(SEED)
    texts = list(texts)
    units = list(_units())
    themes = [
        {"id": n, "code": f"theme-{n}", "label": f"Thématique {n}", "parent_id": None if n <= 6 else (n - 7) % 6 + 1}
        for n in range(1, THEMES + 1)
    ]
    assets = [_asset(n, text, chance) for n, text in enumerate(texts, 1)]
    with engine.begin() as connection:
        for model, rows in (
            (Unit, units), (Theme, themes), (Stamp, [{"name": "units", "version": "bench"}]),
            (Person, _people()), (Membership, _memberships()), (Asset, assets),
            (Dataset, [_dataset(a, t) for a, t in zip(assets, texts, strict=True) if a["kind"] is AssetKind.DATASET]),
            (Link, [{"asset_id": a["id"], "url": "https://bo.valmer.example/", "system": "Business Objects",
                     "description": t.description}
                    for a, t in zip(assets, texts, strict=True) if a["kind"] is not AssetKind.DATASET]),
            (Resource, _resources(assets)), (DatasetColumn, _columns(assets)),
            (Grant, _grants(assets, chance)),
        ):  # fmt: skip
            _write(connection, model.__table__, rows)
        frequencies = _index(connection, assets, texts, {u["id"]: u for u in units}, {t["id"]: t for t in themes})
        if connection.dialect.name == "postgresql":
            for table in (
                "access_grant",
                "asset",
                "membership",
                "person",
                "resource",
                "dataset_column",
                "unit",
                "theme",
            ):
                connection.exec_driver_sql(
                    f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"
                )
    with db.writing(db.sessions(engine)) as session:
        counts.rebuild(system(session, Task.COUNTS, policy))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        # What an installation does every night: without it PostgreSQL plans blind.
        connection.exec_driver_sql("ANALYZE" if connection.dialect.name == "sqlite" else "VACUUM ANALYZE")
    engine.dispose()
    return World(len(assets), _word(frequencies, _COMMON, len(assets)), _word(frequencies, _RARE, len(assets)))


def _write(connection: Connection, table: Any, rows: Iterable[dict[str, Any]]) -> None:
    if written := list(rows):
        connection.execute(insert(table), written)


def _units() -> Iterator[dict[str, Any]]:
    """1 authority, 8 poles, 40 directorates, services, then 10 communes and 12 partners."""
    for n in range(1, UNITS + 1):
        bodies = UNITS - _COMMUNES - _PARTNERS
        first_directorate, first_service = 2 + _POLES, 2 + _POLES + _DIRECTORATES
        if n == 1:
            kind, parent = UnitKind.AUTHORITY, None
        elif n < first_directorate:
            kind, parent = UnitKind.POLE, 1
        elif n < first_service:
            kind, parent = UnitKind.DIRECTORATE, 2 + n % _POLES
        elif n <= bodies:
            kind, parent = UnitKind.SERVICE, first_directorate + n % _DIRECTORATES
        else:
            kind, parent = (UnitKind.COMMUNE if n <= bodies + _COMMUNES else UnitKind.PARTNER), 1
        name = {"authority": "Métropole", "pole": "Pôle", "directorate": "Direction", "service": "Service",
                "commune": "Commune", "partner": "Partenaire"}[kind]  # fmt: skip
        yield {
            "id": n, "code": f"unite-{n}", "name": f"{name} numéro {n}", "short_name": f"{name} {n}", "kind": kind,
            "parent_id": parent, "is_accepted": True, "areas": [],
        }  # fmt: skip


DENSE_UNIT = 2 + _POLES
SPARSE_UNIT = UNITS


def _people() -> Iterator[dict[str, Any]]:
    for n in range(1, PEOPLE + 1):
        login = {_DENSE_ID: DENSE, _SPARSE_ID: SPARSE}.get(n, f"personne-{n}")
        yield {
            "id": n, "public_id": f"personne-{n}", "login": login, "given_name": "Camille", "family_name": f"Test{n}",
            "email": f"personne-{n}@valmer.example", "phone": "01 99 00 00 00", "post": "Chargée d’études",
            "kind": PersonKind.PARTNER if n == _SPARSE_ID else PersonKind.AGENT, "is_feminine": True, "is_active": True,
        }  # fmt: skip


def _home(person: int) -> int:
    if person in (_DENSE_ID, _SPARSE_ID):
        return {_DENSE_ID: DENSE_UNIT, _SPARSE_ID: SPARSE_UNIT}[person]
    return 1 + person % (UNITS - _COMMUNES - _PARTNERS)


def _memberships() -> Iterator[dict[str, Any]]:
    for n in range(1, PEOPLE + 1):
        yield {
            "person_id": n, "unit_id": _home(n), "kind": MembershipKind.POSTING, "quota": 100, "areas": [],
            "title": "", "source": Source.SSO, "starts": LONG_AGO, "ends": None,
        }  # fmt: skip


def _asset(n: int, text: Text, chance: random.Random) -> dict[str, Any]:
    level = Sensitivity(chance.choices(range(4), (25, 50, 17, 8))[0])
    card = Sensitivity(min(level, chance.choices((1, 2, 3), (55, 35, 10))[0]))
    kind = chance.choices(
        (AssetKind.DATASET, AssetKind.REPORT, AssetKind.APPLICATION, AssetKind.SERVICE, AssetKind.API), (80, 8, 5, 4, 3)
    )[0]
    is_closed = level >= Sensitivity.RESTRICTED
    # Some units declare much more than others.
    unit = min(UNITS, 1 + int(UNITS * chance.random() ** 1.7))
    return {
        "id": n, "public_id": f"{chance.getrandbits(72):018x}", "kind": kind,
        "unit_id": unit, "theme_id": _theme(unit, chance),
        "sensitivity": level, "card_sensitivity": card,
        "protection": Protection.PERSONAL if is_closed and chance.random() < 0.3 else Protection.NONE,
        "state": chance.choices((State.PUBLISHED, State.DRAFT, State.ARCHIVED), (94, 4, 2))[0],
        "title": text.title, "summary": text.summary, "ground": "L311-6" if is_closed else "",
        "review_date": LONG_AGO + timedelta(days=3650) if is_closed else None,
        "updated": LONG_AGO + timedelta(seconds=chance.randrange(6 * 365 * 86400)), "version": 1,
    }  # fmt: skip


def _theme(unit: int, chance: random.Random) -> int:
    """A unit speaks of its own few themes; one card in ten is about anything."""
    if chance.random() < 0.1:
        return chance.randint(1, THEMES)
    return 1 + (unit * 7 + int(3 * chance.random() ** 2)) % THEMES


def _dataset(asset: dict[str, Any], text: Text) -> dict[str, Any]:
    return {
        "asset_id": asset["id"], "description": text.description, "producer": "Direction productrice",
        "steward_id": 3 + asset["id"] % 1000,
        "licence": "Licence Ouverte 2.0", "promised_rhythm": list(Rhythm)[asset["id"] % len(Rhythm)],
        "temporal": "depuis 2015", "spatial": "Métropole de Valmer", "level": "commune", "keywords": ["essai"],
    }  # fmt: skip


def _resources(assets: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """A file for two datasets in three, the same bytes for all."""
    for asset in assets:
        if asset["kind"] is AssetKind.DATASET and asset["id"] % 3:
            yield {
                "public_id": f"fichier-{asset['id']}", "dataset_id": asset["id"], "filename": "releve.csv",
                "media_type": "text/csv", "storage_key": FILE, "encoding": "utf-8", "delimiter": ";",
                "bytes": len(file_content()), "rows": FILE_ROWS, "sha256": "0" * 64, "created": asset["updated"],
            }  # fmt: skip


def _columns(assets: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for asset in assets:
        if asset["kind"] is AssetKind.DATASET:
            for position, name in enumerate(FILE_COLUMNS):
                yield {
                    "dataset_id": asset["id"], "position": position, "name": name, "label": name.capitalize(),
                    "type": "text", "unit": "", "description": "Telle que la donne le producteur.",
                }  # fmt: skip


def file_content() -> bytes:
    """The file behind the datasets: twelve columns of words, so that the portal draws no chart of it."""
    lines = [FILE_COLUMNS, *([f"{name} {n}" for name in FILE_COLUMNS] for n in range(FILE_ROWS))]
    return "\r\n".join(";".join(line) for line in lines).encode()


def _grants(assets: list[dict[str, Any]], chance: random.Random) -> Iterator[dict[str, Any]]:
    """One grant of the directory each, the sparse partner's assets, then grants on assets until there are 20,000."""
    serial = iter(range(1, GRANTS + 1))

    def grant(
        person: int, role: Role, *, unit: int | None = None, asset: int | None = None, **more: Any
    ) -> dict[str, Any]:
        return {
            "public_id": f"acces-{next(serial)}", "person_id": person, "subject_unit_id": None, "group_name": None,
            "role": role, "unit_id": unit, "with_services": unit is not None, "asset_id": asset, "source": Source.SSO,
            "purpose": "", "reason": "annuaire", "conditions": "", "granted_by_id": None, "granted_at": LONG_AGO,
            "starts": LONG_AGO, "ends": None, "revoked_at": None, "revoked_by_id": None, "version": 1,
        } | more  # fmt: skip

    for person in range(1, PEOPLE + 1):
        yield grant(person, Role.PARTNER if person == _SPARSE_ID else Role.AGENT, unit=_home(person))
    ids = [asset["id"] for asset in assets]
    for asset in sorted(chance.sample(ids, min(SPARSE_GRANTS, len(ids)))):
        yield grant(_SPARSE_ID, Role.PARTNER, asset=asset, source=Source.MANUAL)
    for _ in range(GRANTS - PEOPLE - min(SPARSE_GRANTS, len(ids))):
        # A tenth has ended: rows that are read past, as in any installation that has lived.
        ends = LONG_AGO + timedelta(days=365) if chance.random() < 0.1 else None
        yield grant(
            chance.randrange(3, PEOPLE + 1), Role.AGENT, asset=chance.choice(ids), source=Source.MANUAL, ends=ends
        )


def _index(
    connection: Connection, assets: list[dict[str, Any]], texts: list[Text], units: dict[int, Any], themes: dict[int, Any]
) -> Counter[str]:  # fmt: skip
    """Index every card as `auth.search.index` does; in how many cards each word of the texts stands."""
    frequencies: Counter[str] = Counter()
    rows = []
    for asset, text in zip(assets, texts, strict=True):
        unit = units[asset["unit_id"]]
        line = [unit, *([units[unit["parent_id"]]] if unit["parent_id"] else [])]
        said = [text.summary, *(f"{u['name']} {u['short_name']}" for u in line), themes[asset["theme_id"]]["label"]]
        stems = search.stems(text.title) * 4 + search.stems(" ".join([*said, text.description]))
        frequencies.update(set(search.words(f"{text.title} {text.summary} {text.description}")))
        rows.append({"rowid": asset["id"], "stems": " ".join(stems)})
    _write(connection, asset_search, rows)
    return frequencies


def _word(frequencies: Counter[str], share: float, size: int) -> str:
    """A long word that stands in about this share of the cards."""
    long = sorted(word for word in frequencies if len(word) >= 6 and word.isalpha())
    return min(long, key=lambda word: abs(frequencies[word] / size - share))
