"""Tokens: a person lends a program of hers part of what she may do."""
