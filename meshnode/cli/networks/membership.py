"""`meshnode network invite` and what goes with it: who comes in, who stands there, and who goes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from meshnode.cli import qr as codes
from meshnode.cli.commands import AS, Argument, Command
from meshnode.cli.desk import Desk
from meshnode.cli.exits import Exit, Failure
from meshnode.cli.hints import quoted
from meshnode.words.safe_text import clean
from meshnode.words.shown import count, short_id, who

if TYPE_CHECKING:
    from meshnode.client.network_answers import Invite, Member

USUAL_SPAN = "7d"
SECONDS = {"m": 60, "h": 3600, "d": 86_400, "w": 604_800}
ROLES = ("core", "occasional", "client", "observer")
APPOINTED = ("steward", *ROLES, "relay")


def invite(
    desk: Desk, *, network: str, role: str | None, uses: int | None, expires: str | None, propose: bool, qr: bool
) -> Exit:
    """Make an invitation and print its line."""
    seconds, many = span(expires or USUAL_SPAN), 1 if uses is None else uses
    if propose:
        wish = {"invite": {"role": role or "core", "uses": many, "seconds": seconds}}
        return _propose(desk, "network.invite", network, wish)
    made = desk.client().networks.invite(network, role or "core", many, seconds)
    people = "one person" if made["uses"] == 1 else f"{made['uses']} people"
    what = f"Invitation to {clean(network)} for {people} as {made['role']}"
    said = f"{what}, until {made['until']}   {short_id(made['id'])}"
    desk.out.give_or_ok("network.invite", made, said)
    if desk.out.as_json:
        return Exit.OK
    desk.out.line(f"  Pass this on, it is shown only now (reachable: {made['reachable']}):")
    desk.out.line(f"      meshnode network join {made['line']}")
    desk.out.line(f"  As a link:  {made['link']}")
    if qr:
        codes.show(desk, made["line"].upper())  # The line knows no case, and capitals make a smaller code.
    if made["reachable"] != "the internet":
        desk.out.line("  To be reached from further away, tell at which address (and start the node again):")
        desk.out.line("      meshnode config set net.announce /ip4/ADDRESS/tcp/4401")
    return Exit.OK


def invites(desk: Desk, *, network: str) -> Exit:
    """List the invitations to a network."""
    found = desk.client().networks.invites(network)
    if desk.out.as_json:
        desk.out.give("network.invites", {"items": found})
    elif not found:
        desk.out.line("Nobody was invited by a line yet.")
        desk.next_steps(("Invite somebody", f"meshnode network invite {quoted(network)}"))
    else:
        desk.out.table(
            ("ID", "AS", "USED", "UNTIL", "STATE"), [_invite_row(each) for each in found], flexible=1, whole=(0,)
        )
    return Exit.OK


def withdraw(desk: Desk, *, network: str, invitation: str, propose: bool) -> Exit:
    """Withdraw an invitation."""
    if propose:
        return _propose(desk, "network.withdraw", network, {"withdraw": invitation})
    gone = desk.client().networks.withdraw(network, invitation)
    desk.out.give_or_ok("network.withdraw", gone, f"Withdrawn   {short_id(gone['id'])}   who came in by it stays")
    return Exit.OK


def members(desk: Desk, *, network: str, everyone: bool) -> Exit:
    """Show who stands in a network."""
    found = desk.client().networks.members(network)
    if desk.out.as_json:
        desk.out.give("network.members", {"items": found})
        return Exit.OK
    shown = [each for each in found if everyone or each["state"] in ("active", "invited", "")]
    heads = ("WHO", "ROLE", "STATE", "COMPARE ALOUD")
    # Who founded a network and was named again by a decision stands there as a founder twice.
    desk.out.table(heads, list(dict.fromkeys(_member_row(each) for each in shown)), flexible=0, whole=(3,))
    hidden = len(found) - len(shown)
    if hidden:
        rest = f"meshnode network members {quoted(network)} --all"
        desk.next_steps((f"{count(hidden, 'ended role')} more", rest))
    if any(each["agent"]["me"] and each["state"] == "invited" for each in found):
        desk.next_steps(("A role waits for your answer", f"meshnode network accept {quoted(network)}"))
    return Exit.OK


def appoint(desk: Desk, *, network: str, somebody: str, role: str, delegate: bool, propose: bool) -> Exit:
    """Give somebody a role by name."""
    if propose:
        wish = {"appoint": {"agent": somebody, "role": role, "delegate": delegate}}
        return _propose(desk, "network.appoint", network, wish)
    made = desk.client().networks.appoint(network, somebody, role, delegate=delegate)
    said = f"Offered to {who(made['agent'])}: {made['role']} in {clean(network)}; it holds once accepted"
    desk.out.give_or_ok("network.appoint", made, said)
    if not desk.out.as_json:
        desk.out.line(f"  They accept with:  meshnode network accept {quoted(network)}")
        desk.out.line("  Who is not in it yet accepts by joining; the line is no key, it lets in only whom it was for:")
        desk.out.line(f"      meshnode network join {made['line']}")
    return Exit.OK


def accept(desk: Desk, *, network: str, as_: str | None) -> Exit:
    """Accept the roles that were offered."""
    roles = desk.client().networks.accept_roles(network, as_=as_)
    said = f"{clean(as_) + ' is' if as_ else 'You are'} {', '.join(each['role'] for each in roles)} in {clean(network)}"
    desk.out.give_or_ok("network.accept", {"items": roles}, said)
    return Exit.OK


def remove(desk: Desk, *, network: str, somebody: str, yes: bool, propose: bool) -> Exit:
    """End every role somebody has."""
    if propose:
        return _propose(desk, "network.remove", network, {"remove": [somebody]})
    client = desk.client()
    if not yes:
        words = f"Remove {clean(somebody)} from {clean(network)}? What they signed so far stays."
        desk.confirm(words, flag="--yes")
    gone = client.networks.remove_member(network, somebody)
    said = f"Removed {who(gone[0]['agent'])} from {clean(network)}   {count(len(gone), 'role')} ended"
    desk.out.give_or_ok("network.remove", {"items": gone}, said)
    return Exit.OK


def _propose(desk: Desk, schema: str, network: str, wish: Mapping[str, object]) -> Exit:
    """Put to the founders what else would be done at once."""
    from meshnode.cli.networks.decision import tell  # Only where it is asked for.

    return tell(desk, schema, desk.client().decisions.propose(network, wish), "Proposed")


def span(text: str, manual: str = "meshnode network invite --help") -> int:
    """The seconds in `30m`, `24h`, `7d` or `2w`. Raises Failure."""
    found = re.fullmatch(r"(\d{1,4})([mhdw])", text.strip().lower())
    if not found:
        raise Failure(Exit.USAGE, f"{clean(text)!r} is no time span such as 30m, 24h or 7d", manual)
    return int(found[1]) * SECONDS[found[2]]


def _invite_row(invite: Invite) -> tuple[str, ...]:
    used = f"{invite['used']} of {invite['uses']}"
    return short_id(invite["id"]), invite["role"], used, invite["until"], invite["state"]


def _member_row(member: Member) -> tuple[str, ...]:
    state = " ".join([member["state"] or "–", *member["flags"]])
    return who(member["agent"]), member["role"], state, member["fingerprint"]


_NETWORK = Argument(("network",), "Its name or id.")
_YES = Argument(("--yes",), "Do not ask.", kind="flag")
_PROPOSE = Argument(("--propose",), "Only propose it to the founders, who decide by votes.", kind="flag")
_HERE = (Exit.NOT_RUNNING, Exit.NOT_AUTHORISED)

MEMBERSHIP = {
    command.name: command
    for command in (
        Command(
            "network invite",
            "Invite somebody: print one line to paste, and a link.",
            invite,
            (
                _NETWORK,
                Argument(("--role",), "As what they come in (core).", choices=ROLES),
                Argument(("--uses",), "How many people may come in by it (1).", kind="number"),
                Argument(("--expires",), "How long it is good for: 30m, 24h, 7d (the default), 2w.", metavar="SPAN"),
                codes.QR,
                _PROPOSE,
            ),
            text="Founders and stewards invite. Whoever has the line can come in, so pass it on as you would a key; it "
            "is stored nowhere and cannot be shown again. `network invites` tells what became of it, and `network "
            "withdraw` ends it.\n\nCore members and occasional ones may sign anything there, clients contribute and "
            "confirm work, observers read and give thanks. Into an open network, too, an invitation leads in the role "
            "that it names; who joins by its line is core.",
            examples=(("Three people, for a day", "meshnode network invite studio --uses 3 --expires 24h"),),
            exits=_HERE,
        ),
        Command(
            "network invites",
            "List the invitations to a network.",
            invites,
            (_NETWORK,),
            exits=(Exit.NOT_RUNNING,),
        ),
        Command(
            "network withdraw",
            "Withdraw an invitation; who came in by it stays.",
            withdraw,
            (_NETWORK, Argument(("invitation",), "Its id, as `network invites` shows it."), _PROPOSE),
            exits=_HERE,
        ),
        Command(
            "network members",
            "Show who stands in a network, in which role.",
            members,
            (_NETWORK, Argument(("--all",), "Also who has left or was removed.", kind="flag", into="everyone")),
            exits=(Exit.NOT_RUNNING,),
        ),
        Command(
            "network appoint",
            "Offer somebody a role by name.",
            appoint,
            (
                _NETWORK,
                Argument(("somebody",), "A member's name, or the id of an agent known here."),
                Argument(("--role",), "What they are to be.", choices=APPOINTED, required=True),
                Argument(("--delegate",), "A steward who may appoint others.", kind="flag"),
                _PROPOSE,
            ),
            text="A steward may invite, appoint and remove in the name of the network. A relay may read and pass on "
            "everything there, and write nothing. A role holds once it was accepted.",
            exits=_HERE,
        ),
        Command("network accept", "Accept the roles offered to you.", accept, (_NETWORK, AS), exits=_HERE),
        Command(
            "network remove",
            "End every role that somebody has in a network.",
            remove,
            (_NETWORK, Argument(("somebody",), "A member's name or id."), _YES, _PROPOSE),
            text="Their node is served nothing of the network by any node that has heard of it. What they signed "
            "before stays valid. Founders are removed by a decision of the founders only: meshnode decision --help.",
            exits=_HERE,
        ),
    )
}
