"""Finding what founders decide about: an organisation or network, and the people in it."""

from meshnode.runtime.office import Office
from meshnode.runtime.refusals import Code, Refusal
from meshnode.views.names import slug
from meshnode.views.rows import PersonRow
from meshproto.records.ids import AgentId, RecordId, ScopeId, short

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
        if not found and len(text.strip()) > len("bafkrei"):
            found = [each for each in _with_id(office, await office.find(text)) if each.kind == "organization"]
        if not found:
            raise Refusal(Code.NOT_FOUND, f"there is no network or organisation {text!r} here", refusal.hint) from None
    return ScopeId(_only([each.record for each in found], text))


async def find_somebody(office: Office, scope: ScopeId, text: str) -> AgentId:
    """The agent that a name or id means, rather one of a scope's people. Raises Refusal."""
    await office.fresh()
    wanted = text.strip().casefold()
    with office.folded.steady():
        here = {key[32:64] for key, _ in office.folded.scan("member", scope) if len(key) == 96}
    named = [each for each in sorted(here) if office.name(each).casefold() == wanted]
    named = named or [each.record for each in _called(office, text)]
    if named:
        return AgentId(_only(named, text))
    found = await office.find(text)
    if not _with_id(office, found):
        raise Refusal(Code.NOT_FOUND, f"{short(found)} is nobody", "meshnode network members --help")
    return AgentId(found)


def _called(office: Office, text: str) -> list[PersonRow]:
    rows = office.lookups.views.select(PersonRow, limit=NAMES_READ)
    return [row for row in rows if slug(text) and slug(office.name(row.record)) == slug(text)]


def _with_id(office: Office, record: RecordId) -> tuple[PersonRow, ...]:
    return office.lookups.views.of(PersonRow, record)


def _only(found: list[bytes], text: str) -> bytes:
    if len(found) > 1:
        listed = ", ".join(short(each) for each in found)
        raise Refusal(Code.AMBIGUOUS, f"several are called {text}: {listed}", "use the id")
    return found[0]
