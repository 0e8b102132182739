"""Where the screens of accounts are mounted."""

from dataspace.web.routing import Blueprint

blueprint = Blueprint("accounts", __name__, template_folder="templates")
