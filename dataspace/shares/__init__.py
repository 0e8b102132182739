"""Shares: a link that opens one thing to be read, for a few days, and never more than its author reads."""
