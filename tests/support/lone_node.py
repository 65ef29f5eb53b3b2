"""A whole node in this process, with nobody to talk to, and what the exchange needs of it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from meshnode.app.compose import Network, Opened, open_node
from meshnode.app.init import create
from meshnode.config.load import load
from meshnode.config.places import locate
from meshnode.core.settings import CoreSettings
from meshnode.exchange.bundles import Bundles
from meshnode.exchange.catalogue import OfficeCatalogue
from meshnode.exchange.imports import Imports
from meshnode.exchange.office_desk import OfficeDesk
from meshnode.exchange.ports import import_secret
from meshnode.net.memory import MemoryMesh


@dataclass(frozen=True, slots=True)
class LoneNode:
    """A node that runs."""

    opened: Opened
    imports: Imports
    bundles: Bundles


@asynccontextmanager
async def lone_node(folder: Path, name: str = "Ana") -> AsyncIterator[LoneNode]:
    """Run the node whose home is `folder`; the home is made first if it is not there."""
    places = locate(folder, {})
    if not (folder / "records.db").exists():
        create(places, name, recovery=False)
    loaded = load(places.config, {}, {})
    async with open_node(places, loaded, network=Network(MemoryMesh().transport(name))) as opened:
        desk, secret = OfficeDesk(opened.office), import_secret(opened.node.identity)
        imports = Imports(desk, OfficeCatalogue(opened.office), secret, CoreSettings().drafts_max)
        yield LoneNode(opened, imports, Bundles(desk, opened.store.reader))
