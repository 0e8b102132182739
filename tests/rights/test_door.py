"""What the one door gives, and that nothing else comes along with it."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm import selectinload

from dataspace.auth import Permission
from dataspace.auth.models import Asset, asset_search
from dataspace.catalog.models import Dataset
from dataspace.errors import UnscopedRead
from tests.rights.living import counted

SEE = Permission.CARD_SEE


def seen(access):
    return access.select(Asset, SEE)


def test_a_row_is_not_fetched_by_its_key(access, make):
    fuites = make.dataset("Fuites", unit="eau", sensitivity="confidential")
    session = access("awa").session
    for model in (Asset, Dataset):
        with pytest.raises(UnscopedRead):
            session.get(model, fuites.id)
    with pytest.raises(UnscopedRead):
        session.refresh(session.merge(fuites, load=False))


def test_nothing_loads_by_itself(access, make):
    make.dataset("Bénéficiaires", columns=["mois"])
    awa = access("awa")
    (dataset,) = awa.session.scalars(awa.select(Dataset, Permission.DATASET_READ))
    assert dataset.asset.title == "Bénéficiaires"
    with pytest.raises(InvalidRequestError, match="lazy"):
        _ = dataset.columns
    awa.session.expire(dataset.asset)
    with pytest.raises(UnscopedRead):
        _ = dataset.asset.title


def test_a_declaration_does_not_outlive_its_statement(access, make):
    make.dataset("Bénéficiaires")
    awa = access("awa")
    awa.session.scalars(seen(awa)).all()
    with pytest.raises(UnscopedRead):
        awa.session.scalars(select(Asset)).all()


def test_a_flush_does_not_open_the_door_to_reads(sessions, make):
    """The unit of work may write rows one by one; what listens to it may not read."""
    bound = make.dataset("Bénéficiaires")
    with sessions() as session:
        held = session.merge(bound, load=False)
        held.title = "Autre titre"
        session.flush()
        with pytest.raises(UnscopedRead):
            session.execute(text("UPDATE asset SET title = 'x'"))


def test_what_the_door_gives_passes(access, make):
    first = make.dataset("Bénéficiaires", columns=["mois", "foyers"], sensitivity="open")
    make.link("Univers BO", unit="eau")
    awa = access("awa")
    run = awa.session
    assert {asset.title for asset in run.scalars(seen(awa))} == {"Bénéficiaires", "Univers BO"}
    assert (
        run.scalars(seen(awa).where(Asset.title.like("B%")).order_by(Asset.updated.desc()).limit(20)).one().id
        == first.id
    )
    assert awa.count(seen(awa)) == 2
    assert awa.count(seen(awa), at_most=1) == 1
    stmt = awa.select(Dataset, Permission.DATASET_READ).options(selectinload(Dataset.columns))
    assert [column.name for column in run.scalars(stmt).one().columns] == ["mois", "foyers"]
    scoped = awa.select(Asset, SEE, using=[asset_search])
    assert run.scalars(scoped.outerjoin(asset_search, asset_search.c.rowid == Asset.id)).all()
    assert counted(awa, SEE) == 2
