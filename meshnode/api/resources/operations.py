"""Running a node: its settings."""

from meshnode.api.edge import Call, Nothing
from meshnode.api.models.operations import BugReport, Config
from meshnode.api.site import Site


async def config(site: Site, call: Call[Nothing]) -> Config:
    """Every setting with where it was said, beside what the next start would take."""
    return site.config()


async def bug_report(site: Site, call: Call[Nothing]) -> BugReport:
    """Versions, settings, checks, numbers and the end of the log, with everything taken out that tells of people."""
    return BugReport(await site.report(site))
