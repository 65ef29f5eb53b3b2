"""Links by which the owner's browser is let in to the dashboard."""

from meshnode.api.edge import Call, Nothing
from meshnode.api.models.login import LoginLink
from meshnode.api.site import Site
from meshnode.runtime.callers import Area
from meshnode.runtime.refusals import Code, Refusal


async def make_link(site: Site, call: Call[Nothing]) -> LoginLink:
    """Make a link that works once. Who comes in by it may do everything, so only who may do everything makes one."""
    if not call.caller.areas.issuperset(Area):
        raise Refusal(Code.OUT_OF_SCOPE, "whoever logs in may do everything, and you may not")
    if site.logins is None or not site.url:
        why = "this node shows no pages, because it does not answer on loopback"
        raise Refusal(Code.CONFLICT, why, "meshnode config set api.tcp true")
    return LoginLink(f"{site.url}/in/{site.logins.make_link()}", int(site.logins.link_seconds))
