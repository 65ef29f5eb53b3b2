"""Whom and what a contribution names: co-authors, beneficiaries and earlier work, by the names people type."""

from dataclasses import dataclass

from meshnode.core.details import NOTHING, Details
from meshnode.runtime.office import Office
from meshnode.runtime.refusals import Code, Refusal
from meshnode.runtime.requests.somebody import find_agent
from meshproto.records.ids import AgentId, ext, short
from meshproto.types.value import SHARES_TOTAL

MYSELF = "me"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What is to be said of a contribution; people and records are named as somebody typed them."""

    details: Details = NOTHING
    shares: tuple[tuple[str, int], ...] = ()
    """Co-authors and their parts of 1000; what is left is the author's, unless they are named."""
    beneficiaries: tuple[str, ...] = ()
    of: str | None = None


NO_TERMS = Terms()


async def resolved(office: Office, terms: Terms, scope: bytes, author: AgentId | None = None) -> Details:
    """The details with everybody's id in place of their name. Raises Refusal."""
    shares = await _shares(office, terms.shares, scope, author or office.me) if terms.shares else ()
    beneficiaries = [await somebody(office, each, scope) for each in terms.beneficiaries]
    return terms.details._replace(
        shares=shares, beneficiaries=tuple(beneficiaries), of=await _earlier(office, terms.of, scope)
    )


async def _shares(
    office: Office, wanted: tuple[tuple[str, int], ...], scope: bytes, author: AgentId
) -> tuple[tuple[bytes, int], ...]:
    parts: dict[bytes, int] = {}
    for who, part in wanted:
        if not 1 <= part <= SHARES_TOTAL:
            raise Refusal(Code.BAD_REQUEST, f"a part lies between 1 and {SHARES_TOTAL}, {who!r} has {part}")
        agent = await somebody(office, who, scope)
        if agent in parts:
            raise Refusal(Code.BAD_REQUEST, f"{who!r} has a part already", "name everybody once")
        parts[agent] = part
    given = sum(parts.values())
    if given > SHARES_TOTAL or (given == SHARES_TOTAL and author not in parts):
        left = "" if given > SHARES_TOTAL else ": nothing is left for you"
        raise Refusal(Code.BAD_REQUEST, f"the parts add up to {given} of {SHARES_TOTAL}{left}", "give less away")
    parts.setdefault(author, SHARES_TOTAL - given)
    return tuple(sorted(parts.items()))


async def somebody(office: Office, who: str, scope: bytes) -> AgentId:
    """The person or organisation that is meant, of several of that name the one who stands in the network."""
    if who.strip().casefold() == MYSELF:
        return office.me
    try:
        return await find_agent(office, who)
    except Refusal as refusal:
        called = who.strip().casefold()
        members = [row.agent for row in office.lookups.members(scope)]
        here = [each for each in members if office.lookups.name(each).casefold() == called]
        if refusal.code is not Code.AMBIGUOUS or len(here) != 1:
            raise
        return AgentId(here[0])


async def _earlier(office: Office, text: str | None, scope: bytes) -> bytes | None:
    """How earlier work is named: by its id if it stands in the same scope, else weakly."""
    if text is None:
        return None
    record = await office.find(text)
    found = office.truth.record(record)
    if found is None or found.type != "contribution":
        raise Refusal(Code.BAD_REQUEST, f"{short(record)} is no contribution", "meshnode contribution ls")
    return record if found.home == scope else ext(record)
