"""A small warehouse of the métropole, and two boards on it: what the tests of this folder talk about."""

import sqlite3
from itertools import product
from pathlib import Path

from dataspace.dashboards.boards import Board, Chart, Choice, Column, Measure, Table, Warehouse

SOLIDARITE, MOBILITES, VOIRIE = "Solidarité", "Mobilités", "Voirie"
# A directorate may be called anything: this one looks like SQL.
TRICKY = "O'Brien' OR 1=1--"
DIRECTORATES = (SOLIDARITE, MOBILITES, VOIRIE, TRICKY)
TOWNS = {"99001": "Valmer", "99002": "Brézolles", "99003": "Saint-Aubin"}
MONTHS = tuple(f"2026-{month:02d}-01" for month in range(1, 11))

ACTIVITY = Table(
    "activite",
    (
        Column("direction", "Direction"),
        Column("insee", "Code INSEE"),
        Column("mois", "Mois", is_date=True),
        Column("dossiers", "Dossiers"),
    ),
)
TOWN = Table("communes", (Column("insee", "Code INSEE"), Column("nom", "Commune"), Column("habitants", "Habitants")))
WORKS = Table("travaux", (Column("insee", "Code INSEE"), Column("rue", "Rue"), Column("metres", "Mètres")))
TABLES = (ACTIVITY, TOWN, WORKS)

FILES = Measure("dossiers", "Dossiers")
INHABITANTS = Measure("habitants", "Habitants")
ACTIVITY_BOARD = Board(
    "activite-des-directions",
    "Activité des directions",
    charts=(
        Chart(
            "Dossiers du mois",
            "big_number",
            "activite",
            (FILES,),
            by="mois",
            grain="P1M",
            compare=1,
            compare_label="en un mois",
            width=4,
        ),
        Chart("Dossiers depuis janvier", "big_number", "activite", (FILES,), width=4),
        Chart("Habitants", "big_number", "communes", (INHABITANTS,), width=4),
        Chart(
            "Dossiers par mois",
            "line",
            "activite",
            (FILES,),
            by="mois",
            grain="P1M",
            series="direction",
            width=7,
        ),
        Chart("Dossiers par direction", "bar", "activite", (FILES,), by="direction", width=5),
        Chart("Directions et communes", "table", "activite", (FILES,), columns=("direction", "insee"), width=7),
        Chart("Habitants par commune", "bar", "communes", (INHABITANTS,), by="nom", width=5),
    ),
    choices=(Choice("Commune", "activite", "insee"),),
    note="Source : Métropole de Valmer, chiffres inventés.",
)
WORKS_BOARD = Board(
    "travaux",
    "Travaux de voirie",
    charts=(Chart("Mètres par rue", "bar", "travaux", (Measure("metres", "Mètres"),), by="rue", width=12),),
    # The list of towns reads a dataset that no chart reads.
    choices=(Choice("Commune", "communes", "nom"),),
)
BOARDS = (ACTIVITY_BOARD, WORKS_BOARD)


def warehouse(folder: Path) -> Warehouse:
    """The SQLite file, written the first time."""
    path = folder / "entrepot.sqlite"
    found = Warehouse("Entrepôt de Valmer", f"sqlite:///{path}")
    if path.exists():
        return found
    with sqlite3.connect(path) as base:
        base.executescript(
            """
            CREATE TABLE activite (direction VARCHAR(80), insee VARCHAR(5), mois DATE, dossiers INTEGER);
            CREATE TABLE communes (insee VARCHAR(5), nom VARCHAR(80), habitants INTEGER);
            CREATE TABLE travaux (insee VARCHAR(5), rue VARCHAR(80), metres INTEGER);
            """
        )
        activity = [
            (direction, insee, month, 1000 * (1 + DIRECTORATES.index(direction)) + 40 * number % 310)
            for number, (direction, insee, month) in enumerate(product(DIRECTORATES, TOWNS, MONTHS))
        ]
        base.executemany("INSERT INTO activite VALUES (?, ?, ?, ?)", activity)
        towns = [(insee, name, 12_000 * rank) for rank, (insee, name) in enumerate(TOWNS.items(), start=1)]
        base.executemany("INSERT INTO communes VALUES (?, ?, ?)", towns)
        base.executemany(
            "INSERT INTO travaux VALUES (?, ?, ?)", [(insee, f"rue de {name}", 120) for insee, name, _ in towns]
        )
    base.close()
    return found
