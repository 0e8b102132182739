"""What spares a test run time, and changes nothing of what it proves."""

from typing import Any, ClassVar

import jinja2
from jinja2.bccache import Bucket


class Compiled(jinja2.BytecodeCache):
    """What the templates were compiled to, for all the portals of this process: else a quarter of the time."""

    kept: ClassVar[dict[str, bytes]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.kept:
            bucket.bytecode_from_string(self.kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.kept[bucket.key] = bucket.bytecode_to_string()


def in_haste(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA synchronous=OFF")
