"""Rows of Solidarité, Habitat, Petite enfance and the CIAS."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache

from dataspace.demo.rows.ground import Ground, Row, season
from dataspace.demo.secrecy import suppress

TERRITORY_UNITS = {"nord": "action-sociale-nord", "sud": "action-sociale-sud"}
TERRITORY_NAMES = {"nord": "Nord", "sud": "Sud"}
HOUSES = (
    ("28134", "Dreux-Centre", 290), ("28134", "Dreux-Les Bâtes", 245), ("28404", "Vernouillet", 205),
    ("28348", "Saint-Lubin", 95), ("28089", "Châteauneuf", 80), ("28085", "Chartres-Centre", 310),
    ("28085", "Chartres-La Madeleine", 230), ("28218", "Lucé", 215), ("28229", "Mainvilliers", 150),
    ("28227", "Maintenon", 85), ("28220", "Luisant", 75),
)  # fmt: skip


@cache
def rsa_households(ground: Ground) -> dict[tuple[str, date], int]:
    """Households on RSA by commune and month since 2015: the exact counts, never shown as they are."""
    chance = ground.chance("rsa")
    counts = {}
    for commune in ground.communes:
        rate = 0.011 + 0.026 * min(1, commune.population / 14_000) + chance.uniform(-0.002, 0.003)
        if commune.territory == "nord" and commune.population > 10_000:
            rate += 0.009
        drift = 0.0
        for month in ground.months(date(2015, 1, 1)):
            drift = 0.97 * drift + chance.gauss(0, 0.006)
            years = (month - date(2015, 1, 1)).days / 365.25
            covid = 0.07 if date(2020, 5, 1) <= month <= date(2021, 9, 1) else 0.0
            level = 1.06 - 0.012 * years + covid + drift
            counts[commune.insee, month] = round(
                commune.population * rate * level * season(month, peak_month=2, depth=0.012)
            )
    return counts


@cache
def rsa_communes(ground: Ground) -> list[Row]:
    """Households by commune and month, small groups and their companions hidden."""
    shown = suppress(rsa_households(ground), {commune.insee: commune.territory for commune in ground.communes})
    names = {commune.insee: commune for commune in ground.communes}
    return [
        (month.isoformat(), insee, names[insee].name, TERRITORY_NAMES[names[insee].territory], count)
        for (insee, month), count in sorted(shown.items(), key=lambda cell: (cell[0][1], cell[0][0]))
    ]


@cache
def rsa_territories(ground: Ground) -> list[Row]:
    """Households, entries, exits and follow-up by territory and month: groups always large."""
    chance = ground.chance("rsa-territories")
    counts = rsa_households(ground)
    rows: list[Row] = []
    before: dict[str, int] = {}
    for month in ground.months(date(2015, 1, 1)):
        for territory, name in TERRITORY_NAMES.items():
            held = sum(counts[c.insee, month] for c in ground.communes if c.territory == territory)
            entries = max(12, round(held * chance.uniform(0.017, 0.023)))
            exits = max(11, entries - (held - before.get(territory, held)))
            jobs = round(exits * chance.uniform(0.48, 0.6))
            followed = round(held * (0.24 + 0.00105 * (month - date(2015, 1, 1)).days / 30.4))
            before[territory] = held
            rows.append((month.isoformat(), name, held, entries, exits, jobs, followed))
    return rows


def rsa_files(ground: Ground) -> Iterator[Row]:
    """Fictional case files: reference, not name."""
    chance = ground.chance("rsa-files")
    for number in range(1, 421):
        commune = chance.choices(ground.communes, weights=[c.population for c in ground.communes])[0]
        opened = ground.today - timedelta(chance.randint(20, 2_400))
        situation = chance.choice(("personne seule", "personne seule avec enfant", "couple", "couple avec enfant"))
        contract = chance.choice(("contrat d’engagement", "parcours social", "orientation en cours", "réexamen"))
        yield (
            f"RSA-{opened.year}-{number:05d}",
            opened.isoformat(),
            commune.insee,
            situation,
            contract,
            chance.randint(0, 3),
        )


@cache
def autonomy(ground: Ground) -> list[Row]:
    """APA and PCH by territory and month since 2019; October waits for the payers' file."""
    chance = ground.chance("autonomy")
    rows: list[Row] = []
    months = ground.months(date(2019, 1, 1))
    for index, month in enumerate(months):
        for territory, unit in TERRITORY_UNITS.items():
            people = sum(c.population for c in ground.communes if c.territory == territory)
            for benefit, rate, growth, delay in (("APA", 0.0142, 0.0011, 52), ("PCH", 0.0036, 0.0024, 88)):
                count = round(people * rate * (1 + growth * index) * chance.uniform(0.995, 1.005))
                days = round(delay + 0.09 * index + chance.gauss(0, 2))
                amount = round(
                    (612 if benefit == "APA" else 845) * (1 + 0.0016 * index) * chance.uniform(0.99, 1.01), 2
                )
                rows.append((month.isoformat(), unit, TERRITORY_NAMES[territory], benefit, count, days, amount))
    return rows


