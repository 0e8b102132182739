"""The mails of a review: to who is asked, before the deadline, when it goes up, and what came of it."""

from collections import Counter
from datetime import timedelta

from sqlalchemy import func, select

from dataspace.auth import Access
from dataspace.auth.models import Grant, Person
from dataspace.auth.queries import people
from dataspace.auth.sentences import day
from dataspace.mail import outbox
from dataspace.mail.outbox import TITLE
from dataspace.reviews.models import Outcome, ReviewCampaign, ReviewLine, ReviewPlace
from dataspace.reviews.turns import Turns

# Days before the deadline; each is told once, the nearest that has come only.
BEFORE = (1, 7)


def invite(access: Access, campaign: ReviewCampaign, turns: Turns, portal: str) -> int:
    """Tell each person who is asked how many rights wait for her; how many mails were put aside."""
    told = 0
    for person, n in _waiting(access, campaign, turns).items():
        body = (
            f"La revue n°\u00a0{campaign.number} «\u00a0{campaign.title}\u00a0» est ouverte jusqu’au "
            f"{day(campaign.deadline)}. {_count(n)} à garder ou à retirer\u00a0: seulement ceux qui le méritent "
            "(qui ne servent plus, sans fin, sensibles, d’un partenaire, ou d’une personne qui a changé d’unité)."
        )
        subject = f"Revue des accès\u00a0: {_count(n)} à voir avant le {day(campaign.deadline)}"
        told += _write(
            access, person, subject, body, _answer(campaign, portal), once=_once(campaign, "ouverture", person)
        )
    return told


def remind(access: Access, campaign: ReviewCampaign, turns: Turns, portal: str) -> int:
    """Seven days and one day before, to those who still have something to answer."""
    left = campaign.deadline - access.moment
    days = next((n for n in BEFORE if timedelta() < left <= timedelta(days=n)), None)
    if days is None or campaign.deadline - campaign.opened_at <= timedelta(days=days):
        return 0
    told = 0
    for person, n in _waiting(access, campaign, turns).items():
        body = (
            f"{_count(n)} {_wait(n)} encore votre réponse dans la revue n°\u00a0{campaign.number}. Le "
            f"{day(campaign.deadline)}, ceux qui ne servent plus, ceux d’un partenaire et ceux de qui a changé d’unité "
            "tombent s’ils ne servent plus\u00a0; les autres remontent à la personne qui décide au-dessus."
        )
        subject = f"Revue des accès\u00a0: encore {_count(n)} avant le {day(campaign.deadline)}"
        told += _write(
            access, person, subject, body, _answer(campaign, portal), once=_once(campaign, f"j-{days}", person)
        )
    return told


def escalate(access: Access, campaign: ReviewCampaign, turns: Turns, portal: str) -> int:
    """Tell who is asked now that nobody answered in time."""
    told = 0
    for person, n in _waiting(access, campaign, turns, rank=1).items():
        body = (
            f"Personne n’a répondu à temps pour {_count(n)} de la revue n°\u00a0{campaign.number}, qui "
            f"{'sert' if n == 1 else 'servent'} encore ou {'ouvre' if n == 1 else 'ouvrent'} des contenus sensibles. "
            "Rien n’est coupé\u00a0: la décision vous revient."
        )
        subject = f"Revue des accès\u00a0: {_count(n)} à décider, sans réponse jusqu’ici"
        told += _write(
            access, person, subject, body, _answer(campaign, portal), once=_once(campaign, "remonte", person)
        )
    return told


def result(access: Access, campaign: ReviewCampaign, portal: str) -> int:
    """Tell who opened it, and who answered, that the record is there."""
    answered = select(ReviewLine.answered_by_id).where(ReviewLine.campaign_id == campaign.id).distinct()
    ids = {campaign.opened_by_id, *access.session.scalars(answered)}
    # No figure here: each reads on the page those of what she may know.
    body = (
        f"La revue n°\u00a0{campaign.number} «\u00a0{campaign.title}\u00a0» est close. Sa page dit ce qui a été gardé, "
        "retiré, ou laissé tomber faute de réponse\u00a0; le relevé daté et numéroté y est conservé."
    )
    told = 0
    for person in people(access.session, ids).values():
        link = f"{portal}/administration/revues/{campaign.public_id}"
        once = _once(campaign, "close", person)
        told += _write(access, person, f"Revue des accès n°\u00a0{campaign.number}\u00a0: close", body, link, once=once)
    return told


def lapsed(access: Access, campaign: ReviewCampaign, grant: Grant, person: Person, portal: str) -> bool:
    """Tell who held it that it has ended, and how to ask again."""
    what = TITLE if grant.asset_id is not None else "des données qui vous avaient été ouvertes"
    body = (
        f"Votre accès à {what} s’est terminé le {day(access.moment)}\u00a0: il était à revoir et personne n’a demandé "
        "à le garder. S’il vous sert encore, demandez-le de nouveau depuis la fiche."
    )
    once = f"revue:{campaign.number}:tombe:{grant.public_id}"
    return _write(access, person, f"Votre accès à {what} s’est terminé", body, f"{portal}/mes-acces", once=once,
                  about=grant.asset_id)  # fmt: skip


def _waiting(access: Access, campaign: ReviewCampaign, turns: Turns, *, rank: int | None = None) -> dict[Person, int]:
    """How many lines wait for each person, from the places and not line by line."""
    stmt = select(ReviewLine.place_id, ReviewLine.rank, func.count()).where(
        ReviewLine.campaign_id == campaign.id, ReviewLine.outcome == Outcome.PENDING
    )
    if rank is not None:
        stmt = stmt.where(ReviewLine.rank == rank)
    rows = access.session.execute(stmt.group_by(ReviewLine.place_id, ReviewLine.rank)).all()
    known = select(ReviewPlace).where(ReviewPlace.campaign_id == campaign.id)
    places = {place.id: place for place in access.session.scalars(known)}
    counted: Counter[int] = Counter()
    named: dict[int, Person] = {}
    for place_id, turn, n in rows:
        for person in turns.told(places[place_id], turn):
            counted[person.id] += n
            named[person.id] = person
    return {named[one]: n for one, n in sorted(counted.items())}


def _write(
    access: Access, to: Person, subject: str, body: str, link: str, *, once: str, about: int | None = None
) -> bool:
    text = f"Bonjour {to.given_name or to.name},\n\n{body}\n\n{link}\n"
    return outbox.put(access.session, to, subject, text, moment=access.moment, about=about, once=once)


def _answer(campaign: ReviewCampaign, portal: str) -> str:
    return f"{portal}/administration/revues/{campaign.public_id}/repondre"


def _once(campaign: ReviewCampaign, what: str, person: Person) -> str:
    return f"revue:{campaign.number}:{what}:{person.id}"


def _count(n: int) -> str:
    return f"{n} accès"


def _wait(n: int) -> str:
    return "attend" if n == 1 else "attendent"
