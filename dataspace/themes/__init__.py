"""Territories of the authority: its communes, by name."""
