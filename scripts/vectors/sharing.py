"""Cases for agreements (09-agreements): each is a tale."""

from scripts.vectors import amendments, approvals, leaving, reopening, rulings, shares, versions
from scripts.vectors.cases import Case


def cases() -> list[Case]:
    """All cases about agreements."""
    return [
        tale.case()
        for part in (versions, shares, amendments, approvals, reopening, leaving, rulings)
        for tale in part.tales()
    ]
