"""`meshnode agreement decide`: what is in dispute in an agreement, who decides it, and what was decided."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meshnode.cli.commands import AS, Argument, Command
from meshnode.cli.desk import Desk
from meshnode.cli.exits import Exit, Failure
from meshnode.cli.output import Out
from meshnode.words.safe_text import clean
from meshnode.words.shown import short_id, who
from meshnode.words.times import show_moment

if TYPE_CHECKING:
    from meshnode.client.agreement_answers import Agreement, Dispute, Ruling, RulingVote


def decide(
    desk: Desk,
    *,
    agreement: str,
    pick: str | None,
    uphold: str | None,
    reject: str | None,
    because: str | None,
    unsigned: bool,
    as_: str | None,
) -> Exit:
    """Propose to decide a dispute."""
    said = [(word, each) for word, each in (("pick", pick), ("uphold", uphold), ("reject", reject)) if each]
    if len(said) != 1:
        raise Failure(Exit.USAGE, "say one of --pick, --uphold and --reject", "meshnode agreement decide --help")
    ((outcome, record),) = said
    client = desk.client()
    made = client.agreements.decide(agreement, outcome, record, text=because or "", accept=not unsigned, as_=as_)
    return tell(desk, "agreement.decide", made, "Proposed")


def tell(desk: Desk, schema: str, one: Agreement, done: str) -> Exit:
    """Say what became of a resolution, and what comes next."""
    ruling = asked_for(one)
    done = "Decided" if done == "Proposed" and ruling["state"] == "carried" else done
    desk.out.give_or_ok(schema, {**one}, f"{done}   {clean(ruling['what'])}   {ruling['id']}")
    if not desk.out.as_json:
        desk.out.line(f"  {clean(ruling['says'][:1].upper() + ruling['says'][1:])}")
        tell_next(desk, [], [ruling])
    return Exit.OK


def asked_for(one: Agreement) -> Ruling:
    """The resolution whose id was asked for. Raises Failure if the node does not tell of it."""
    found = [each for each in one["decisions"] if each["id"] == one["resolution"]]
    if not found:
        raise Failure(Exit.FAILURE, "the node does not tell what was decided", "meshnode agreement show --help")
    return found[0]


def show(out: Out, disputes: list[Dispute], decisions: list[Ruling]) -> None:
    """Print what is in dispute, who decides, and what was proposed and decided."""
    if disputes:
        out.line()
        out.line("In dispute", "bold")
        for each in disputes:
            out.text(each["says"][:1].upper() + each["says"][1:] + ".")
            if each["electors"]:
                people = ", ".join(map(who, each["electors"]))
                out.text(f"{each['needed']} of {len(each['electors'])} decide: {people}", indent=4)
    if decisions:
        out.line()
        out.line("Decisions", "bold")
        for ruling in decisions:
            show_ruling(out, ruling)


def show_ruling(out: Out, one: Ruling) -> None:
    """Print one resolution with its votes."""
    because = f": {clean(one['text'])}" if one["text"] else ""
    out.line(f"  {clean(one['what'])}   {short_id(one['id'])}")
    out.line(f"    proposed by {who(one['proposer'])}, {show_moment(one['at'])}{because}")
    out.line(f"    {'; '.join(map(_vote, one['votes']))}")
    out.line(f"    {one['state']}: {clean(one['says'])}")


def tell_next(desk: Desk, disputes: list[Dispute], decisions: list[Ruling]) -> None:
    """Print the commands that come next: votes that are awaited, else those that propose a decision."""
    waiting = [each for each in decisions if each["next"] and each["state"] in ("open", "contested")]
    steps = [("Your turn" if each["may_sign"] else "They accept it with", each["next"]) for each in waiting]
    if not steps:
        for each in disputes:
            mine = any(elector["me"] for elector in each["electors"])
            steps += [("Decide it" if mine else "They decide it with", command) for command in each["commands"]]
    if steps:
        desk.next_steps(*steps)


def _vote(vote: RulingVote) -> str:
    return f"{who(vote['agent'])} {_VOTES.get(vote['vote'], 'has not said anything')}"


_VOTES = {"yes": "accepts", "contested": "accepts (contested)", "declined": "declines"}

DECIDE = Command(
    "agreement decide",
    "Propose to decide what is in dispute, and accept it yourself.",
    decide,
    (
        Argument(("agreement",), "Its title or id."),
        Argument(("--pick",), "Of versions or distributions that cannot be beside each other, this one.", metavar="ID"),
        Argument(("--uphold",), "A contested signature or payment holds.", metavar="ID"),
        Argument(("--reject",), "A contested signature or payment does not hold.", metavar="ID"),
        Argument(("--because",), "Why, for the others to read.", metavar="TEXT"),
        Argument(("--unsigned",), "Propose it without accepting it yet.", kind="flag"),
        AS,
    ),
    text="The mediators decide whom the version names under which it all stands, or, if it names none, its parties; it "
    "is decided once as many accept it as its terms for disputes ask for, else all. They accept it with `agreement "
    "sign`. What is not picked is passed over for good, though what was paid under it stays paid. Decisions against "
    "each other decide nothing until another one takes their place.",
    examples=(
        ("Of two versions, this one", "meshnode agreement decide Logo --pick bafkrei…"),
        ("A signature holds", "meshnode agreement decide Logo --uphold bafkrei… --because 'She was there'"),
    ),
    exits=(Exit.NOT_RUNNING, Exit.NOT_AUTHORISED, Exit.CONFLICT),
)
