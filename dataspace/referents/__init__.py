"""Whom to call on each theme: seats, and their successive holders."""
