"""Finding what founders decide about: an organisation or network, and the people in it."""

from meshnode.runtime.office import Office
from meshnode.runtime.refusals import Code, Refusal
from meshnode.runtime.requests.networks import members_of
from meshnode.runtime.requests.somebody import nobody, with_id
from meshnode.runtime.unwritten import quoted
from meshnode.views.names import like, slug
from meshnode.views.rows import PersonRow
from meshproto.records.ids import AgentId, ScopeId, short

NAMES_READ = 1_000
"""People looked at for a name."""


async def find_body(office: Office, text: str) -> ScopeId:
    """The network or organisation that a name or id means. Raises Refusal."""
    try:
        return await office.find_network(text)
    except Refusal as refusal:
        if refusal.code is not Code.UNKNOWN_NETWORK:
            raise
        found = [each for each in _called(office, text) if each.kind == "organization"]
        if not found:
            found = [each for each in await _with_id(office, text) if each.kind == "organization"]
        if not found:
            bodies = [each.record for each in office.lookups.networks()]
            bodies += [each.record for each in office.lookups.organisations()]
            near = like(text, map(office.name, bodies))
            why = f"there is no network or organisation {text!r} here{near}"
            raise Refusal(Code.NOT_FOUND, why, refusal.hint) from None
    return ScopeId(_only([each.record for each in found], text))


async def find_somebody(office: Office, scope: ScopeId, text: str) -> AgentId:
    """The agent that a name or id means, rather one of a scope's people. Raises Refusal."""
    await office.certain()
    wanted = text.strip().casefold()
    with office.folded.steady():
        here = {key[32:64] for key, _ in office.folded.scan("member", scope) if len(key) == 96}
    named = [each for each in sorted(here) if office.name(each).casefold() == wanted]
    named = named or [each.record for each in _called(office, text)]
    if named:
        return AgentId(_only(named, text))
    found = await _with_id(office, text)
    if not found:
        raise nobody(office, text, _people_of(office, scope))
    return AgentId(found[0].record)


def _called(office: Office, text: str) -> list[PersonRow]:
    rows = office.lookups.views.select(PersonRow, limit=NAMES_READ)
    return [row for row in rows if slug(text) and slug(office.name(row.record)) == slug(text)]


async def _with_id(office: Office, text: str) -> tuple[PersonRow, ...]:
    record = await with_id(office, text)
    return () if record is None else office.lookups.views.of(PersonRow, record)


def _people_of(office: Office, scope: ScopeId) -> str:
    """The command that shows whom a network or organisation consists of."""
    if office.truth.network(scope) is not None:
        return members_of(office, scope)
    return f"meshnode org show {quoted(office.name(scope) or short(scope))}"


def _only(found: list[bytes], text: str) -> bytes:
    if len(found) > 1:
        listed = ", ".join(short(each) for each in found)
        raise Refusal(Code.AMBIGUOUS, f"several are called {text}: {listed}", "use the id")
    return found[0]
