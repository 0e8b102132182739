"""Rows of Éducation, Culture, Proximité, Eau, Déchets, Espaces verts and Patrimoine."""

from collections.abc import Iterator
from datetime import date, timedelta

from dataspace.demo.rows.ground import Ground, Row, is_school_day, season

SCHOOLS = (
    "Jules-Verne", "Les Tilleuls", "La Prairie", "Simone-Veil", "Le Parc", "Marie-Curie", "Les Acacias", "Jean-Macé",
    "Le Moulin", "George-Sand", "La Fontaine", "Les Remparts", "Louise-Michel", "Le Val", "Pauline-Kergomard",
    "Les Cèdres", "Rosa-Parks", "Le Bourg", "Anatole-France", "Les Coteaux",
)  # fmt: skip


def _schools(ground: Ground) -> list[tuple[str, str, str, int, int]]:
    """INSEE code, commune, school, pupils and pupils who eat there."""
    chance = ground.chance("schools")
    found: list[tuple[str, str, str, int, int]] = []
    for commune in ground.by_size(24):
        count = max(1, min(8, commune.population // 3_000))
        for _ in range(count):
            name = SCHOOLS[len(found) % len(SCHOOLS)]
            pupils = round(commune.population * 0.098 / count * chance.uniform(0.8, 1.15))
            pupils = min(420, max(48, pupils))
            found.append((commune.insee, commune.name, name, pupils, round(pupils * chance.uniform(0.62, 0.82))))
    return found


def canteen_meals(ground: Ground) -> Iterator[Row]:
    """Meals planned and served by school restaurant, over 80 days; a missing report stays empty."""
    chance = ground.chance("canteens")
    schools = _schools(ground)
    for day in ground.days(80):
        if not is_school_day(day):
            continue
        for insee, commune, school, _, eaters in schools:
            planned = round(eaters * chance.uniform(0.94, 1.02))
            served = None if chance.random() < 0.012 else planned + round(chance.gauss(-4, 6))
            yield day.isoformat(), school, insee, commune, planned, served, round(chance.uniform(22, 41), 1)


def school_rolls(ground: Ground) -> Iterator[Row]:
    """Pupils and classes by school, for the last five school years."""
    chance = ground.chance("rolls")
    first = ground.today.year - (1 if ground.today.month < 9 else 0)
    for insee, commune, school, pupils, _ in _schools(ground):
        for ago in range(4, -1, -1):
            rolls = round(pupils * (1 + 0.013 * ago) * chance.uniform(0.97, 1.03))
            for level, share in (("maternelle", 0.37), ("élémentaire", 0.63)):
                count = round(rolls * share)
                yield (
                    f"{first - ago}-{first - ago + 1}",
                    school,
                    insee,
                    commune,
                    level,
                    count,
                    max(1, round(count / 23.6)),
                )


def roll_forecast(ground: Ground) -> Iterator[Row]:
    """Forecast of pupils by commune, five years ahead."""
    chance = ground.chance("forecast")
    for commune in ground.by_size(24):
        pupils = commune.population * 0.098
        for ahead in range(1, 6):
            pupils *= chance.uniform(0.972, 1.004)
            yield (
                ground.today.year + ahead,
                commune.insee,
                commune.name,
                round(pupils * 0.96),
                round(pupils),
                round(pupils * 1.04),
            )


def libraries(ground: Ground) -> Iterator[Row]:
    """Entries, loans and registrations of the libraries by month since 2021."""
    chance = ground.chance("libraries")
    places = ground.by_size(9)
    for month in ground.months(date(2021, 1, 1)):
        for commune in places:
            entries = round(
                commune.population * 0.31 * season(month, peak_month=11, depth=0.18) * chance.uniform(0.92, 1.08)
            )
            yield (
                month.isoformat(),
                f"Médiathèque de {commune.name}",
                commune.insee,
                entries,
                round(entries * chance.uniform(1.5, 1.9)),
                round(entries * 0.021),
            )


def subsidies(ground: Ground) -> Iterator[Row]:
    """Subsidies voted to fictional associations over the last four years."""
    chance = ground.chance("subsidies")
    kinds = (
        "Amicale laïque",
        "Club nautique",
        "Harmonie",
        "Cyclo-club",
        "Épicerie solidaire",
        "Compagnie de théâtre",
        "Jardins partagés",
        "Foyer rural",
        "Union sportive",
        "Comité des fêtes",
        "Ciné-club",
        "Atelier vélo",
    )
    fields = {
        "solidarite": ("Épicerie solidaire", "Foyer rural"),
        "culture": ("Harmonie", "Compagnie de théâtre", "Ciné-club"),
        "mobilites": ("Cyclo-club", "Atelier vélo"),
        "espaces-verts": ("Jardins partagés",),
    }
    owner = {kind: unit for unit, names in fields.items() for kind in names}
    purposes = ("fonctionnement", "fonctionnement", "projet annuel", "équipement", "manifestation")
    for year in range(ground.today.year - 3, ground.today.year + 1):
        for index, commune in enumerate(ground.by_size(26)):
            for kind in chance.sample(kinds, k=max(1, 6 - index // 5)):
                amount = 100 * round((commune.population**0.5) * chance.uniform(4, 30) / 100 + 5)
                yield (
                    year,
                    f"{kind} de {commune.name}",
                    commune.insee,
                    owner.get(kind, "proximite"),
                    chance.choice(purposes),
                    amount,
                )


def reports(ground: Ground) -> Iterator[Row]:
    """What inhabitants reported over the last 60 days: kind, commune, delay; no name, no address."""
    chance = ground.chance("reports")
    kinds = (
        ("dépôt sauvage", 5),
        ("éclairage en panne", 9),
        ("nid-de-poule", 14),
        ("arbre ou branche", 8),
        ("fuite d’eau", 2),
        ("propreté", 4),
    )
    for day in ground.days(60):
        for _ in range(chance.randint(9, 22)):
            kind, delay = chance.choice(kinds)
            commune = chance.choices(ground.communes, weights=[c.population for c in ground.communes])[0]
            spent = max(0, round(chance.gauss(delay, delay / 2)))
            done = (ground.today - day).days > spent
            yield (
                day.isoformat(),
                kind,
                commune.insee,
                commune.name,
                "traité" if done else "en cours",
                spent if done else None,
            )


def water_quality(ground: Ground) -> Iterator[Row]:
    """Analyses of the water distributed, one round a month in each commune for a year."""
    chance = ground.chance("water")
    limits = (
        ("nitrates", "mg/L", 24, 9),
        ("chlore libre", "mg/L", 0.22, 0.07),
        ("turbidité", "NFU", 0.31, 0.12),
        ("Escherichia coli", "n/100 mL", 0, 0),
    )
    start = ground.today.replace(day=1) - timedelta(360)
    for month in ground.months(start):
        for commune in ground.communes:
            point = f"{commune.insee}-{chance.choice(('réservoir', 'bourg', 'école'))}"
            for name, unit, mean, spread in limits:
                value = round(max(0.0, chance.gauss(mean, spread)), 2)
                day = month + timedelta(chance.randint(0, 25))
                yield (
                    day.isoformat(),
                    commune.insee,
                    commune.name,
                    point,
                    name,
                    value,
                    unit,
                    "oui" if name != "nitrates" or value <= 50 else "non",
                )


def water_weak_points(ground: Ground) -> Iterator[Row]:
    """Fictional vulnerability scores of the water network's works."""
    chance = ground.chance("weak-points")
    for number in range(1, 85):
        work = chance.choice(("forage", "réservoir", "station de reprise", "interconnexion"))
        yield (
            f"OUV-{number:03d}",
            work,
            chance.choice(ground.communes).insee,
            chance.randint(1, 5),
            chance.choice(("oui", "non")),
        )


def waste(ground: Ground) -> Iterator[Row]:
    """Tonnes collected by stream and commune, by month over two years and a half."""
    chance = ground.chance("waste")
    streams = (("ordures ménagères", 15.9), ("emballages et papiers", 4.6), ("verre", 2.6))
    for month in ground.months(ground.today - timedelta(720)):
        for commune in ground.communes:
            for stream, kilos in streams:
                tonnes = (
                    commune.population
                    * kilos
                    / 1000
                    * season(month, peak_month=7, depth=0.05)
                    * chance.uniform(0.92, 1.08)
                )
                yield month.isoformat(), commune.insee, commune.name, stream, round(tonnes, 2)


def trees(ground: Ground) -> Iterator[Row]:
    """A sample of the trees of the public domain."""
    chance = ground.chance("trees")
    species = (
        "Tilia cordata",
        "Platanus × hispanica",
        "Acer campestre",
        "Quercus robur",
        "Carpinus betulus",
        "Prunus avium",
        "Fraxinus excelsior",
        "Ginkgo biloba",
    )
    for number in range(1, 2_401):
        commune = chance.choices(ground.communes, weights=[c.population for c in ground.communes])[0]
        planted = chance.randint(1925, ground.today.year - 1)
        state = chance.choices(("bon", "moyen", "à surveiller", "à remplacer"), weights=(70, 20, 8, 2))[0]
        girth = round((ground.today.year - planted) * chance.uniform(1.6, 2.9) + 8)
        yield f"A{number:05d}", commune.insee, commune.name, chance.choice(species), planted, girth, state


def building_energy(ground: Ground) -> Iterator[Row]:
    """Monthly electricity and gas of forty buildings over three years."""
    chance = ground.chance("energy")
    kinds = (
        ("école", 5_200, 11_500),
        ("gymnase", 7_400, 14_800),
        ("médiathèque", 6_100, 7_900),
        ("bureaux", 9_800, 8_400),
    )
    for number, commune in enumerate([*ground.by_size(20), *ground.by_size(20)], start=1):
        kind, electricity, gas = kinds[number % len(kinds)]
        for month in ground.months(ground.today - timedelta(1_080)):
            power = electricity * season(month, peak_month=1, depth=0.25) * chance.uniform(0.9, 1.1)
            heat = gas * max(0.06, season(month, peak_month=1, depth=0.95)) * chance.uniform(0.85, 1.15)
            yield month.isoformat(), f"B{number:03d}", kind, commune.insee, commune.name, round(power), round(heat)


def heat_islands(ground: Ground) -> Iterator[Row]:
    """Summer readings of temperature, in the shade and in the sun."""
    chance = ground.chance("heat")
    year = ground.today.year - (1 if ground.today.month <= 8 else 0)
    for commune in ground.by_size(8):
        for day in range(31):
            base = chance.gauss(27.5, 3.2)
            yield (
                date(year, 7, day + 1).isoformat(),
                commune.insee,
                round(base, 1),
                round(base + chance.uniform(2.5, 7), 1),
            )
