"""The owner's profile; networks: found one, join one by its line, leave it."""

from typing import NamedTuple

import trio

from meshnode.core.author import DraftRefused, Pen, sign_genesis
from meshnode.core.drafts import Draft
from meshnode.core.effects import Done, Joined
from meshnode.core.events import JoinScope, LeaveScope
from meshnode.core.ports import JoinedEntry
from meshnode.net.address import BadAddress, parse
from meshnode.runtime.chance import SystemChance
from meshnode.runtime.node import refusal_of
from meshnode.runtime.office import Ids, Office, Rows
from meshnode.runtime.refusals import Code, Refusal
from meshnode.runtime.requests.codes import code_of
from meshnode.runtime.requests.work import words
from meshnode.store.keyfile import SEED_SIZE
from meshnode.views.names import slug
from meshproto.records.ids import NONE, IdError, ScopeId, from_text
from meshproto.records.signatures import SigningKey
from meshproto.types import identity

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


async def found(office: Office, name: str, rows: Rows = ()) -> ScopeId:
    """Found an open network with the owner as its founder. Raises Refusal."""
    private = words(name=name)
    if not name.strip():
        raise Refusal(Code.BAD_REQUEST, "a network needs a name")
    lookups = await office.fresh()
    joined = {row.network for row in office.truth.rows(JoinedEntry) if not row.left}
    if any(slug(row.name) == slug(name) and row.record in joined for row in lookups.networks()):
        raise Refusal(Code.EXISTS, f"you are in a network called {name!r} already", "meshnode network ls")
    chance, now = SystemChance(), office.node.now()
    # The key signs the genesis and is forgotten: nobody owns a network.
    once = Pen(NONE, SigningKey(chance.token(SEED_SIZE)), now, chance)
    facts = identity.network(founders=[office.me], nonce=chance.token(identity.NONCE_SIZE), is_open=True)
    try:
        scope, genesis = sign_genesis(once, facts, private)
    except DraftRefused as refused:
        raise Refusal(Code.BAD_REQUEST, str(refused)) from refused
    accept = Draft(scope, "countersign", identity.accept(scope))
    await office.node.write([accept], ready=genesis, local=(JoinedEntry(scope, now, slug=slug(name)), *rows))
    await office.node.ask(lambda ticket: JoinScope(ticket, scope, slug=slug(name)))
    return scope


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


async def join(office: Office, line: JoinLine, seconds: float) -> bool:
    """Take part in a network and, once its founding is here, sign one's own grant; False if that takes longer.

    The node goes on trying by itself, also after a restart. Raises Refusal.
    """
    with trio.move_on_after(seconds) as patience:
        outcome = await office.node.ask(lambda ticket: JoinScope(ticket, line.network, line.peers))
        if not isinstance(outcome, Joined):
            raise refusal_of(outcome)
        await office.joins.stand_in(line.network)
    return not patience.cancelled_caught


async def leave(office: Office, network: ScopeId) -> None:
    """Stop carrying a network; what is here stays. Raises Refusal."""
    if network == office.notebook:
        raise Refusal(Code.CONFLICT, "the notebook is your own and cannot be left")
    outcome = await office.node.ask(lambda ticket: LeaveScope(ticket, network))
    if not isinstance(outcome, Done):
        raise refusal_of(outcome)
