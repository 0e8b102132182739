"""What every template may use beside Flask's own: French writing and server-drawn charts."""

from typing import Any

import flask
import flask_babel
from jinja2 import Environment

from dataspace.web import charts, french


def equip(environment: Environment) -> None:
    """Give an environment our filters and drawing functions."""
    environment.filters.update(french.FILTERS)
    environment.globals.update(sparkline=charts.sparkline, line_chart=charts.line_chart, bar_chart=charts.bar_chart)


def translate(environment: Environment) -> None:
    """Have the pages of an application say their words in the reader's language."""
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=lambda text: _translations().ugettext(text),
        ngettext=lambda one, many, n: _translations().ungettext(one, many, n),
        newstyle=True,
    )


def _translations() -> Any:
    """Those of the reader's language, found once for a page: Flask-Babel looks for them at each word."""
    if "translations" not in flask.g:
        flask.g.translations = flask_babel.get_translations()
    return flask.g.translations
