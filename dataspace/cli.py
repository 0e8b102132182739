"""Thin commands over services: `dataspace --help`."""

import click


@click.group(help="L’espace de données interne, en ligne de commande.")
def main() -> None:
    """Entry point of the `dataspace` command."""
