"""What the policy says of a role that is given: how far it goes beyond its giver, and who could give it again."""

from sqlalchemy import ColumnElement, and_, or_

from dataspace.auth.access import Access
from dataspace.auth.models import Grant
from dataspace.auth.policy import Policy
from dataspace.auth.words import Permission, Reach, Role


def goes_beyond(policy: Policy, giver: Role, role: Role) -> bool:
    """Does `role` open over the whole authority what `giver` does not open there?"""
    for permission in Permission:
        given, own = (policy.level(one, permission, Reach.AUTHORITY) for one in (role, giver))
        if given is not None and (own is None or own < given):
            return True
    return False


def only_gives_itself(policy: Policy, role: Role) -> bool:
    """Is it assigned by its own holders and by nobody else?"""
    return {giver for giver in Role if policy.assigns(giver, role, Reach.UNIT) is not None} == {role}


def covering(access: Access, grant: Grant) -> ColumnElement[bool]:
    """Grants of that role that reach all that `grant` does: on one asset, at a partner's or lower, they do not."""
    assert grant.unit_id is not None
    tree = access.facts.tree
    if access.policy.assigns(grant.role, grant.role, Reach.AUTHORITY) is not None:
        return Grant.unit_id.in_(tree.authority(grant.unit_id))
    above = and_(Grant.unit_id.in_(tree.holding(grant.unit_id)), Grant.with_services)
    return above if grant.with_services else or_(above, Grant.unit_id == grant.unit_id)
