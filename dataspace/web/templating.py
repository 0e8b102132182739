"""What every template may use beside Flask's own: French writing and server-drawn charts."""

from jinja2 import Environment

from dataspace.web import charts, french


def equip(environment: Environment) -> None:
    """Give an environment our filters and drawing functions."""
    environment.filters.update(french.FILTERS)
    environment.globals.update(sparkline=charts.sparkline, line_chart=charts.line_chart, bar_chart=charts.bar_chart)
