"""Lire toutes les lignes d'un jeu de données du portail, et les écrire en CSV. Rien d'autre que Python 3.

export DATASPACE_URL=https://donnees.valmer.example DATASPACE_TOKEN=dsp_...
python lire_par_un_programme.py <id du jeu> > lignes.csv
"""

import csv
import json
import os
import sys
import time
import urllib.error
import urllib.request


def ask(path: str) -> dict:
    """Ce que répond le portail ; attend et recommence quand il le demande."""
    request = urllib.request.Request(os.environ["DATASPACE_URL"].rstrip("/") + path)
    request.add_header("Authorization", f"Bearer {os.environ['DATASPACE_TOKEN']}")
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        if error.code == 429:
            time.sleep(int(error.headers["Retry-After"]))
            return ask(path)
        told = json.load(error)
        raise SystemExit(f"{told['erreur']} {told.get('que_faire', '')}") from None


def main() -> None:
    out, path = csv.writer(sys.stdout), f"/api/1/donnees/{sys.argv[1]}/lignes?limit=1000"
    page = ask(path)
    out.writerow(page["colonnes"])
    while True:
        out.writerows(page["lignes"])
        if not page["suite"]:
            return
        page = ask(page["suite"])


if __name__ == "__main__":
    main()
