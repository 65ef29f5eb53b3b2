"""Mesh: which nodes this one meets, how, and where not."""

from collections.abc import Sequence
from typing import cast

from meshnode.client import answers as a
from meshnode.client import network_answers as g
from meshnode.dashboard.charts.graph import NARROW, WIDE, Around, graph
from meshnode.dashboard.figures import Column, Figure, Table
from meshnode.dashboard.settings import MOST_LISTED
from meshnode.dashboard.view import Given, View
from meshnode.dashboard.wording import name, plain_moment

MOST_DRAWN = 24
"""Nodes of the wide drawing, those that are connected first; the table has all."""
MOST_NARROW = 10
"""Nodes of the narrow one: of more, the names would stand on each other."""
MOST_OPEN = 40
"""Nodes, and networks, that stand on the page."""
RELAYED = "/p2p-circuit"
"""What the address of somebody has who is reached by way of a third."""


TIES = ("direct", "relayed", "idle", "failing")
"""How a peer is tied to this node, the best first."""
SOURCES = {
    "you": "you named it",
    "itself": "it called here",
    "mdns": "found on the LAN",
    "peers": "others told of it",
}
"""How a node became known."""


async def show(given: Given) -> View:
    """The page."""
    ask = given.ask
    peers = cast(list[a.Peer], await ask.items("/peers", limit=MOST_LISTED))
    networks = cast(list[g.Network], await ask.items("/networks", limit=MOST_LISTED))
    status = cast(a.NodeStatus, await ask.get("/node"))
    values = {
        "status": status,
        "peers": in_order(peers),
        "networks": [each for each in networks if not each["notebook"]],
        "checks": status["health"]["reasons"],
        "tie": tie_of,
        "sources": SOURCES,
        "drawn": (MOST_DRAWN, MOST_NARROW),
        "most_open": MOST_OPEN,
    }
    return View("mesh.html", "Mesh", values, (neighbours(name(status["agent"]), peers),) if peers else ())


def tie_of(peer: a.Peer) -> str:
    """How a peer is tied to this node."""
    if peer["state"] == "direct":
        return "relayed" if RELAYED in peer["address"] else "direct"
    return "failing" if peer["last_error"] else "idle"


def in_order(peers: Sequence[a.Peer]) -> list[a.Peer]:
    """Those who are connected first, by their names."""
    return sorted(peers, key=lambda each: (TIES.index(tie_of(each)), _name(each)))


def neighbours(me: str, peers: Sequence[a.Peer]) -> Figure:
    """This node and those around it."""
    ordered = in_order(peers)
    around = [Around(_name(each), tie_of(each), f"{_name(each)}: {_how(each)}") for each in ordered[:MOST_DRAWN]]
    connected = sum(tie_of(each) in ("direct", "relayed") for each in peers)
    says = f"{connected} of {len(peers)} known nodes are connected: " + "; ".join(each.says for each in around)
    rows = [
        (_name(each), tie_of(each), _how(each), each["address"] or ", ".join(each["addresses"])) for each in ordered
    ]
    table = Table((Column("Who"), Column("Tie"), Column("How it is"), Column("Address")), rows)
    wide, narrow = (graph(me, around[:most], size, says) for size, most in ((WIDE, MOST_DRAWN), (NARROW, MOST_NARROW)))
    return Figure("mesh", "Nodes around this one", says, wide, narrow, table)


def _name(peer: a.Peer) -> str:
    return name(peer["agent"]) if peer["agent"] is not None else f"…{peer['id'][-8:]}"


def _how(peer: a.Peer) -> str:
    if peer["state"] == "direct":
        way = "by way of a relay" if tie_of(peer) == "relayed" else "directly"
        return f"connected {way} since {plain_moment(peer['since'] or '')}"
    if peer["last_error"]:
        again = f", tried again {plain_moment(peer['next_try'])}" if peer["next_try"] else ""
        return f"{peer['last_error']}{again}"
    return "known, not connected now"
