"""The matrix of accesses: assets by units, changed cell by cell, in number, or by a file."""
