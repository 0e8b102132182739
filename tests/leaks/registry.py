"""What may be said to the portal. A route, a parameter or a field that is not here fails the walk: add its values."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, product, zip_longest

from dataspace.audit import Act
from dataspace.auth.words import AssetKind, Protection, Sensitivity
from tests.leaks.hidden import Secret

# As long and as random as a real one, and of nothing.
NEVER = "0" * 16 + "ae"
# Walked at the very end: they close the session that walks.
LAST = ("accounts.sign_out", "accounts.signed_out")
# What each part of the portal shows: names of what both worlds have, and kinds of secrets. The deep walk tries all.
SHOWN: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "catalog": (("dataset", "asked", "draft"), ("dataset", "draft", "partners")),
    "dashboards": (("board",), ("dashboard",)),
    "referents": (("seat",), ("seat",)),
    "accounts": ((), ()),
    "tools_asked": (("tool",), ("dataset",)),
    "requests": (("asked", "request", "grant"), ("dataset", "draft")),
    "directory": (("arrival", "grant"), ("dataset",)),
    "widening": (("widening",), ("dataset",)),
    "tokens": (("token",), ()),
    "shares": (("dataset", "board", "share"), ("dataset", "dashboard", "partners")),
    "reviews": (("review", "line"), ("dataset",)),
    "usages": (("usage",), ("dataset",)),
    "usage_gaps": ((), ()),
}
# Fields that several parts call by one name and understand each its own way: what each needs to get past its first
# checks, all fields filled together. The values of everybody are tried after.
OWN: Mapping[str, Mapping[str, str]] = {
    "organisation.create": {"kind": "service"},
    "organisation.staff": {"kind": "affectation"},
    "organisation.end": {"kind": "affectation"},
    "usages": {"review_date": "2026-12-30", "note": "Rien ne presse"},
    "directory": {"unit": "eau", "note": "Je prends mon poste"},
    "reviews.do_open": {"unit": "solidarite", "until": "2026-12-20"},
    "requests.write_rule": {"unit": "eau", "theme": ""},
    "tools_asked.answer": {"note": "Prévu au printemps"},
}


@dataclass(frozen=True)
class Registry:
    """Values by name: of the arguments of a route, of the parameters of an address, of the fields of a form."""

    ids: Mapping[str, str]
    secrets: Mapping[str, Secret]
    paths: Mapping[str, tuple[str, ...]]
    query: Mapping[str, tuple[str, ...]]
    form: Mapping[str, tuple[str, ...]]
    is_deep: bool

    def typed(self, endpoint: str, name: str) -> tuple[str, ...]:
        """What is typed in a field of a form of this endpoint, the one that its first checks accept first."""
        own = {**OWN.get(endpoint.partition(".")[0], {}), **OWN.get(endpoint, {})}
        return ((own[name],) if name in own else ()) + tuple(v for v in self.form[name] if v != own.get(name))

    def arguments(self, endpoint: str, names: list[str]) -> Iterator[dict[str, str]]:
        """Values for the arguments of a route, those of the secrets with what is inside them."""
        others = [name for name in names if name != "public_id"]
        if "public_id" not in names:
            yield from (dict(zip(others, values, strict=True)) for values in product(*(self.paths[n] for n in others)))
            return
        for public_id in self._public_ids(endpoint):
            inside = [(secret.inside or NEVER) for secret in self.secrets.values() if secret.public_id == public_id]
            known = self.paths.get(others[0], ()) if others else ()
            values = chain(inside, known or (self.ids["file"],), ("x",) if self.is_deep else ())
            yield from (
                {"public_id": public_id} | dict.fromkeys(others, value) for value in (values if others else [""])
            )

    def _public_ids(self, endpoint: str) -> list[str]:
        shown, kinds = SHOWN.get(endpoint.partition(".")[0], (("dataset", "grant", "person"), tuple(self.secrets)))
        if self.is_deep:
            inside = [name for secret in self.secrets.values() for name in secret.ids]
            return [*self.ids.values(), *(s.public_id for s in self.secrets.values()), *inside, NEVER, "0", "-1",
                    "abrazoulve-du-budget"]  # fmt: skip
        hidden = [self.secrets[kind].public_id for kind in kinds if kind in self.secrets]
        if endpoint.startswith(("admin.", "requests.", "widening.")):
            hidden += [name for secret in self.secrets.values() for name in secret.ids[:3]][:3]
        return [*(self.ids[name] for name in shown), *hidden, NEVER]


def registry(ids: Mapping[str, str], secrets: Mapping[str, Secret], *, is_deep: bool = False) -> Registry:
    """Values for worlds that have `ids` in common; the secrets are said too, as somebody who guesses would."""
    hidden = tuple(secret.public_id for secret in secrets.values())
    # One word of each secret, then a second one of each...
    turns = zip_longest(*(secret.words for secret in secrets.values()))
    canaries = tuple(word for turn in turns for word in turn if word)
    if not is_deep:
        canaries = canaries[:6]
    levels = tuple(level.code for level in Sensitivity)
    days = ("2026-12-31", "2026-11-01", "x")
    goals = ("/donnees/", f"/donnees/{hidden[0]}")
    asked = _asked(hidden, canaries, ids)
    return Registry(
        ids, secrets, is_deep=is_deep,
        paths={
            "public_id": (), "resource_id": (), "token": (), "link": (ids["share_link"], hidden[0], "x" * 43),
            "member_id": (ids["member"], NEVER), "join_id": (ids["join"], NEVER),
            "recipient_id": (ids["recipient"], NEVER), "element_id": (*hidden[:2], ids["asked"], NEVER),
            "filename": ("tokens.css", "nothing.css", "../app.py"),
            "code": ("insertion", "eau", "solidarite", "eauvive", "archeologie", "nulle-part"),
        },
        query=asked if is_deep else {name: values[: FEW.get(name, 2)] for name, values in asked.items()},
        form={
            "subject": ("awa", "solidarite", "x"), "role": ("agent", "partner", "x"),
            "scope": ("solidarite", *hidden, canaries[0], "Zibelquart des placements", "Abrazoulve du budget", NEVER),
            "with_services": ("y",), "starts": ("2026-11-23", "x"), "ends": days,
            "reason": ("pour une mission de contrôle", "non"), "save": ("1",), "version": ("1", "2"),
            "person": ("lucie", "quirin", "x"), "place": ("titulaire", "suppleant"), "next": goals,
            "thing": ("", *hidden, canaries[0], ids["dataset"], NEVER),
            "logout_token": ("x", hidden[0]), "title": ("Une fiche", ""), "summary": ("Un résumé",),
            "description": ("Un texte",), "unit": ("9", "1", "x", "solidarite"), "theme": ("2", "dark", "x"),
            "sensitivity": levels[:2], "card_sensitivity": levels[:2], "protection": tuple(Protection)[:2],
            "ground": ("", "L311-2"),
            "review_date": ("2030-01-01", "x"), "promised_rhythm": ("once", "x"), "producer": ("Valmer",),
            "licence": ("Licence ouverte",), "temporal": ("2026",), "spatial": ("Valmer",), "keywords": ("eau", "a, b"),
            "system": ("Business Objects",), "url": ("https://bo.valmer.example/2", "javascript:x"),
            "topic": ("mission", "x"), "purpose": ("Préparer une commission", ""), "need": ("consult", "x"),
            "until": days, "accepts": ("y",), "keep": ("1",), "opinion": ("favourable", "x"),
            "state": ("studied", "refused", "x"),
            "comment": ("Un avis",), "note": ("",),
            "level": ("internal", "x"), "to_unit": ("", "eau", "x"), "to_role": ("", "agent", "x"), "days": ("30", "x"),
            # What a matrix is brought back as, or the conditions of an asset.
            "text": (
                *(f"qui;rôle;sur;jusqu’au;motif\nawa;lecteur;{thing};31/12/2026;une mission"
                  for thing in (ids["dataset"], *hidden, canaries[0])),
                "Ne pas diffuser.", "",
            ),
            "plan": ("", "x"), "replaces": ("", "2026-1"), "endless": ("", "y"), "ask_opinion": ("1",),
            "audience": ("Le service", ""), "wanted_by": ("2026-12-31", "x"), "is_shared": ("y",), "anyway": ("1",),
            "word": ("Un mot", ""),
            "basis": ("public", "x"), "health_ground": ("", "care"), "controller": ("1", "x"), "retention": ("12", "x"),
            "kind": ("agents", "x"), "preview": ("1",),
            "decision": ("refuse", "accept", "less", "x"), "delegate": ("lucie", "quirin", "x"),
            "claim": ("groups", "x"), "value": ("dir-eau", ""), "membership": ("affectation", "x"),
            "claims": ("dir-eau", "{"), "absent": ("y",),
            "table": ("revendication;valeur;role;unite\ngroups;dir-eau;agent;eau\n", "x"),
            "name": ("Mission Emploi", ""), "short_name": ("Emploi",), "areas": ("28059", "x"),
            "parent": ("insertion", "eau", "transvalme", "x"), "understood": ("y",), "seen": ("", "x"),
            "case": (f"{ids['dataset']}:insertion", *(f"{name}:insertion" for name in hidden), "x"),
            "action": ("donner", "retirer", "x"), "fait": ("2026-11-23T11:00:00+00:00", "x"), "again": ("1",),
            # Kept in the address that a form of the matrix is sent to.
            "q": ("eau",), "direction": ("eau",), "unite": ("eau",), "vue": ("eau",), "type": ("dataset",),
            "sensibilite": levels[:1], "page": ("2",), "colonnes": ("2",),
            "lends": ("dataset:read", "x"), "to": ("named", "all", "x"),
            "only": ("", *hidden, canaries[0], ids["dataset"]), "people": ("luc", "quirin", "x"),
            "column": ("", "commune", "gorzevil"), "values": ("28059", "99999"),
            "answer": ("keep", "remove", "x"), "cause": ("partner", "x"),
            "encodage": ("utf-8", "x"), "separateur": (";", "x"), "file": ("commune;effectif\n28059;12\n", "\x00"),
        },
    )  # fmt: skip


# How many values of a parameter the quick walk tries; two of the others.
FEW = {"q": 10, "sur": 3, "quoi": 3, "theme": 3, "unit": 3, "direction": 3, "next": 3}


def _asked(hidden: tuple[str, ...], canaries: tuple[str, ...], ids: Mapping[str, str]) -> Mapping[str, tuple[str, ...]]:
    """Parameters of addresses, the most telling values first."""
    codes = ("archeologie", "cellule", "eau", "finances", "eauvive", "insertion-rsa", "nulle-part")
    aside = ("requetevisible", "eau", canaries[0][:4].lower(), '"', "Vexelbaume", "fuites budget", hidden[0])
    pages = ("2", "x", "0", "-1", "999999")
    levels = tuple(level.code for level in reversed(Sensitivity))
    return {
        "q": (*canaries, *aside), "theme": codes, "unit": codes, "direction": codes, "page": pages,
        "ou": ("28134", "x"), "kind": tuple(AssetKind), "type": ("dataset", "dashboard", "seat", "report", "x"),
        "sensibilite": levels,
        "acces": ("lisible", "sur-demande", "x"), "etat": ("brouillon", "x"), "tri": ("date", "titre", "x"),
        "avant": pages, "sur": (*hidden, canaries[0], ids["dataset"]), "qui": ("awa", "quirin", "x"),
        "quoi": (*hidden, canaries[0], ids["dataset"], "x"), "role": ("agent", "x"),
        "who": ("awa", "x"), "event": (*Act, "x"), "since": ("2026-11-01", "x"), "state": ("x",),
        "demande": (ids["join"], NEVER),
        "sorte": ("acces-depasses", "destinataires-sans-acces", "relectures-depassees", "x"),
        "until": ("2026-11-30", "x"),
        "next": ("//x", *(f"/donnees/{name}" for name in hidden)), "encodage": ("cp1252", "x"),
        "separateur": (",", "x"), "revendication": ("groups", "x"), "valeur": ("dir-eau", canaries[0]),
        "sous": ("insertion", "eau", "x"),
        "unite": codes, "vue": codes, "colonnes": pages,
        "fait": ("2026-11-23T11:00:00+00:00", "x"),
        "limit": ("2", "0", "x"), "apres": ("1", "x"),
    }  # fmt: skip