@cache
def reception(ground: Ground) -> list[Row]:
    """Visits to the eleven houses of solidarity, by month and reason, since 2022."""
    chance = ground.chance("reception")
    reasons = (
        ("accès aux droits", 0.38),
        ("budget et dettes", 0.19),
        ("logement", 0.22),
        ("famille et parentalité", 0.13),
        ("domiciliation", 0.08),
    )
    names = {c.insee: c.name for c in ground.communes}
    return [
        (month.isoformat(), house, insee, names[insee], reason,
         max(12, round(visits * 2.1 * share * season(month, peak_month=10, depth=0.12) * chance.uniform(0.9, 1.1))))
        for month in ground.months(date(2022, 1, 1))
        for insee, house, visits in HOUSES
        for reason, share in reasons
    ]  # fmt: skip


def child_alerts(ground: Ground) -> Iterator[Row]:
    """Fictional alerts on children in danger: reference, dates and outcome only."""
    chance = ground.chance("alerts")
    for number in range(1, 191):
        received = ground.today - timedelta(chance.randint(3, 700))
        outcome = chance.choice(("évaluation en cours", "sans suite", "aide éducative", "transmission au parquet"))
        origin = chance.choice(("Éducation nationale", "119", "médecin", "particulier", "service social"))
        yield f"IP-{received.year}-{number:04d}", received.isoformat(), origin, chance.randint(4, 92), outcome


def home_help(ground: Ground) -> Iterator[Row]:
    """Fictional home-help plans: dependency group, hours granted and done."""
    chance = ground.chance("home-help")
    for number in range(1, 361):
        granted = chance.randint(8, 74)
        yield (
            f"SAAD-{number:04d}",
            chance.choice(ground.communes).insee,
            chance.randint(1, 4),
            granted,
            round(granted * chance.uniform(0.7, 1), 1),
        )


@cache
def energy_debts(ground: Ground) -> list[Row]:
    """Aid for unpaid energy bills by neighbourhood and quarter since 2023, small groups included."""
    chance = ground.chance("energy-debts")
    quarters = [month for month in ground.months(date(2023, 1, 1)) if month.month % 3 == 1]
    parts = ("Centre", "Nord", "Sud", "Gare", "Plateau", "Vallée")
    rows: list[Row] = []
    for commune in ground.by_size(20):
        for part in parts[: max(1, min(6, commune.population // 2_500))]:
            size = commune.population / 6_000 + 1
            for quarter in quarters:
                aided = round(size * 5 * season(quarter, peak_month=2, depth=0.5) * chance.uniform(0.5, 1.5))
                rows.append(
                    (
                        quarter.isoformat(),
                        commune.insee,
                        commune.name,
                        part,
                        aided,
                        round(aided * chance.uniform(190, 260), 2),
                    )
                )
    return rows


def energy_debts_communes(ground: Ground) -> Iterator[Row]:
    """The same by commune and year, published only where the year counts at least 50 households."""
    sums: dict[tuple[int, str, str], list[float]] = {}
    for quarter, insee, name, _, aided, amount in energy_debts(ground):
        total = sums.setdefault((int(str(quarter)[:4]), str(insee), str(name)), [0, 0])
        total[0] += float(aided or 0)
        total[1] += float(amount or 0)
    for (year, insee, name), (aided, amount) in sorted(sums.items()):
        kept = aided >= 50
        yield year, insee, name, int(aided) if kept else None, round(amount) if kept else None


def housing_requests(ground: Ground) -> Iterator[Row]:
    """Requests for social housing by commune and month since 2022 (rounded to 5)."""
    chance = ground.chance("housing")
    for month in ground.months(date(2022, 1, 1)):
        for commune in ground.by_size(24):
            waiting = 5 * round(commune.population * 0.031 * chance.uniform(0.96, 1.04) / 5)
            yield (
                month.isoformat(),
                commune.insee,
                commune.name,
                waiting,
                5 * round(waiting * 0.012 * chance.uniform(0.5, 1.5)),
                round(chance.gauss(21, 2.5), 1),
            )


def nursery_places(ground: Ground) -> Iterator[Row]:
    """Places for young children in 24 communes, by kind of care."""
    chance = ground.chance("nursery")
    for commune in ground.by_size(24):
        for care, rate in (("crèche collective", 0.0078), ("micro-crèche", 0.0026), ("assistant maternel", 0.021)):
            places = round(commune.population * rate * chance.uniform(0.8, 1.2))
            if places:
                yield (
                    ground.today.year,
                    commune.insee,
                    commune.name,
                    care,
                    places,
                    round(places * chance.uniform(0.86, 0.99)),
                )
