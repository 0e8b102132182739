"""Sample values of every page template, after the reference pages: what `tools/look.py` draws."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace as Of
from typing import Any

from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, DateField, Form, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired

from dataspace.web import charts

NOW = datetime.now(UTC)
LOGO = Markup(
    '<svg viewBox="0 0 32 32" aria-hidden="true"><rect width="32" height="32" rx="6" fill="currentColor"/>'
    '<path d="M6 9l10 14L26 9" fill="none" stroke="var(--on-accent)" stroke-width="3.25" stroke-linejoin="round" '
    'stroke-linecap="round"/><path d="M13.2 9L16 13l2.8-4" fill="none" stroke="var(--on-accent)" stroke-width="2.5" '
    'stroke-linejoin="round" stroke-linecap="round"/></svg>'
)


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def frame(current: str, *, admin: bool = False) -> dict[str, Any]:
    """What the context processor gives to every page."""
    words = [
        ("Accueil", None, "house"),
        ("Données", None, "table"),
        ("Tableaux de bord", "Tableaux", "bar-chart-line"),
        ("Qui contacter", "Contacter", "person-lines-fill"),
        ("Mes accès", None, "key"),
    ]
    nav = [
        Of(url="#", label=word, short=short, icon=icon, current=word == current, last=False)
        for word, short, icon in words
    ]
    if admin:
        nav.append(
            Of(url="#", label="Administration", short=None, icon="gear", current=current == "Administration", last=True)
        )
    return {
        "authority": Of(
            name="Métropole de Valmer",
            logo=LOGO,
            dpo=Of(name="Inès Caron", title="déléguée à la protection des données", url="#"),
        ),
        "actor": Of(
            name="Awa Diallo", short_name="Awa D.", initials="AD", post="Solidarité, service Insertion · agent"
        ),
        "nav": nav,
        "footer": [("Aide", "#"), ("Accessibilité", "#"), ("Données personnelles", "#")],
        "urls": Of(home="#", search="/recherche", sign_in="#", sign_out="#", theme="#", theme_css="theme.css"),
    }


MEALS = [264, 255, 229, 188, 259, 194, 262, 209, 231, 240, None, None]
MEALS += [271, 262, 238, 196, 268, 201, 275, 214, 243, 252, None, None, 284, 279]
MONTHS = ["sept.", "oct.", "nov.", "déc.", "janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août"]
LABELS = [f"{MONTHS[place % 12]} {24 + (place + 8) // 12}" for place in range(26)]
RSA = [4958, 4971, 4990, 4985, 4976, 4962, 4940, 4921, 4930, 4925, 4908, 4896]
RSA += [4890, 4902, 4886, 4871, 4880, 4865, 4858, 4849, 4861, 4840, 4826, 4812]

BOARDS = [
    Of(url="#", title="RSA : suivi mensuel", summary="Foyers allocataires, entrées et sorties par canton", updated=ago(10),
       late_days=0, on_request=False, sensitivity="restricted", spark=charts.sparkline(RSA[::2]), value="4\u202f812",
       value_note="foyers, −1,6\u00a0% en un an"),
    Of(url="#", title="Autonomie : APA et PCH", summary="Bénéficiaires, délais d’instruction, plans d’aide", updated=ago(36),
       late_days=4, on_request=False, sensitivity="restricted", spark=charts.sparkline([2, 3, 4, 5, 6, 7, 8, 9, None]),
       value="3\u202f268", value_note="personnes\u202f; oct. manque"),
    Of(url="#", title="Accueil social : fréquentation", summary="Visites et motifs, dans les 11 maisons", updated=ago(4),
       late_days=0, on_request=False, sensitivity="internal", spark=charts.sparkline([8, 9, 7, 8, 9, 10, 5, 1, 7, 11, 12]),
       value="1\u202f946", value_note="visites en octobre"),
    Of(url="#", title="Hébergement d’urgence", summary="Places ouvertes et occupées, chaque nuit", updated=ago(0.1),
       late_days=0, on_request=False, sensitivity="internal", spark=None, value=None, value_note=None),
]  # fmt: skip

RECENT = [
    ("Places d’accueil du jeune enfant", "Crèches et assistantes maternelles, 24 communes", "Petite enfance", "open", 20, 9, "CSV, API"),
    ("Cantines scolaires : repas servis", "Par jour et par restaurant, depuis la rentrée 2019", "Éducation", "internal", 5, 0, "CSV, XLSX"),
    ("Foyers allocataires du RSA par canton", "Effectifs mensuels\u202f; petits effectifs masqués", "Solidarité", "restricted", 10, 0, "XLSX, API"),
    ("Aides aux impayés d’énergie par quartier", "Trimestriel\u202f; réservé à Habitat, à demander", "Habitat", "restricted", 3, None, ""),
    ("Qualité de l’eau distribuée", "Analyses par point de prélèvement", "Eau", "open", 0.3, 0, "CSV, API"),
    ("Effectifs et postes budgétaires", "Par direction, catégorie et filière", "Ressources humaines", "confidential", 3, None, ""),
    ("Comptages vélo", "68 compteurs, toutes les 15 minutes", "Mobilités", "open", 0.008, 0, "CSV, API"),
    ("Marchés publics notifiés", "Objet, titulaire, montant, durée", "Commande publique", "open", 12, 0, "CSV, JSON"),
]  # fmt: skip
ROWS = [
    Of(url="#", title=title, summary=line, note=f"{unit} · mensuel", unit=unit, sensitivity=level, updated=ago(days),
       late_days=late, formats=formats, on_request=late is None, state="published")
    for title, line, unit, level, days, late, formats in RECENT
]  # fmt: skip


def option(value: str, label: str, count: int, *, checked: bool = False) -> Any:
    return Of(value=value, label=label, count=count, checked=checked)


UNITS = [("Mobilités", 22), ("Territoire", 19), ("Éducation", 14), ("Eau", 12), ("Solidarité", 11), ("Finances", 9), ("Habitat", 8), ("Culture", 7)]  # fmt: skip
FACETS = [
    Of(name="acces", legend="Accès", many=None, levels=False, options=[option("lisible", "Lisible tout de suite", 119), option("demande", "Sur demande", 9)]),
    Of(name="sensibilite", legend="Sensibilité", many=None, levels=True, options=[option("open", "", 61), option("internal", "", 42), option("restricted", "", 21), option("confidential", "", 4)]),
    Of(name="direction", legend="Direction responsable", many="Les directions", levels=False, options=[option(name, name, count) for name, count in UNITS]),
    Of(name="echelon", legend="Échelon", many=None, levels=False, options=[option("m", "Métropole", 128, checked=True), option("c", "Commune", 74)]),
]  # fmt: skip
PAGE = Of(first=1, last=20, total=128, previous_url=None, next_url="#", next_count=20)
SENTENCES = [
    Markup("Vous lisez les <strong class='strong'>données internes de Solidarité</strong> et de ses services, parce que vous y êtes affectée. Sans date de fin."),
    Markup("Vous lisez <a href='#'>Fibre : raccordements par immeuble</a> jusqu’au <strong class='strong'>3 mars 2027</strong>, parce que Gaël Prigent, au Numérique, a accepté votre demande du 2 novembre."),
    Markup("Vous ne lisez pas les dossiers nominatifs du RSA : ils s’ouvrent par habilitation personnelle, selon la mission. <a href='#'>Qui décide\u202f?</a>"),
]  # fmt: skip


def holder(name: str | None, role: str, post: str, phone: str = "", reachable: str = "joignable") -> Any:
    return Of(name=name, role=role, post=post, phone=phone, email="x@valmer.example", first_name=(name or "").split(" ")[0],
              reachable=reachable, absent=reachable.startswith("absent"))  # fmt: skip


LUCIE = ("Lucie Martin", "référente", "ingénieure réseau, service Eau potable", "02 61 91 22 07")
HAKIM = (
    "Hakim Benali",
    "suppléant",
    "technicien qualité, service Eau potable",
    "02 61 91 22 11",
    "absent jusqu’au 23 nov.",
)
MARKED = Markup("<mark>Eau potable</mark>, {}").format
SEATS = [
    Of(url="#", title=MARKED("Métropole"), note="Qualité, réseau, coupures, travaux. Cycle de l’eau", confirmed=date(2026, 10, 6),
       unconfirmed_months=None, vacant_since=None, holders=[holder(*LUCIE), holder(*HAKIM)]),
    Of(url="#", title=MARKED("Saint-Aubin"), note="Commune. Abonnements et branchements", confirmed=None, unconfirmed_months=None,
       vacant_since=date(2026, 11, 2), holders=[holder(None, "référent", "départ de Rémi Faure\u202f; sa directrice désigne la suite avant le 2 déc."), holder(*LUCIE)]),
    Of(url="#", title=Markup("Facturation de l’<mark>eau</mark>"), note="Tarifs, impayés, fonds de solidarité. Finances", confirmed=None,
       unconfirmed_months=8, vacant_since=None, holders=[holder("Yann Coadou", "référent", "chargé de gestion, Finances", "02 61 91 15 62")]),
]  # fmt: skip

DATASET = Of(
    public_id="x", title="Cantines scolaires : repas servis", unit="Éducation", unit_url="#", sensitivity="internal", protection="none",
    summary="Combien de repas étaient prévus et combien ont été servis, chaque jour, dans chaque restaurant scolaire de la Métropole.",
    description=None, state="published", updated=ago(5), late_days=0, promise="chaque nuit", kept="Promesse tenue 29 nuits sur 30.",
    unit_note="Service Restauration scolaire. Données saisies par 62 restaurants.", extent="Depuis septembre 2019",
    extent_note="62 restaurants, 24 communes, 84\u202f316 lignes.", retention="Dix ans, puis versement aux archives.", ground=None, review=None,
    licence="Interne à la Métropole et aux communes. Pour publier ou transmettre à un tiers, demander l’accord d’Éducation.",
    personal="Aucune. Les effectifs par classe n’y figurent pas.",
    to_know="« Prévus » compte les inscriptions à 10 h\u202f; « servis » compte les plateaux. Un restaurant qui n’a rien transmis reste vide, jamais à zéro.",
)  # fmt: skip
PREVIEW = Of(
    columns=[("Date", False), ("Restaurant", False), ("Commune", False), ("Prévus", True), ("Servis", True), ("Écart", True)],
    rows=[["17 nov. 2026", "Jules-Verne", "Valmer", "412", "398", "−14"], ["17 nov. 2026", "Les Tilleuls", "Valmer", "286", "291", "+5"],
          ["17 nov. 2026", "La Prairie", "Saint-Aubin", "174", "169", "−5"], ["17 nov. 2026", "Simone-Veil", "Brézolles", "238", None, None]],
    row_total=84316, url="#",
)  # fmt: skip


class Request(Form):
    purpose = TextAreaField("À quoi cela vous servira-t-il\u202f?", [InputRequired("Dites en une phrase à quoi cela servira.")], description="Une ou deux phrases. Elles seront lues par Luc Moreau et Maud Kerbrat.", render_kw={"rows": 3})  # fmt: skip
    need = RadioField(
        "De quoi avez-vous besoin\u202f?",
        choices=[("see", "Consulter à l’écran"), ("take", "Consulter et télécharger")],
        default="see",
    )
    until = DateField("Jusqu’au", description="Un an au plus.")


class Assign(Form):
    subject = StringField("À qui", default="Service Restauration scolaire (3 personnes)")
    role = SelectField("Rôle", choices=[("steward", "Gestionnaire")])
    scope = StringField("Sur quoi", default="Éducation")
    with_services = BooleanField("et ses services (14 jeux de données)", default=True)
    starts = DateField("Du", default=date(2026, 11, 20))
    ends = DateField("Au", default=date(2027, 8, 31))
    reason = StringField("Motif", default="Reprise des cantines, note du 16 novembre")


class Filters(Form):
    who = StringField("Filtrer : qui", render_kw={"placeholder": "nom ou service"})
    role = SelectField("Filtrer : rôle", choices=[("", "tous")])
    scope = StringField("Filtrer : sur", render_kw={"placeholder": "Éducation"})
    source = SelectField("Filtrer : source", choices=[("", "toutes")])


class Reason(Form):
    reason = TextAreaField("Pourquoi le lisez-vous\u202f?")


class JournalFilters(Form):
    who = StringField("Qui")
    event = SelectField("Quoi", choices=[("", "tout")])


def refused(form: type[Form]) -> Form:
    """A form sent empty, with its errors."""
    filled = form(MultiDict({"purpose": ""}))
    filled.validate()
    return filled


def change(name: str, note: str, before: str, after: str, remark: str = "") -> Any:
    return Of(name=name, note=note, before=before, after=after, remark=remark)


CHANGE = Of(
    lead="Rien n’est encore enregistré. 3 personnes gagnent, 2 perdent, sur 14 jeux de données.",
    button="Enregistrer ces 5 changements",
    groups=[
        Of(kind="plus", title="3 personnes gagnent", people=[
            change("Nora Delmas", "Restauration scolaire", "lit", "lit et corrige 14 jeux"),
            change("Awa Diallo", "Solidarité, et 20\u00a0% ici", "rien", "lit et corrige 12 jeux", "sans les 2 jeux confidentiels")]),
        Of(kind="minus", title="2 personnes perdent", people=[
            change("Rémi Faure", "cellule Statistiques", "lit et corrige 14 jeux", "lit 9 jeux internes")]),
        Of(kind="same", title="Sans effet", people=[change("Inès Caron", "déport déclaré le 4 mai", "rien", "rien")]),
    ],
)  # fmt: skip


def grant(who: str, role: str, scope: str, source: str, since: date, ends: date | None, reason: str) -> Any:
    return Of(
        url="#",
        who=who,
        role=role,
        scope=scope,
        source=source,
        since=since,
        ends=ends,
        reason=reason,
        by=None,
        can_revoke=source != "sso",
    )


GRANTS = [
    grant("Cellule Statistiques", "Gestionnaire", "Éducation et ses services", "manual", date(2024, 1, 12), date(2026, 12, 31), "statistiques scolaires"),
    grant("Nora Delmas", "Contributrice", "Cantines scolaires : repas servis", "manual", date(2025, 9, 3), date(2027, 8, 31), "saisie des menus"),
    grant("Direction de l’Éducation", "Agent", "Éducation et ses services", "sso", date(2023, 1, 1), None, "affectation"),
    grant("Awa Diallo", "Lectrice", "Cantines scolaires : repas servis", "request", date(2026, 11, 9), date(2026, 12, 31), "commission du 8 décembre"),
    grant("Commune de Brézolles", "Partenaire", "Carte scolaire", "import", date(2025, 6, 15), date(2026, 12, 31), "convention 2025-14"),
]  # fmt: skip
HABITAT = Of(title="Aides aux impayés d’énergie par quartier", sensitivity="restricted", protection="personal", unit="Habitat", unit_url="#",
             ground="Secret de la vie privée, article L311-6 du code des relations entre le public et l’administration.", review=date(2027, 6, 1))  # fmt: skip
ON_REQUEST = {
    "dataset": HABITAT, "back": ("Données", "#"), "delay": ("2 jours ouvrés", "médiane de 31 demandes"), "outcome": ("28 acceptées sur 31", "depuis un an"),
    "why": "Ces chiffres décrivent parfois moins de onze foyers d’un même quartier : Habitat les ouvre à ceux qui en ont l’usage, pour une durée.",
    "decides": Of(name="Maud Kerbrat", note="directrice de l’Habitat", email="x@valmer.example", deputy=None),
    "steps": [("Vous demandez", "maintenant, en deux minutes", False), ("Luc Moreau, votre directeur, donne son avis", "deux jours au plus\u202f; sans réponse, la demande continue", False),
              ("Maud Kerbrat, Habitat, décide", "en son absence, Denis Aubry", True), ("Vous êtes prévenue, et l’accès s’ouvre aussitôt", "Inès Caron, déléguée à la protection des données, voit la décision", False)],
    "readable": [Of(url="#", title="Aides aux impayés d’énergie par commune", note="mêmes chiffres, 24 communes, ouvert")],
}  # fmt: skip
BOARD = Of(public_id="x", title="RSA : suivi mensuel", unit="Solidarité", unit_url="#", sensitivity="restricted", updated=ago(10), late_days=0,
           promise="Chaque 12 du mois, données du mois précédent.", note="Petits effectifs masqués sous 11 foyers.",
           definitions=[("Foyer allocataire", "Perçoit un versement dans le mois."), ("Sortie", "Dure au moins trois mois.")])  # fmt: skip
BOARD_PAGE = {"board": BOARD, "scope": Of(short="Vos données : 9 cantons", long="Les 9 cantons de votre direction."),
              "owner": Of(name="Sofia Roy", unit="Solidarité", phone="02 61 91 40 12", email="x@valmer.example")}  # fmt: skip
EVENT = Of(
    when=ago(0.2),
    who="Claire Perrin",
    event="attribue un accès",
    what="Cantines scolaires : repas servis",
    unit="Éducation",
    outcome="done",
)
CHART = charts.line_chart(LABELS, [charts.Series("repas", MEALS)], gap="été", summary="Repas servis par mois, en milliers, de 264 en septembre 2024 à 279 en octobre 2026\u202f; pas de service en juillet et août.")  # fmt: skip
FIGURES = {
    "rsa": charts.line_chart(LABELS[2:], [charts.Series("foyers", RSA)], from_zero=False, wide=640, summary="Foyers allocataires du RSA, de 4\u202f958 en novembre 2024 à 4\u202f812 en octobre 2026."),
    "flows": charts.line_chart(MONTHS, [charts.Series("sorties", [121, 110, 99, 107, 98, 124, 115, 104, 109, 113, 101, 106]), charts.Series("entrées", [112, 96, 104, 88, 91, 117, 103, 98, 121, 94, 87, 92], 3)], wide=640, summary="Entrées et sorties par mois."),
    "cantons": charts.bar_chart([("Valmer-Nord", 1184), ("Valmer-Sud", 967), ("Brézolles", 712), ("Haute-Valme", 289), ("Les Roches", None), ("Montfort", None)], summary="Foyers par canton, de 1\u202f184 à Valmer-Nord à 289 en Haute-Valme."),
}  # fmt: skip
CHANGES = [Of(icon="plus-circle", late=False, text=Markup("Accès à <a href='#'>Fibre</a> jusqu’au 3 mars"), when=ago(0.1)),
           Of(icon="exclamation-triangle", late=True, text=Markup("<a href='#'>Places d’accueil du jeune enfant</a> en retard de 9 jours\u202f; Petite enfance est prévenue"), when=ago(1))]  # fmt: skip
CONTACTS = [
    Of(url="#", title="RSA et insertion", name="Sofia Roy", note="02 61 91 40 12"),
    Of(url="#", title="Cantines", name=None, note="s’adresser à Sofia Roy"),
]
PLACES = [
    Of(title="Solidarité, service Insertion", note="affectation, 80\u00a0%"),
    Of(title="Éducation", note="affectation, 20\u00a0%"),
]
ASSIGN = {"reach": "Vous administrez Éducation et Habitat, sans en lire le contenu. Vous ne pouvez rien vous attribuer.", "form": Assign(), "hints": {"role": "Lit, corrige, publie. Ne donne pas d’accès."},
          "change": CHANGE, "people": [], "places": [], "grants": GRANTS, "grants_title": "Attributions en cours sur Éducation", "filters": Filters(prefix="f-"), "journal_url": "#"}  # fmt: skip
SHOW = {"dataset": DATASET, "may": ("Oui, et le télécharger.", "Tout agent de la Métropole le lit."), "chart": CHART, "chart_finding": "Repas servis par mois, en milliers", "preview": PREVIEW,
        "chart_source": "Milliers de repas\u202f; les vacances creusent décembre, février et avril. Source : Métropole de Valmer, Éducation.", "columns": [], "link": None, "edit_url": None, "access_url": "#",
        "resources": [Of(url="#", label="CSV", icon="download", size=3_100_000, note=""), Of(url="#", label="Tableur XLSX", icon="file-earmark-spreadsheet", size=4_800_000, note=""), Of(url="#", label="Adresse de l’API", icon="code-slash", size=None, note="avec exemples")],
        "people": [Of(name="Nora Delmas", role="gestionnaire", phone="02 61 91 33 18", email="x@valmer.example"), Of(name="Théo Garnier", role="suppléant", phone="02 61 91 33 20", email=None)],
        "dependants": [Of(url="#", title="Petite enfance et école", note="tableau de bord, Éducation")], "history": [Of(when=ago(5), what="Mise à jour automatique, 61 restaurants sur 62"), Of(when=ago(19), what="Correction de Jules-Verne, 12 au 16 octobre, après un signalement d’Awa Diallo")]}  # fmt: skip

# name of the file: (template, current word, values)
PAGES: dict[str, tuple[str, str, dict[str, Any]]] = {
    "accueil": ("accounts/home.html", "Accueil", {"first_name": "Awa", "post": "Solidarité, service Insertion · agent", "today": NOW, "boards": BOARDS, "boards_total": 7, "recent": ROWS[:4], "sentences": SENTENCES, "changes": CHANGES, "seats": CONTACTS}),
    "donnees": ("catalog/list.html", "Données", {"total": 128, "on_request_total": 9, "q": "", "rows": ROWS, "facets": FACETS, "chosen": [Of(legend="Échelon", label="Métropole", remove_url="#")], "sorts": [("p", "pertinence", True)], "page": PAGE, "kept": [], "declare_url": "#"}),
    "jeu": ("catalog/show.html", "Données", SHOW),
    "sur-demande": ("catalog/on_request.html", "Données", {**ON_REQUEST, "form": refused(Request)}),
    "tableaux": ("dashboards/list.html", "Tableaux de bord", {"shelves": [Of(code="solidarite", title="Les tableaux de votre direction", boards=BOARDS)]}),
    "tableau": ("dashboards/show.html", "Tableaux de bord", {**BOARD_PAGE, "state": "demarre"}),
    "qui-contacter": ("referents/list.html", "Qui contacter", {"q": "eau potable", "places": [("", "Partout", True)], "themes": [("", "Toutes", True)], "total": 4, "vacant_total": 1, "seats": SEATS, "page": PAGE, "reception": ("Posez la question à l’accueil des données", "#")}),
    "mes-acces": ("accounts/my_access.html", "Mes accès", {"sentences": SENTENCES, "grants": GRANTS[2:4], "memberships": PLACES, "denials": [], "sessions": [Of(where="Firefox sous Linux", since=ago(0.1), current=True, close_url="#"), Of(where="Chrome sous Android", since=ago(2), current=False, close_url="#")]}),
    "administration": ("admin/index.html", "Administration", {"reach": ASSIGN["reach"], "tasks": [Of(url="#", title="Attribuer un accès", note="à une personne, une direction ou un groupe", count=None), Of(url="#", title="Le journal", note="qui a lu, exporté ou changé quoi", count=12408)], "ending": []}),
    "acces-attribuer": ("admin/assign.html", "Administration", ASSIGN),
    "acces-retirer": ("admin/revoke.html", "Administration", {"grant": GRANTS[1], "change": CHANGE, "form": Reason(), "back": "#"}),
    "acces-jeu": ("admin/asset_access.html", "Administration", {"asset": Of(title="Cantines scolaires", kind="jeu de données", unit="Éducation", sensitivity="internal", protection="none", url=None), "total": 2, "people": [Of(name="Nora Delmas", post="Restauration scolaire", what="lit et exporte", why="elle est affectée à Éducation", until=None)], "grants": GRANTS, "denials": [Of(name="Inès Caron", reason="déport déclaré le 4 mai")], "assign_url": "#"}),
    "acces-personne": ("admin/person_access.html", "Administration", {"person": Of(name="Awa Diallo", post="Solidarité", email="", active=True), "sentences": SENTENCES, "memberships": PLACES, "grants": GRANTS, "denials": [], "assign_url": "#", "sessions_total": 2, "close_sessions_url": "#"}),
    "journal": ("admin/journal.html", "Administration", {"reason": "vérification d’un incident", "until": NOW, "form": JournalFilters(), "events": [EVENT] * 3 + [Of(**{**vars(EVENT), "outcome": "refused", "event": "demande une page"})], "chain": "Chaîne vérifiée jusqu’à la ligne 12\u202f408, aujourd’hui à 14:05.", "broken": False, "older_url": "#", "newest_url": None}),
    "journal-motif": ("admin/journal_reason.html", "Administration", {"form": Reason(), "minutes": 30}),
    "sans-droits": ("accounts/no_rights.html", "", {"login": "awa.diallo", "contact": Of(name="Claire Perrin", phone="02 61 91 10 10", email="x@valmer.example")}),
    "deconnecte": ("accounts/signed_out.html", "", {"signed_out": True, "expired": False, "sign_in_url": "#", "actor": None, "nav": []}),
    "erreur": ("error.html", "", {"title": "Page introuvable", "sentence": "Cette page n’existe pas, ou n’existe pas pour vous.", "next_step": "Vérifiez l’adresse, ou cherchez son sujet.", "status": 404, "bare": False}),
    "composants": ("gallery.html", "", {"figures": FIGURES, "said": [("success", "Accès retiré à Nora Delmas."), ("error", "Rien n’a été enregistré.")]}),
}  # fmt: skip
