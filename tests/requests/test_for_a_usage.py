"""Asked for a usage, given to the usage: the register sees a category of recipients, and each member reads."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from dataspace import audit, db
from dataspace.auth.models import Grant, UsageMember
from dataspace.errors import Invalid
from dataspace.mail.models import Mail
from dataspace.requests import services
from dataspace.requests.models import AccessRequest, Need, Purpose
from dataspace.requests.services import Asked
from tests import people
from tests.make import _unit
from tests.requests.conftest import FORM, WHY
from tests.usages.conftest import Usages

pytestmark = pytest.mark.usefixtures("that_monday")

TOPICS = f"{FORM} select[name=topic] option"


@pytest.fixture
def usages(site, make):
    return Usages(site, make)


@pytest.fixture
def counters(make):
    """Awa knows of it and does not read it; Agnès decides; it is protected."""
    return make.dataset(
        "Abonnés aidés", unit="eau", sensitivity="restricted", card="internal", protection="personal"
    )  # fmt: skip


@pytest.fixture
def heat(usages, counters):
    """A usage of Solidarité that needs it; Awa and Rémi are of it."""
    return usages(needs=[counters], members=["awa", "remi"])


def said(page) -> str:
    return page.main.replace("\u00a0", " ").replace("\u202f", " ")


def topics(site, login, asset):
    page = site.as_(login).get(f"/donnees/{asset.public_id}")
    return {option["value"]: option.get_text() for option in page.select(TOPICS)}


def grant_of(sessions, path):
    with sessions() as session:
        asked = session.scalars(select(AccessRequest).where(AccessRequest.public_id == path.split("/")[-1])).one()
        return session.scalars(select(Grant).where(Grant.id == asked.grant_id)).one_or_none(), asked


@pytest.fixture
def asked(asking, heat, counters, clock):
    """Awa has asked for her usage; Luc and Inès have said what they think."""
    path = asking("awa", counters, topic=f"usage:{heat.public_id}")
    asking.advise("luc", path)
    return path


def test_awa_asks_for_her_usage_and_all_who_are_of_it_read(site, asking, asked, heat, counters, sessions):
    advice = said(site.as_("ines").get(asked))
    assert "Base légale de l’usage Mission d’intérêt public (RGPD, article 6.1.e)" in advice
    assert "Repérer les quartiers à prévenir" in advice
    asking.advise("ines", asked)
    assert "pour l’usage « Îlots de chaleur »" in said(site.as_("agnes").get("/messages"))
    page = site.as_("agnes").get(asked)
    page.submit(button="Accepter pour l’usage", form="form.actions")

    grant, request = grant_of(sessions, asked)
    assert (grant.usage_id, grant.person_id, grant.source) == (heat.id, None, "request")
    assert grant.purpose == heat.purpose
    assert grant.ends == min(request.until, heat.ends)
    assert asking.reads("awa", counters)
    assert asking.reads("remi", counters), "who asked nothing, and is of it"
    mine = said(site.as_("awa").get(asked))
    assert "Agnès Montel a accepté, à l’usage." in mine
    assert "Îlots de chaleur" in mine
    assert "Servi dans l’usage Îlots de chaleur" in said(site.as_("awa").get(f"/donnees/{counters.public_id}"))
    assert "Ouvert à l’usage comme" in said(site.as_("awa").get(f"/usages/{heat.public_id}"))
    with sessions() as session:
        mails = [(mail.person_id, mail.body.replace("\u00a0", " ")) for mail in session.scalars(select(Mail))]
        decided = session.scalars(select(audit.Event).where(audit.Event.act == "request-decided")).one()
        awa, agnes = (people.person(session, login).id for login in ("awa", "agnes"))
    assert decided.facts["usage"] == heat.title
    assert any(to == awa and "les personnes de l’usage « Îlots de chaleur » peuvent consulter" in b for to, b in mails)
    assert any(to == agnes and "pour l’usage « Îlots de chaleur »" in body for to, body in mails)

    site.as_("awa").get(f"/usages/{heat.public_id}").submit(form='form[action$="/quitter"]')
    assert not asking.reads("awa", counters)


def test_agnes_gives_it_to_awa_only(site, asking, asked, counters, sessions):
    asking.advise("ines", asked)
    site.as_("agnes").get(asked).submit(button="Accepter pour la personne", form="form.actions")
    grant, _ = grant_of(sessions, asked)
    assert (grant.usage_id, grant.purpose) == (None, WHY)
    assert asking.reads("awa", counters)
    assert not asking.reads("remi", counters)
    assert "a accepté, à la personne seulement." in said(site.as_("awa").get(asked))


@pytest.mark.parametrize("to", ["usage", "person"])
def test_agnes_gives_it_for_less(asking, asked, heat, sessions, to):
    asking.advise("ines", asked)
    asking.less("agnes", asked, to=to, until="2027-01-31")
    grant, _ = grant_of(sessions, asked)
    assert (grant.usage_id == heat.id, f"{grant.ends:%Y-%m-%d}") == (to == "usage", "2027-01-31")


def test_what_is_given_to_a_usage_ends_with_it_at_the_latest(asking, usages, water, sessions, site):
    short = usages("Canicule", needs=[water], members=["awa"], ends=db.now() + timedelta(days=20))
    path = asking("awa", water, topic=f"usage:{short.public_id}")
    asking.advise("luc", path)
    site.as_("agnes").get(path).submit(button="Accepter pour l’usage", form="form.actions")
    grant, request = grant_of(sessions, path)
    assert request.until > short.ends == grant.ends


def test_refused_for_the_usage_it_is_given_to_nobody(asking, asked, site, sessions):
    asking.advise("ines", asked)
    asking.refuse("agnes", asked, "Un nombre par commune suffit.")
    assert grant_of(sessions, asked)[0] is None
    assert "Un nombre par commune suffit." in said(site.as_("awa").get(asked))


def test_only_the_usages_she_is_of_or_keeps_and_that_declare_it_are_offered(site, usages, make, counters, water):
    hers = usages(needs=[counters], members=["awa"])
    other = usages("Autre", needs=[counters], members=["remi"])
    elsewhere = usages("Ailleurs", needs=[water], members=["awa"])
    over = usages("Finie", needs=[counters], members=["awa"], ends=db.now() - timedelta(days=1))
    assert list(topics(site, "awa", counters))[-1] == f"usage:{hers.public_id}"
    assert len(topics(site, "awa", counters)) == len(Purpose) + 1
    assert set(topics(site, "luc", counters)) >= {f"usage:{one.public_id}" for one in (hers, other)}, "he keeps both"
    values = {"purpose": WHY, "need": "consult", "until": "2026-12-31", "unit": "5"}
    pages = [
        site.as_("awa").post(f"/demandes/sur/{counters.public_id}", values | {"topic": f"usage:{word}"}, status=422)
        for word in (other.public_id, elsewhere.public_id, over.public_id, "0" * 18, "")
    ]
    assert len({said(page) for page in pages}) == 1, "as what never existed"


def test_the_service_too_takes_no_other_usage(desk, usages, counters, access):
    other = usages("Autre", needs=[counters], members=["remi"])
    here = desk("awa")
    unit = _unit(here.access.session, "solidarite").id
    until = here.access.moment + timedelta(days=10)
    for word in (other.public_id, "0" * 18):
        with pytest.raises(Invalid):
            services.ask(here, counters, Asked(Purpose.MISSION, WHY, Need.CONSULT, until, unit, usage=word))


@pytest.mark.parametrize("then", ["over", "left"])
def test_a_usage_that_asks_no_more_receives_nothing(site, asking, asked, heat, make, counters, sessions, then):
    asking.advise("ines", asked)
    page = site.as_("agnes").get(asked)
    with make.writing() as session:
        if then == "over":
            session.get_one(type(heat), heat.id).ends = db.now() - timedelta(minutes=1)
        else:
            awa = people.person(session, "awa").id
            session.scalars(select(UsageMember).where(UsageMember.person_id == awa)).one().ends = db.now()
    met = page.submit(button="Accepter pour l’usage", form="form.actions", status=409)
    assert "L’usage ne demande plus cet élément" in met.main
    assert grant_of(sessions, asked)[0] is None
    assert "Accepter pour l’usage" not in met.main
    met.submit(button="Accepter pour la personne", form="form.actions")
    assert asking.reads("awa", counters)


def test_who_decides_gives_nothing_to_a_usage_of_hers(site, asking, asked, heat, make, sessions):
    asking.advise("ines", asked)
    page = site.as_("agnes").get(asked)
    with make.writing() as session:
        session.add(
            UsageMember(
                usage_id=heat.id, person_id=people.person(session, "agnes").id, starts=heat.starts, ends=heat.ends
            )
        )  # fmt: skip
    page.submit(button="Accepter pour l’usage", form="form.actions", status=403)
    again = site.as_("agnes").get(asked)
    assert "Vous êtes de cet usage" in again.main
    again.submit(button="Accepter pour la personne", form="form.actions")
    assert grant_of(sessions, asked)[0].usage_id is None


def test_no_standing_rule_answers_for_a_usage(asking, usages, water, clock):
    asking.rule("agnes", "eau", to_unit="solidarite")
    usage = usages(needs=[water], members=["awa"])
    asking("awa", water, topic=f"usage:{usage.public_id}")
    assert not asking.reads("awa", water)
    assert asking.todo("luc") == ["Awa Diallo"]


def test_a_draft_remembers_the_usage(site, heat, counters, clock):
    page = site.as_("awa").get(f"/donnees/{counters.public_id}")
    typed = {"topic": f"usage:{heat.public_id}", "purpose": "À préciser", "until": "2026-12-31"}
    page.submit(typed, form=FORM, button="Garder")
    again = site.as_("awa").get(f"/donnees/{counters.public_id}")
    assert again.select(f"{TOPICS}[selected]")[0]["value"] == f"usage:{heat.public_id}"
