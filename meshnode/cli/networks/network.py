"""`meshnode network …`: the people you share with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meshnode.cli.commands import AS, Argument, Command
from meshnode.cli.desk import Desk
from meshnode.cli.exits import Exit, Failure
from meshnode.cli.hints import quoted
from meshnode.cli.networks.membership import MEMBERSHIP
from meshnode.cli.networks.network_moves import MOVES, tell_moves
from meshnode.words.safe_text import clean
from meshnode.words.shown import count, short_id, short_peer, who

if TYPE_CHECKING:
    from meshnode.client.network_answers import Network

USUAL_WAIT = 10
"""Seconds that `join` waits for the first records, unless --timeout says otherwise; the node goes on afterwards."""


def create(desk: Desk, *, name: str, is_open: bool, closed: bool, purpose: str | None, as_: str | None) -> Exit:
    """Found a network."""
    if is_open and closed:
        raise Failure(Exit.USAGE, "a network is open or closed", "meshnode network create --help")
    network = desk.client().networks.create(name, "open" if is_open else "invite", purpose=purpose or "", as_=as_)
    whose = f"   founded by {clean(as_)}" if as_ else ""
    said = f"Network created   {clean(network['name'])}   {short_id(network['id'])}{whose}"
    desk.out.give_or_ok("network.create", network, said)
    _way_in(desk, network)
    return Exit.OK


def ls(desk: Desk) -> Exit:
    """List the networks and, for each, the line to join it."""
    networks = desk.client().networks.every()
    if desk.out.as_json:
        desk.out.give("network.ls", {"items": networks})
        return Exit.OK
    shared = [network for network in networks if not network["notebook"]]
    if not shared:
        desk.out.line("No networks yet: what you log stays in your notebook on this machine.")
        desk.next_steps(("Found one", "meshnode network create studio"))
    for network in shared:
        members = ", ".join(who(member) for member in network["members"][:5])
        more = f" and {len(network['members']) - 5} more" if len(network["members"]) > 5 else ""
        desk.out.line(f"{clean(network['name'])}   {short_id(network['id'])}", "bold")
        desk.out.fields(
            [
                ("you", _standing(network)),
                ("members", f"{len(network['members'])}: {members}{more}"),
                ("connected", count(network["connected"], "peer")),
                ("withheld", _withheld(network)),
            ]
        )
        _way_in(desk, network)
        tell_moves(desk, network)
    return Exit.OK


def join(desk: Desk, *, line: str, as_: str | None) -> Exit:
    """Join by an invitation, by a line, or by name."""
    desk.out.progress("joining …")
    joined = desk.client().networks.join(line, as_=as_, wait_ms=(desk.timeout or USUAL_WAIT) * 1000)
    desk.out.progress_done()
    name = clean(joined["network"]["name"]) or short_id(joined["network"]["id"])
    name += f" as {clean(as_)}" if as_ else ""
    met = bool(joined["peer"])
    uninvited = (joined["network"]["join"], joined["network"]["standing"]) == ("invite", "none")
    if desk.out.as_json:
        desk.out.give("network.join", {**joined})
    elif joined["known"]:
        desk.out.ok(f"Joined {name}")
    elif met:
        way = f"direct to {_name_of(desk, joined['peer'])} ({joined['milliseconds']} ms)"
        desk.out.ok(f"Joined {name} · {way} · {count(joined['received'], 'record')} received and verified")
    elif not uninvited:
        desk.out.ok(f"Joined {name} here; nobody there has answered yet")
    if not met and not joined["known"]:
        if uninvited:
            cause = f"{name} is closed, and as far as is known here nobody there has let you in"
            raise Failure(Exit.NOT_AUTHORISED, cause, "ask a steward there for an invitation, and join by it")
        cause = "nobody at the line's addresses answers; the node keeps trying"
        raise Failure(Exit.UNREACHABLE, cause, "meshnode peer ls")
    return Exit.OK


def leave(desk: Desk, *, network: str, yes: bool, as_: str | None) -> Exit:
    """Leave a network."""
    client = desk.client()
    if not yes:
        desk.confirm(f"Leave {clean(network)}? What you signed there stays there.", flag="--yes")
    left = client.networks.leave(network, as_=as_)
    desk.out.give_or_ok("network.leave", {**left, "left": True}, f"Left {clean(network)}")
    if not left["heard"] and not desk.out.as_json:
        desk.out.line("  Nobody there has heard of it yet: the node tells the first it meets.")
    return Exit.OK


def _name_of(desk: Desk, peer: str) -> str:
    """Return who is behind a peer id, which by now the node has been told."""
    found = [one["agent"] for one in desk.client().peers.every() if one["id"] == peer]
    return who(found[0], short_peer(peer)) if found else short_peer(peer)


def _standing(network: Network) -> str:
    """How the owner stands, with the roles that say more."""
    more = [role for role in network["roles"] if role != network["standing"]]
    more += [f"for {who(each)}" for each in network["through"]]
    return f"{network['standing']} ({', '.join(more)})" if more else network["standing"]


def _is_in(network: Network) -> bool:
    """Whether the owner takes part, or an organisation that the owner signs for."""
    return network["standing"] in ("founder", "active") or bool(network["through"])


def _withheld(network: Network) -> str:
    """Who shares the network no longer, if nobody does; empty fields are not printed."""
    by = ", ".join(who(each) for each in network["withheld_by"])
    return by and f"by {by}, who shares it with you no longer: perhaps you were removed. Ask them"


_INVITES = {True: "Let somebody in", False: "Founders and stewards let others in; who they are"}
"""What is said of a closed network, to who may invite and to who may not."""


def _way_in(desk: Desk, network: Network) -> None:
    """Print what others paste to join, and how far it reaches; or how to invite them."""
    if network["line"]:
        desk.out.line(f"  Others join it with (reachable: {network['reachable']}):")
        desk.out.line(f"      meshnode network join {quoted(network['line'])}")
    elif network["join"] == "invite" and _is_in(network) and not network["dissolved"]:
        name = quoted(network["name"] or network["id"])
        desk.out.line(f"  Closed: nobody outside learns that it is there. {_INVITES[network['steers']]}:")
        desk.out.line(f"      meshnode network {'invite' if network['steers'] else 'members'} {name}")


_OWN = {
    command.name: command
    for command in (
        Command(
            "network create",
            "Found a network, closed unless you say otherwise.",
            create,
            (
                Argument(("name",), "What it is called."),
                Argument(("--closed",), "Only who is invited may join and read (the default).", kind="flag"),
                Argument(("--open",), "Anyone who has the line may join and read.", kind="flag", into="is_open"),
                Argument(("--purpose",), "What it is for; only its readers see it.", metavar="TEXT"),
                AS._replace(meaning="Let this organisation found it, for which you sign."),
            ),
            text="Everybody in a network holds a copy of everything signed into it, checks it, and passes it on to the "
            "others. A closed network is served to nobody outside, who does not even learn that it is there; people "
            "come in by invitations. An open network can be joined and read by anyone who has its line.",
            examples=(
                ("A network for a studio", "meshnode network create studio"),
                ("One that anyone may join", "meshnode network create choir --open"),
            ),
            exits=(Exit.NOT_RUNNING, Exit.CONFLICT),
        ),
        Command("network ls", "List the networks, with the line to join each.", ls, exits=(Exit.NOT_RUNNING,)),
        Command(
            "network join",
            "Join by an invitation, an open network by its line, or one known here by its name.",
            join,
            (
                Argument(
                    ("line",),
                    "What `network invite`, or `network ls`, printed at a member's; or a name.",
                    metavar="LINE",
                ),
                AS,
            ),
            text="Waits some seconds for the first records (--timeout says how long). If nobody answers, the exit code "
            "is 14; an open network goes on being joined, an invitation is tried again by the same command.\n\nA "
            "network that is known here is joined by its name: an open one, or one in which somebody has offered a "
            "role to you, or to the firm that you join --as.",
            examples=(
                ("By an invitation", "meshnode network join LINE"),
                ("A firm joins a network you are in", "meshnode network join studio --as 'Blue Ltd'"),
            ),
            exits=(Exit.NOT_RUNNING, Exit.UNREACHABLE, Exit.NOT_AUTHORISED),
        ),
        Command(
            "network leave",
            "Leave a network.",
            leave,
            (
                Argument(("network",), "Its name or id."),
                Argument(("--yes",), "Do not ask.", kind="flag"),
                AS,
            ),
            text="What you signed there stays there, and here: you can still show it (`meshnode cv export FILE`), take "
            "it along (`meshnode export bundle FILE`) and state it again elsewhere (`meshnode share ID --network "
            "NETWORK`). What is signed there from now on does not reach you. Agreements that you are a party to go on. "
            "Into a closed network only a new invitation leads back.",
            exits=(Exit.NOT_RUNNING,),
        ),
    )
}
COMMANDS = MEMBERSHIP | MOVES | _OWN
