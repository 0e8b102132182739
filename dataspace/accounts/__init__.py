"""Screens of a person's own account: sign-in, home, my accesses."""
