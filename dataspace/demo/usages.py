"""Two usages: one in order, that somebody asks to join; one that a DPO has something to say about."""

from datetime import timedelta

from dataspace.auth.models import Grant, Usage, UsageAsset, UsageMember
from dataspace.auth.rights import deciding_level
from dataspace.auth.words import Role, Source
from dataspace.demo.sources import read_csv
from dataspace.demo.written import Written, address, end_of, start_of
from dataspace.usages.models import (
    HealthGround,
    LegalBasis,
    RecipientKind,
    Stance,
    UsageJoin,
    UsageOpinion,
    UsageRecipient,
    UsageSheet,
)
from dataspace.usages.services import months_after


def write_usages(written: Written) -> None:
    """Write each usage, its sheet, who it is for, what it needs, who takes part and what the DPO said."""
    for line in read_csv("usages.csv"):
        usage = _write(written, line)
        _around(written, usage, line)
    written.session.flush()


def _write(written: Written, line: dict[str, str]) -> Usage:
    today, session = written.world.today, written.session
    starts, ends = start_of(today + timedelta(int(line["starts"]))), end_of(today + timedelta(int(line["ends"])))
    review = end_of(today + timedelta(int(line["review"])))
    assert ends is not None and review is not None
    usage = Usage(
        public_id=address("usage", line["title"]), title=line["title"], purpose=line["purpose"],
        unit_id=written.units[line["unit"]].id, starts=starts, ends=ends,
    )  # fmt: skip
    session.add(usage)
    session.flush()
    months = int(line["months"])
    session.add(
        UsageSheet(
            usage_id=usage.id, basis=LegalBasis(line["basis"]),
            health_ground=HealthGround(line["ground"]) if line["ground"] else None,
            controller_id=written.units[line["controller"]].id, retention_months=months,
            kept_until=months_after(starts, months), review_date=review,
        )
    )  # fmt: skip
    return usage


def _around(written: Written, usage: Usage, line: dict[str, str]) -> None:
    today, session = written.world.today, written.session
    for kind, unit in (word.split(":") for word in line["recipients"].split()):
        session.add(UsageRecipient(
            public_id=address("recipient", f"{usage.title}/{kind}/{unit}"), usage_id=usage.id,
            kind=RecipientKind(kind), unit_id=written.units[unit].id,
        ))  # fmt: skip
    session.add_all(UsageAsset(usage_id=usage.id, asset_id=written.assets[slug].id) for slug in line["needs"].split())
    for slug, by, days in (word.split(":") for word in line["given"].split()):
        asset = written.assets[slug]
        session.add(Grant(
            public_id=address("grant", f"usage/{usage.title}/{slug}"), usage_id=usage.id, role=Role.READER,
            asset_id=asset.id, up_to=deciding_level(asset), source=Source.MANUAL, purpose=usage.purpose,
            reason=f"Pour l’usage «\u00a0{usage.title}\u00a0»", granted_by_id=written.people[by].id,
            granted_at=usage.starts, starts=usage.starts, ends=end_of(today + timedelta(int(days))),
        ))  # fmt: skip
    for login, days in (word.split(":") for word in line["members"].split()):
        session.add(UsageMember(
            public_id=address("member", f"{usage.title}/{login}"), usage_id=usage.id,
            person_id=written.people[login].id, starts=usage.starts, ends=end_of(today + timedelta(int(days))),
            reason="Équipe de l’usage", added_by_id=written.people["luc"].id,
        ))  # fmt: skip
    now = start_of(today)
    for login in line["asking"].split():
        session.add(UsageJoin(
            public_id=address("join", f"{usage.title}/{login}"), usage_id=usage.id, asked=now,
            person_id=written.people[login].id, reason="Cartographier les relevés de l’été",
        ))  # fmt: skip
    session.add(UsageOpinion(
        usage_id=usage.id, person_id=written.people["ines"].id, at=usage.starts + timedelta(days=3),
        stance=Stance(line["opinion"]), note=line["opinion_note"], on_version=1,
    ))  # fmt: skip
