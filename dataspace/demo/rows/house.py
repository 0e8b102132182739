"""Rows of Finances, RH, Commande publique, Numérique, Territoire, Mobilités and the two partners."""

import math
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache

from dataspace.demo.rows.ground import Ground, Row, season

# Credits opened for the year, in thousands of euros, by directorate.
CREDITS = {
    "solidarite": 61_200, "petite-enfance": 9_800, "habitat": 7_900, "education": 21_400, "culture": 8_600,
    "proximite": 4_200, "eau": 26_300, "dechets": 19_700, "espaces-verts": 5_100, "patrimoine": 14_800,
    "territoire": 6_900, "mobilites": 38_500, "economie": 5_600, "finances": 3_100, "rh": 4_700, "numerique": 9_400,
    "commande-publique": 1_300, "juridique": 1_900,
}  # fmt: skip
COUNTERS = (
    ("28134", "Quai de la Blaise", 640), ("28134", "Pont de la Gare", 410), ("28134", "Boulevard Nord", 280),
    ("28404", "Voie verte", 230), ("28085", "Place du Marché", 910), ("28085", "Bords de l’Eure", 760),
    ("28085", "Avenue de la Gare", 690), ("28218", "Rue de la République", 330), ("28229", "Pont des Fusillés", 240),
    ("28209", "Chemin des Moulins", 190), ("28220", "Val de Luisant", 170), ("28227", "Canal", 140),
)  # fmt: skip


@cache
def budget(ground: Ground) -> list[Row]:
    """Credits opened, committed and paid by directorate, section and month (running totals), this year and last."""
    chance = ground.chance("budget")
    names = {unit.code: unit.short_name for unit in ground.units}
    rows: list[Row] = []
    for year in (ground.today.year - 1, ground.today.year):
        paces = {
            (unit, section): chance.uniform(0.93, 1.04)
            for unit in CREDITS
            for section in ("fonctionnement", "investissement")
        }
        for month in ground.months(date(year, 1, 1)):
            if month.year != year:
                continue
            for unit, credit in CREDITS.items():
                for section, share, start, lag in (
                    ("fonctionnement", 0.72, 0.35, 0.93),
                    ("investissement", 0.28, 0.28, 0.61),
                ):
                    opened = round(credit * share * (1 if year == ground.today.year else 0.97))
                    done = month.month / 12
                    committed = round(opened * min(0.995, (start + (0.97 - start) * done) * paces[unit, section]))
                    paid = round(min(committed, opened * lag * done**1.15 * paces[unit, section]))
                    rows.append((month.isoformat(), year, unit, names[unit], section, opened, committed, paid))
    return rows


@cache
def participations(ground: Ground) -> list[Row]:
    """Grants and contributions paid by the directorate that handles them, by month and kind of beneficiary."""
    chance = ground.chance("participations")
    names = {unit.code: unit.short_name for unit in ground.units}
    kinds = {
        "solidarite": (("associations", 118), ("organismes publics", 96)), "culture": (("associations", 74),),
        "education": (("communes", 51), ("associations", 17)), "mobilites": (("entreprises", 388),),
        "habitat": (("bailleurs sociaux", 142), ("ménages", 63)),
        "economie": (("entreprises", 57), ("associations", 26)),
        "proximite": (("associations", 39),), "petite-enfance": (("associations", 88), ("communes", 34)),
    }  # fmt: skip
    return [
        (
            month.isoformat(),
            unit,
            names[unit],
            kind,
            round(thousands * season(month, peak_month=6, depth=0.35) * chance.uniform(0.8, 1.2)),
        )
        for month in ground.months(ground.today - timedelta(1_060))
        for unit, lines in kinds.items()
        for kind, thousands in lines
    ]


