"""Composition root: builds engine, policy, adapters; registers each domain. Knows everyone, nobody knows it."""

from urllib.parse import urlsplit

import flask
import flask_babel
import flask_login
from flask_compress import Compress
from flask_wtf import CSRFProtect
from sqlalchemy import Engine
from werkzeug.middleware.proxy_fix import ProxyFix

from dataspace import db
from dataspace.audit import copy
from dataspace.auth import policy
from dataspace.config import Settings
from dataspace.web import context, errors, frame, gate, headers, health, logs, rates, routing

DOMAINS = (
    "accounts", "catalog", "referents", "dashboards", "admin", "requests", "directory", "organisation", "widening",
    "matrix", "tokens", "shares", "tools_asked", "reviews", "usages", "proof",
)  # fmt: skip


def create_app(settings: Settings | None = None, *, engine: Engine | None = None) -> flask.Flask:
    """The portal as a WSGI application, on an engine of its own unless given one of `db.engine`.

    Raises BrokenPolicy rather than start without rules.
    """
    settings = settings or Settings()
    app = flask.Flask("dataspace", static_folder="web/static", template_folder="web/templates")
    app.config.update(
        SECRET_KEY=settings.secret_key.get_secret_value(),
        MAX_CONTENT_LENGTH=settings.upload_max_bytes,
        MAX_FORM_PARTS=500,
        SESSION_COOKIE_NAME="__Host-dataspace" if settings.is_https else "dataspace",
        SESSION_COOKIE_SECURE=settings.is_https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,
        BABEL_DEFAULT_LOCALE="fr",
        BABEL_DEFAULT_TIMEZONE="Europe/Paris",
        TRUSTED_HOSTS=[urlsplit(settings.portal_url).netloc, *settings.other_hosts],
        COMPRESS_MIMETYPES=["text/html", "text/css", "text/javascript", "image/svg+xml", "application/json"],
        COMPRESS_STREAMS=True,
    )
    app.jinja_env.trim_blocks = True
    app.extensions["settings"] = settings
    app.extensions["policy"] = policy.of(settings)
    app.extensions["engine"] = engine or db.engine(settings.database_url)
    app.extensions["sessions"] = db.sessions(app.extensions["engine"])
    app.extensions["sessions"].configure(info=copy.places(settings.journal_copy, settings.journal_syslog))
    logs.configure(settings.log_level)

    login = flask_login.LoginManager(app)
    # Server rows decide; an IP or browser fingerprint is useless behind a proxy (facts/identity.md 6).
    login.session_protection = None
    login.user_loader(context.load_user)
    # Before the check of forged requests, which reads the form whole.
    app.before_request(gate.bound)
    CSRFProtect(app)
    flask_babel.Babel(app)
    Compress(app)
    rates.register(app)
    if settings.proxy_hops:
        hops = settings.proxy_hops
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]

    app.before_request(gate.check)
    app.after_request(headers.apply)
    app.teardown_request(context.close)
    errors.register(app)
    frame.register(app)
    routing.declare(app, "static", routing.PUBLIC)
    app.register_blueprint(health.blueprint)
    for domain in DOMAINS:
        module = __import__(f"dataspace.{domain}.views", fromlist=["register"])
        module.register(app)
    return app
