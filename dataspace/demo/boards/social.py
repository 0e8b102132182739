"""The three dashboards of Solidarité."""

from dataspace.dashboards.boards import ONE_DECIMAL, Board, Chart, Choice, Measure
from dataspace.demo.boards.cards import LAST, BoardCard, Contract, Source, month

HOUSEHOLDS = Measure("foyers", "Foyers allocataires")
PEOPLE = Measure("beneficiaires", "Bénéficiaires")
VISITS = Measure("visites", "Visites")
DELAY = Measure("delai_jours", "Délai (jours)", "AVG", ONE_DECIMAL)

RSA = BoardCard(
    board=Board(
        slug="rsa-suivi-mensuel",
        title="RSA : suivi mensuel",
        charts=(
            month("Foyers allocataires", "rsa_territoires", HOUSEHOLDS, compare=12, since="en un an"),
            month("Entrées du mois", "rsa_territoires", Measure("entrees", "Entrées"), compare=1, since="en un mois"),
            month(
                "Sorties vers l’emploi",
                "rsa_territoires",
                Measure("sorties_emploi", "Sorties vers l’emploi"),
                compare=1,
                since="en un mois",
            ),
            Chart(
                "Foyers allocataires par territoire",
                "line",
                "rsa_territoires",
                (HOUSEHOLDS,),
                by="mois",
                grain="P1M",
                series="territoire",
                width=7,
            ),
            Chart(
                "Entrées et sorties",
                "line",
                "rsa_territoires",
                (Measure("entrees", "Entrées"), Measure("sorties", "Sorties")),
                by="mois",
                grain="P1M",
                width=5,
            ),
            Chart(
                "Communes de votre territoire, dernier mois",
                "table",
                "rsa_communes",
                (HOUSEHOLDS,),
                columns=("commune", "territoire"),
                where=LAST,
                width=12,
            ),
        ),
        choices=(Choice("Commune", "rsa_communes", "commune"),),
        note=(
            "Sources : caisse d’allocations familiales et Métropole de Valmer, Solidarité. Une case vide relève du "
            "secret statistique : moins de 11 foyers, ou une commune masquée pour en protéger une autre."
        ),
    ),
    summary="Foyers allocataires, entrées et sorties, par territoire et par commune",
    unit="insertion",
    theme="insertion-rsa",
    sensitivity="restricted",
    card_sensitivity="internal",
    closure="L311-6-1",
    review_days=190,
    dataset="foyers-rsa-communes",
    sources=(Source("rsa_communes", "insee", "area"), Source("rsa_territoires")),
    contract=Contract(
        freshness="Chaque 12 du mois, données du mois précédent",
        scope="Les communes de votre territoire d’intervention ; les deux territoires sont communs à tous",
        definitions=(
            ("Foyer allocataire", "Foyer qui perçoit un versement de RSA dans le mois."),
            ("Entrée", "Premier versement, ou retour après plus de trois mois."),
            ("Sortie", "Absence de versement pendant au moins trois mois."),
            ("Sortie vers l’emploi", "Sortie dont le motif est une reprise d’activité."),
            ("Accompagné", "Foyer dont un membre a un contrat ou une orientation en cours."),
            (
                "Secret statistique",
                "Aucun effectif sous 11 foyers ; d’autres communes sont masquées pour que le total ne les dise pas.",
            ),
        ),
        owner="sofia",
    ),
)

AUTONOMY = BoardCard(
    board=Board(
        slug="autonomie-apa-pch",
        title="Autonomie : APA et PCH",
        charts=(
            month("Bénéficiaires", "apa_pch", PEOPLE, compare=12, since="en un an"),
            month(
                "Délai d’instruction de l’APA, en jours",
                "apa_pch",
                DELAY,
                compare=6,
                since="en six mois",
                where="prestation = 'APA'",
            ),
            month(
                "Délai d’instruction de la PCH, en jours",
                "apa_pch",
                DELAY,
                compare=6,
                since="en six mois",
                where="prestation = 'PCH'",
            ),
            Chart(
                "Bénéficiaires par prestation",
                "line",
                "apa_pch",
                (PEOPLE,),
                by="mois",
                grain="P1M",
                series="prestation",
                width=6,
            ),
            Chart(
                "Délai d’instruction par prestation, en jours",
                "line",
                "apa_pch",
                (DELAY,),
                by="mois",
                grain="P1M",
                series="prestation",
                width=6,
            ),
        ),
        choices=(Choice("Territoire", "apa_pch", "territoire"),),
        note="Source : Métropole de Valmer, Solidarité, service Autonomie.",
    ),
    summary="Bénéficiaires, délais d’instruction, plans d’aide",
    unit="autonomie",
    theme="autonomie",
    sensitivity="restricted",
    card_sensitivity="internal",
    closure="L311-6-1",
    review_days=240,
    dataset="apa-pch",
    sources=(Source("apa_pch", "unite", "unit"),),
    contract=Contract(
        freshness="Chaque mois, après le fichier des paiements",
        scope="Les territoires d’action sociale pour lesquels vous travaillez",
        definitions=(
            ("Bénéficiaire", "Personne dont un plan d’aide est payé dans le mois."),
            ("Délai d’instruction", "Du dossier complet à la décision, moyenne des décisions du mois."),
            ("Plan d’aide moyen", "Montant notifié, avant participation de la personne."),
        ),
        owner="jeanne",
    ),
)

RECEPTION = BoardCard(
    board=Board(
        slug="accueil-social-frequentation",
        title="Accueil social : fréquentation",
        charts=(
            month("Visites du mois", "accueil_social", VISITS, compare=12, since="en un an"),
            Chart("Visites par maison", "bar", "accueil_social", (VISITS,), by="maison", where=LAST, width=8),
            Chart(
                "Motifs de la venue",
                "line",
                "accueil_social",
                (VISITS,),
                by="mois",
                grain="P1M",
                series="motif",
                width=12,
            ),
        ),
        choices=(Choice("Commune", "accueil_social", "commune"),),
        note="Une personne venue deux fois compte deux visites. Source : Métropole de Valmer, Solidarité.",
    ),
    summary="Visites et motifs, dans les 11 maisons des solidarités",
    unit="accueil-social",
    theme="accueil-social",
    sensitivity="internal",
    card_sensitivity="internal",
    closure=None,
    review_days=0,
    dataset="accueil-social",
    sources=(Source("accueil_social", "insee", "area"),),
    contract=Contract(
        freshness="Chaque mois, le 18 au plus tard",
        scope="Les maisons situées dans votre territoire d’intervention",
        definitions=(
            ("Visite", "Passage à l’accueil, avec ou sans rendez-vous."),
            ("Motif", "Raison principale, notée par l’agent d’accueil."),
        ),
        owner="yasmine",
    ),
)
