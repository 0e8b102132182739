"""Who waits to be received: somebody whom no group of the directory maps."""

from datetime import UTC, datetime, time, timedelta

from dataspace.demo.sources import read_csv
from dataspace.demo.written import Written, address
from dataspace.directory.models import Arrival


def write_arrivals(written: Written) -> None:
    """Write each request to be received."""
    for line in read_csv("arrivals.csv"):
        asked = datetime.combine(written.world.today + timedelta(int(line["asked"])), time(9), UTC)
        written.session.add(
            Arrival(
                public_id=address("arrival", line["who"]), person_id=written.people[line["who"]].id,
                unit_id=written.units[line["unit"]].id, note=line["note"], created=asked,
            )
        )  # fmt: skip
    written.session.flush()
