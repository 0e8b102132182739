"""Accesses without an end: the opinion asked from the form, and the screen where the DPO gives it."""

from typing import Any

import flask
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from dataspace.auth import Access, Permission, endless, labels, queries
from dataspace.auth.answering import nearest
from dataspace.auth.models import EndlessOpinion
from dataspace.auth.rights import Wanted
from dataspace.errors import Invalid
from dataspace.mail import outbox
from dataspace.web import context, inbox
from dataspace.web.routing import Blueprint

_FAVOURABLE = "favourable"


class OpinionForm(FlaskForm):  # type: ignore[misc]
    opinion = RadioField(
        "Votre avis", [InputRequired("Choisissez.")],
        choices=[SelectChoice(_FAVOURABLE, "Favorable"), SelectChoice("unfavourable", "Défavorable")],
    )  # fmt: skip
    comment = TextAreaField(
        "Ce que doit savoir la personne qui décide", [Length(max=400, message="400 caractères au plus.")]
    )


def mount(blueprint: Blueprint) -> None:
    """Add the screen to the administration."""
    blueprint.get("/sans-fin", requires=Permission.REQUEST_ADVISE)(endless_accesses)
    blueprint.post("/sans-fin/<public_id>/avis", requires=Permission.REQUEST_ADVISE)(advise_endless)


def register(app: flask.Flask) -> None:
    """Count what waits for an opinion, in the inbox."""
    inbox.count_too(app, lambda access: len(endless.to_advise(access)))


def endless_accesses() -> str:
    """What waits for an opinion, and those given."""
    return _page()


def advise_endless(public_id: str) -> ResponseReturnValue:
    """Record one opinion; who asked is told."""
    here, form = context.access(), OpinionForm()
    if not form.validate_on_submit():
        return _page(public_id, form), 422
    try:
        found = endless.advise(
            here, public_id, is_favourable=form.opinion.data == _FAVOURABLE, note=form.comment.data or ""
        )
    except Invalid as error:
        form.comment.errors = [error.sentence]
        return _page(public_id, form), 422
    word = "favorable" if found.is_favourable else "défavorable"
    for to in queries.people(here.session, [found.asked_by_id]).values():
        body = f"L’avis sur l’accès sans fin que vous préparez est {word}. Vous pouvez maintenant décider."
        _write(here, to, f"Avis {word} sur un accès sans fin", body, "/administration/acces/attribuer")
    flask.flash("Avis enregistré\u00a0: la personne qui décide le lira.")
    return flask.redirect(flask.url_for("admin.endless_accesses"), code=303)


def ask_opinion(here: Access, wanted: Wanted) -> None:
    """Ask for it, and tell the DPO."""
    endless.ask(here, wanted)
    unit_id = wanted.asset.unit_id if wanted.asset is not None else wanted.scope.id
    for to in nearest(here, Permission.REQUEST_ADVISE, unit_id, but=here.author_id):
        body = f"{here.actor.name} demande votre avis sur un accès sans date de fin."
        _write(here, to, "Votre avis sur un accès sans fin", body, "/administration/sans-fin")


def said(here: Access, wanted: Wanted | None) -> dict[str, Any] | None:
    """What the assigner reads of the opinion on this very access."""
    found = endless.opinion_on(here, wanted) if wanted is not None and wanted.ends is None else None
    if found is None:
        return None
    by = queries.people(here.session, [found.advised_by_id]).get(found.advised_by_id or 0)
    return {"is_given": found.advised_at is not None, "is_favourable": found.is_favourable, "note": found.note,
            "by": by.name if by else None, "at": found.advised_at or found.asked_at}  # fmt: skip


def _write(here: Access, to: Any, subject: str, body: str, path: str) -> None:
    portal = context.settings().portal_url.rstrip("/")
    text = f"Bonjour {to.given_name or to.name},\n\n{body}\n\n{portal}{path}\n"
    outbox.put(here.session, to, subject, text, moment=here.moment)


def _page(answered: str = "", form: OpinionForm | None = None) -> str:
    here = context.access()
    waiting, given = endless.to_advise(here), endless.advised(here)
    return flask.render_template(
        "admin/endless.html", waiting=[_row(here, one, form if one.public_id == answered else None) for one in waiting],
        given=[_row(here, one, None) for one in given],
    )  # fmt: skip


def _row(here: Access, one: EndlessOpinion, form: OpinionForm | None) -> dict[str, Any]:
    named = queries.people(here.session, [one.person_id, one.asked_by_id, one.advised_by_id])
    tree, assets = here.facts.tree, labels.known_assets(here, [one.asset_id])
    who = named[one.person_id].name if one.person_id in named and one.person_id else tree[one.subject_unit_id or 0].name
    if one.unit_id is not None:
        what = tree[one.unit_id].name + (" et ses services" if one.with_services else "")
    else:
        what = assets[one.asset_id].title if one.asset_id in assets else "un élément hors de votre périmètre"
    is_own = here.author_id in (one.asked_by_id, one.person_id)
    return {
        "id": one.public_id, "who": who, "role": one.role.label, "what": what, "reason": one.reason,
        "by": named[one.asked_by_id].name, "when": one.asked_at, "is_favourable": one.is_favourable, "note": one.note,
        "advised_by": named[one.advised_by_id].name if one.advised_by_id in named and one.advised_by_id else None,
        "is_used": one.grant_id is not None, "form": None if is_own else form or OpinionForm(formdata=None),
        "url": flask.url_for("admin.advise_endless", public_id=one.public_id),
    }  # fmt: skip
