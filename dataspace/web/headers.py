"""Security headers, on every answer (facts/trust.md: ASVS 3.4, 14.3.2)."""

import secrets

import flask

from dataspace.web import context


def csp_nonce() -> str:
    """This answer's nonce for scripts."""
    if "csp_nonce" not in flask.g:
        flask.g.csp_nonce = secrets.token_urlsafe(16)
    return str(flask.g.csp_nonce)


def apply(response: flask.Response) -> flask.Response:
    """`after_request`: nothing from elsewhere, nothing inline, nothing kept by a cache."""
    frames = context.settings().bi_browser_url or "'none'"
    response.headers.setdefault(
        "Content-Security-Policy",
        "default-src 'self'; img-src 'self' data:; style-src 'self'; object-src 'none'; base-uri 'none'; "
        f"script-src 'self' 'nonce-{csp_nonce()}'; frame-src {frames}; connect-src 'self'; "
        "form-action 'self' " + _provider_origin() + "; frame-ancestors 'none'",
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["X-Frame-Options"] = "DENY"
    # Superset compares the Referer's origin with its allowed domains: not "no-referrer" (facts/superset.md 4).
    response.headers["Referrer-Policy"] = flask.g.get("referrer_policy", "strict-origin-when-cross-origin")
    response.headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    if context.settings().is_https:
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    if flask.request.endpoint != "static":
        response.headers["Cache-Control"] = "no-store, private"
        response.vary.add("Cookie")
        if "token" in flask.g:
            response.vary.add("Authorization")
    return response


def _provider_origin() -> str:
    issuer = context.settings().oidc_issuer
    return "/".join(issuer.split("/")[:3]) if issuer else ""
