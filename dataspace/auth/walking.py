"""The house looks at what a person sees, through her own pages: the walk of `dataspace leaks`.

What she may see is hers, untouched. What is written is the house's: no line of the journal, no reading and no visit is
hers. Nothing is changed: the gate lets nothing through but questions.
"""

from dataspace.auth.access import Access

# Asked with POST, by the walk too: a ticket to a board, where the policy says that there is none.
TRIED = ("dashboards.ticket",)


class Walked(Access):
    """The access of a person, while the house tries what it opens."""

    @property
    def author_id(self) -> int | None:
        return None

    @property
    def is_herself(self) -> bool:
        """What is walked is what she sees, all of it."""
        return True

    @property
    def beside(self) -> dict[str, str]:
        return {"walk": self.actor.session}
