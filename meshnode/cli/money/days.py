"""Days that commands about money take: as people write them, also such as lie ahead."""

from __future__ import annotations

from meshnode.cli.desk import Desk
from meshnode.cli.exits import Exit, Failure
from meshnode.words.times import UnclearTime, parse_date, today


def read_day(desk: Desk, text: str | None) -> str | None:
    """Return a day as the node takes it: 2026-03-09, yesterday, monday; raises Failure (usage)."""
    if not text:
        return None
    try:
        return parse_date(text, today()).isoformat()
    except UnclearTime as unclear:
        raise Failure(Exit.USAGE, str(unclear), f"meshnode {desk.command_name} --help") from unclear
