"""The dashboards of Finances, cut by directorate, and of Mobilités, cut by commune."""

from dataspace.dashboards.boards import Board, Chart, Choice, Measure
from dataspace.demo.boards.cards import LAST, BoardCard, Contract, Source, latest, month

OPENED = Measure("ouverts", "Crédits ouverts (k€)")
COMMITTED = Measure("engages", "Engagés (k€)")
PAID = Measure("mandates", "Mandatés (k€)")
SPENT = Measure("montant", "Versé (k€)")
BIKES = Measure("passages", "Passages")

BUDGET = BoardCard(
    board=Board(
        slug="execution-du-budget",
        title="Exécution budgétaire",
        charts=(
            latest("Crédits ouverts, en k€", "execution_budgetaire", OPENED, since="exercice en cours"),
            latest("Engagés, en k€", "execution_budgetaire", COMMITTED, since="depuis janvier"),
            latest("Mandatés, en k€", "execution_budgetaire", PAID, since="depuis janvier"),
            Chart(
                "Mandatement cumulé par section, en k€",
                "line",
                "execution_budgetaire",
                (PAID,),
                by="mois",
                grain="P1M",
                series="section",
                width=6,
            ),
            Chart(
                "Mandaté par direction, en k€",
                "bar",
                "execution_budgetaire",
                (PAID,),
                by="direction_nom",
                where=LAST,
                width=6,
            ),
            Chart(
                "Détail par direction et section",
                "table",
                "execution_budgetaire",
                (OPENED, COMMITTED, PAID),
                columns=("direction_nom", "section"),
                where=LAST,
                width=12,
            ),
        ),
        choices=(Choice("Direction", "execution_budgetaire", "direction_nom"),),
        note="Cumuls depuis le 1ᵉʳ janvier, en milliers d’euros. Source : Métropole de Valmer, Finances.",
    ),
    summary="Crédits ouverts, engagés, mandatés ; chaque directeur voit les siens",
    unit="budget",
    theme="finances",
    sensitivity="restricted",
    card_sensitivity="internal",
    closure="L311-2",
    review_days=220,
    dataset="execution-budgetaire",
    sources=(Source("execution_budgetaire", "direction", "unit"),),
    contract=Contract(
        freshness="Le 14 de chaque mois, après la clôture mensuelle",
        scope="Les crédits des directions pour lesquelles vous travaillez",
        definitions=(
            ("Ouvert", "Crédit voté, décisions modificatives comprises."),
            ("Engagé", "Réservé par un bon de commande, un marché ou une délibération."),
            ("Mandaté", "Transmis au comptable public pour paiement."),
        ),
        owner="elise",
    ),
)

PARTICIPATIONS = BoardCard(
    board=Board(
        slug="subventions-et-participations",
        title="Subventions et participations versées",
        charts=(
            month("Versé dans le mois, en k€", "participations", SPENT, compare=12, since="en un an"),
            Chart(
                "Versements par direction depuis trois ans, en k€",
                "bar",
                "participations",
                (SPENT,),
                by="direction_nom",
                width=8,
            ),
            Chart(
                "Versements par type de bénéficiaire, en k€",
                "bar",
                "participations",
                (SPENT,),
                by="mois",
                grain="P1M",
                series="beneficiaire",
                is_stacked=True,
                width=12,
            ),
        ),
        choices=(Choice("Direction", "participations", "direction_nom"),),
        note="En milliers d’euros. Source : Métropole de Valmer, Finances.",
    ),
    summary="Versements mensuels par direction et type de bénéficiaire",
    unit="budget",
    theme="finances",
    sensitivity="restricted",
    card_sensitivity="internal",
    closure="L311-2",
    review_days=220,
    dataset="participations-versees",
    sources=(Source("participations", "direction", "unit"),),
    contract=Contract(
        freshness="Le 14 de chaque mois, après la clôture mensuelle",
        scope="Les versements instruits par les directions pour lesquelles vous travaillez",
        definitions=(("Versement", "Mandat payé par le comptable dans le mois."),),
        owner="elise",
    ),
)

BIKE = BoardCard(
    board=Board(
        slug="mobilites-velo",
        title="Mobilités : comptages vélo",
        charts=(
            Chart(
                "Passages du dernier jour",
                "big_number",
                "comptages_velo",
                (BIKES,),
                by="date",
                grain="P1D",
                compare=7,
                compare_label="en une semaine",
                width=4,
            ),
            Chart("Passages par compteur", "bar", "comptages_velo", (BIKES,), by="lieu", width=8),
            Chart(
                "Passages par semaine",
                "line",
                "comptages_velo",
                (BIKES,),
                by="date",
                grain="P1W",
                series="commune",
                width=12,
            ),
        ),
        choices=(Choice("Commune", "comptages_velo", "commune"),),
        note="Un compteur en panne reste vide, jamais à zéro. Source : Métropole de Valmer, Mobilités.",
    ),
    summary="12 compteurs, par jour et par commune",
    unit="modes-actifs",
    theme="velo",
    sensitivity="internal",
    card_sensitivity="open",
    closure=None,
    review_days=0,
    dataset="comptages-velo",
    sources=(Source("comptages_velo", "insee", "area"),),
    contract=Contract(
        freshness="Chaque nuit",
        scope="Les compteurs des communes de votre territoire d’intervention",
        definitions=(("Passage", "Vélo compté par la boucle au sol, dans les deux sens."),),
        owner="maxime",
    ),
)
