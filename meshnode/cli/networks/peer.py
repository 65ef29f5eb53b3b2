"""`meshnode peer …` and `meshnode ping`: the nodes you exchange records with."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from meshnode.cli.commands import Argument, Command
from meshnode.cli.desk import Desk
from meshnode.cli.exits import Exit, Failure
from meshnode.client.errors import Problem
from meshnode.words.safe_text import clean
from meshnode.words.shown import count, short_peer, who, who_briefly
from meshnode.words.times import show_age

if TYPE_CHECKING:
    from meshnode.client.answers import Peer, Ping
    from meshnode.client.client import Client

_TROUBLES = {
    "bad-address": "its address cannot be used",
    "unreachable": "nobody answers there",
    "timeout": "nobody answers in time",
    "wrong-peer": "somebody else answers there",
    "handshake": "no meshnode answers there",
    "no-protocol": "it does not speak our protocol",
    "refused": "it is full, or leaving",
    "full": "this node is full",
}
"""What the codes of a dial that failed mean."""
USUAL_WAIT = 5
"""Seconds that `peer add` waits for the connection, unless --timeout says otherwise."""


def add(desk: Desk, *, addresses: list[str]) -> Exit:
    """Remember a peer and connect to it."""
    if addresses[0].strip().startswith("card1."):
        raise Failure(Exit.USAGE, "this is somebody's contact card", f"meshnode id card add {addresses[0].strip()}")
    desk.out.progress("connecting …")
    peer = desk.client().peers.add(*addresses, wait_ms=(desk.timeout or USUAL_WAIT) * 1000)
    desk.out.progress_done()
    connected = peer["state"] == "direct"
    words = "Connected" if connected else "Remembered"
    desk.out.give_or_ok("peer.add", peer, f"{words}   {who(peer['agent'], 'peer')}   {short_peer(peer['id'])}")
    if not connected:
        error = f" ({trouble(peer['last_error'])})" if peer["last_error"] else ""
        raise Failure(Exit.UNREACHABLE, f"the peer does not answer{error}; the node keeps trying", "meshnode peer ls")
    return Exit.OK


def ls(desk: Desk) -> Exit:
    """List the peers."""
    peers = desk.client().peers.every()
    if desk.out.as_json:
        desk.out.give("peer.ls", {"items": peers})
    elif not peers:
        desk.out.line("No peers yet. They come with a network that you join or that others join:")
        desk.next_steps(("Found one", "meshnode network create studio --open"))
    else:
        now = datetime.now(UTC)
        rows = [
            (short_peer(peer["id"]), who_briefly(peer["agent"]), peer["state"], _detail(peer, now), peer["source"])
            for peer in peers
        ]
        desk.out.table(("PEER", "WHO", "STATE", "WHERE", "FROM"), rows, flexible=3)
    return Exit.OK


def rm(desk: Desk, *, peer: str) -> Exit:
    """Forget a peer."""
    desk.client().peers.remove(peer)
    desk.out.give_or_ok("peer.rm", {"peer": peer, "removed": True}, f"Forgotten   {clean(peer)}")
    return Exit.OK


def ping(desk: Desk, *, peer: str | None) -> Exit:
    """Measure the way to one peer, or to all that are connected."""
    client = desk.client()
    if peer is not None:
        _pong(desk, peer, client.peers.ping(peer))
        return Exit.OK
    connected = [found for found in client.peers.every() if found["state"] == "direct"]
    if not connected:
        raise Failure(Exit.UNREACHABLE, "no peer is connected", "meshnode peer ls")
    lost = [found for found in connected if not _answers(desk, client, found)]
    if lost:
        cause = f"{len(lost)} of {count(len(connected), 'peer')} did not answer"
        raise Failure(Exit.PROBLEMS, cause, "meshnode peer ls")
    return Exit.OK


def _answers(desk: Desk, client: Client, peer: Peer) -> bool:
    try:
        _pong(desk, who(peer["agent"], short_peer(peer["id"])), client.peers.ping(peer["id"]))
    except Problem as problem:
        name = who(peer["agent"], short_peer(peer["id"]))
        if desk.out.as_json:
            desk.out.give("ping", {"peer": peer["id"], "milliseconds": None, "error": problem.code})
        desk.out.bad(f"{name}   {clean(problem.detail or problem.title)}")
        return False
    return True


def _pong(desk: Desk, name: str, answer: Ping) -> None:
    desk.out.give_or_ok("ping", answer, f"{clean(name)}   {answer['milliseconds']:.1f} ms")


def _detail(peer: Peer, now: datetime) -> str:
    if peer["state"] == "direct":
        age = show_age(peer["since"], now)
        return _endpoint(peer["address"]) + (f" for {age}" if age else "")
    return trouble(peer["last_error"]) or ", ".join(_endpoint(address) for address in peer["addresses"])


def trouble(code: str) -> str:
    """Write why a peer could not be reached, or was hung up on."""
    return _TROUBLES.get(code, clean(code))


def _endpoint(address: str) -> str:
    """Return the part of a multiaddr that a person looks for: host and port."""
    parts = address.split("/")
    return f"{parts[2]}:{parts[4]}" if len(parts) > 4 and parts[3] == "tcp" else address


_PEER = Argument(("peer",), "Its peer id, or an end of it that fits only one.")
_PING_EXITS = (Exit.PROBLEMS, Exit.NOT_RUNNING, Exit.UNREACHABLE)
_PING = (Argument(("peer",), "Which one; all connected ones if left out.", optional=True),)
COMMANDS = {
    command.name: command
    for command in (
        Command(
            "peer add",
            "Remember a peer and connect to it.",
            add,
            (
                Argument(
                    ("addresses",),
                    "Its full address: /ip4/192.0.2.7/tcp/4401/p2p/12D3Koo…; all are tried, one after the other.",
                    kind="many",
                    metavar="ADDRESS",
                ),
            ),
            text="The addresses stand in `meshnode status` on the other machine.",
            exits=(Exit.NOT_RUNNING, Exit.UNREACHABLE),
        ),
        Command("peer ls", "List the peers.", ls, exits=(Exit.NOT_RUNNING,)),
        Command("peer rm", "Forget a peer.", rm, (_PEER,), exits=(Exit.NOT_RUNNING,)),
        Command("peer ping", "Measure the way to your peers.", ping, _PING, exits=_PING_EXITS),
        Command("ping", "Measure the way to your peers.", ping, _PING, exits=_PING_EXITS),
    )
}
