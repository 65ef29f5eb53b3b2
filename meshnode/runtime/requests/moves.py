"""Networks that come from others: a network splits, or its people move into another one and it is dissolved.

Everybody who stands in the old network is invited by name into the new one, in the role held so far; a note in the old
network, which only its own people can read, tells them where it is.
"""

import contextlib
from collections.abc import Mapping
from typing import NamedTuple

from meshnode.core.drafts import Draft
from meshnode.runtime.lines.reach import reachable_first, write_line
from meshnode.runtime.office import Office, Rows
from meshnode.runtime.refusals import Code, Refusal
from meshnode.runtime.requests import networks
from meshnode.runtime.unwritten import quoted
from meshnode.store.querying import Is, Where
from meshnode.views.rows import EntryRow, MemberRow
from meshproto.records.encoding import Value, decode
from meshproto.records.ids import AgentId, IdError, RecordId, ScopeId, from_text, to_text
from meshproto.types import authority, repair

SPLIT, MERGE = "split", "merge"
ROLES = ("steward", "core", "occasional", "client", "observer", "relay")
"""Roles that move along, the mightiest first; a founder of the old network comes as core."""
NOTES_READ = 100
"""Notes looked at in one network."""


class Move(NamedTuple):
    """A note that people of a network move on: where to, and by which line they join there."""

    why: str
    by: AgentId
    network: ScopeId
    line: str


async def found(office: Office, old: ScopeId, charter: networks.Charter, rows: Rows = ()) -> ScopeId:
    """Found a network for people of another one; `move_people` does the rest. Raises Refusal."""
    _must_stand(office, old)
    new = await networks.found(office, charter, rows)
    await office.projector.caught_up()
    return new


async def move_people(
    office: Office, old: ScopeId, charter: networks.Charter, new: ScopeId, chosen: frozenset[AgentId] | None
) -> None:
    """Invite the people of a network, or those chosen, into the one founded for them. May be repeated. Raises Refusal.

    Nothing is noted in the old one if only some are chosen: the others need not know.
    """
    people = [row for row in await _people(office, old) if chosen is None or row.agent in chosen]
    anew = [row for row in people if not networks.roles_of(office, new, row.agent)]
    await _let_in(office, new, anew, is_open=charter.is_open)
    if chosen is None and not any(move.network == new for move in moves_of(office, old)):
        await _note(office, old, SPLIT, new)


async def move_into(office: Office, old: ScopeId, new: ScopeId) -> int:
    """Invite the people of a network into another one, and note that there. Returns how many are invited anew."""
    _must_stand(office, old)
    if old == new:
        raise Refusal(Code.BAD_REQUEST, "a network does not merge with itself")
    told = office.node.standings.get(new)
    people = [row for row in await _people(office, old) if not networks.roles_of(office, new, row.agent)]
    if told is None or not told.is_open:
        await networks.must_steer(office, new)
        await _let_in(office, new, people, is_open=False)
    if not any(move.network == new for move in moves_of(office, old)):
        await _note(office, old, MERGE, new)
    return len(people)


def moves_of(office: Office, network: ScopeId) -> list[Move]:
    """Where people of a network move on to, by the notes in it; by time."""
    where = (
        Where("scope", Is.EQUAL, network),
        Where("type", Is.EQUAL, "checkpoint"),
        Where("part", Is.EQUAL, "held"),
        Where("status", Is.EQUAL, "yes"),
    )
    rows = office.lookups.views.select(EntryRow, *where, order="at", limit=NOTES_READ)
    found = [_read_note(office, row) for row in rows]
    return [each for each in found if each is not None]


async def _people(office: Office, network: ScopeId) -> list[MemberRow]:
    """Who stands in a network, each once in the mightiest role, without the owner."""
    lookups = await office.fresh()
    rows = [row for row in lookups.standings(network) if row.standing == "active" and row.agent != office.me]
    rows.sort(key=lambda row: ROLES.index(row.role) if row.role in ROLES else 1)
    first: dict[bytes, MemberRow] = {}
    for row in rows:
        first.setdefault(row.agent, row)
    return list(first.values())


async def _let_in(office: Office, network: ScopeId, people: list[MemberRow], *, is_open: bool) -> None:
    """Give roles in a network by name; where anyone may join, nobody needs one."""
    drafts = [
        Draft(network, "grant", authority.grant(row.agent, row.role if row.role in ROLES else "core"), agent=network)
        for row in people
        if not is_open
    ]
    if drafts:
        await office.node.write(drafts)
        await office.projector.caught_up()


async def _note(office: Office, old: ScopeId, why: str, new: ScopeId) -> None:
    line = write_line(new, reachable_first(office.node.listening))
    private: dict[str, Value] = {why: to_text(new), "line": line}
    await office.node.write([Draft(old, "checkpoint", repair.checkpoint(), private)])
    await office.projector.caught_up()


def _read_note(office: Office, row: EntryRow) -> Move | None:
    """What a note says; it may be anybody's, so any text is possible."""
    raw = office.truth.private(RecordId(row.record))
    content = decode(raw, text="utf8") if raw is not None else None
    if not isinstance(content, Mapping):
        return None
    for why in (SPLIT, MERGE):
        network, line = content.get(why), content.get("line")
        if isinstance(network, str) and isinstance(line, str) and line.startswith(f"{network}@"):
            with contextlib.suppress(IdError):
                return Move(why, AgentId(row.agent), ScopeId(from_text(network)), line)
    return None


def _must_stand(office: Office, network: ScopeId) -> None:
    if network == office.notebook:
        raise Refusal(Code.BAD_REQUEST, "the notebook is your own: nobody else stands in it")
    if not networks.roles_of(office, network, office.me):
        name = office.name(network) or to_text(network)
        raise Refusal(Code.NOT_AUTHORISED, f"you do not stand in {name}", f"meshnode network members {quoted(name)}")
