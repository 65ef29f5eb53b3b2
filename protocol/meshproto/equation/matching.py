"""Which contributions a step means, and whose they are (08-equations 2.3, 2.4)."""

from fractions import Fraction

from meshproto.equation.inputs import Contribution
from meshproto.equation.measures import ONE
from meshproto.equation.terms import Match


def matches(match: Match, contribution: Contribution) -> bool:
    """Whether every list in the match contains what the contribution has."""
    # SPEC 08-equations 2.4: What c does not have matches no list and no period.
    return (
        (match.kind is None or contribution.kind in match.kind)
        and (match.comp is None or contribution.comp in match.comp)
        and (match.stream is None or contribution.stream in match.stream)
        and (match.project is None or contribution.project in match.project)
        and (match.classes is None or not match.classes.isdisjoint(contribution.classes))
        and _falls_into(match.start, match.end, contribution)
    )


def parts_of(contribution: Contribution) -> dict[bytes, Fraction]:
    """How much of it is whose; empty if all have declined."""
    # SPEC 08-equations 2.3: Without `shares` the author has all of c. With them, an agent a has part(a)/Σ part, over
    # those who have not declined; if all have declined, nobody has a part of c.
    if not contribution.shares:
        return {contribution.agent: ONE}
    kept = {agent: part for agent, part in contribution.shares if agent not in contribution.declined}
    whole = sum(kept.values())
    return {agent: Fraction(part, whole) for agent, part in kept.items()}


def _falls_into(start: str | None, end: str | None, contribution: Contribution) -> bool:
    if start is None and end is None:
        return True
    if contribution.when is None:
        return False
    last = contribution.when[1]
    # Dates of this form sort as the days do.
    return (start is None or start <= last) and (end is None or last <= end)
