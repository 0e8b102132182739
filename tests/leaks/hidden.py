"""What only one of the two worlds has. Each place where text may stand holds a word found nowhere else: a canary."""

from collections.abc import Callable
from dataclasses import dataclass

from dataspace.auth.words import Role
from tests.leaks.seed import HOLDER, Ground


@dataclass(frozen=True)
class Secret:
    """Something hidden: its public ids, and the words that only it holds. `names` are of people, whom some may know."""

    public_id: str
    ids: tuple[str, ...]
    words: tuple[str, ...]
    names: tuple[str, ...] = ()
    # The public id of its file.
    inside: str = ""


def dataset(ground: Ground) -> Secret:
    """A confidential dataset of a unit and of a theme that have nothing else; Awa has it by name."""
    made = ground.dataset(
        "Zibelquart des placements", summary="Brumovexe", description="Calfoutrine", producer="Dolmivarde",
        unit="cellule", theme="archeologie", level="confidential", keywords=["Falquinoxe"],
        columns=["gorzevil", "effectif"], cells=["Hyskarond", "12"], file="jaspinolde.csv", protection="secret",
    )  # fmt: skip
    given = ground.grant("awa", Role.AGENT, made.asset)
    # What a usage needs and has is no more to be told than the rest.
    ground.serve(ground.running(), made.asset)
    asked = ground.request("awa", made.asset, "Gribandole", extends=given)
    wider = ground.widen(made.asset, "Nustrelague")
    # Her token of both worlds is held to it in this one: whoever administers her must not read its title there.
    ground.hold_token("awa", made.asset)
    words = (
        "Zibelquart",
        "Brumovexe",
        "Calfoutrine",
        "Dolmivarde",
        "Falquinoxe",
        "gorzevil",
        "Hyskarond",
        "jaspinolde",
        "Gribandole",
        "Nustrelague",
    )
    file = made.resources[0]
    ids = (given.public_id, asked.public_id, wider.public_id, file.public_id, file.storage_key)
    return Secret(made.asset.public_id, ids, words, inside=file.public_id)


def dashboard(ground: Ground) -> Secret:
    """A confidential dashboard, the first by title in a directorate that has another one; Marc has it by name."""
    made = ground.board(
        "Abrazoulve du budget", unit="finances", theme="archeologie", level="confidential", summary="Kelvinoude",
        freshness="Lombrigaste", scope_note="Mirzapole", definitions=[("Narquevin", "Orphibule")],
    )  # fmt: skip
    ground.share("viviane", made, "awa", "agnes", "zoe")
    given = ground.grant("marc", Role.AGENT, made)
    words = ("Abrazoulve", "Kelvinoude", "Lombrigaste", "Mirzapole", "Narquevin", "Orphibule")
    return Secret(made.public_id, (given.public_id, "uuid-abrazoulve-du-budget", "abrazoulve-du-budget"), words)


def seat(ground: Ground) -> Secret:
    """A confidential seat of the directory, held by somebody who is in both worlds."""
    made = ground.seat(
        "Pragoustine et fuites", unit="eau", theme="eau", level="confidential", summary="Quolibarde",
        holder=HOLDER.login, phone="05 49 00 77 31", areas=["28134"],
    )  # fmt: skip
    return Secret(made.public_id, (), ("Pragoustine", "Quolibarde", "05 49 00 77 31"), (HOLDER.family_name,))


def draft(ground: Ground) -> Secret:
    """A draft, that an agent has a right on: not before it is published."""
    made = ground.dataset(
        "Rastifole des foyers", summary="Soubrignac", unit="solidarite", state="draft", file="tarvoline.csv",
        keywords=["Ulmiforge"], columns=["vantrecule", "effectif"], cells=["Wistramont", "12"],
    )  # fmt: skip
    given = ground.grant("marc", Role.AGENT, made.asset)
    words = ("Rastifole", "Soubrignac", "tarvoline", "Ulmiforge", "vantrecule", "Wistramont")
    file = made.resources[0].public_id
    return Secret(made.asset.public_id, (given.public_id, file), words, inside=file)


def partners(ground: Ground) -> Secret:
    """What a partner keeps in its own space: not even the DPO of the authority knows of it."""
    made = ground.dataset(
        "Yrvandole des forages", summary="Zélmirace", unit="eauvive", theme="eau", level="restricted",
        file="brolinque.csv",
        keywords=["Cravounel"], columns=["delvispe", "effectif"], cells=["Estramule", "12"],
    )  # fmt: skip
    words = ("Yrvandole", "Zélmirace", "brolinque", "Cravounel", "delvispe", "Estramule")
    file = made.resources[0].public_id
    return Secret(made.asset.public_id, (file,), words, inside=file)


KINDS: dict[str, Callable[[Ground], Secret]] = {
    "dataset": dataset, "dashboard": dashboard, "seat": seat, "draft": draft, "partners": partners,
}  # fmt: skip
