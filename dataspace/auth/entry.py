"""Conditional entry: rules of the configuration on what the claims of a newcomer say."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dataspace.auth.directory import values
from dataspace.auth.mapping import Value
from dataspace.config import EntryRule


def refusing(rules: Iterable[EntryRule], claims: Mapping[str, Any]) -> EntryRule | None:
    """The first rule that refuses whoever has these claims."""
    return next(
        (rule for rule in rules if rule.answer == "refuse" and rule.value in (values(claims.get(rule.claim)) or ())),
        None,
    )


def receiving(rules: Sequence[EntryRule], kept: Iterable[Value]) -> list[str] | None:
    """Codes of the units that may receive who has these values; None when no rule speaks of her."""
    said = {(claim, value) for _, claim, value in kept}
    matched = [rule for rule in rules if rule.answer == "wait" and (rule.claim, rule.value) in said]
    return list(dict.fromkeys(code for rule in matched for code in rule.units)) if matched else None
