"""The limit: the same answers by the best SQL we can write by hand, through the bare driver of the database.

It may know everything beforehand: the tree, the policy, which plan fits whom. What is read on each request is what an
honest request reads: the session, the grants of the moment, the rows, the counts.
"""

import csv
import hashlib
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from bench.statements import CARD, COUNTED, DENIED, HELD, KINDS, POSTGRESQL_CELLS, SESSION, SQLITE_CELLS
from bench.world import LONG_AGO
from dataspace import db
from dataspace.auth import Policy
from dataspace.auth.facts import Facts, Held
from dataspace.auth.scope import places
from dataspace.auth.search import Sought
from dataspace.auth.tree import Tree
from dataspace.auth.words import Permission, Role, Sensitivity, Source

PER_PAGE = 20
_PREVIEWED = 10


@dataclass(frozen=True)
class Reader:
    """What one request learned of its actor: the units that hold her, highest levels by unit, assets granted by name."""

    person: int
    above: Sequence[int]
    cells: Mapping[int, tuple[int, int]]
    named: Sequence[int]


@dataclass(frozen=True)
class Listed:
    """A page of the list, as it is compared with the portal's."""

    rows: Sequence[str]
    total: int
    on_request: int
    facets: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True)
class Card:
    """A card that may be read, as it is compared with the portal's."""

    title: str
    columns: Sequence[str]
    people: Sequence[str]
    first_rows: Sequence[Sequence[str]]


