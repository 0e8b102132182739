"""Tools asked for, in several states, so that the list is alive."""

from datetime import UTC, datetime, time, timedelta

from dataspace.demo.sources import read_csv
from dataspace.demo.written import Written, address, end_of
from dataspace.tools_asked.models import ToolEvent, ToolRequest, ToolState, ToolSupport


def write_tools(written: Written) -> None:
    """Write each request, what was answered, and who joined in."""
    for line in read_csv("tools.csv"):
        _write(written, line)
    written.session.flush()


def _write(written: Written, line: dict[str, str]) -> None:
    world, person = written.world, written.people[line["who"]]

    def morning(days: str) -> datetime:
        return datetime.combine(world.today + timedelta(int(days)), time(9), UTC)

    asked = morning(line["asked"])
    events = [ToolEvent(at=asked, person_id=person.id, state=ToolState.RECEIVED, note="")]
    if line["state"]:
        by = written.people[line["by"]]
        events.append(
            ToolEvent(at=morning(line["answered"]), person_id=by.id, state=ToolState(line["state"]), note=line["note"])
        )
    request = ToolRequest(
        public_id=address("tool", f"{line['who']}/{line['title']}"), person_id=person.id,
        unit_id=written.units[world.person(line["who"]).unit].id, title=line["title"], purpose=line["purpose"],
        audience=line["audience"], is_shared=True, state=ToolState(line["state"] or "received"), created=asked,
        wanted_by=end_of(world.today + timedelta(int(line["wanted"]))) if line["wanted"] else None, events=events,
    )  # fmt: skip
    written.session.add(request)
    written.session.flush()
    for login in line["also"].split():
        written.session.add(ToolSupport(request_id=request.id, person_id=written.people[login].id, at=asked))
