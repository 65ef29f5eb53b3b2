"""Imports one sheet into a home and waits to be killed.

Run as `python -m tests.support.crashes.imports_until_killed HOME FILE`. It prints a line before each commit, so that
the test can kill it there or a moment later.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

import trio

from meshnode.core.drafts import Draft, SignedRecords
from meshnode.core.rows import Forget, LocalRow
from meshnode.exchange.catalogue import OfficeCatalogue
from meshnode.exchange.imports import Imports
from meshnode.exchange.office_desk import OfficeDesk
from meshnode.exchange.ports import import_secret
from meshproto.records.ids import RecordId
from tests.support.lone_node import lone_node

SLICE = 50
"""Entries in one commit: fewer than usual, so that there are more moments to be killed at."""


class TellingDesk(OfficeDesk):
    """Says before each commit that it comes."""

    async def write(
        self, drafts: Sequence[Draft], *, ready: SignedRecords | None = None, local: Sequence[LocalRow | Forget] = ()
    ) -> tuple[RecordId, ...]:
        print("writing", flush=True)
        return await super().write(drafts, ready=ready, local=local)


async def main(home: Path, sheet: Path) -> None:
    """Open the home, import, and stay."""
    async with lone_node(home) as node:
        office = node.opened.office
        desk, secret = TellingDesk(office), import_secret(node.opened.node.identity)
        await Imports(desk, OfficeCatalogue(office), secret, SLICE).run("csv", sheet, {"tz": "UTC"})
        print("done", flush=True)
        await trio.sleep_forever()


if __name__ == "__main__":
    trio.run(main, Path(sys.argv[1]), Path(sys.argv[2]))
