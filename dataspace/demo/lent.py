"""What people of the demo lend: tokens to their programs, links to colleagues. Nobody holds the secret of any."""

from datetime import UTC, date, datetime, time, timedelta

from dataspace.auth import sharing, tokens
from dataspace.auth.models import ApiToken, ApiTokenAsset, Share, ShareReader
from dataspace.auth.rights import deciding_level
from dataspace.demo.sources import read_csv
from dataspace.demo.written import Written, address, end_of


def write_lent(written: Written) -> None:
    """Write each token and each link."""
    for line in read_csv("tokens.csv"):
        _token(written, line)
    for line in read_csv("shares.csv"):
        _share(written, line)
    written.session.flush()


def _token(written: Written, line: dict[str, str]) -> None:
    session, today = written.session, written.world.today
    name = f"{line['who']}/{line['name']}"
    # Hashes of texts that are no secret of ours: what is presented is always well written.
    token = ApiToken(
        public_id=address("token", name), person_id=written.people[line["who"]].id, name=line["name"],
        secret_hash=tokens.hash_of(f"personne/{name}"), scopes=[line["lends"]], is_narrowed=bool(line["only"]),
        created=_day(line["made"], today), ends=_last(line["ends"], today),
        last_used=today + timedelta(int(line["used"])) if line["used"] else None, last_program=line["program"],
    )  # fmt: skip
    session.add(token)
    session.flush()
    session.add_all(ApiTokenAsset(token_id=token.id, asset_id=written.assets[s].id) for s in _each(line["only"]))


def _share(written: Written, line: dict[str, str]) -> None:
    session, today, asset = written.session, written.world.today, written.assets[line["asset"]]
    name = f"{line['who']}/{line['asset']}"
    share = Share(
        public_id=address("share", name), author_id=written.people[line["who"]].id, asset_id=asset.id,
        # No address holds a slash there.
        secret_hash=sharing.hash_of(f"personne/{name}"), is_for_all=not line["to"], up_to=deciding_level(asset),
        row_column=line["column"] or None, row_values=_each(line["values"]) if line["column"] else None,
        purpose=line["purpose"], created=_day(line["made"], today), ends=_last(line["ends"], today),
    )  # fmt: skip
    session.add(share)
    session.flush()
    session.add_all(ShareReader(share_id=share.id, person_id=written.people[one].id) for one in _each(line["to"]))


def _each(text: str) -> list[str]:
    return [part for part in text.split(";") if part]


def _day(days: str, today: date) -> datetime:
    return datetime.combine(today + timedelta(int(days)), time(9), UTC)


def _last(days: str, today: date) -> datetime:
    found = end_of(today + timedelta(int(days)))
    assert found is not None
    return found
