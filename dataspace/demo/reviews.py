"""A review under way and one that is over, so that a director finds hers at once; and when each access last served."""

from datetime import timedelta

from sqlalchemy import select

from dataspace.auth import Access, Actor
from dataspace.auth.models import Grant, GrantUse, Stamp
from dataspace.auth.using import SINCE
from dataspace.demo.sources import read_csv
from dataspace.demo.world import ROOT
from dataspace.demo.written import Written, address, end_of
from dataspace.reviews import answers, closing, queries, services
from dataspace.reviews.answers import Choice
from dataspace.reviews.models import ReviewCampaign, ReviewLine
from dataspace.reviews.services import Terms

_TERMS = Terms(timedelta(183), timedelta(60), timedelta(30))
# Uses have been kept for longer than any review looks back.
_MEASURED = timedelta(400)


def write_uses(written: Written) -> None:
    """The day each access given by hand or on request last served."""
    session, today = written.session, written.world.today
    session.get_one(Stamp, SINCE).version = (today - _MEASURED).isoformat()
    named = {
        address("grant", f"{line['subject']}/{line['role']}/{line['scope']}"): line for line in read_csv("uses.csv")
    }
    for grant in session.scalars(select(Grant).where(Grant.public_id.in_(named))):
        day = today - timedelta(int(named[grant.public_id]["days"]))
        session.add(GrantUse(grant_id=grant.id, day=day))
    session.flush()


def write_reviews(written: Written) -> None:
    """One of the water directorate, over for two months; one of the whole authority, that Luc and others answer."""
    _close(written, _open(written, "eau", "Revue de l’été"), by="agnes", opened=75, lasted=21)
    _age(written, _open(written, ROOT, "Revue d’automne"), opened=6, lasts=21)


def _open(written: Written, unit: str, title: str) -> ReviewCampaign:
    """Opened by the DPO, with the rights of now: those of the past are not in the demonstration."""
    ines, deadline = _as(written, "ines"), written.house.moment + timedelta(21)
    return services.open_campaign(
        ines, written.units[unit], title=title, deadline=deadline, terms=_TERMS,
        named=address("review", f"{unit}/{title}"),
    )  # fmt: skip


def _age(written: Written, campaign: ReviewCampaign, *, opened: int, lasts: int) -> None:
    """Move its dates back, as if it had been opened then."""
    start = end_of(written.world.today - timedelta(opened))
    assert start is not None
    campaign.opened_at, campaign.deadline = start, start + timedelta(lasts)
    for line in written.session.scalars(select(ReviewLine).where(ReviewLine.campaign_id == campaign.id)):
        line.due = campaign.deadline
        line.answered_at = start + timedelta(3) if line.answered_at else None
    written.session.flush()


def _close(written: Written, campaign: ReviewCampaign, *, by: str, opened: int, lasted: int) -> None:
    """Answered by the director who decides there, closed at its deadline."""
    access, house = _as(written, by), written.house
    for told in queries.to_answer(access, campaign):
        note = "Plan de gestion de la sécurité sanitaire, reconduit"
        answers.answer(access, told.line, told.grant, Choice.KEEP, note=note, version=told.line.version)
    _age(written, campaign, opened=opened, lasts=lasted)
    now, house.moment = house.moment, campaign.deadline
    try:
        while closing.settle(house, _TERMS):
            pass
        closing.finish(house, _TERMS)
    finally:
        house.moment = now


def _as(written: Written, login: str) -> Access:
    return Access(Actor.of(written.people[login]), written.session, written.house.policy, moment=written.house.moment)
