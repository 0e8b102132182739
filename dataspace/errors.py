"""What can go wrong, each with its French sentence and what to do next.

Only `dataspace/web/errors.py` knows the HTTP status of each.
"""


class DataspaceError(Exception):
    """Base of our errors: `sentence` says what happened, `next_step` what to do."""

    sentence = "Une erreur est survenue."
    next_step = "Réessayez dans un instant ; si cela continue, prévenez l’administration du portail."

    def __init__(self, sentence: str | None = None, next_step: str | None = None) -> None:
        self.sentence = sentence or self.sentence
        self.next_step = next_step or self.next_step
        super().__init__(self.sentence)


class NotFound(DataspaceError):
    """What does not exist, or what the actor may not know of: the same answer."""

    sentence = "Cette page n’existe pas, ou n’existe plus."
    next_step = "Vérifiez l’adresse, ou cherchez par un mot dans tout le portail."


class Refused(DataspaceError):
    """The actor sees the thing but may not do this."""

    sentence = "Vous ne pouvez pas faire cela."
    next_step = "La page « Mes accès » dit ce qui vous est ouvert et à qui demander."


class Unmapped(Refused):
    """Signed in, but nothing in the directory gives this person a place here."""

    sentence = "Votre compte est reconnu, mais aucun accès ne lui correspond encore."


class Invalid(DataspaceError):
    """Input that cannot be accepted; nothing was changed."""

    sentence = "La saisie n’est pas acceptée."
    next_step = "Corrigez les champs signalés : rien n’a été enregistré."


class Conflict(DataspaceError):
    """Somebody else changed the same thing meanwhile."""

    sentence = "Quelqu’un a modifié cet élément pendant que vous l’aviez à l’écran."
    next_step = "Relisez la version actuelle, puis refaites votre modification : rien n’est perdu."


class Unavailable(DataspaceError):
    """Another system, or the journal, does not answer: nothing was served or changed."""

    sentence = "Un service dont cette page a besoin ne répond pas."
    next_step = "Réessayez dans quelques minutes."


class BrokenPolicy(DataspaceError):
    """The policy files are missing, empty or wrong: the portal does not start."""

    sentence = "Les règles d’accès (policies/) sont illisibles ou incohérentes : le portail ne démarre pas."
    next_step = "Corrigez policies/policy.csv puis relancez."


class UnscopedRead(RuntimeError):
    """A statement names a guarded table without having been scoped by `Access`: a bug of ours, never shown."""
