"""Names for tables of others: harmless to the program that reads them, and different for different things."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from meshnode.words.safe_text import clean
from meshnode.words.shown import short_id

if TYPE_CHECKING:
    from meshnode.client.answers import Agent, Scope

_STEERING = re.compile(r"[:;|*!()\[\]{}\"'`=@<>\\#%~]")
"""What means something in a plain-text ledger."""
LONGEST = 60


class NamesApart:
    """Gives each id one name; a second thing of the same name gets a piece of its id added."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._taken: dict[str, str] = {}

    def of(self, what: Agent | Scope) -> str:
        """The name of somebody or something."""
        return self.named(what["id"], what["name"])

    def named(self, record: str, name: str) -> str:
        """The name of a record that people call so."""
        if record not in self._names:
            plain = " ".join(_STEERING.sub(" ", clean(name)).split())[:LONGEST].strip() or short_id(record)
            if self._taken.setdefault(plain.casefold(), record) != record:
                plain = f"{plain} {record[-8:]}"
            self._names[record] = plain
        return self._names[record]
