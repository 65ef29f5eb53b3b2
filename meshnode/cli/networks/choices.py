"""`meshnode follow`, `unfollow`, `block` and `unblock`: what is kept of others here, and which networks are relayed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meshnode.cli.commands import Argument, Command
from meshnode.cli.desk import Desk
from meshnode.cli.exits import Exit
from meshnode.words.safe_text import clean
from meshnode.words.shown import short_id, who

if TYPE_CHECKING:
    from meshnode.client.keeping import Choice

USUAL_WAIT = 5
"""Seconds that `follow` waits for the founding of a network, unless --timeout says otherwise; the node goes on then."""


def follow(desk: Desk, *, who: str | None) -> Exit:
    """Follow somebody or relay a network; list both without WHO."""
    if who is None:
        return _list(desk, "follow", desk.client().people.follows(), ("Follow somebody", "meshnode follow NAME"))
    chosen = desk.client().people.follow(who, wait_ms=(desk.timeout or USUAL_WAIT) * 1000)
    words = "Following" if chosen["agent"] else "Relaying"
    desk.out.give_or_ok("follow", chosen, f"{words}   {_name(chosen)}")
    if chosen["network"] and not desk.out.as_json:
        desk.next_steps(("The line for its members", "meshnode network ls"))
    return Exit.OK


def unfollow(desk: Desk, *, who: str) -> Exit:
    """Follow somebody, or relay a network, no more."""
    desk.client().people.unfollow(who)
    desk.out.give_or_ok("unfollow", {"who": who, "follows": False}, f"Not following   {clean(who)}")
    return Exit.OK


def block(desk: Desk, *, who: str | None, yes: bool) -> Exit:
    """Block somebody; list the blocked without WHO."""
    if who is None:
        return _list(desk, "block", desk.client().people.blocks(), ("Block somebody", "meshnode block NAME"))
    if not yes:
        question = f"Block {clean(who)}? Their texts are removed from this machine, and nothing of them is shown."
        desk.confirm(question, flag="--yes")
    chosen = desk.client().people.block(who)
    desk.out.give_or_ok("block", chosen, f"Blocked   {_name(chosen)}")
    if not desk.out.as_json:
        # By id: their name is among the texts that go.
        desk.next_steps(("To undo it", f"meshnode unblock {_id(chosen)}"))
    return Exit.OK


def unblock(desk: Desk, *, who: str) -> Exit:
    """Block somebody no more."""
    desk.client().people.unblock(who)
    desk.out.give_or_ok("unblock", {"who": who, "blocked": False}, f"Not blocked   {clean(who)}")
    return Exit.OK


def _list(desk: Desk, command: str, chosen: list[Choice], first: tuple[str, str]) -> Exit:
    if desk.out.as_json:
        desk.out.give(command, {"items": chosen})
    elif not chosen:
        desk.out.line("Nobody yet.")
        desk.next_steps(first)
    else:
        rows = [(short_id(_id(each)), _kind(each), _name(each)) for each in chosen]
        desk.out.table(("ID", "KIND", "WHO"), rows, flexible=2)
    return Exit.OK


def _id(choice: Choice) -> str:
    found = choice["agent"] or choice["network"]
    return found["id"] if found else ""


def _name(choice: Choice) -> str:
    if choice["network"] is not None:
        return clean(choice["network"]["name"]) or short_id(choice["network"]["id"])
    return who(choice["agent"])


def _kind(choice: Choice) -> str:
    if choice["network"] is None:
        return "person"
    return "network (part)" if choice["partial"] else "network"


_WHO = "Somebody's name or id"
_EXITS = (Exit.NOT_RUNNING, Exit.CONFLICT)
COMMANDS = {
    command.name: command
    for command in (
        Command(
            "follow",
            "Keep somebody's texts before those of others, or relay a network.",
            follow,
            (
                Argument(
                    ("who",),
                    f"{_WHO}; or a network's id, or the line to join it; all you follow if left out.",
                    optional=True,
                ),
            ),
            text="Texts of people you follow are kept when there is not room for all (see [relay] in config.toml). A "
            "network that you follow is carried for its members: you do not join it, and sign nothing there.",
            examples=(
                ("Relay a network for its members", "meshnode follow LINE"),
                ("Keep what Ana writes, whatever happens", "meshnode follow Ana"),
            ),
            exits=_EXITS,
        ),
        Command(
            "unfollow",
            "Follow somebody, or relay a network, no more.",
            unfollow,
            (Argument(("who",), f"{_WHO}, or a network's."),),
            exits=_EXITS,
        ),
        Command(
            "block",
            "Keep and show nothing of somebody that others do not need.",
            block,
            (
                Argument(("who",), f"{_WHO}; all you have blocked if left out.", optional=True),
                Argument(("--yes",), "Do not ask.", kind="flag"),
            ),
            text="Only this node changes, and nobody is told. The texts of whom you block leave this machine and are "
            "not fetched again; their records are neither listed nor found. The records and their facts stay: the "
            "accounts of others rest on them. Unblocking brings back what others still hold.",
            exits=_EXITS,
        ),
        Command("unblock", "Block somebody no more.", unblock, (Argument(("who",), f"{_WHO}."),), exits=_EXITS),
    )
}