def staff(ground: Ground) -> Iterator[Row]:
    """Posts opened and filled by directorate and category."""
    chance = ground.chance("staff")
    for unit, credit in CREDITS.items():
        posts = max(14, round(credit**0.72 * 0.16))
        for category, share in (("A", 0.22), ("B", 0.29), ("C", 0.49)):
            opened = max(3, round(posts * share))
            filled = opened - min(opened, chance.randint(0, max(1, opened // 9)))
            yield ground.today.year, unit, category, opened, filled, round(filled * chance.uniform(0.88, 0.98), 1)


def whistleblowers(ground: Ground) -> Iterator[Row]:
    """Fictional internal alerts: reference, subject, state."""
    chance = ground.chance("whistleblowers")
    for number in range(1, 53):
        received = ground.today - timedelta(chance.randint(5, 1_100))
        subject = chance.choice(("marchés", "harcèlement", "conflit d’intérêts", "usage des moyens", "environnement"))
        yield (
            f"AL-{received.year}-{number:03d}",
            received.isoformat(),
            subject,
            chance.choice(("recevable", "en examen", "close")),
        )


def contracts(ground: Ground) -> Iterator[Row]:
    """Public contracts notified over three years, to fictional firms."""
    chance = ground.chance("contracts")
    objects = (
        ("Travaux de voirie", "mobilites", 420),
        ("Fourniture de repas", "education", 380),
        ("Renouvellement de conduites", "eau", 610),
        ("Maintenance informatique", "numerique", 150),
        ("Collecte du verre", "dechets", 290),
        ("Entretien des arbres", "espaces-verts", 90),
        ("Étude urbaine", "territoire", 60),
        ("Rénovation thermique", "patrimoine", 540),
    )
    firms = (
        "Avrétude",
        "Beaucetra",
        "Loirévia",
        "Drouetech",
        "Percheval",
        "Eurélis BTP",
        "Valmenergie",
        "Thymera Services",
    )
    for number in range(1, 261):
        label, unit, thousands = chance.choice(objects)
        day = ground.today - timedelta(chance.randint(4, 1_090))
        yield (
            f"{day.year}-{number:04d}",
            day.isoformat(),
            label,
            unit,
            chance.choice(firms),
            round(thousands * 1000 * chance.lognormvariate(-0.3, 0.6), 2),
            chance.choice((12, 24, 36, 48)),
        )


def fibre(ground: Ground) -> Iterator[Row]:
    """Buildings connected by commune, kind of building and operator."""
    chance = ground.chance("fibre")
    for commune in ground.communes:
        for kind, share in (("maison individuelle", 0.31), ("immeuble", 0.006)):
            total = max(1, round(commune.population * share))
            for operator, part in (("opérateur A", 0.44), ("opérateur B", 0.33), ("opérateur C", 0.23)):
                count = round(total * part)
                yield commune.insee, commune.name, kind, operator, count, round(count * chance.uniform(0.9, 1))


def addresses(ground: Ground) -> Iterator[Row]:
    """An extract of the local address base."""
    chance = ground.chance("addresses")
    streets = (
        "rue de l’Église",
        "rue du Moulin",
        "place de la Mairie",
        "chemin des Vignes",
        "rue des Écoles",
        "allée des Tilleuls",
        "route de Paris",
        "impasse du Lavoir",
        "rue Neuve",
        "rue de la Gare",
    )
    for commune in ground.communes:
        for index, street in enumerate(chance.sample(streets, k=6), start=1):
            for number in sorted(chance.sample(range(1, 60), k=7)):
                yield (
                    f"{commune.insee}_{index:04d}_{number:05d}",
                    number,
                    street,
                    commune.insee,
                    commune.name,
                    "oui" if chance.random() < 0.94 else "non",
                )


def permits(ground: Ground) -> Iterator[Row]:
    """Planning applications handled by the shared service for its two communes."""
    chance = ground.chance("permits")
    served = [c for unit in ground.units if unit.code == "ads-commun" for c in ground.communes if c.insee in unit.areas]
    for number in range(1, 181):
        commune = chance.choice(served)
        day = ground.today - timedelta(chance.randint(2, 900))
        kind = chance.choice(
            ("permis de construire", "déclaration préalable", "certificat d’urbanisme", "permis d’aménager")
        )
        yield (
            f"{commune.insee}-{day.year}-{number:04d}",
            day.isoformat(),
            commune.insee,
            commune.name,
            kind,
            chance.choice(("accordé", "accordé", "en instruction", "refusé")),
            chance.randint(11, 118),
        )


@cache
def bike_counts(ground: Ground) -> list[Row]:
    """Bikes counted by day and counter over the last 240 days; a counter that broke stays empty."""
    chance = ground.chance("bikes")
    names = {c.insee: c.name for c in ground.communes}
    rows: list[Row] = []
    for day in ground.days(240):
        rain = chance.uniform(0.55, 1.1)
        for index, (insee, place, usual) in enumerate(COUNTERS):
            week = 0.62 if day.weekday() > 4 else 1.1
            seen = round(usual * week * rain * season(day, peak_month=6.5, depth=0.32) * chance.uniform(0.9, 1.1))
            broken = index == 7 and 31 <= (ground.today - day).days < 52
            rows.append((day.isoformat(), f"CV{index + 1:02d}", place, insee, names[insee], None if broken else seen))
    return rows


def accidents(ground: Ground) -> Iterator[Row]:
    """Traffic accidents with injuries since 2015, by year and commune, without any detail on people."""
    chance = ground.chance("accidents")
    for year in range(2015, ground.today.year):
        for commune in ground.communes:
            count = min(60, round(chance.gammavariate(1.6, commune.population / 1_900 / 1.6)))
            if count:
                yield (
                    year,
                    commune.insee,
                    commune.name,
                    count,
                    round(count * chance.uniform(0.05, 0.4)),
                    round(count * chance.uniform(0, 0.3)),
                )


def boardings(ground: Ground) -> Iterator[Row]:
    """Boardings of Navalme's lines by day over the last 120 days."""
    chance = ground.chance("boardings")
    for day in ground.days(120):
        for line, usual in (("N1", 5_900), ("N2", 3_700), ("N3", 2_100), ("N4", 1_250), ("N5", 640)):
            week = 0.4 if day.weekday() > 4 else 1.0
            yield (
                day.isoformat(),
                line,
                round(usual * week * season(day, peak_month=11, depth=0.15) * chance.uniform(0.94, 1.06)),
            )


def line_costs(ground: Ground) -> Iterator[Row]:
    """Transvalme's kilometres and costs by line and month."""
    chance = ground.chance("line-costs")
    for month in ground.months(ground.today - timedelta(720)):
        for line, kilometres in (("T10", 41_200), ("T11", 33_800), ("T12", 18_500), ("T20", 62_300)):
            run = round(kilometres * chance.uniform(0.95, 1.02))
            yield month.isoformat(), line, run, round(run * chance.uniform(4.1, 4.9))


def travel_survey(ground: Ground) -> Iterator[Row]:
    """Mode shares of the household travel survey of 2018, by group of communes."""
    chance = ground.chance("survey")
    for ring in ("cœur Nord", "cœur Sud", "première couronne", "bourgs relais", "villages"):
        shares = [chance.uniform(*bounds) for bounds in ((48, 66), (22, 31), (6, 12), (1, 5), (1, 3))]
        for purpose in ("travail", "études", "achats", "accompagnement", "loisirs"):
            for mode, share in zip(("voiture", "marche", "transport collectif", "vélo", "autre"), shares, strict=True):
                yield ring, purpose, mode, round(share / math.fsum(shares) * 100 * chance.uniform(0.9, 1.1), 1)
