"""Is the process alive (`/sante`), is it ready to serve (`/pret`)?"""

from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from dataspace import db
from dataspace.web import context
from dataspace.web.routing import PUBLIC, Blueprint

blueprint = Blueprint("health", __name__)


@blueprint.get("/sante", requires=PUBLIC)
def alive() -> ResponseReturnValue:
    """Liveness: touches nothing."""
    return {"etat": "vivant"}


@blueprint.get("/pret", requires=PUBLIC)
def ready() -> ResponseReturnValue:
    """Readiness: the database answers, at the newest migration."""
    try:
        with context.maker()() as session:
            is_ready = db.answers(session)
    except SQLAlchemyError:
        is_ready = False
    return ({"etat": "prêt"}, 200) if is_ready else ({"etat": "pas prêt"}, 503)
