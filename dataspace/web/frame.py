"""The frame of every page: navigation, authority, actor, theme; and the French filters."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import flask
from markupsafe import Markup

from dataspace.auth import Access, Actor, Permission, taking
from dataspace.web import context, inbox, templating, theme
from dataspace.web.gate import safe_next
from dataspace.web.headers import csp_nonce
from dataspace.web.routing import PUBLIC, Blueprint

blueprint = Blueprint("frame", __name__)
THEMES = ("light", "dark", "auto")
_LOGO = Markup(
    '<svg viewBox="0 0 32 32" aria-hidden="true"><rect width="32" height="32" rx="6" fill="currentColor"/>'
    '<path class="logo-line" d="M6 9l10 14L26 9" fill="none" stroke-width="3.25" stroke-linejoin="round" '
    'stroke-linecap="round"/></svg>'
)


@dataclass(frozen=True)
class Shown:
    """The reader, as the frame names her; `post` says where she works."""

    name: str
    short_name: str
    initials: str
    post: str


def _link(endpoint: str) -> str:
    """The address of a page that takes no value, built once: the frame names a dozen of them on every page."""
    known: dict[tuple[str, str], str] = flask.current_app.extensions.setdefault("links", {})
    key = (flask.request.script_root, endpoint)
    if key not in known:
        known[key] = flask.url_for(endpoint)
    return known[key]


@dataclass(frozen=True)
class Word:
    """One of the five words of the navigation, or Administration (last)."""

    endpoint: str
    label: str
    short: str
    icon: str
    last: bool = False

    @property
    def url(self) -> str:
        return _link(self.endpoint)

    @property
    def current(self) -> bool:
        if self.last and flask.request.path.startswith("/administration/"):
            # Several domains have their screens there.
            return True
        return flask.request.blueprint == self.endpoint.split(".")[0] and self._is_mine()

    def _is_mine(self) -> bool:
        if self.endpoint.startswith("accounts."):
            return flask.request.endpoint == self.endpoint
        return True


WORDS = (
    Word("accounts.home", "Accueil", "Accueil", "house"),
    Word("catalog.index", "Données", "Données", "table"),
    Word("dashboards.index", "Tableaux de bord", "Tableaux", "bar-chart-line"),
    Word("referents.index", "Qui contacter", "Contacter", "person-lines-fill"),
    Word("accounts.my_access", "Mes accès", "Mes accès", "key"),
)
_ADMINISTERING = (Permission.RIGHTS_SEE, Permission.JOURNAL_READ)
ADMINISTRATION = Word("admin.index", "Administration", "Administration", "sliders", last=True)


def register(app: flask.Flask) -> None:
    """Templates of every page read these."""
    app.context_processor(_frame)
    templating.equip(app.jinja_env)
    templating.translate(app.jinja_env)
    app.register_blueprint(blueprint)


def _frame() -> dict[str, object]:
    settings = context.settings()
    actor = None if flask.g.get("bare") else context.current_actor()
    signed_in = actor is not None
    if viewing := context.viewing() if signed_in else None:
        # The frame names whose pages these are; the banner says who looks.
        actor = viewing.actor
    return {
        "authority": {
            "name": settings.authority_name,
            "logo": _LOGO if settings.logo is None else Markup('<img src="{}" width="32" height="32" alt="">').format(
                _link("frame.logo")
            ),
            "dpo": {
                "name": settings.dpo_name, "title": "délégation à la protection des données",
                "url": f"mailto:{settings.dpo_email}",
            } if settings.dpo_name and settings.dpo_email else None,
        },
        "actor": _shown(actor) if actor is not None else None,
        "nav": _words() if signed_in else [],
        "footer": [
            ("Aide", _link("frame.help_page")),
            ("Accessibilité", _link("frame.accessibility")),
            ("Données personnelles", _link("frame.privacy")),
        ],
        "urls": {
            "home": _link("accounts.home"),
            "search": _link("catalog.everything"),
            "sign_in": _link("accounts.sign_in"),
            "sign_out": _link("accounts.sign_out"),
            "theme": _link("frame.choose_theme"),
            "theme_css": _link("frame.theme_css"),
        },
        "theme": _theme(),
        "csp_nonce": csp_nonce(),
        "viewing": _viewing() if signed_in else None,
        "taken": _taken() if signed_in else None,
        "alarm": _alarm() if signed_in and not viewing else None,
    } | (inbox.shown() if signed_in else {})  # fmt: skip


def warn(app: flask.Flask, say: Callable[[Access], dict[str, Any] | None]) -> None:
    """Show a red banner on every page of whom `say` warns: count, when, url; none when all is well."""
    app.extensions["alarm"] = say


def _alarm() -> dict[str, Any] | None:
    found = flask.current_app.extensions.get("alarm")
    return found(context.access()) if found is not None else None


def _viewing() -> dict[str, object] | None:
    """The banner of who looks as somebody else."""
    found = context.viewing()
    if found is None:
        return None
    stop = flask.url_for("admin.stop_viewing")
    return {"name": found.actor.name, "by": found.viewer.actor.name, "until": context.viewing_until(), "stop_url": stop}


def _taken() -> dict[str, object] | None:
    """The banner of who has taken her rights for a while."""
    access = context.access()
    if not access.facts.taken:
        return None
    until = max(one.ends for one in access.facts.taken)
    words = " et ".join(dict.fromkeys(taking.word(one.role) for one in access.facts.taken))
    # A minute that is begun is still hers.
    left = max(1, -int(-(until - access.moment).total_seconds() // 60))
    return {"word": words, "until": until, "minutes": left, "url": _link("accounts.return_rights")}


def _shown(actor: Actor) -> Shown:
    facts = context.access().facts
    if not facts.postings:
        return Shown(actor.name, actor.short_name, actor.initials, "")
    unit = facts.tree[facts.postings[0].unit_id]
    above = facts.tree.directorate(unit.id)
    place = unit.short_name if above.id == unit.id else f"{above.short_name}, {unit.name[:1].lower()}{unit.name[1:]}"
    return Shown(actor.name, actor.short_name, actor.initials, f"{place} · {actor.kind.label}")


def _words() -> list[Word]:
    access = context.access()
    asleep = context.viewing() is None and any(taking.would_open(access, p) for p in _ADMINISTERING)
    if not access.may(Permission.PORTAL_USE):
        return []
    administers = asleep or any(access.may(p) for p in _ADMINISTERING)
    administers = administers and context.viewing() is None
    return [*WORDS, ADMINISTRATION] if administers else [*WORDS]


def _theme() -> str:
    chosen = flask.request.cookies.get("theme", "auto")
    return chosen if chosen in THEMES else "auto"


@blueprint.get("/apparence.css", requires=PUBLIC)
def theme_css() -> flask.Response:
    """The authority's accent: the only thing a theme changes."""
    settings = context.settings()
    light = theme.Accent(settings.accent, settings.on_accent, settings.accent_soft)
    dark = theme.Accent(settings.accent_dark, settings.on_accent_dark, settings.accent_soft_dark)
    css = theme.stylesheet(light, dark)
    return flask.Response(css, mimetype="text/css")


