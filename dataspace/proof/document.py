"""The certificate as a document that stands alone: printed, kept, verified by its hash."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

from dataspace.proof import presenters
from dataspace.proof.models import Certificate
from dataspace.web import templating

_HERE = Path(__file__).parent


def written(found: Certificate, authority_name: str) -> str:
    """The whole document; nothing in it leads elsewhere."""
    environment = Environment(loader=FileSystemLoader(_HERE / "templates"), autoescape=True, trim_blocks=True)
    templating.equip(environment)
    css = (_HERE / "certificate.css").read_text("utf-8")
    style = Markup("<style>{}</style>").format(Markup(css))  # noqa: S704 - our own file
    page = environment.get_template("proof/certificate.html")
    return page.render(**presenters.sheet(found), style=style, authority_name=authority_name)
