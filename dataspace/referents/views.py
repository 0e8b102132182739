"""Screens of the directory: whom to call, and who keeps it true."""

from datetime import UTC, date, datetime, time

import flask
from flask.typing import ResponseReturnValue

from dataspace.auth import Access, Permission
from dataspace.auth.models import Person
from dataspace.auth.queries import people_named, person_by_login, themes
from dataspace.errors import Conflict, Invalid, NotFound
from dataspace.referents import presenters, queries, services
from dataspace.referents.forms import DEPUTY, AssignForm, ConfirmForm, PlaceForm
from dataspace.referents.queries import Contact
from dataspace.themes.queries import municipalities
from dataspace.web import context
from dataspace.web.french import PARIS, today
from dataspace.web.routing import Blueprint

blueprint = Blueprint("referents", __name__, template_folder="templates", url_prefix="/referents")


def register(app: flask.Flask) -> None:
    """Mount the domain's screens."""
    app.register_blueprint(blueprint)


@blueprint.get("/", requires=Permission.CARD_SEE)
def index() -> str:
    """Whom to contact, on what, where."""
    access, asked = context.access(), flask.request.args
    text, theme, area = (_printable(asked.get(name, "")) for name in ("q", "theme", "ou"))
    found = queries.search(access, text, theme, area, page=asked.get("page", 1, type=int))
    places = municipalities(access)
    return flask.render_template(
        "referents/list.html",
        q=text,
        places=[("", "Partout", not found.area), *((code, name, code == found.area) for code, name in places.items())],
        themes=[("", "Toutes", not theme), *((t.code, t.label, t.code == theme) for t in themes(access.session))],
        total=found.total,
        vacant_total=found.vacant,
        seats=[presenters.row(contact, access.facts.tree, access.moment, text) for contact in found.contacts],
        page=presenters.pager(found.total, found.page, queries.PAGE, {"q": text, "theme": theme, "ou": area}),
        reception=("L’aide du portail dit comment chercher", flask.url_for("frame.help_page")),
    )


@blueprint.get("/<public_id>", requires=Permission.CARD_SEE)
def show(public_id: str) -> str:
    """One seat, who answers for it, who did."""
    contact = _known(public_id)
    context.journal_opening(contact.asset, context.access().decide(Permission.CARD_SEE, contact.asset).held)
    return _page(contact, AssignForm(formdata=None))


@blueprint.get("/<public_id>/contact.vcf", requires=Permission.CARD_SEE)
def vcard(public_id: str) -> flask.Response:
    """Who answers, for an address book."""
    access, contact = context.access(), _known(public_id)
    context.journal_opening(contact.asset, access.decide(Permission.CARD_SEE, contact.asset).held)
    unit = access.facts.tree[contact.asset.unit_id].name
    body = presenters.vcard(contact, context.settings().authority_name, unit)
    response = flask.Response(body, content_type="text/vcard; charset=utf-8")
    response.headers.set("Content-Disposition", "attachment", filename=f"contact-{public_id}.vcf")
    return response


@blueprint.post("/<public_id>/designation", requires=Permission.SEAT_EDIT)
def assign(public_id: str) -> ResponseReturnValue:
    """Give the seat a holder or a deputy, from a date."""
    access, contact = context.access(), _known(public_id)
    access.require(Permission.SEAT_EDIT, contact.asset)
    form = AssignForm()
    if not form.validate_on_submit():
        return _page(contact, form), 422
    try:
        person = _person(access, form.person.data or "")
        services.assign(
            access, contact.seat, person, is_deputy=form.place.data == DEPUTY, starts=_moment(form.starts.data)
        )
    except (Invalid, Conflict) as error:
        form.person.errors = [error.sentence]
        return _page(contact, form), 422
    flask.flash(f"{person.name} répond de « {contact.asset.title} ».", "success")
    return _back(public_id)


@blueprint.post("/<public_id>/vacance", requires=Permission.SEAT_EDIT)
def vacate(public_id: str) -> ResponseReturnValue:
    """Nobody holds this place any more, from now."""
    contact, form = _known(public_id), PlaceForm()
    form.validate_on_submit()
    services.vacate(context.access(), contact.seat, is_deputy=form.place.data == DEPUTY)
    flask.flash("La place est libre. Qui répond en attendant reste affiché.", "success")
    return _back(public_id)


@blueprint.post("/<public_id>/confirmation", requires=Permission.SEAT_EDIT)
def confirm(public_id: str) -> ResponseReturnValue:
    """What the seat tells is still true."""
    contact = _known(public_id)
    ConfirmForm().validate_on_submit()
    services.confirm(context.access(), contact.seat)
    flask.flash("Confirmé aujourd’hui.", "success")
    return _back(public_id)


def _printable(typed: str) -> str:
    """What was typed, without what no page may show back."""
    return "".join(char for char in typed[:200] if char.isprintable()).strip()


def _known(public_id: str) -> Contact:
    found = queries.by_id(context.access(), public_id)
    if found is None:
        raise NotFound
    return found


def _page(contact: Contact, form: AssignForm) -> str:
    access, seat = context.access(), contact.seat
    directorate = access.facts.tree.directorate(contact.asset.unit_id)
    theme = next((theme for theme in themes(access.session) if theme.id == contact.asset.theme_id), None)
    return flask.render_template(
        "referents/show.html",
        seat=presenters.row(contact, access.facts.tree, access.moment),
        public_id=contact.asset.public_id,
        unit=access.facts.tree[contact.asset.unit_id].name,
        directorate=directorate.short_name,
        theme=theme,
        territory=presenters.territory(contact, municipalities(access)),
        mailbox=seat.mailbox,
        phone=seat.phone,
        history=queries.history(access, seat),
        form=form if access.allows(Permission.SEAT_EDIT, contact.asset) else None,
        has_holder=contact.holder is not None,
        has_deputy=contact.deputy is not None,
    )


def _back(public_id: str) -> ResponseReturnValue:
    return flask.redirect(flask.url_for("referents.show", public_id=public_id), code=303)


def _person(access: Access, said: str) -> Person:
    """The one person of this login or name. Raises Invalid when there is none, or several."""
    if person := person_by_login(access.session, said.strip()):
        return person
    found = people_named(access.session, said, limit=6)
    if not found:
        raise Invalid("Personne de ce nom dans l’annuaire.")
    if len(found) > 1:
        names = ", ".join(f"{person.name} ({person.login})" for person in found)
        raise Invalid(f"Plusieurs personnes portent ce nom\u00a0: {names}. Indiquez l’identifiant.")
    return found[0]


def _moment(day: date | None) -> datetime | None:
    """The start of that day in Paris; now when it is today, or not said."""
    return None if day is None or day == today() else datetime.combine(day, time(), PARIS).astimezone(UTC)
