"""`meshnode network show`, `split` and `merge`: a network with its charter, and what becomes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meshnode.cli.commands import Argument, Command
from meshnode.cli.desk import Desk
from meshnode.cli.exits import Exit, Failure
from meshnode.cli.hints import quoted
from meshnode.cli.networks.decision import changes, what
from meshnode.words.safe_text import clean
from meshnode.words.shown import count, short_id, who
from meshnode.words.times import show_moment

if TYPE_CHECKING:
    from meshnode.client.network_answers import Network


def show(desk: Desk, *, network: str) -> Exit:
    """Show a network with its charter."""
    client = desk.client()
    found = client.networks.one(network)
    if desk.out.as_json:
        desk.out.give("network.show", found)
        return Exit.OK
    here, charter = found["network"], found["charter"]
    face = charter["face"]
    desk.out.line(f"{clean(here['name'])}   {here['id']}", "bold")
    rules = changes({**charter, "founders": None, "quorum": None, "join": None, "face": None})
    desk.out.fields(
        [
            ("for", found["purpose"]),
            ("founded", show_moment(here["created"])),
            ("split off", short_id(found["forked_from"])),
            ("join", "anyone" if charter["join"] == "open" else "by invitation"),
            ("you", here["standing"]),
            ("members", str(len(here["members"]))),
            ("founders", ", ".join(who(each) for each in charter["founders"] or [])),
            ("decide", f"{found['needed']} of {len(charter['founders'] or [])} ({charter['quorum']})"),
            ("face", f"{who(face)}, which acts for it outside" if face else ""),
            *(("rules" if number == 0 else "", each) for number, each in enumerate(rules)),
            ("awaited", ", ".join(who(each) for each in found["unaccepted"])),
            ("dissolved", short_id(found["dissolved_by"])),
        ]
    )
    tell_moves(desk, here)
    if found["open_decisions"]:
        waiting = count(found["open_decisions"], "decision") + " open"
        desk.next_steps((waiting, f"meshnode decision ls {quoted(network)}"))
    return Exit.OK


def split(
    desk: Desk, *, network: str, name: str, purpose: str | None, is_open: bool, closed: bool, only: list[str]
) -> Exit:
    """Found a network for the people of another one."""
    if is_open and closed:
        raise Failure(Exit.USAGE, "a network is open or closed", "meshnode network split --help")
    join = "open" if is_open else "invite" if closed else None
    made = desk.client().networks.split(network, name, purpose=purpose or "", join=join, only=only)
    desk.out.give_or_ok(
        "network.split", made, f"Split off {clean(network)}   {clean(made['name'])}   {short_id(made['id'])}"
    )
    if desk.out.as_json:
        return Exit.OK
    if only:
        desk.out.line(f"  {', '.join(clean(each) for each in only)}: invited by name. Tell them the line to join by:")
        desk.out.line(f"      meshnode network join {quoted(made['line'])}")
    else:
        desk.out.line(
            f"  Everybody in {clean(network)} is invited; the line to join by stands in their: meshnode network ls"
        )
    return Exit.OK


def merge(desk: Desk, *, network: str, into: str, because: str | None, yes: bool) -> Exit:
    """Move the people of a network into another one and dissolve it."""
    if not yes:
        desk.confirm(f"Move everybody in {clean(network)} into {clean(into)} and end {clean(network)}?", flag="--yes")
    done = desk.client().networks.merge(network, into, because or "")
    decision = done["decision"]
    ended = decision["state"] == "done"
    said = f"Invited {count(done['invited'], 'person', 'people')} into {clean(done['into']['name'])}"
    more = f"{clean(network)} is dissolved" if ended else f"proposed to {what(decision)}"
    desk.out.give_or_ok("network.merge", done, f"{said}; {more}   {short_id(decision['id'])}")
    if not desk.out.as_json and not ended:
        desk.out.line(f"  {decision['says'][:1].upper()}{decision['says'][1:]}")
        desk.next_steps(("They vote with", decision["next"]))
    return Exit.OK


def tell_moves(desk: Desk, network: Network) -> None:
    """Say where the people of a network move on to, and how one comes along."""
    for move in network["moves"]:
        if move["joined"]:
            continue
        verb = "has split a network off it" if move["why"] == "split" else "merges it into another network"
        desk.out.line(f"  {who(move['by'])} {verb}; you are invited:")
        desk.out.line(f"      meshnode network join {quoted(move['line'])}")


_NETWORK = Argument(("network",), "Its name or id.")
_HERE = (Exit.NOT_RUNNING, Exit.NOT_AUTHORISED)

MOVES = {
    command.name: command
    for command in (
        Command(
            "network show",
            "Show a network with its charter: who decides there, and by which rules.",
            show,
            (_NETWORK,),
            text="The face of a network is an organisation that acts for it outside. The founders change the charter "
            "by decisions: meshnode decision --help.",
            exits=(Exit.NOT_RUNNING,),
        ),
        Command(
            "network split",
            "Found a network for the people of another one.",
            split,
            (
                _NETWORK,
                Argument(("name",), "What the new one is called."),
                Argument(("--purpose",), "What it is for; only its readers see it.", metavar="TEXT"),
                Argument(("--open",), "Anyone who has the line may join and read.", kind="flag", into="is_open"),
                Argument(("--closed",), "Only who is invited may join and read.", kind="flag"),
                Argument(("--only",), "Invite only this person; may be repeated.", kind="repeat", metavar="WHO"),
            ),
            text="You found it and everybody who stands in the old one is invited in the role held there. A note in "
            "the old network tells them the line to join by, unless you invite only some. The old network goes on.",
            examples=(("Half of the studio works on films", "meshnode network split studio films --only Ben"),),
            exits=(*_HERE, Exit.CONFLICT),
        ),
        Command(
            "network merge",
            "Move the people of a network into another one and dissolve it.",
            merge,
            (
                _NETWORK,
                Argument(("into",), "The network they move into."),
                Argument(("--because",), "Why, for the other founders to read.", metavar="TEXT"),
                Argument(("--yes",), "Do not ask.", kind="flag"),
            ),
            text="Everybody is invited into the other network, and it is proposed to dissolve this one: its founders "
            "decide. What was signed there stays; nothing new is begun there. May be repeated, for who came since.",
            exits=(*_HERE, Exit.CONFLICT),
        ),
    )
}