@blueprint.get("/logo.png", requires=PUBLIC)
def logo() -> flask.Response:
    """The authority's logo, a PNG given by configuration."""
    path = context.settings().logo
    if path is None:
        flask.abort(404)
    return flask.send_file(Path(path).resolve(), mimetype="image/png")


@blueprint.post("/apparence", requires=PUBLIC)
def choose_theme() -> flask.Response:
    """Keep the reader's choice of a light or dark page."""
    chosen = flask.request.form.get("theme", "auto")
    response = flask.redirect(safe_next(flask.request.form.get("next")), code=303)
    if chosen in THEMES:
        response.set_cookie(
            "theme", chosen, max_age=365 * 86400, httponly=True, samesite="Lax", secure=context.settings().is_https
        )
    return flask.make_response(response)


@blueprint.get("/aide", requires=PUBLIC)
def help_page() -> str:
    """How to find a figure, ask, and whom."""
    return flask.render_template("frame/help.html")


@blueprint.get("/accessibilite", requires=PUBLIC)
def accessibility() -> str:
    """The declaration that RGAA asks for."""
    return flask.render_template("frame/accessibility.html")


@blueprint.get("/donnees-personnelles", requires=PUBLIC)
def privacy() -> str:
    """What the portal keeps about its readers, and their rights."""
    return flask.render_template("frame/privacy.html")
