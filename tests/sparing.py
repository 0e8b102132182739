"""What spares a test run time, and changes nothing of what it proves."""

from typing import Any, ClassVar

import jinja2
from jinja2.bccache import Bucket
from werkzeug.routing import Rule


class Compiled(jinja2.BytecodeCache):
    """What the templates were compiled to, for all the portals of this process: else a quarter of the time."""

    kept: ClassVar[dict[str, bytes]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.kept:
            bucket.bytecode_from_string(self.kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.kept[bucket.key] = bucket.bytecode_to_string()


class Route(Rule):
    """A route whose way of being written as an address is compiled once for all the portals of this process."""

    compiled: ClassVar[dict[Any, Any]] = {}

    def _compile_builder(self, append_unknown: bool = True) -> Any:
        key = (self.rule, self.subdomain, self.host, repr(self.defaults), append_unknown)
        if key not in self.compiled:
            self.compiled[key] = super()._compile_builder(append_unknown)
        return self.compiled[key]


def in_haste(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA synchronous=OFF")
