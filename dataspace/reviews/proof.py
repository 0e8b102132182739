"""Is a record still the octets whose sum was written in the journal when the review was closed?"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from dataspace.audit import Act
from dataspace.audit.models import Event
from dataspace.reviews.models import ReviewCampaign, ReviewRecord
from dataspace.reviews.writing import sum_of


def verify(session: Session, number: int) -> str | None:
    """What is wrong with the record of review `number`, in words; None when it holds."""
    campaign = session.scalar(select(ReviewCampaign).where(ReviewCampaign.number == number))
    if campaign is None:
        return "cette revue n’existe pas."
    if campaign.closed_at is None:
        return "elle n’est pas close, son relevé n’est pas encore établi."
    stmt = select(Event).where(Event.act == Act.REVIEW_CLOSED, Event.subject_id == campaign.public_id)
    event = session.scalars(stmt).first()
    if event is None:
        return "le journal n’en garde plus la clôture (au-delà de sa durée de conservation)."
    said = event.facts.get("sha256")
    kept = session.scalars(select(ReviewRecord).where(ReviewRecord.campaign_id == campaign.id)).all()
    sums = {one.height.code: sum_of(one.body) for one in kept}
    if any(one.sha256 != sums[one.height.code] for one in kept) or sums != said:
        return "le relevé n’est plus celui dont l’empreinte a été inscrite au journal."
    return None
