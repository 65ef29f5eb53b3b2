"""`meshnode id card`: the line by which people who share no network come to know each other."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from meshnode.cli import qr as codes
from meshnode.cli.commands import AS, Argument, Command
from meshnode.cli.desk import Desk
from meshnode.cli.exits import Exit, Failure
from meshnode.cli.hints import quoted
from meshnode.words.safe_text import clean
from meshnode.words.shown import who
from meshnode.words.times import show_moment

if TYPE_CHECKING:
    from meshnode.client.device_answers import Contact

ACTIONS = ("show", "read", "add")
LARGEST_QR = 2_900
"""Characters that fit into a QR code."""
LONGEST_FILE = 100_000
"""Bytes read of a file with a card, which has at most 64,000."""
MANUAL = "meshnode id card --help"


def card(
    desk: Desk, *, action: str | None, line: str | None, file: str | None, qr: bool, yes: bool, whose: str | None
) -> Exit:
    """Print one's own card, or look at somebody's, or take it in."""
    if action in (None, "show"):
        if line or yes:
            raise Failure(Exit.USAGE, "to look at somebody's card, or to take it in: `read` or `add`", MANUAL)
        return _show(desk, file, whose, qr=qr)
    if qr or whose:
        raise Failure(Exit.USAGE, f"`{action}` takes neither --qr nor --as", MANUAL)
    text = _given(line, file)
    return _read(desk, text) if action == "read" else _add(desk, text, yes=yes)


def _show(desk: Desk, file: str | None, as_: str | None, *, qr: bool) -> Exit:
    made = desk.client().people.card(as_=as_)
    if file is not None:
        _write(file, made["line"])
    elif not made["fits"] and not desk.out.as_json:
        raise Failure(Exit.USAGE, "this card is too long to be pasted: write it to a file with --file FILE", MANUAL)
    if desk.out.as_json:
        desk.out.give("id.card", {**made})
        return Exit.OK
    whose = f"The card of {who(made['agent'])}"
    reach = f"reachable: {made['reachable']}" if made["reachable"] else "it says of no address"
    if file is not None:
        desk.out.ok(f"{whose}   {clean(file)}   ({reach})")
        desk.next_steps(("Where it is to be known", "meshnode id card add --file FILE"))
        return Exit.OK
    desk.out.line(f"{whose}; it is no secret and opens no door ({reach}):")
    desk.out.line(f"      meshnode id card add {made['line']}")
    if qr and len(made["line"]) <= LARGEST_QR:
        codes.show(desk, made["line"])
    elif qr:
        desk.out.warn("it is too long for a QR code: pass on the line, or a file (--file FILE)")
    return Exit.OK


def _read(desk: Desk, text: str) -> Exit:
    seen = desk.client().people.take_in_card(text, dry_run=True)
    desk.out.give_or_ok("id.card.read", {**seen}, f"The card of {_whose(seen)}   it proves itself")
    if not desk.out.as_json:
        _tell(desk, seen)
    return Exit.OK


def _add(desk: Desk, text: str, *, yes: bool) -> Exit:
    client = desk.client()
    if not yes:
        seen = client.people.take_in_card(text, dry_run=True)
        desk.out.line(f"The card of {_whose(seen)}", "bold")
        _tell(desk, seen)
        desk.confirm("Take it in?", flag="--yes")
    taken = client.people.take_in_card(text)
    already = "known before" if taken["known"] else "known here from now on"
    desk.out.give_or_ok("id.card.add", {**taken}, f"{_whose(taken)}   {already}   {taken['fingerprint']}")
    if not desk.out.as_json:
        desk.out.line("  Compare the four words aloud: whoever made the card chose the name.")
        name = quoted(taken["agent"]["name"] or taken["agent"]["id"])
        desk.next_steps(
            ("Agree on work and money", f"meshnode agreement new --party {name}"),
            ("Let them sign for a firm", f"meshnode org staff add ORG {name}"),
            ("Give them a role", f"meshnode network appoint NETWORK {name} --role core"),
        )
    return Exit.OK


def _tell(desk: Desk, seen: Contact) -> None:
    """What a card says, in plain words."""
    firm = seen["kind"] == "organization"
    reach = f"{len(seen['addresses'])}, within {seen['reachable'] or 'reach of whom it is for'}"
    desk.out.fields(
        [
            ("is", "an organisation" if firm else "a person"),
            ("signed", f"by {who(seen['signer'])}, who signs for it" if firm else ""),
            ("compare", seen["fingerprint"]),
            ("about", clean(seen["bio"])),
            ("contact", clean(seen["contact"])),
            ("made", show_moment(seen["made"])),
            ("addresses", reach if seen["addresses"] else "none: your node cannot look for theirs"),
            ("known", "already" if seen["known"] else "not yet"),
        ]
    )


def _whose(seen: Contact) -> str:
    return who(seen["agent"])


def _given(line: str | None, file: str | None) -> str:
    """The card that was pasted, or stands in a file. Raises Failure."""
    if (line is None) == (file is None):
        raise Failure(Exit.USAGE, "either the line of a card is needed, or --file FILE", MANUAL)
    if line is not None:
        return line
    try:
        with open(os.path.expanduser(str(file)), "rb") as opened:
            return opened.read(LONGEST_FILE).decode("ascii")
    except OSError as error:
        raise Failure(Exit.USAGE, f"{clean(str(file))} could not be read: {error.strerror}", MANUAL) from error
    except UnicodeDecodeError as error:
        raise Failure(Exit.USAGE, f"{clean(str(file))} holds no contact card", MANUAL) from error


def _write(file: str, line: str) -> None:
    try:
        with open(os.path.expanduser(file), "x", encoding="ascii") as opened:
            opened.write(f"{line}\n")
    except OSError as error:
        raise Failure(Exit.FAILURE, f"{clean(file)} could not be written: {error.strerror}", MANUAL) from error


CARD = Command(
    "id card",
    "Print your contact card, look at somebody's (read), or take it in (add).",
    card,
    (
        Argument(("action",), "What to do.", choices=ACTIONS, optional=True),
        Argument(("line",), "With `read` and `add`: the line of their card.", optional=True),
        Argument(("--file",), "Write the card to this file, or read it from there.", metavar="FILE", complete="file"),
        codes.QR,
        Argument(("--yes",), "With `add`: do not ask.", kind="flag"),
        AS._replace(meaning="Print the card of this organisation, for which you sign.", into="whose"),
    ),
    text="A card says who you are to people who share no network with you: your name and profile, the proof that this "
    "device signs for you, and where your node is reached. It is signed, it is no secret, and it opens no door: "
    "whoever has it can name you, as a founder, for a role, or as a party, and their node looks for yours. Give them "
    "another one when your addresses have changed.\n\n`add` shows what a card says and takes it in. The name was "
    "chosen by whoever made the card: to be sure whose it is, compare the four words aloud.",
    examples=(
        ("Print yours", "meshnode id card"),
        ("On paper, or for a stick", "meshnode id card --file ana.card"),
        ("Take in somebody's", "meshnode id card add LINE"),
    ),
    exits=(Exit.NOT_RUNNING, Exit.VERIFICATION),
)
