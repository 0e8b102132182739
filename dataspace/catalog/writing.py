"""Screens that write the catalogue: declare, edit, deposit a file, publish, archive."""

from dataclasses import asdict
from itertools import islice
from typing import Any

import flask
from flask.typing import ResponseReturnValue
from itsdangerous import BadData, URLSafeTimedSerializer

from dataspace.auth import Access, Permission
from dataspace.auth.words import State
from dataspace.catalog import deposits, presenters, queries, services
from dataspace.catalog.blueprint import blueprint, files
from dataspace.catalog.delimited import DELIMITERS, ENCODINGS, Reading, Table
from dataspace.catalog.deposits import Deposit
from dataspace.catalog.forms import CardForm, DatasetForm, DepositForm, LinkForm, ReadingForm, choices, written
from dataspace.catalog.models import Dataset, Link
from dataspace.errors import Invalid, NotFound, Refused
from dataspace.web import context

_SHOWN = 10
_WAITS_FOR = 86_400  # seconds


@blueprint.get("/donnees/nouveau", requires=Permission.DATASET_CREATE)
def declare() -> str:
    """The form of a new dataset."""
    form = _offered(DatasetForm(sensitivity="internal", card_sensitivity="internal", promised_rhythm="once"), None)
    return flask.render_template("catalog/edit.html", form=form, card=None)


@blueprint.post("/donnees/nouveau", requires=Permission.DATASET_CREATE)
def create() -> ResponseReturnValue:
    """Declare it, as a draft; its file comes next."""
    form = _offered(DatasetForm(), None)
    if form.validate():
        try:
            made = services.declare(context.access(), **form.said())
        except Invalid as error:
            form.title.errors = [error.sentence]
        else:
            # Protected, it opens to nobody yet: its page says whom to ask.
            if not context.access().allows(Permission.DATASET_EDIT, made.asset):
                return _to(made)
            return flask.redirect(flask.url_for("catalog.deposit", public_id=made.asset.public_id), code=303)
    return flask.render_template("catalog/edit.html", form=form, card=None), 422


@blueprint.get("/donnees/<public_id>/modifier", requires=Permission.DATASET_EDIT)
def edit(public_id: str) -> str:
    """The form of a card."""
    card = _editable(public_id)
    return flask.render_template("catalog/edit.html", form=_form(card, **written(card)), card=card.asset)


@blueprint.post("/donnees/<public_id>/modifier", requires=Permission.DATASET_EDIT)
def change(public_id: str) -> ResponseReturnValue:
    """Keep what was written of a card."""
    card = _editable(public_id)
    form = _form(card)
    if form.validate():
        try:
            services.edit(context.access(), card, **form.said())
        except Invalid as error:
            form.title.errors = [error.sentence]
        else:
            flask.flash("La fiche est à jour.")
            return _to(card)
    return flask.render_template("catalog/edit.html", form=form, card=card.asset), 422


@blueprint.post("/donnees/<public_id>/publier", requires=Permission.DATASET_PUBLISH)
def publish(public_id: str) -> ResponseReturnValue:
    """Let those who have the right see and read it."""
    card, _ = _known(public_id)
    services.publish(context.access(), card)
    flask.flash("C’est publié\u202f: la fiche se trouve, et le contenu s’ouvre à qui en a le droit.")
    return _to(card)


@blueprint.post("/donnees/<public_id>/archiver", requires=Permission.DATASET_PUBLISH)
def archive(public_id: str) -> ResponseReturnValue:
    """Keep it readable, but no longer promised."""
    card, _ = _known(public_id)
    services.archive(context.access(), card)
    flask.flash("C’est archivé\u202f: le contenu reste lisible, sans promesse de mise à jour.")
    return _to(card)


@blueprint.get("/donnees/<public_id>/deposer", requires=Permission.DATASET_EDIT)
def deposit(public_id: str) -> str:
    """Choose a file."""
    dataset = _editable_dataset(public_id)
    return flask.render_template("catalog/deposit.html", form=DepositForm(), dataset=dataset.asset, refusal=None)


@blueprint.post("/donnees/<public_id>/deposer", requires=Permission.DATASET_EDIT)
def receive(public_id: str) -> ResponseReturnValue:
    """Keep the file aside and show how it is read; nobody else sees it yet."""
    dataset, form, refusal = _editable_dataset(public_id), DepositForm(), None
    if form.validate():
        # Reading 200 Mo takes longer than other writers wait.
        context.let_others_write()
        files().sweep()
        sent = form.file.data
        try:
            waiting = deposits.deposit(context.access(), dataset, sent.filename or "", sent.stream, files=files())
        except Invalid as error:
            refusal = error
        else:
            token = _signer().dumps(
                {**asdict(waiting), "dataset": public_id, "person": context.access().actor.public_id}
            )
            return flask.redirect(flask.url_for("catalog.check", public_id=public_id, token=token), code=303)
    page = flask.render_template("catalog/deposit.html", form=form, dataset=dataset.asset, refusal=refusal)
    return page, 422


