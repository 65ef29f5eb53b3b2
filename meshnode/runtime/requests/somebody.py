"""Whom somebody means by a name or an id."""

from meshnode.runtime.lookups import Lookups
from meshnode.runtime.office import Office
from meshnode.runtime.refusals import Code, Refusal
from meshnode.store.querying import Is, Where
from meshnode.views.rows import PersonRow, ProfileRow
from meshproto.records.ids import AgentId, short

PEOPLE_READ = 10_000
"""People among whom a name is looked for; beyond, one says the id."""


async def find_agent(office: Office, who: str, *, hint: str = "meshnode network ls") -> AgentId:
    """The person or organisation that a name or an id means; `hint` says what to do if none is. Raises Refusal."""
    lookups = await office.fresh()
    named = _people_called(lookups, who)
    if len(named) == 1:
        return named[0]
    if named:
        listed = ", ".join(short(each) for each in named)
        raise Refusal(Code.AMBIGUOUS, f"several are called {who}: {listed}", "use the id")
    try:
        found = await office.find(who)
    except Refusal as refusal:
        if refusal.code is Code.AMBIGUOUS:
            raise
        found = None
    if found is None or office.truth.root_of(found) is None or office.truth.network(found) is not None:
        raise Refusal(Code.NOT_FOUND, f"nobody here is called {who!r}", hint)
    return AgentId(found)


def _people_called(lookups: Lookups, who: str) -> list[AgentId]:
    """Everybody whose shown name this is."""
    called = who.strip().casefold()
    agents = [row.record for row in lookups.views.select(PersonRow, limit=PEOPLE_READ)]
    heads = lookups.views.select(ProfileRow, Where("head", Is.EQUAL, 1), limit=PEOPLE_READ)
    agents += [row.agent for row in heads if row.name.casefold() == called]
    return [AgentId(each) for each in dict.fromkeys(agents) if called and lookups.name(each).casefold() == called]
