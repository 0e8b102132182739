"""A place that waits for an answer, an interim written by hand, and an opening that waits for a second person."""

from datetime import UTC, datetime, time, timedelta

from dataspace.auth.models import Membership
from dataspace.auth.words import MembershipKind, Protection, Sensitivity, Source
from dataspace.demo.sources import read_csv
from dataspace.demo.written import Written, address, end_of, start_of
from dataspace.organisation.models import Placement
from dataspace.widening.models import Widening

_LASTS = timedelta(days=14)


def write_organisation(written: Written) -> None:
    """Write what managers asked of each other."""
    session, today = written.session, written.world.today
    for line in read_csv("organisation.csv"):
        unit = written.units[line["unit"]]
        session.add(
            Placement(
                unit_id=unit.id, parent_id=written.units[line["to"]].id, from_id=unit.parent_id, reason=line["reason"],
                proposed_by_id=written.people[line["by"]].id, proposed_at=_morning(written, line),
            )
        )  # fmt: skip
    session.add(
        Membership(
            person_id=written.people["sofia"].id, unit_id=written.units["accueil-social"].id,
            kind=MembershipKind.INTERIM, title="Responsable de l’accueil social par intérim", source=Source.MANUAL,
            starts=start_of(today - timedelta(20)), ends=end_of(today + timedelta(70)),
        )
    )  # fmt: skip
    for line in read_csv("widenings.csv"):
        asset, at = written.assets[line["asset"]], _morning(written, line)
        session.add(
            Widening(
                public_id=address("widening", line["asset"]), asset_id=asset.id, from_sensitivity=asset.sensitivity,
                from_card_sensitivity=asset.card_sensitivity, from_protection=asset.protection,
                from_unit_id=asset.unit_id, unit_id=asset.unit_id, sensitivity=Sensitivity[line["sensitivity"].upper()],
                card_sensitivity=Sensitivity[line["card"].upper()], protection=Protection.NONE, ground=asset.ground,
                review_date=asset.review_date, reason=line["reason"], proposed_by_id=written.people[line["by"]].id,
                proposed_at=at, expires=at + _LASTS,
            )
        )  # fmt: skip
    session.flush()


def _morning(written: Written, line: dict[str, str]) -> datetime:
    return datetime.combine(written.world.today + timedelta(int(line["asked"])), time(9), UTC)
