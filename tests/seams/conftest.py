"""What the stories between two parts borrow from the stories of each."""

from tests.catalog.conftest import filed, files  # noqa: F401 - fixtures of the catalogue
from tests.directory.conftest import gives, hears, held  # noqa: F401 - what the directory says
from tests.reviews.conftest import later, reviewing, risky  # noqa: F401 - reviews
from tests.shares.conftest import share  # noqa: F401 - links
from tests.tokens.conftest import program  # noqa: F401 - tokens
from tests.usages.conftest import usages  # noqa: F401 - usages
