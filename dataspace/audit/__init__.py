"""The journal: append-only, hash-chained, written in the same transaction as the act."""

from dataspace.audit import copy  # noqa: F401 - listens to every commit, or the copy would miss lines
from dataspace.audit.journal import Act, entry, record, separately
from dataspace.audit.models import Event

__all__ = ["Act", "Event", "entry", "record", "separately"]