class Limit:
    """Answers about the catalogue on one bare connection."""

    def __init__(self, connection: Any, engine: str, tree: Tree, policy: Policy, *, is_sparse: bool) -> None:
        self.cursor = connection.cursor()
        self.engine = engine
        self.tree = tree
        self.is_sparse = is_sparse
        self._written: dict[str, str] = {}
        self._opened = _cells_of_grants(tree, policy)

    # --- who asks ---------------------------------------------------------------------------------------------------
    def reader(self, handle: str) -> Reader:
        """The live session, its person, her grants and denials: what every request reads first."""
        moment = self._moment()
        signed_in = self._all(SESSION, handle=hashlib.sha256(handle.encode()).digest(), now=moment)
        person = signed_in[0][3]
        above = [node.id for row in signed_in for node in self.tree.line(row[9])]
        held = self._all(
            HELD.format(above=self._among("g.subject_unit_id", "above")),
            person=person,
            now=moment,
            above=self._list(above),
        )
        if self._all(DENIED, person=person, now=moment):
            raise ValueError("the people of the bench have no denial: the answers below would not cut them")
        cells: dict[int, tuple[int, int]] = {}
        for role, unit, with_services, asset in held:
            if asset is None:
                opened = self._opened[role, unit, bool(with_services)]
                cells = (
                    opened
                    if not cells
                    else {u: _most(cells.get(u), opened.get(u)) for u in cells.keys() | opened.keys()}
                )
        return Reader(person, above, cells, [asset for *_, asset in held if asset is not None])

    # --- the list ---------------------------------------------------------------------------------------------------
    def listing(self, handle: str) -> Listed:
        """The first page, the total and the facets, without words."""
        reader = self.reader(handle)
        themes = self._all("SELECT id, code, label FROM theme ORDER BY id")
        rows = self._page_by_keys(reader) if self.is_sparse else self._page_by_dates(reader)
        self._beside(rows)
        total, readable, facets = self._count(reader, themes)
        return Listed([row[1] for row in rows], total, total - readable, facets)

    def _page_by_dates(self, reader: Reader) -> list[Any]:
        by_level: dict[int, list[int]] = {}
        for unit, (seen, _) in reader.cells.items():
            by_level.setdefault(seen, []).append(unit)
        plus = "+" if self.engine == "sqlite" else ""
        opened = " OR ".join(
            f"({self._among(f'{plus}a.unit_id', f'units{n}')} AND a.card_sensitivity <= {level})"
            for n, level in enumerate(by_level)
        )
        if reader.named:
            opened += f" OR {self._among('a.id', 'named')}"
        sql = f"""SELECT {CARD} FROM asset a WHERE ({opened}) AND a.state <> 'draft' AND a.kind IN {KINDS}
                  ORDER BY a.updated DESC, a.id DESC LIMIT {PER_PAGE}"""
        units = {f"units{n}": self._list(found) for n, found in enumerate(by_level.values())}
        return self._all(sql, **units, named=self._list(reader.named))

    def _page_by_keys(self, reader: Reader) -> list[Any]:
        bare = f"a.state <> 'draft' AND a.kind IN {KINDS}"
        newest = f"ORDER BY a.updated DESC, a.id DESC LIMIT {PER_PAGE}"
        keys = [
            f"SELECT * FROM (SELECT {CARD} FROM asset a WHERE a.unit_id = {unit} AND a.card_sensitivity = {level}"
            f" AND {bare} {newest}) AS k{unit}_{level}"
            for unit, (seen, _) in reader.cells.items()
            for level in range(seen + 1)
        ]
        named = f"SELECT {CARD} FROM asset a WHERE {self._among('a.id', 'named')} AND {bare}"
        sql = f"SELECT * FROM ({' UNION '.join([*keys, named])}) AS a {newest}"
        return self._all(sql, named=self._list(reader.named))

    def _beside(self, rows: Sequence[Any]) -> list[Any]:
        sql = f"""SELECT d.asset_id, d.promised_rhythm, r.filename FROM dataset d
                  LEFT JOIN resource r ON r.dataset_id = d.asset_id WHERE {self._among("d.asset_id", "ids")}"""
        return self._all(sql, ids=self._list([row[0] for row in rows if row[2] == "dataset"]))

    def _count(self, reader: Reader, themes: Sequence[Any]) -> tuple[int, int, dict[str, dict[str, int]]]:
        is_sqlite = self.engine == "sqlite"
        cells = SQLITE_CELLS if is_sqlite else POSTGRESQL_CELLS
        counted = COUNTED.format(kinds=KINDS, named=self._among("a.id", "named"), cross="CROSS" if is_sqlite else "")
        given = {**self._cells(reader), "named": self._list(reader.named)}
        if is_sqlite:
            levels = [f"sum(CASE WHEN sensitivity = {int(level)} THEN seen ELSE 0 END)" for level in Sensitivity]
            kinds = [f"sum(CASE WHEN kind = {kind} THEN seen ELSE 0 END)" for kind in KINDS.strip("()").split(", ")]
            both = f"WITH {cells}, {counted} SELECT theme_id, sum(seen), sum(readable), {', '.join(levels + kinds)} FROM counted"
            none = ", ".join(["0"] * (1 + len(levels + kinds)))
            lines = self._all(
                f"{both} GROUP BY theme_id UNION ALL SELECT -unit_id, sum(seen), {none} FROM counted GROUP BY unit_id",
                **given,
            )
            by_theme = [line for line in lines if line[0] > 0]
            sums = [sum(column) for column in list(zip(*by_theme, strict=True))[1:]]
            level_sums, kind_sums = sums[2 : 2 + len(levels)], sums[2 + len(levels) :]
            return sums[0], sums[1], self._facets(
                themes, {line[0]: line[1] for line in by_theme}, {-line[0]: line[1] for line in lines if line[0] < 0},
                dict(enumerate(level_sums)), dict(zip([k.strip("'") for k in KINDS.strip("()").split(", ")], kind_sums, strict=True)),
            )  # fmt: skip
        lines = self._all(
            f"""WITH {cells}, {counted.replace("MATERIALIZED", "")} SELECT unit_id, theme_id, kind, sensitivity, sum(seen)::int,
                sum(readable)::int FROM counted GROUP BY GROUPING SETS ((), (unit_id), (theme_id), (kind), (sensitivity))""",
            **given,
        )
        found: tuple[dict[Any, int], ...] = ({}, {}, {}, {})
        total = readable = 0
        for *values, seen, opened in lines:
            place = next((n for n, value in enumerate(values) if value is not None), None)
            if place is None:
                total, readable = seen, opened
            else:
                found[place][values[place]] = seen
        units, by_themes, by_kinds, by_levels = found
        return total, readable, self._facets(themes, by_themes, units, by_levels, by_kinds)

    # --- the words --------------------------------------------------------------------------------------------------
    def search(self, handle: str, sought: Sought) -> Listed:
        """The same with words: the matches are read once, narrow; only the twenty shown are read whole."""
        reader = self.reader(handle)
        themes = self._all("SELECT id, code, label FROM theme ORDER BY id")
        if self.engine == "sqlite":
            cells, match = SQLITE_CELLS, "s.stems MATCH :sought"
            source, rank = "asset_search s CROSS JOIN asset a ON a.id = s.rowid", "s.rank"
            match = "asset_search MATCH :sought"
        else:
            cells, match = POSTGRESQL_CELLS, "s.vector @@ to_tsquery('simple', :sought)"
            source, rank = (
                "asset_search s JOIN asset a ON a.id = s.rowid",
                "-ts_rank(s.vector, to_tsquery('simple', :sought))",
            )
        hits = self._all(
            f"""WITH {cells} SELECT a.id, a.unit_id, a.theme_id, a.kind, a.sensitivity,
                CASE WHEN a.sensitivity <= readable AND a.protection = 'none' OR {self._among('a.id', 'named')} THEN 1 ELSE 0 END,
                {rank}, a.updated FROM {source} LEFT JOIN cells ON unit = a.unit_id
                WHERE {match} AND a.state <> 'draft' AND a.kind IN {KINDS}
                AND (a.card_sensitivity <= seen OR {self._among('a.id', 'named')}) LIMIT 10001""",
            **self._cells(reader), named=self._list(reader.named), sought=sought.written_for(self.engine),
        )  # fmt: skip
        hits.sort(key=lambda hit: (hit[7], hit[0]), reverse=True)
        hits.sort(key=lambda hit: hit[6])
        shown = [hit[0] for hit in hits[:PER_PAGE]]
        rows = self._all(f"SELECT {CARD} FROM asset a WHERE {self._among('a.id', 'ids')}", ids=self._list(shown))
        rows.sort(key=lambda row: shown.index(row[0]))
        self._beside(rows)
        units, by_themes, kinds, levels = (Counter(hit[place] for hit in hits) for place in (1, 2, 3, 4))
        readable = sum(hit[5] for hit in hits)
        return Listed(
            [row[1] for row in rows],
            len(hits),
            len(hits) - readable,
            self._facets(themes, by_themes, units, levels, kinds),
        )

    # --- one card ---------------------------------------------------------------------------------------------------
    def show(self, handle: str, public_id: str, file: Path) -> Card | None:
        """One dataset that may be read, with the first rows of its file; None when it may not."""
        reader = self.reader(handle)
        found = self._all(
            f"""SELECT {CARD}, a.card_sensitivity, d.description, d.licence, d.promised_rhythm, d.temporal, d.spatial,
                p.given_name, p.family_name, p.phone, p.email
                FROM asset a JOIN dataset d ON d.asset_id = a.id LEFT JOIN person p ON p.id = d.steward_id
                WHERE a.public_id = :public_id""",
            public_id=public_id,
        )
        if not found:
            return None
        asset = found[0]
        seen, readable = reader.cells.get(asset[3], (-1, -1))
        is_named = asset[0] in reader.named
        if asset[7] == "draft" or not (is_named or asset[11] <= seen):
            return None
        if not (is_named or (asset[5] <= readable and asset[6] == "none")):
            return None
        self._all("SELECT public_id, filename, bytes, rows, created FROM resource WHERE dataset_id = :id", id=asset[0])
        self._all("SELECT attribute FROM row_rule WHERE dataset_id = :id", id=asset[0])
        columns = self._all(
            "SELECT name, label, type, description FROM dataset_column WHERE dataset_id = :id ORDER BY position",
            id=asset[0],
        )
        seats = self._all(
            """SELECT a.title, p.given_name, p.family_name, p.phone, p.email FROM asset a JOIN seat s ON s.asset_id = a.id
               JOIN holder h ON h.seat_id = s.asset_id JOIN person p ON p.id = h.person_id
               WHERE a.theme_id = :theme AND a.kind = 'seat' AND a.state <> 'draft'""",
            theme=asset[4],
        )
        self._all(
            f"""SELECT public_id, title, purpose FROM usage us WHERE us.starts <= :now AND us.ends > :now AND us.id IN (
                  SELECT usage_id FROM usage_asset WHERE asset_id = :id UNION ALL
                  SELECT usage_id FROM access_grant WHERE asset_id = :id AND usage_id IS NOT NULL AND revoked_at IS NULL
                  AND starts <= :now AND (ends IS NULL OR ends > :now))
                AND ({self._among("us.unit_id", "units")} OR EXISTS (SELECT 1 FROM usage_member um WHERE um.usage_id = us.id
                  AND um.person_id = :person AND um.starts <= :now AND um.ends > :now)) ORDER BY us.title""",
            id=asset[0], now=self._moment(), person=reader.person, units=self._list(reader.above),
        )  # fmt: skip
        with file.open(encoding="utf-8", newline="") as opened:
            first_rows = list(islice(csv.reader(opened, delimiter=";"), 1, 1 + _PREVIEWED))
        people = [asset[-1], *(seat[-1] for seat in seats)]
        return Card(asset[8], [column[0] for column in columns], people, first_rows)

    # --- writing SQL ------------------------------------------------------------------------------------------------
    def _facets(
        self, themes: Sequence[Any], by_theme: Mapping[int, int], units: Mapping[int, int], levels: Mapping[int, int],
        kinds: Mapping[str, int],
    ) -> dict[str, dict[str, int]]:  # fmt: skip
        directions: dict[str, int] = {}
        for unit, count in units.items():
            code = self.tree.directorate(unit).code
            directions[code] = directions.get(code, 0) + count
        return {
            "direction": {code: n for code, n in directions.items() if n},
            "theme": {code: by_theme[theme] for theme, code, _ in themes if by_theme.get(theme)},
            "sensibilite": {Sensitivity(level).code: n for level, n in levels.items() if n},
            "type": {kind: n for kind, n in kinds.items() if n},
        }

    def _cells(self, reader: Reader) -> dict[str, Any]:
        rows = [(unit, *levels) for unit, levels in reader.cells.items()]
        if self.engine == "sqlite":
            return {"cells": json.dumps(rows)}
        return {name: [row[n] for row in rows] for n, name in enumerate(("units", "seen", "readable"))}

    def _among(self, column: str, name: str) -> str:
        if self.engine == "sqlite":
            return f"{column} IN (SELECT value FROM json_each(:{name}))"
        return f"{column} = ANY(CAST(:{name} AS integer[]))"

    def _list(self, values: Sequence[int]) -> Any:
        return json.dumps(list(values)) if self.engine == "sqlite" else list(values)

    def _moment(self) -> Any:
        moment = db.now().replace(tzinfo=None)
        return moment.isoformat(" ") if self.engine == "sqlite" else moment

    def _all(self, sql: str, **given: Any) -> list[Any]:
        if self.engine == "sqlite":
            return list(self.cursor.execute(sql, given).fetchall())
        if sql not in self._written:
            self._written[sql] = re.sub(r"(?<!:):(\w+)", r"%(\1)s", sql.replace("%", "%%"))
        return list(self.cursor.execute(self._written[sql], given).fetchall())


def _most(one: tuple[int, int] | None, other: tuple[int, int] | None) -> tuple[int, int]:
    (a, b), (c, d) = one or (-1, -1), other or (-1, -1)
    return max(a, c), max(b, d)


def _cells_of_grants(tree: Tree, policy: Policy) -> dict[tuple[str, int, bool], dict[int, tuple[int, int]]]:
    """The cells that each role of the bench opens from each unit, known beforehand."""
    found = {}
    for role in (Role.AGENT, Role.PARTNER):
        for unit in tree.nodes:
            for with_services in (True, False):
                held = Held("", role, unit, with_services, None, Source.SSO, "", None, LONG_AGO, None, True)
                levels: dict[int, tuple[int, int]] = {}
                for n, permission in enumerate((Permission.CARD_SEE, Permission.DATASET_READ)):
                    for place, level in places(policy, Facts(tree), held, permission):
                        mine = (int(level), -1) if n == 0 else (-1, int(level))
                        levels[place] = _most(levels.get(place), mine)
                found[role.value, unit, with_services] = levels
    return found