@blueprint.get("/donnees/<public_id>/deposer/<token>", requires=Permission.DATASET_EDIT)
def check(public_id: str, token: str) -> ResponseReturnValue:
    """The waiting file as it would be read, with another encoding or delimiter if asked."""
    dataset = _editable_dataset(public_id)
    waiting = _waiting(public_id, token)
    encoding = flask.request.args.get("encodage", waiting.table.encoding)
    delimiter = flask.request.args.get("separateur", waiting.table.delimiter)
    return _checked(dataset, waiting, token, encoding, delimiter)


@blueprint.post("/donnees/<public_id>/deposer/<token>", requires=Permission.DATASET_EDIT)
def accept(public_id: str, token: str) -> ResponseReturnValue:
    """Make it a file of the dataset."""
    dataset, access = _editable_dataset(public_id), context.access()
    waiting, form = _waiting(public_id, token), ReadingForm()
    encoding, delimiter = form.encodage.data or "", form.separateur.data or ""
    if not form.validate():
        return _checked(dataset, waiting, token, encoding, delimiter)
    try:
        table = waiting.table
        if (encoding, delimiter) != (table.encoding, table.delimiter):
            table = deposits.reread(files(), waiting.key, encoding=encoding, delimiter=delimiter)
        kept = Deposit(waiting.key, waiting.filename, waiting.size, waiting.sha256, table)
        deposits.accept(access, dataset, kept, files=files())
    except Invalid:
        return _checked(dataset, waiting, token, encoding, delimiter)
    flask.flash(
        "Le fichier est en place."
        if dataset.asset.state is State.PUBLISHED
        else "Le fichier est déposé. Relisez la fiche, puis publiez-la."
    )
    return _to(dataset)


def _checked(
    dataset: Dataset, waiting: Deposit, token: str, encoding: str, delimiter: str
) -> ResponseReturnValue:  # fmt: skip
    form = ReadingForm(formdata=None, encodage=encoding, separateur=delimiter)
    refusal: Invalid | None = None
    table: Table | None = None
    lines: list[list[str]] = []
    try:
        table = deposits.reread(files(), waiting.key, encoding=encoding, delimiter=delimiter)
        with files().reading(waiting.key) as stored:
            lines = list(islice(Reading(stored, encoding, delimiter).rows(), _SHOWN))
    except Invalid as error:
        refusal = error
    page = flask.render_template(
        "catalog/check.html", form=form, dataset=dataset.asset, waiting=waiting, refusal=refusal, lines=lines,
        columns=[(name, kind in ("integer", "decimal")) for name, kind in table.columns] if table else [],
        rows=table.rows if table else 0, token=token, encoding_name=ENCODINGS.get(encoding, ""),
        delimiter_name=DELIMITERS.get(delimiter, ""),
    )  # fmt: skip
    return page, 422 if refusal else 200


def _waiting(public_id: str, token: str) -> Deposit:
    """The deposit that `token` speaks of: of this person, for this dataset, of today. Anything else does not exist."""
    try:
        said: dict[str, Any] = _signer().loads(token, max_age=_WAITS_FOR)
    except BadData as error:
        raise NotFound from error
    if said.pop("dataset") != public_id or said.pop("person") != context.access().actor.public_id:
        raise NotFound
    columns = tuple((str(name), str(kind)) for name, kind in said["table"].pop("columns"))
    return Deposit(**{**said, "table": Table(**said["table"], columns=columns)})


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(context.settings().secret_key.get_secret_value(), salt="depot")


def _known(public_id: str) -> tuple[Dataset | Link, Any]:
    found = queries.by_id(context.access(), public_id)
    if found is None:
        raise NotFound
    return found


def _editable(public_id: str) -> Dataset | Link:
    card, _ = _known(public_id)
    access = context.access()
    if not access.allows(Permission.DATASET_EDIT, card.asset):
        if card.asset.is_protected and access.may_in(Permission.DATASET_CREATE, card.asset.unit_id):
            raise Refused(presenters.by_name(access, card.asset))
        raise Refused
    return card


def _editable_dataset(public_id: str) -> Dataset:
    card = _editable(public_id)
    if not isinstance(card, Dataset):
        raise NotFound
    return card


def _form(card: Dataset | Link, **held: Any) -> CardForm:
    return _offered((LinkForm if isinstance(card, Link) else DatasetForm)(**held), card.asset.unit_id)


def _offered(form: CardForm, current: int | None) -> CardForm:
    """The form, with the units where the actor may declare (and the present one), and the themes."""
    access: Access = context.access()
    units = [
        node
        for node in access.facts.tree.nodes.values()
        if access.may_in(Permission.DATASET_CREATE, node.id) or node.id == current
    ]
    form.unit.choices = choices(sorted(((node.id, node.name) for node in units), key=lambda pair: pair[1]))
    form.theme.choices = choices(queries.themes(access))
    return form


def _to(card: Dataset | Link) -> ResponseReturnValue:
    return flask.redirect(flask.url_for("catalog.show", public_id=card.asset.public_id), code=303)
