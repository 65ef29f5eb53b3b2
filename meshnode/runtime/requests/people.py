"""The owner's profile; networks: found one, join one by its line, leave it."""

from typing import NamedTuple

import trio

from meshnode.core.drafts import Draft
from meshnode.core.effects import Joined
from meshnode.core.events import JoinScope
from meshnode.net.address import BadAddress, parse
from meshnode.runtime.node import refusal_of
from meshnode.runtime.office import Ids, Office, Rows
from meshnode.runtime.refusals import Code, Refusal
from meshnode.runtime.requests import networks
from meshnode.runtime.requests.codes import code_of
from meshnode.runtime.requests.work import words
from meshproto.records.ids import IdError, ScopeId, from_text
from meshproto.types import identity

LOOK_AGAIN_SECONDS = 0.2
"""How long joining waits for news before it looks again at what is folded by then."""
MAX_LINE = 4096
"""Characters of a join line: an id and a handful of addresses."""


class JoinLine(NamedTuple):
    """What a join line says: a network, and where its members can be reached."""

    network: ScopeId
    peers: tuple[tuple[str, tuple[str, ...]], ...]


async def set_profile(office: Office, fields: dict[str, str | list[str] | None], rows: Rows = ()) -> Ids:
    """Sign a profile that supersedes the one before; fields that are None stay as they are. Raises Refusal."""
    lookups = await office.fresh()
    now = lookups.profile(office.me)
    texts = {name: getattr(now, name) if now else "" for name in ("name", "bio", "contact")}
    texts["name"] = texts["name"] or lookups.name(office.me)
    lists = {name: getattr(now, name).split() if now else [] for name in ("languages", "skills")}
    for name, value in fields.items():
        if isinstance(value, str):
            texts[name] = value
        elif value is not None:
            lists[name] = value
    if not texts["name"].strip():
        raise Refusal(Code.BAD_REQUEST, "a name is needed")
    facts = identity.profile(
        supersedes=[row.record for row in lookups.profile_heads(office.me)],
        languages=[code_of(each) for each in lists["languages"]],
        skills=[code_of(each) for each in lists["skills"]],
    )
    draft = Draft(ScopeId(office.me), "profile", facts, words(**texts) or None)
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


async def _come_in(office: Office, network: ScopeId) -> None:
    """Stand in a network: join where anyone may, or accept the roles by which one was invited by name. Raises Refusal.

    Whether anyone may is known only once what the founders have decided is here.
    """
    while not await _stood_in(office, network):
        seen = office.node.news.moves
        await office.projector.caught_up()
        facts, told = office.truth.network(network), office.node.standings.get(network)
        if (told is not None and told.roles) or (facts is not None and office.me in facts.founders):
            return
        if networks.roles_of(office, network, office.me):
            await networks.accept(office, network)
            return
        with trio.move_on_after(LOOK_AGAIN_SECONDS):
            await office.node.news.after(seen)


async def _stood_in(office: Office, network: ScopeId) -> bool:
    """Join a network where anyone may; False where that is not so, or not known to all of this node yet."""
    try:
        return await office.joins.stand_in(network, again=True)
    except Refusal as refusal:
        if refusal.code is not Code.NOT_AUTHORISED:
            raise
        return False


async def join(office: Office, line: JoinLine, seconds: float, agent: bytes = b"") -> bool:
    """Take part in a network and, once its founding is here, sign one's own grant; False if that takes longer.

    `agent` is the organisation that joins, empty for the owner.

    The node goes on trying by itself, also after a restart. Raises Refusal.
    """
    with trio.move_on_after(seconds) as patience:
        outcome = await office.node.ask(lambda ticket: JoinScope(ticket, line.network, line.peers, agent=agent))
        if not isinstance(outcome, Joined):
            raise refusal_of(outcome)
        if agent:
            await office.joins.stand_in(line.network, again=True, agent=agent)
        else:
            await _come_in(office, line.network)
    return not patience.cancelled_caught
