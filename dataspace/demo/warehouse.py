"""The demo's warehouse: the tables that dashboards read, and the figures of the home page drawn from the same rows."""

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from dataspace.dashboards.boards import Column, Table
from dataspace.demo.rows import house, social
from dataspace.demo.rows.ground import Ground, Row, Value

MONTH = Column("mois", "Mois", is_date=True)
INSEE, COMMUNE = Column("insee", "Code Insee"), Column("commune", "Commune")
DIRECTION = (Column("direction", "Code de la direction"), Column("direction_nom", "Direction"))
TERRITORY = Column("territoire", "Territoire")
# 1 on the rows of the last month, 0 before: charts may not hold a sub-query.
LAST = Column("dernier", "Dernier mois publié")

TABLES = (
    Table("rsa_communes", (MONTH, INSEE, COMMUNE, TERRITORY, Column("foyers", "Foyers allocataires"), LAST)),
    Table("rsa_territoires", (
        MONTH, TERRITORY, Column("foyers", "Foyers allocataires"), Column("entrees", "Entrées"),
        Column("sorties", "Sorties"), Column("sorties_emploi", "Sorties vers l’emploi"),
        Column("accompagnes", "Foyers accompagnés"),
    )),
    Table("apa_pch", (
        MONTH, Column("unite", "Unité"), TERRITORY, Column("prestation", "Prestation"),
        Column("beneficiaires", "Bénéficiaires"), Column("delai_jours", "Délai d’instruction (jours)"),
        Column("plan_moyen", "Plan d’aide moyen (€)"),
    )),
    Table("accueil_social", (
        MONTH, Column("maison", "Maison des solidarités"), INSEE, COMMUNE, Column("motif", "Motif"),
        Column("visites", "Visites"), LAST,
    )),
    Table("execution_budgetaire", (
        MONTH, Column("exercice", "Exercice"), *DIRECTION, Column("section", "Section"),
        Column("ouverts", "Crédits ouverts (k€)"), Column("engages", "Engagés (k€)"),
        Column("mandates", "Mandatés (k€)"), LAST,
    )),
    Table("participations", (
        MONTH, *DIRECTION, Column("beneficiaire", "Type de bénéficiaire"), Column("montant", "Versé (k€)"),
    )),
    Table("comptages_velo", (
        Column("date", "Date", is_date=True), Column("compteur", "Compteur"), Column("lieu", "Lieu"), INSEE, COMMUNE,
        Column("passages", "Passages"),
    )),
)  # fmt: skip

ROWS: dict[str, Callable[[Ground], list[Row]]] = {
    "rsa_communes": social.rsa_communes,
    "rsa_territoires": social.rsa_territories,
    "apa_pch": social.autonomy,
    "accueil_social": social.reception,
    "execution_budgetaire": house.budget,
    "participations": house.participations,
    "comptages_velo": house.bike_counts,
}


@dataclass(frozen=True)
class Headline:
    """A board's figure on the home page: `points` is its sparkline, oldest first, None where nothing was measured."""

    value: float
    unit: str
    note: str
    points: tuple[float | None, ...]


def write(ground: Ground, path: Path) -> None:
    """The warehouse as one SQLite file, made beside `path` then put in its place; the same day gives the same rows."""
    draft = path.with_suffix(".nouveau")
    draft.unlink(missing_ok=True)
    with closing(sqlite3.connect(draft)) as database, database:
        for table in TABLES:
            rows = _marked(ROWS[table.name](ground)) if LAST in table.columns else ROWS[table.name](ground)
            kinds = [_kind(column, (row[index] for row in rows)) for index, column in enumerate(table.columns)]
            columns = ", ".join(f'"{c.name}" {kind}' for c, kind in zip(table.columns, kinds, strict=True))
            database.execute(f'CREATE TABLE "{table.name}" ({columns})')
            marks = ", ".join("?" * len(table.columns))
            database.executemany(f'INSERT INTO "{table.name}" VALUES ({marks})', rows)  # noqa: S608 - our own names
    draft.replace(path)


def headlines(ground: Ground) -> dict[str, Headline]:
    """For each board, the figure of the home page, computed from the rows its charts read."""
    rsa = _sums(social.rsa_territories(ground), 2)
    autonomy = _sums(social.autonomy(ground), 4)
    visits = _sums(social.reception(ground), 5)
    paid = _sums(house.participations(ground), 4)
    bikes = _sums(house.bike_counts(ground), 5)
    budget = house.budget(ground)
    this_year = [row for row in budget if row[1] == budget[-1][1]]  # in January, still last year
    spent, opened = _sums(this_year, 7), _sums(this_year, 5)
    rates = [round(100 * spent[month] / opened[month], 1) for month in spent]
    return {
        "rsa-suivi-mensuel": _headline(rsa, "foyers", 24, "en un an", back=12),
        "autonomie-apa-pch": _headline(autonomy, "personnes", 24, "en un an", back=12),
        "accueil-social-frequentation": _headline(visits, "visites", 24, "en un an", back=12),
        "execution-du-budget": Headline(rates[-1], "%", "des crédits mandatés", tuple(rates)),
        "subventions-et-participations": _headline(paid, "k€", 24, "en un an", back=12),
        "mobilites-velo": _headline(bikes, "passages", 60, "en une semaine", back=7),
    }


def _marked(rows: list[Row]) -> list[Row]:
    """The rows with one more column that tells those of the last date."""
    last = max(str(row[0]) for row in rows)
    return [(*row, int(row[0] == last)) for row in rows]


def _sums(rows: Iterable[Row], measure: int) -> dict[date, float]:
    """The sum of one column by date, oldest first; the date is the first column."""
    sums: dict[date, float] = defaultdict(float)
    for row in rows:
        sums[date.fromisoformat(str(row[0]))] += float(row[measure] or 0)
    return dict(sorted(sums.items()))


def _headline(series: dict[date, float], unit: str, length: int, since: str, *, back: int) -> Headline:
    values = list(series.values())
    change = 100 * (values[-1] - values[-1 - back]) / values[-1 - back]
    # French: comma, real minus sign, no-break space before the sign of per cent.
    sign = "−" if change < 0 else "+"
    note = f"{sign}{abs(change):.1f}".replace(".", ",") + f"\u00a0% {since}"
    return Headline(values[-1], unit, note, tuple(values[-length:]))


def _kind(column: Column, values: Iterable[Value]) -> str:
    if column.is_date:
        return "DATE"
    known = {type(value) for value in values if value is not None}
    return "VARCHAR(120)" if str in known else "REAL" if float in known else "INTEGER"
