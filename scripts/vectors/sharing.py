"""Cases for agreements (09-agreements): each is a tale."""

from scripts.vectors import approvals, shares, versions
from scripts.vectors.cases import Case
from scripts.vectors.tale import Tale


def cases() -> list[Case]:
    """All cases about agreements."""
    return [tale.case() for part in (versions, shares, approvals) for tale in part.tales()]


def tales_of_amendments() -> list[Tale]:
    """Tales in which an amended version goes on with what was shared before, which not every reader follows."""
    return [shares.amended(), approvals.shared_before_a_conflict(), approvals.shared_after_a_conflict()]
