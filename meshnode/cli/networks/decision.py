"""`meshnode decision …`: what the founders of a network or organisation decide together."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from meshnode.cli.commands import AS, Argument, Command
from meshnode.cli.desk import Desk
from meshnode.cli.exits import Exit, Failure
from meshnode.words.safe_text import clean
from meshnode.words.shown import short_id, where, who, who_briefly
from meshnode.words.times import show_moment

if TYPE_CHECKING:
    from meshnode.client.decision_answers import CharterChange, Decision, Vote


def propose(
    desk: Desk,
    *,
    scope: str,
    remove: list[str],
    dissolve: bool,
    join: str | None,
    quorum: str | None,
    add_founder: list[str],
    drop_founder: list[str],
    sensitive: list[str],
    insensitive: list[str],
    log_records: int | None,
    log_bytes: str | None,
    face: str | None,
    unit: list[str],
    because: str | None,
    as_: str | None,
) -> Exit:
    """Propose something to the founders."""
    wish: dict[str, object] = {
        "remove": remove,
        "dissolve": dissolve,
        "join": join,
        "quorum": quorum,
        "add_founders": add_founder,
        "drop_founders": drop_founder,
        "sensitive": sensitive,
        "insensitive": insensitive,
        "log_records": log_records,
        "log_bytes": None if log_bytes is None else _number(log_bytes),
        "face": face,
        "units": [_unit(each) for each in unit],
        "text": because,
        "as": as_,
    }
    made = desk.client().decisions.propose(
        scope, {name: value for name, value in wish.items() if value not in (None, False, [])}
    )
    return tell(desk, "decision.propose", made, "Proposed")


def vote(desk: Desk, *, decision: str, decline: bool, objecting: bool, because: str | None, as_: str | None) -> Exit:
    """Accept a proposal, or say no."""
    if decline and objecting:
        raise Failure(Exit.USAGE, "one vote at a time", "meshnode decision vote --help")
    said = "decline" if decline else "object" if objecting else "accept"
    told = desk.client().decisions.vote(decision, said, because or "", as_=as_)
    return tell(desk, "decision.vote", told, {"accept": "Accepted", "decline": "Declined", "object": "Objected"}[said])


def ls(desk: Desk, *, scope: str | None, everything: bool) -> Exit:
    """List what waits for a decision."""
    found = desk.client().decisions.every(scope, everything=everything)
    if desk.out.as_json:
        desk.out.give("decision.ls", {"items": found})
    elif not found:
        desk.out.line("No decisions yet." if everything else "Nothing waits for a decision.")
        desk.next_steps(("Those of before", "meshnode decision ls --all")) if not everything else None
    else:
        heads = ("ID", "WHERE", "WHAT", "VOTES", "STATE")
        rows = [(short_id(one["id"]), where(one["scope"]), what(one), _tally(one), one["state"]) for one in found]
        desk.out.table(heads, rows, flexible=2, whole=(0, 4))
        mine = [one for one in found if one["may_vote"]]
        if mine:
            desk.next_steps(
                *((f"Your vote on {short_id(one['id'])}", f"meshnode decision show {one['id']}") for one in mine[:3])
            )
    return Exit.OK


def show(desk: Desk, *, decision: str) -> Exit:
    """Show a decision with its votes."""
    one = desk.client().decisions.one(decision)
    if desk.out.as_json:
        desk.out.give("decision.show", one)
        return Exit.OK
    desk.out.line(f"{what(one)}   {one['id']}", "bold")
    desk.out.fields(
        [
            ("where", where(one["scope"])),
            ("proposed", f"by {who(one['proposer'])}, {show_moment(one['at'])}"),
            ("because", one["text"]),
            ("ends", ", ".join(f"{who(each['agent'])} ({each['role']})" for each in one["ends"])),
            ("needs", f"{one['needed']} of {len(one['votes'])} founders"),
            *(("votes" if number == 0 else "", _vote(each)) for number, each in enumerate(one["votes"])),
            ("state", f"{one['state']}: {one['says']}"),
            ("rivals", ", ".join(short_id(each) for each in one["rivals"])),
            ("done by", ", ".join(short_id(each) for each in one["done_by"])),
        ]
    )
    _next(desk, one)
    return Exit.OK


def carry_out(desk: Desk, *, decision: str) -> Exit:
    """Do what a carried decision says."""
    return tell(desk, "decision.carry-out", desk.client().decisions.carry_out(decision), "Carried out")


def tell(desk: Desk, schema: str, one: Decision, done: str) -> Exit:
    """Say what became of a decision, and what comes next."""
    done = "Decided" if done == "Proposed" and one["state"] == "done" else done
    desk.out.give_or_ok(schema, one, f"{done}   {what(one)}   {short_id(one['id'])}")
    if desk.out.as_json:
        return Exit.OK
    desk.out.line(f"  {one['says'][:1].upper()}{one['says'][1:]}")
    if one["line"]:
        when = "" if one["state"] == "done" else "; it opens the door once that is carried"
        desk.out.line(f"  Pass this on, it is shown only now{when}:")
        desk.out.line(f"      meshnode network join {one['line']}")
        desk.out.line(f"  As a link:  {one['link']}")
    _next(desk, one)
    return Exit.OK


def what(one: Decision) -> str:
    """What a decision is about, in one line."""
    people: dict[str, list[str]] = {}
    for each in one["ends"]:
        people.setdefault(who_briefly(each["agent"]), []).append(each["role"])
    ends = ", ".join(f"{name} ({', '.join(dict.fromkeys(roles))})" for name, roles in people.items())
    if one["outcome"] == "dissolve":
        return f"dissolve {where(one['scope'])}"
    parts = changes(one["charter"]) if one["charter"] else []
    parts += [clean(each["says"]) or f"sign a {clean(each['type'])} whose text is not here" for each in one["orders"]]
    return " · ".join([*parts, *([f"remove {ends}"] if ends else [])])


def changes(change: CharterChange) -> list[str]:
    """What a charter says, or says anew, each rule as a phrase."""
    founders, face, units = change["founders"], change["face"], change["units"]
    named = {
        "founders": None if founders is None else ", ".join(who(each) for each in founders),
        "quorum": change["quorum"],
        "join": change["join"],
        "log records": change["log_records"],
        "log bytes": change["log_bytes"],
        "sensitive": None if change["sensitive"] is None else ", ".join(change["sensitive"]) or "nothing",
        "face": None if face is None else who(face),
        "units": None if units is None else ", ".join(f"{each['code']}:{each['exp']}" for each in units),
    }
    return [f"{name} {value}" for name, value in named.items() if value is not None]


def _next(desk: Desk, one: Decision) -> None:
    """Print the command that comes next: for the owner, or for those whose votes are awaited."""
    if not one["next"]:
        return
    if one["state"] == "open" or one["newcomers"]:
        label = "Vote" if one["may_vote"] else "They vote with"
        desk.next_steps((label, one["next"]))
    else:
        desk.next_steps(("Next", one["next"]))


def _tally(one: Decision) -> str:
    return f"{sum(1 for each in one['votes'] if each['vote'] == 'accept')} of {one['needed']}"


def _vote(vote: Vote) -> str:
    said = {"accept": "accepts", "decline": "declines", "object": "objects"}.get(vote["vote"], "has not voted")
    return f"{who(vote['agent'])} {said}{': ' + clean(vote['text']) if vote['text'] else ''}"


def _unit(text: str) -> dict[str, object]:
    code, colon, exp = text.partition(":")
    if not re.fullmatch(r"[A-Z][A-Z0-9]{2,11}", code) or (colon and exp not in tuple("0123456")):
        raise Failure(
            Exit.USAGE,
            f"{clean(text)!r} is no unit such as HOUR:2 (its decimals, 0 to 6)",
            "meshnode decision propose --help",
        )
    return {"code": code, "exp": int(exp or "0")}


def _number(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or len(text) > 15:
        raise Failure(
            Exit.USAGE, f"--log-bytes takes a whole number, not {clean(text)!r}", "meshnode decision propose --help"
        )
    return int(text)


_DECISION = Argument(("decision",), "Its id, as `decision ls` shows it.")
_BECAUSE = Argument(("--because",), "Why, for the other founders to read.", metavar="TEXT")
_FOUNDER = AS._replace(meaning="For this organisation, which is a founder and for which you sign.")
_EXITS = (Exit.NOT_RUNNING, Exit.NOT_AUTHORISED, Exit.CONFLICT)

COMMANDS = {
    command.name: command
    for command in (
        Command(
            "decision propose",
            "Propose something to the founders, and accept it yourself.",
            propose,
            (
                Argument(("scope",), "The network or organisation, by name or id."),
                Argument(("--remove",), "End everything that somebody holds there.", kind="repeat", metavar="WHO"),
                Argument(("--dissolve",), "End the network or organisation as a whole.", kind="flag"),
                Argument(("--join",), "Who may come in: anyone, or who is invited.", choices=("open", "invite")),
                Argument(("--quorum",), "Which share of the founders decides, such as 2/3.", metavar="SHARE"),
                Argument(("--add-founder",), "Let somebody decide, too.", kind="repeat", metavar="WHO"),
                Argument(("--drop-founder",), "Let somebody decide no longer.", kind="repeat", metavar="WHO"),
                Argument(
                    ("--sensitive",), "Sign records of this type only by a decision.", kind="repeat", metavar="TYPE"
                ),
                Argument(("--insensitive",), "Need no decision any more for a type.", kind="repeat", metavar="TYPE"),
                Argument(("--log-records",), "How many records each member may sign there.", kind="number"),
                Argument(("--log-bytes",), "How many bytes of headers each member may sign there."),
                Argument(("--face",), "The organisation that acts for the network outside.", metavar="ORG"),
                Argument(("--unit",), "A unit of its own with its decimals: HOUR:2.", kind="repeat", metavar="UNIT"),
                _BECAUSE,
                _FOUNDER,
            ),
            text="Founders decide together what no one of them may do alone: whom to take into their number or remove, "
            "and what the charter says. A decision is carried when the share of them that the charter asks for "
            "accepts; then it takes effect at once. Whoever founded alone decides alone, until there are others.",
            examples=(
                ("Take Ben among the founders", "meshnode decision propose studio --add-founder Ben"),
                ("Remove Carol, whatever she holds", "meshnode decision propose studio --remove Carol --because Spam"),
                ("Appoint and invite only by decision", "meshnode decision propose studio --sensitive grant"),
            ),
            exits=_EXITS,
        ),
        Command(
            "decision vote",
            "Accept a proposal, or say no to it.",
            vote,
            (
                _DECISION,
                Argument(("--decline",), "Vote against it.", kind="flag"),
                Argument(
                    ("--object",), "Say that something is wrong with it, without a no.", kind="flag", into="objecting"
                ),
                _BECAUSE,
                _FOUNDER,
            ),
            text="An accept cannot be taken back; a no can be turned into an accept. The accept that carries a "
            "decision also carries it out. Who is named a founder by a decision becomes one by accepting it here.",
            exits=_EXITS,
        ),
        Command(
            "decision ls",
            "List the decisions that wait for somebody.",
            ls,
            (
                Argument(("scope",), "Only those of this network or organisation.", optional=True),
                Argument(
                    ("--all",), "Also those that are done, declined or out of date.", kind="flag", into="everything"
                ),
            ),
            exits=(Exit.NOT_RUNNING,),
        ),
        Command("decision show", "Show a decision with its votes.", show, (_DECISION,), exits=(Exit.NOT_RUNNING,)),
        Command(
            "decision carry-out",
            "Do what a carried decision says, where nobody has yet.",
            carry_out,
            (_DECISION,),
            exits=_EXITS,
        ),
    )
}
