"""Finding things of any kind by words: one index for cards, dashboards and seats."""

from dataspace.auth.search import forget, index, sought, stems

__all__ = ["forget", "index", "sought", "stems"]
