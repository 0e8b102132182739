"""Cards in French: made up with frequencies like a real catalogue's, or read from a file of real ones."""

import csv
import gzip
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Text:
    """What a card says."""

    title: str
    summary: str
    description: str


# Most frequent first: the n-th of a list is drawn about n times less often than the first (Zipf).
_MEASURES = (
    "Liste", "Localisation", "Budget", "Fréquentation", "Suivi", "Inventaire", "Bénéficiaires", "Comptages", "Qualité",
    "Répartition", "Dépenses", "Horaires", "Effectifs", "Consommation", "Subventions", "Recensement", "Délibérations",
    "Tarification", "Évolution", "Signalements", "Entretien", "Occupation", "Admissions", "Production", "Contrôles",
    "Autorisations", "Programmation", "Émissions", "Rendement", "Accidentologie", "Vacance", "Typologie", "Prévisions",
    "Absentéisme", "Redevances", "Hydrométrie", "Palmarès", "Jaugeage",
)  # fmt: skip
_OBJECTS = (
    "des équipements publics", "des écoles", "du réseau d’eau potable", "des marchés publics", "des logements sociaux",
    "des bibliothèques", "du stationnement", "des transports en commun", "des déchets ménagers", "du RSA",
    "des crèches", "des espaces verts", "des voies cyclables", "des cantines scolaires", "du personnel",
    "des bâtiments communaux", "des associations", "des piscines", "de l’éclairage public", "des permis de construire",
    "des établissements pour personnes âgées", "du patrimoine arboré", "des collèges", "de l’assainissement",
    "de l’aide à domicile", "des musées", "de la qualité de l’air", "des arrêts de bus", "des bornes de recharge",
    "des commerces", "de la fibre optique", "des terrains agricoles", "des cours d’eau", "des déchèteries",
    "des gymnases", "des archives", "des carrières", "des ouvrages d’art", "des jardins partagés", "du bruit routier",
    "des aires de covoiturage", "des cimetières", "des digues", "de la restauration collective", "des zones humides",
    "des ruchers municipaux", "des fontaines", "des pollens", "des passerelles", "des horodateurs",
)  # fmt: skip
_PLACES = (
    "Métropole de Valmer", "centre-ville", "secteur Nord", "par commune", "secteur Sud", "par quartier", "par IRIS",
    "Brezolles", "rive gauche", "zone d’activités", "par établissement", "canton Est", "Eauvive", "plateau",
    "vallée de la Valme", "littoral", "quartiers prioritaires", "faubourgs", "île aux Moines",
)  # fmt: skip
_SENTENCES = (
    "Données issues du système d’information de la direction, consolidées chaque année.",
    "Chaque ligne décrit un équipement, son adresse et sa capacité.",
    "Fichier produit par les services de la collectivité pour le pilotage de la politique publique.",
    "Relevés mensuels transmis par l’exploitant puis vérifiés par le service.",
    "Les effectifs inférieurs au seuil ne sont pas diffusés.",
    "Extraction du logiciel métier, avec les coordonnées géographiques de chaque point.",
    "Montants en euros, hors taxes, par exercice et par nature de dépense.",
    "Comptage automatique par capteur, avec un pas de temps d’une heure.",
    "Périmètre des quartiers arrêté par délibération du conseil.",
    "Série historique reconstituée à partir des rapports d’activité.",
    "Enquête de satisfaction menée auprès des usagers à l’accueil.",
    "Diagnostic énergétique des bâtiments, classe par classe.",
    "Données utiles au schéma directeur et à la concertation avec les habitants.",
    "Tournées de collecte, tonnages et refus de tri.",
    "Nomenclature identique à celle du compte administratif.",
    "Mesures de nappe phréatique par piézomètre.",
)  # fmt: skip
_DESCRIBED = 4


def invented(count: int, seed: int) -> Iterator[Text]:
    """`count` cards, always the same for a seed."""
    chance = random.Random(seed)

    def draw(listed: tuple[str, ...]) -> str:
        return chance.choices(listed, [1 / (n + 2) for n in range(len(listed))])[0]

    for _ in range(count):
        title = f"{draw(_MEASURES)} {draw(_OBJECTS)}, {draw(_PLACES)}, {chance.randint(2008, 2026)}"
        said = [draw(_SENTENCES) for _ in range(_DESCRIBED)]
        yield Text(title, said[0], " ".join(said[1:]))


def read(path: Path, count: int) -> Iterator[Text]:
    """`count` cards of a CSV or JSON lines file (columns title, description), read round and round if it is short."""
    opened = gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8")
    with opened as file:
        rows = list(csv.DictReader(file) if ".csv" in path.suffixes else map(json.loads, file))
    for n in range(count):
        row = rows[n % len(rows)]
        text = " ".join(str(row.get("description") or "").split())
        # A real catalogue has neighbours of nearly the same title, not the same title.
        turn = f", lot {n // len(rows) + 1}" if n >= len(rows) else ""
        yield Text(str(row["title"])[:280] + turn, text[:300], text[:4000])
