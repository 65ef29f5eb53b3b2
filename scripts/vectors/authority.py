"""Cases for authority: each is a tale (see tale.py)."""

from scripts.vectors import acknowledging, decisions, devices, endings, lineages, membership, roots, tables
from scripts.vectors.cases import Case
from scripts.vectors.tale import Tale


def tales() -> list[Tale]:
    """All tales about authority."""
    return [
        tale
        for part in (devices, membership, endings, roots, decisions, lineages, tables, acknowledging)
        for tale in part.tales()
    ]


def cases() -> list[Case]:
    """All cases about authority."""
    return [tale.case() for tale in tales()]
