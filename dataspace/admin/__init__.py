"""Screens of those who assign accesses or read the journal. Administering is not holding."""
