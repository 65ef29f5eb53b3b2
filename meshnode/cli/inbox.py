"""`meshnode inbox`: what waits for me."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meshnode.cli.commands import Command
from meshnode.cli.desk import Desk
from meshnode.cli.exits import Exit
from meshnode.words.safe_text import clean
from meshnode.words.shown import where, who_briefly
from meshnode.words.times import show_moment

if TYPE_CHECKING:
    from meshnode.client.money_answers import Waiting

_KINDS = {
    "sign": "sign",
    "vote": "vote on",
    "decide": "decide to",
    "attest": "confirm work",
    "approve": "approve",
    "confirm-income": "confirm",
    "confirm-payment": "confirm",
    "reaffirm": "stand by",
}


def inbox(desk: Desk) -> Exit:
    """List what waits for the owner."""
    found = [*desk.client().money.inbox()]
    if desk.out.as_json:
        desk.out.give("inbox", {"items": found})
    elif not found:
        desk.out.line("Nothing waits for you.")
    else:
        for each in found:
            desk.out.line(f"{show_moment(each['since'])[:10]}  {_what(each)}")
            desk.out.line(f"  {desk.command(clean(each['command']))}")
    return Exit.OK


def _what(one: Waiting) -> str:
    """What waits, where that is, and for whom if not for the owner."""
    place = where(one["scope"])
    what = f"{_KINDS.get(one['kind'], clean(one['kind']))} {clean(one['about'])}"
    told = what if place in what else f"{what} · {place}"
    return told if one["agent"]["me"] else f"{told} · for {who_briefly(one['agent'])}"


COMMAND = Command(
    "inbox",
    "List what waits for you: to sign, to vote on, to confirm, to approve.",
    inbox,
    text="The oldest first, each with the command that does it. What waits for an organisation that you sign for is in "
    "it, too. Of the work to confirm in one agreement it tells the oldest 1,000; others come up as these are answered.",
    exits=(Exit.NOT_RUNNING,),
)
COMMANDS = {COMMAND.name: COMMAND}
