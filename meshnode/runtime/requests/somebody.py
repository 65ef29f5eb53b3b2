"""Whom somebody means by a name or an id."""

from collections.abc import Iterator

from meshnode.runtime.lookups import Lookups
from meshnode.runtime.naming import PREFIX
from meshnode.runtime.office import Office
from meshnode.runtime.refusals import Code, Refusal
from meshnode.store.querying import Is, Where
from meshnode.views.names import NAMES_COMPARED, like
from meshnode.views.rows import PersonRow, ProfileRow
from meshproto.records.ids import AgentId, RecordId, short

PEOPLE_READ = 10_000
"""People among whom a name is looked for; beyond, one says the id."""

LOOK = "meshnode network members --help"
"""How to see who is known here."""


def nobody(office: Office, who: str, hint: str = LOOK) -> Refusal:
    """Why a name or an id means nobody. A name travels after the record it belongs to, so it may still come."""
    if who.strip().lower().startswith(PREFIX):
        return Refusal(Code.NOT_FOUND, f"nobody here has the id {who.strip()}", hint)
    near = like(who, _names(office.lookups))
    return Refusal(Code.NOT_FOUND, f"nobody is known here as {who.strip()!r} (yet){near}", hint)


async def find_agent(office: Office, who: str, *, hint: str = LOOK) -> AgentId:
    """The person or organisation that a name or an id means; `hint` says what to do if none is. Raises Refusal."""
    for lookups in (office.fresh, office.certain):
        named = _people_called(await lookups(), who)
        if len(named) == 1:
            return named[0]
        if named:
            listed = ", ".join(short(each) for each in named)
            raise Refusal(Code.AMBIGUOUS, f"several are called {who}: {listed}", "use the id")
        found = await with_id(office, who)
        if found is not None and office.truth.root_of(found) is not None and office.truth.network(found) is None:
            return AgentId(found)
    raise nobody(office, who, hint)


async def with_id(office: Office, who: str) -> RecordId | None:
    """The record that an id means, None if there is none or it is no id: a name may look like one. Raises Refusal."""
    try:
        return await office.find(who)
    except Refusal as refusal:
        if refusal.code is Code.AMBIGUOUS:
            raise
        return None


def _people_called(lookups: Lookups, who: str) -> list[AgentId]:
    """Everybody whose shown name this is."""
    called = who.strip().casefold()
    agents = [row.record for row in lookups.views.select(PersonRow, limit=PEOPLE_READ)]
    heads = lookups.views.select(ProfileRow, Where("head", Is.EQUAL, 1), limit=PEOPLE_READ)
    agents += [row.agent for row in heads if row.name.casefold() == called]
    return [AgentId(each) for each in dict.fromkeys(agents) if called and lookups.name(each).casefold() == called]


def _names(lookups: Lookups) -> Iterator[str]:
    """What people and organisations are called."""
    for row in lookups.views.select(PersonRow, limit=NAMES_COMPARED):
        yield lookups.name(row.record)
