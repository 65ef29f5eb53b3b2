"""What happens at the node, as it happens, or from any number on."""

from meshnode.api.edge import Call, Nothing
from meshnode.api.feed import Reading, Wish
from meshnode.api.site import Site
from meshnode.api.stream import EventStream
from meshnode.runtime.office import Office
from meshnode.runtime.refusals import Code, Refusal
from meshnode.runtime.requests.details import somebody
from meshproto.types.catalogue import SCHEMAS

TYPES = frozenset(("agent", *SCHEMAS))
"""Types of records that this version knows; a misspelt one would silently never come."""


async def listen(site: Site, call: Call[Nothing]) -> EventStream:
    """Records as they arrive and changes of how they stand, from a number on; see `Happening` for what is told."""
    office, feed = site.office, site.feed
    after = _after(office, call)
    return EventStream(feed, Reading(feed, await _wish(office, call), after), office.node.stopping)


def _after(office: Office, call: Call[Nothing]) -> int | None:
    """The arrival to go on from: that of the header stands above the query, which a browser repeats unchanged."""
    text = call.last_event or call.query.get("after", "")
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise Refusal(Code.BAD_REQUEST, f"{text!r} is no id of an event", "take it from the last event you were told")
    if int(text) > office.node.arrival:
        had = f"this node has not told of {text} yet: it has come to {office.node.arrival}"
        raise Refusal(Code.BAD_REQUEST, had, "another home was asked before, or an older copy: begin with after=0")
    return int(text)


async def _wish(office: Office, call: Call[Nothing]) -> Wish:
    kinds = frozenset(filter(None, call.query.get("kinds", "").split(",")))
    unknown = sorted(kinds - TYPES)
    if unknown:
        raise Refusal(Code.BAD_REQUEST, f"no record is of type {unknown[0]}", f"one of {', '.join(sorted(TYPES))}")
    scopes = [await office.find_network(name) for name in [call.query.get("network", "")] if name]
    scopes += [await office.find_agreement(name) for name in [call.query.get("agreement", "")] if name]
    who = call.query.get("who", "")
    agents = [await somebody(office, who, scopes[0] if scopes else office.me)] if who else []
    changes = call.flag("changes") if "changes" in call.query else True
    return Wish(kinds, frozenset(agents), frozenset(scopes), changes)
