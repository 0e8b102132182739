"""Why content is closed: the coded grounds of the law, with the words shown to the reader (PRODUCT P8)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Ground:
    """A ground of closure: its code (kept on the asset), its short name, and the text of law it rests on."""

    code: str
    label: str
    text: str


_CRPA = "du code des relations entre le public et l’administration"
_ALL = (
    Ground(
        "L311-2", "Document préparatoire ou inachevé",
        f"Article L311-2 {_CRPA} : ni les documents inachevés, ni les documents préparatoires tant que la décision "
        "n’est pas prise.",
    ),
    Ground(
        "L311-5-2d", "Sécurité publique et sécurité des systèmes d’information",
        f"Article L311-5, 2° d, {_CRPA} : la divulgation porterait atteinte à la sécurité publique, à la sécurité des "
        "personnes ou à celle des systèmes d’information.",
    ),
    Ground(
        "L311-5-2f", "Procédure engagée devant une juridiction",
        f"Article L311-5, 2° f, {_CRPA} : la divulgation gênerait le déroulement d’une procédure devant une "
        "juridiction, ou d’opérations préliminaires à celle-ci.",
    ),
    Ground(
        "L311-5-2g", "Recherche et prévention d’infractions",
        f"Article L311-5, 2° g, {_CRPA} : la divulgation gênerait la recherche et la prévention d’infractions.",
    ),
    Ground("L311-5-2h", "Autre secret protégé par la loi", f"Article L311-5, 2° h, {_CRPA}."),
    Ground(
        "L311-6-1", "Vie privée, secret médical ou secret des affaires",
        f"Article L311-6, 1°, {_CRPA} : communicable aux seules personnes intéressées.",
    ),
    Ground(
        "L311-6-2", "Appréciation portée sur une personne",
        f"Article L311-6, 2°, {_CRPA} : appréciation ou jugement de valeur sur une personne nommément désignée.",
    ),
    Ground(
        "L311-6-3", "Comportement d’une personne",
        f"Article L311-6, 3°, {_CRPA} : le document fait apparaître un comportement dont la divulgation porterait "
        "préjudice à son auteur.",
    ),
    Ground(
        "secret-statistique", "Secret statistique",
        "Loi n° 51-711 du 7 juin 1951, article 6 : de trop petits effectifs laisseraient reconnaître des personnes ou "
        "des entreprises.",
    ),
    Ground(
        "secret-fiscal", "Secret fiscal",
        "Article L103 du livre des procédures fiscales : informations recueillies pour l’établissement de l’impôt.",
    ),
    Ground(
        "secret-professionnel", "Secret professionnel",
        "Article 226-13 du code pénal : informations confiées à une personne tenue au secret par état ou par mission.",
    ),
    Ground(
        "L226-2-2-CASF", "Secret professionnel de la protection de l’enfance",
        "Article L226-2-2 du code de l’action sociale et des familles : informations partagées entre personnes "
        "soumises au secret professionnel, dans la limite de leur mission.",
    ),
)  # fmt: skip
GROUNDS = {ground.code: ground for ground in _ALL}


def sentence(code: str) -> str:
    """The ground as the page says it; empty when nothing is closed."""
    ground = GROUNDS.get(code)
    return f"{ground.label}. {ground.text}" if ground else ""
