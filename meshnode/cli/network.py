"""`meshnode network …`: the people you share with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meshnode.cli.commands import Argument, Command
from meshnode.cli.desk import Desk
from meshnode.cli.exits import Exit, Failure
from meshnode.cli.hints import quoted
from meshnode.cli.safe_text import clean
from meshnode.cli.shown import count, short_id, short_peer, who

if TYPE_CHECKING:
    from meshnode.client.answers import Network

USUAL_WAIT = 10
"""Seconds that `join` waits for the first records, unless --timeout says otherwise; the node goes on afterwards."""


def create(desk: Desk, *, name: str, is_open: bool) -> Exit:
    """Found a network."""
    if not is_open:
        raise Failure(
            Exit.USAGE,
            "this version founds open networks: whoever has the line may join and read; say --open if that is meant",
            f"meshnode network create {quoted(name)} --open",
        )
    network = desk.client().create_network(name)
    desk.out.give_or_ok(
        "network.create", network, f"Network created   {clean(network['name'])}   {short_id(network['id'])}"
    )
    _invite(desk, network)
    return Exit.OK


def ls(desk: Desk) -> Exit:
    """List the networks and, for each, the line to join it."""
    networks = desk.client().networks()
    if desk.out.as_json:
        desk.out.give("network.ls", {"items": networks})
        return Exit.OK
    shared = [network for network in networks if not network["notebook"]]
    if not shared:
        desk.out.line("No networks yet: what you log stays in your notebook on this machine.")
        desk.next_steps(("Found one", "meshnode network create studio --open"))
    for network in shared:
        members = ", ".join(who(member) for member in network["members"][:5])
        more = f" and {len(network['members']) - 5} more" if len(network["members"]) > 5 else ""
        desk.out.line(f"{clean(network['name'])}   {short_id(network['id'])}", "bold")
        desk.out.fields(
            [
                ("you", network["standing"]),
                ("members", f"{len(network['members'])}: {members}{more}"),
                ("connected", count(network["connected"], "peer")),
            ]
        )
        _invite(desk, network)
    return Exit.OK


def join(desk: Desk, *, line: str) -> Exit:
    """Join an open network."""
    desk.out.progress("joining …")
    joined = desk.client().join(line, wait_ms=(desk.timeout or USUAL_WAIT) * 1000)
    desk.out.progress_done()
    name = clean(joined["network"]["name"]) or short_id(joined["network"]["id"])
    met = bool(joined["peer"])
    if desk.out.as_json:
        desk.out.give("network.join", {**joined})
    elif met:
        way = f"direct to {_name_of(desk, joined['peer'])} ({joined['milliseconds']} ms)"
        desk.out.ok(f"Joined {name} · {way} · {count(joined['received'], 'record')} received and verified")
    else:
        desk.out.ok(f"Joined {name} here; nobody there has answered yet")
    if not met:
        cause = "nobody at the line's addresses answers; the node keeps trying"
        raise Failure(Exit.UNREACHABLE, cause, "meshnode peer ls")
    return Exit.OK


def leave(desk: Desk, *, network: str, yes: bool) -> Exit:
    """Leave a network."""
    client = desk.client()
    if not yes:
        desk.confirm(f"Leave {clean(network)}? What you signed there stays there.", flag="--yes")
    client.leave(network)
    desk.out.give_or_ok("network.leave", {"network": network, "left": True}, f"Left {clean(network)}")
    return Exit.OK


def _name_of(desk: Desk, peer: str) -> str:
    """Return who is behind a peer id, which by now the node has been told."""
    found = [one["agent"] for one in desk.client().peers() if one["id"] == peer]
    return who(found[0], short_peer(peer)) if found else short_peer(peer)


def _invite(desk: Desk, network: Network) -> None:
    """Print what others paste to join, and how far it reaches."""
    if not network["line"]:
        return
    desk.out.line(f"  Others join it with (reachable: {network['reachable']}):")
    desk.out.line(f"      meshnode network join {quoted(network['line'])}")


COMMANDS = {
    command.name: command
    for command in (
        Command(
            "network create",
            "Found a network and print the line others join it with.",
            create,
            (
                Argument(("name",), "What it is called."),
                Argument(("--open",), "Anyone who has the line may join and read.", kind="flag", into="is_open"),
            ),
            text="Everybody in a network holds a copy of everything signed into it, checks it, and passes it on to the "
            "others. An open network can be joined and read by anyone who has its line.",
            examples=(("A network for a studio", "meshnode network create studio --open"),),
            exits=(Exit.NOT_RUNNING, Exit.CONFLICT),
        ),
        Command("network ls", "List the networks, with the line to join each.", ls, exits=(Exit.NOT_RUNNING,)),
        Command(
            "network join",
            "Join an open network by its line.",
            join,
            (Argument(("line",), "What `network create` or `network ls` printed at a member's.", metavar="LINE"),),
            text="Waits some seconds for the first records (--timeout says how long). If nobody answers, the exit code "
            "is 14 and the node keeps trying by itself.",
            exits=(Exit.NOT_RUNNING, Exit.UNREACHABLE),
        ),
        Command(
            "network leave",
            "Leave a network.",
            leave,
            (
                Argument(("network",), "Its name or id."),
                Argument(("--yes",), "Do not ask.", kind="flag"),
            ),
            exits=(Exit.NOT_RUNNING,),
        ),
    )
}
