"""The owner's profile; networks: found one, join one by its line, leave it."""

from typing import NamedTuple

import trio

from meshnode.core.drafts import Draft
from meshnode.core.effects import Joined
from meshnode.core.events import JoinScope
from meshnode.core.rows import JoinedEntry
from meshnode.net.address import BadAddress, parse
from meshnode.runtime.office import Ids, Office, Rows
from meshnode.runtime.refusals import Code, Refusal
from meshnode.runtime.requests import networks
from meshnode.runtime.requests.codes import code_of
from meshnode.runtime.requests.work import words
from meshnode.runtime.unwritten import quoted, refusal_of
from meshproto.records.ids import IdError, ScopeId, from_text, short
from meshproto.types import identity

LOOK_AGAIN_SECONDS = 0.2
"""How long joining waits for news before it looks again at what is folded by then."""
MAX_LINE = 4096
"""Characters of a join line: an id and a handful of addresses."""


class JoinLine(NamedTuple):
    """What a join line says: a network, and where its members can be reached."""

    network: ScopeId
    peers: tuple[tuple[str, tuple[str, ...]], ...]


async def set_profile(
    office: Office, fields: dict[str, str | list[str] | None], rows: Rows = (), *, agent: bytes = b""
) -> Ids:
    """Sign a profile that supersedes the one before; fields that are None stay as they are. Raises Refusal.

    `agent` is the organisation whose profile it is, empty for the owner.
    """
    lookups, who = await office.fresh(), agent or office.me
    now = lookups.profile(who)
    texts = {name: getattr(now, name) if now else "" for name in ("name", "bio", "contact")}
    texts["name"] = texts["name"] or office.name(who)
    lists = {name: getattr(now, name).split() if now else [] for name in ("languages", "skills")}
    for name, value in fields.items():
        if isinstance(value, str):
            texts[name] = value
        elif value is not None:
            lists[name] = value
    if not texts["name"].strip():
        raise Refusal(Code.BAD_REQUEST, "a name is needed")
    facts = identity.profile(
        supersedes=[row.record for row in lookups.profile_heads(who)],
        languages=[code_of(each) for each in lists["languages"]],
        skills=[code_of(each) for each in lists["skills"]],
    )
    draft = Draft(ScopeId(who), "profile", facts, words(**texts) or None, agent=agent)
    return await office.node.write([draft], local=rows)


def read_line(line: str) -> JoinLine:
    """Read `<network id>@<address>[,<address>…]`, addresses with `/p2p/…`. Raises Refusal."""
    network, at, rest = line.strip().partition("@")
    if not at or len(line) > MAX_LINE:
        raise Refusal(
            Code.BAD_REQUEST, "this is no line to join by", "ask a member for the line of `meshnode network ls`"
        )
    peers: dict[str, list[str]] = {}
    try:
        scope = ScopeId(from_text(network))
        for text in rest.split(","):
            address = parse(text.strip())
            if address.peer is None:
                raise Refusal(Code.BAD_REQUEST, f"{text} does not say whom to expect there", "it must end in /p2p/…")
            peers.setdefault(address.peer, []).append(str(address))
    except (BadAddress, IdError) as error:
        raise Refusal(Code.BAD_REQUEST, str(error), "copy the whole line again") from error
    return JoinLine(scope, tuple((peer, tuple(addresses)) for peer, addresses in peers.items()))


async def named_line(office: Office, network: str) -> JoinLine:
    """What to join by where a network is known here already: by its name, and where its members are. Raises Refusal."""
    try:
        found = await office.find_network(network)
    except Refusal as refusal:
        if refusal.code is not Code.UNKNOWN_NETWORK:
            raise
        why = f"{network!r} is neither a line to join by nor a network known here"
        raise Refusal(Code.BAD_REQUEST, why, "ask a member for the line of `meshnode network ls`") from None
    joined = office.truth.entry(JoinedEntry, (found,))
    if joined is not None and not joined.left and not joined.relayed:
        return JoinLine(found, ())
    if not office.peers_in(found):
        why = f"no member of {office.name(found) or short(found)} is known here by an address"
        raise Refusal(Code.UNREACHABLE, why, "ask a member for the line of `meshnode network ls`")
    return JoinLine(found, tuple((row.peer, row.addresses) for row in office.peers_in(found)))


async def _come_in(office: Office, network: ScopeId, agent: bytes, *, known: bool) -> None:
    """Stand in a network: join where anyone may, or accept the roles by which one was invited by name.

    Whether anyone may is known only once what the founders have decided is here; if that is `known`, who has no role
    is refused at once. Raises Refusal.
    """
    who = agent or office.me
    while not await _stood_in(office, network, agent):
        seen = office.node.news.moves
        await office.projector.caught_up()
        facts, told = office.truth.network(network), office.node.standings.get(network)
        states = {row.standing for row in networks.roles_of(office, network, who)}
        if "active" in states or (told is not None and told.roles and not agent):
            return
        if facts is not None and who in facts.founders:
            return
        if states:
            await networks.accept(office, network, agent=agent)
            return
        if known:
            raise _without_role(office, network, agent)
        with trio.move_on_after(LOOK_AGAIN_SECONDS):
            await office.node.news.after(seen)


def _without_role(office: Office, network: ScopeId, agent: bytes) -> Refusal:
    """Why one does not come into a closed network by its name."""
    name, who = office.name(network) or short(network), office.name(agent or office.me) or short(agent or office.me)
    why = f"{who if agent else 'you'} {'has' if agent else 'have'} no role in {name}, into which people are let by name"
    appoint = f"meshnode network appoint {quoted(name)} {quoted(who)} --role core"
    return Refusal(Code.NOT_AUTHORISED, why, f"for a steward there: {appoint}")


async def _stood_in(office: Office, network: ScopeId, agent: bytes) -> bool:
    """Join a network where anyone may; False where that is not so, or not known to all of this node yet."""
    active = any(row.standing == "active" for row in networks.roles_of(office, network, agent)) if agent else False
    try:
        return await office.joins.stand_in(network, again=not active, agent=agent)
    except Refusal as refusal:
        if refusal.code is not Code.NOT_AUTHORISED:
            raise
        return False


async def join(office: Office, line: JoinLine, seconds: float, agent: bytes = b"") -> bool:
    """Take part in a network and, once its founding is here, sign one's own grant; False if that takes longer.

    `agent` is the organisation that joins, empty for the owner.

    The node goes on trying by itself, also after a restart. Raises Refusal.
    """
    before = office.truth.entry(JoinedEntry, (line.network,))
    known = before is not None and not before.left and not before.relayed and not line.peers
    with trio.move_on_after(seconds) as patience:
        outcome = await office.node.ask(lambda ticket: JoinScope(ticket, line.network, line.peers, agent=agent))
        if not isinstance(outcome, Joined):
            raise refusal_of(outcome)
        await _come_in(office, line.network, agent, known=known)
    return not patience.cancelled_caught
