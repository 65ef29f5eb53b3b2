"""Running a node: its settings."""

from meshnode.api.edge import Call, Nothing
from meshnode.api.models.operations import Config
from meshnode.api.site import Site


async def config(site: Site, call: Call[Nothing]) -> Config:
    """Every setting with where it was said, beside what the next start would take."""
    return site.config()
