"""Requests in several states, so that inboxes are alive: some wait for an opinion or a decision, some are over."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import select

from dataspace.auth.models import Grant, Usage
from dataspace.auth.rights import deciding_level
from dataspace.auth.words import Protection, Sensitivity, Source
from dataspace.demo.sources import read_csv
from dataspace.demo.written import Written, address, end_of
from dataspace.requests.models import AccessRequest, Need, Opinion, Purpose, RequestEvent, RequestState, Step


@dataclass(frozen=True)
class Story:
    """A request of the demo; days are counted from the world's own."""

    line: dict[str, str]

    def day(self, name: str, today: date, *, hour: int = 9) -> datetime:
        """A moment of the morning of that day."""
        return datetime.combine(today + timedelta(int(self.line[name])), time(hour), UTC)


def write_requests(written: Written) -> None:
    """Write each request, its line of time, and the access it ended in."""
    for line in read_csv("requests.csv"):
        _write(written, Story(line))
    written.session.flush()


def _write(written: Written, story: Story) -> None:
    line, today, session = story.line, written.world.today, written.session
    person, asset = written.people[line["who"]], written.assets[line["asset"]]
    asked = story.day("asked", today)
    until = end_of(today + timedelta(int(line["until"])))
    assert until is not None
    is_closed = asset.protection is not Protection.NONE or asset.sensitivity is Sensitivity.CONFIDENTIAL
    request = AccessRequest(
        public_id=address("request", f"{line['who']}/{line['asset']}/{line['asked']}"), person_id=person.id,
        asset_id=asset.id, unit_id=written.units[written.world.person(line["who"]).unit].id,
        owner_unit_id=asset.unit_id, level=deciding_level(asset), topic=Purpose(line["topic"]), purpose=line["purpose"],
        need=Need(line["need"]), until=until, created=asked, submitted=asked, state=RequestState.SUBMITTED,
        needs_visa=True, needs_advice=is_closed,
        events=[RequestEvent(at=asked, step=Step.SUBMITTED, person_id=person.id)], usage_id=_usage(written, line),
    )  # fmt: skip
    if line["opinion"]:
        by = written.people[line["opinion_by"]]
        visa = RequestEvent(at=asked + timedelta(hours=5), step=Step.VISA, opinion=Opinion(line["opinion"]),
                            person_id=by.id, note=line["opinion_note"])  # fmt: skip
        request.events.append(visa)
    if line["decision"]:
        _decide(written, request, story)
    session.add(request)


def _usage(written: Written, line: dict[str, str]) -> int | None:
    if not line["usage"]:
        return None
    named = select(Usage.id).where(Usage.public_id == address("usage", line["usage"]))
    return written.session.scalars(named).one()


def _decide(written: Written, request: AccessRequest, story: Story) -> None:
    line = story.line
    at, by = story.day("decided", written.world.today, hour=14), written.people[line["decision_by"]]
    request.decided_at, request.state = at, RequestState(line["decision"])
    request.events.append(RequestEvent(at=at, step=Step(line["decision"]), person_id=by.id, note=line["decision_note"]))
    if request.state is RequestState.APPROVED:
        grant = Grant(
            public_id=address("grant", f"{line['who']}/{line['need']}/{line['asset']}"), person_id=request.person_id,
            role=request.need.role, asset_id=request.asset_id, up_to=request.level, source=Source.REQUEST,
            purpose=request.purpose, reason=f"Demande acceptée\u00a0: {request.purpose}", granted_by_id=by.id,
            granted_at=at, starts=at, ends=request.until,
        )  # fmt: skip
        written.session.add(grant)
        written.session.flush()
        request.grant_id = grant.id
