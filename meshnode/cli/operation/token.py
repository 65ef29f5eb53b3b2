"""`meshnode token create|ls|revoke`: what lets a program in at the node's port."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meshnode.cli.commands import Argument, Command
from meshnode.cli.desk import Desk
from meshnode.cli.exits import Exit
from meshnode.cli.networks.membership import span
from meshnode.words.safe_text import clean

if TYPE_CHECKING:
    from meshnode.client.token_answers import Token

AREAS = ("read", "work", "money", "admin")
MANUAL = "meshnode token create --help"


def create(desk: Desk, *, name: str, may: list[str], expires: str | None) -> Exit:
    """Make a token and print it."""
    client = desk.client()
    seconds = span(expires, MANUAL) if expires else None
    made = client.tokens.create(name, may or ("read",), seconds)
    if desk.out.as_json:
        desk.out.give("token.create", made)
        return Exit.OK
    desk.out.ok(f"Token created   {clean(name)}   may {', '.join(made['may'])} · until {made['expires']}")
    desk.out.line("  Give it to the program, it is shown only now:")
    desk.out.line(f"      {clean(made['secret'] or '')}")
    url = client.node.status()["url"]
    if url:
        desk.out.line(f"  It is sent to {url}/v1 in a header:  Authorization: Bearer TOKEN")
    else:
        desk.out.line("  It counts at the node's port, which is switched off in config.toml (api.tcp).")
    desk.next_steps(("Take it back", f"meshnode token revoke {made['id']}"))
    return Exit.OK


def ls(desk: Desk) -> Exit:
    """List the tokens."""
    found = desk.client().tokens.every()
    if desk.out.as_json:
        desk.out.give("token.ls", {"items": found})
    elif not found:
        desk.out.line("No program has a token.")
        desk.next_steps(("Let one in", "meshnode token create NAME --may read"))
    else:
        heads = ("ID", "MAY", "USED", "UNTIL", "STATE", "NAME")
        desk.out.table(heads, [_row(each) for each in found], flexible=5, whole=(0,))
    return Exit.OK


def revoke(desk: Desk, *, token: str) -> Exit:
    """Take a token back."""
    gone = desk.client().tokens.revoke(token)
    desk.out.give_or_ok("token.revoke", gone, f"Taken back   {clean(gone['name'])}   {gone['id']}   it counts no more")
    return Exit.OK


def _row(token: Token) -> tuple[str, ...]:
    used = (token["used"] or "never")[:16].replace("T", " ")
    return token["id"], ", ".join(token["may"]), used, token["expires"][:10], token["state"], token["name"]


COMMANDS = {
    command.name: command
    for command in (
        Command(
            "token create",
            "Let a program in at the node's port: print a token for it.",
            create,
            (
                Argument(("name",), "What you call it, such as the program's name."),
                Argument(
                    ("--may",), "What it may do (read); may be repeated.", kind="repeat", metavar="AREA", choices=AREAS
                ),
                Argument(("--expires",), "How long it counts: 30m, 24h, 90d (the default), 52w.", metavar="SPAN"),
            ),
            text="The commands here reach the node by a socket that only you can open. A program that speaks HTTP to "
            "127.0.0.1, or runs as another user, needs a token.\n\nread: look at everything but invitations, pairing "
            "lines and tokens. work: log, correct, share, thank; projects and timers. money: agreements, "
            "attestations, ballots, incomes, distributions, settlements. admin: everything else, such as networks, "
            "people, devices, files on this machine, erasure and tokens. None includes another, so most programs need "
            "read, too.\n\nOnly a digest of the token is kept: it cannot be shown again.",
            examples=(("A time tracker", "meshnode token create tracker --may read --may work --expires 52w"),),
            exits=(Exit.NOT_RUNNING,),
        ),
        Command(
            "token ls", "List the tokens, what each may do, and when it was last used.", ls, exits=(Exit.NOT_RUNNING,)
        ),
        Command(
            "token revoke",
            "Take a token back; it counts no more.",
            revoke,
            (Argument(("token",), "Its id or name, as `token ls` shows it."),),
            exits=(Exit.NOT_RUNNING,),
        ),
    )
}
