"""`meshnode distribution …`: share incomes out, approve it, and ask why an amount is what it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meshnode.cli.commands import AS, Argument, Command
from meshnode.cli.desk import Desk
from meshnode.cli.exits import Exit, Failure
from meshnode.cli.money import distribution_shown as told
from meshnode.cli.money.days import read_day
from meshnode.words.shown import short_id, where, worth
from meshnode.words.times import today

if TYPE_CHECKING:
    from meshnode.client.money_answers import Distribution


def new(
    desk: Desk,
    *,
    agreement: str,
    income: list[str],
    to: str | None,
    after: str | None,
    reopen: str | None,
    beside: bool,
    dry_run: bool,
    unapproved: bool,
    yes: bool,
    as_: str | None,
) -> Exit:
    """Share out what came in, after showing what comes of it."""
    money = desk.client().money
    wish: dict[str, object] = {
        "incomes": income,
        "to": read_day(desk, to),
        "after": after,
        "reopens": reopen,
        "beside": beside,
    }
    preview = money.preview(agreement, wish)
    if dry_run and desk.out.as_json:
        desk.out.give("distribution.preview", preview)
        return Exit.OK
    if not desk.out.as_json:
        told.show_preview(desk.out, preview)
        if preview["to"] > today().isoformat():
            desk.out.warn(f"{preview['to']} lies ahead: work that is done until then will be late for the next one")
    if dry_run:
        return Exit.OK
    if not yes:
        desk.confirm("Sign this distribution? The others approve or decline it.", flag="--yes")
    # What was shown is pinned: incomes that come in meanwhile wait for the next one.
    pinned = {**wish, "incomes": preview["incomes"], "to": preview["to"]}
    made = money.propose(agreement, preview["digest"], pinned, as_=as_)
    approves = not unapproved and _may_approve(made, as_)
    made = money.approve(made["id"], as_=as_) if approves else made
    done = "Signed and approved" if approves else "Signed"
    desk.out.give_or_ok("distribution.new", made, f"{done}   {worth(made['pool'])} shared out   {short_id(made['id'])}")
    if not desk.out.as_json:
        desk.out.line(f"  {_sentence(made['says'])}")
        desk.warn_of(made["warnings"])
        _next(desk, made)
    return Exit.OK


def ls(desk: Desk, *, agreement: str | None) -> Exit:
    """List distributions."""
    found = [*desk.client().money.distributions(agreement)]
    if desk.out.as_json:
        desk.out.give("distribution.ls", {"items": found})
    elif not found:
        desk.out.line("Nothing was shared out yet.")
        desk.next_steps(("Share an income out", "meshnode distribution new AGREEMENT"))
    else:
        rows = [
            (
                short_id(each["id"]),
                each["to"],
                worth(each["pool"]),
                where(each["agreement"]),
                each["state"],
                f"{sum(one['level'] == 'yes' for one in each['approvals'])}/{each['needed']}" if each["needed"] else "",
            )
            for each in found
        ]
        heads = ("ID", "UP TO", "POOL", "AGREEMENT", "STATE", "APPROVED")
        desk.out.table(heads, rows, flexible=3, right=(2,), whole=(0, 4))
        mine = [each for each in found if each["may_approve"] and each["state"] == "proposed"]
        if mine:
            desk.next_steps(*(("Look at it", f"meshnode distribution show {each['id']}") for each in mine[:3]))
    return Exit.OK


def show(desk: Desk, *, distribution: str) -> Exit:
    """Show a distribution."""
    one = desk.client().money.distribution(distribution)
    if desk.out.as_json:
        desk.out.give("distribution.show", one)
        return Exit.OK
    told.show_distribution(desk.out, one)
    desk.warn_of(one["warnings"])
    _next(desk, one)
    if one["state"] == "void":
        raise Failure(Exit.VERIFICATION, one["says"], f"meshnode why {one['id']}")
    return Exit.OK


def approve(desk: Desk, *, distribution: str, decline: bool, because: str | None, yes: bool, as_: str | None) -> Exit:
    """Approve a distribution, after being told what it leaves out."""
    money = desk.client().money
    before = money.distribution(distribution)
    outside = before["outside"]
    lacks = outside is not None and bool(outside["contributions"] or outside["corrections"])
    if not decline and not yes and desk.can_ask:
        told.show_distribution(desk.out, before)
        desk.warn_of(before["warnings"])
        leaves_out = " What it leaves out enters the next one." if lacks else ""
        desk.confirm(f"Approve it? It cannot be taken back.{leaves_out}", flag="--yes")
    elif not decline and outside is not None and lacks:
        if not desk.out.as_json:
            told.show_outside(desk.out, outside)
        if not yes:
            desk.confirm("Approve it all the same? What it leaves out enters the next one.", flag="--yes")
    after = money.approve(distribution, "decline" if decline else "accept", text=because or "", as_=as_)
    verb = "Declined" if decline else "Approved"
    desk.out.give_or_ok("distribution.approve", after, f"{verb}   {worth(after['pool'])}   it is {after['state']}")
    if not desk.out.as_json:
        desk.out.line(f"  {_sentence(after['says'])}")
        desk.warn_of(after["warnings"])
        _next(desk, after)
    return Exit.OK


def explain(desk: Desk, *, distribution: str, who: str | None, person: str | None) -> Exit:
    """Say why each amount is what it is, down to the signatures."""
    if who and person:
        raise Failure(Exit.USAGE, "the person is named twice", "meshnode distribution explain --help")
    found = desk.client().money.explanation(distribution, who or person)
    if desk.out.as_json:
        desk.out.give("distribution.explain", found)
        return Exit.OK
    if not found["lines"]:
        raise Failure(
            Exit.FAILURE, "nobody of that name gets anything there", f"meshnode distribution show {distribution}"
        )
    told.show_explanation(desk.out, found)
    broken = [each for each in told.signatures_of(found) if not each["holds"]]
    if broken:
        raise Failure(Exit.VERIFICATION, f"{len(broken)} signatures do not hold", f"meshnode verify {broken[0]['id']}")
    return Exit.OK


def _may_approve(one: Distribution, as_: str | None) -> bool:
    """Whether who has signed it is one of those who approve, and has not yet."""
    waiting = [each["agent"] for each in one["approvals"] if each["level"] == "no"]
    if as_ is None:
        return any(each["me"] for each in waiting)
    return any(as_.casefold() in (each["name"].casefold(), each["id"]) for each in waiting)


def _next(desk: Desk, one: Distribution) -> None:
    """Print the command that comes next: for the owner, or for those whose approval is awaited."""
    why = ("Why each amount", f"meshnode distribution explain {one['id']}")
    if one["state"] == "proposed":
        label = "Approve" if one["may_approve"] else "They approve with"
        desk.next_steps((label, f"meshnode distribution approve {one['id']}"), why)
    elif one["state"] == "effective":
        desk.next_steps(why, ("Who pays whom", "meshnode plan"))
    elif one["disputes"] or one["decisions"]:
        from meshnode.cli.agreements import agreement_decided

        agreement_decided.tell_next(desk, one["disputes"], one["decisions"])


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + "."


_ID = Argument(
    ("distribution",), "Its id, or the title of the agreement: the one that waits, else the last.", metavar="ID"
)
_EXITS = (Exit.NOT_RUNNING, Exit.NOT_AUTHORISED, Exit.CONFLICT)
COMMANDS = {
    command.name: command
    for command in (
        Command(
            "distribution new",
            "Share out what came in under an agreement, and approve it; shows what comes of it first.",
            new,
            (
                Argument(("agreement",), "The agreement, by title or id."),
                Argument(("--income",), "Only this income (else all confirmed ones).", kind="repeat", metavar="ID"),
                Argument(("--to",), "Up to which day. Today unless you say so.", metavar="DATE"),
                Argument(("--after",), "The distribution it follows (else the last in force).", metavar="ID"),
                Argument(("--reopen",), "Share this earlier one again, with what has come since.", metavar="ID"),
                Argument(("--beside",), "Though another waits for approval.", kind="flag"),
                Argument(("--dry-run",), "Only show what would come of it.", kind="flag"),
                Argument(("--unapproved",), "Sign it without approving it yet.", kind="flag"),
                Argument(("--yes",), "Do not ask.", kind="flag"),
                AS,
            ),
            text="What enters is not chosen: it is everything that is acknowledged and known here. Every node computes "
            "it again, and one that is off by a cent, or leaves out what its author knew, is void for ever. It counts "
            "once as many have approved it as the agreement asks for; one that shares an earlier one again takes the "
            "consent of everybody who gets less by it.",
            examples=(
                ("What would come of it", "meshnode distribution new acme-site --dry-run"),
                ("Share it out", "meshnode distribution new acme-site"),
            ),
            exits=_EXITS,
        ),
        Command(
            "distribution ls",
            "List distributions.",
            ls,
            (Argument(("agreement",), "Only those of this agreement.", optional=True),),
            exits=(Exit.NOT_RUNNING,),
        ),
        Command(
            "distribution show",
            "Show who gets what, and how it stands.",
            show,
            (_ID,),
            exits=(Exit.NOT_RUNNING, Exit.VERIFICATION),
        ),
        Command(
            "distribution approve",
            "Approve a distribution, or decline it.",
            approve,
            (
                _ID,
                Argument(("--decline",), "Say no; an approval given before cannot be taken back.", kind="flag"),
                Argument(("--because",), "Why, for the others to read.", metavar="TEXT"),
                Argument(("--yes",), "Do not ask, though it leaves out work that is known here.", kind="flag"),
                AS,
            ),
            exits=_EXITS,
        ),
        Command(
            "distribution explain",
            "Say why each amount is what it is, down to the signatures.",
            explain,
            (
                _ID,
                Argument(("who",), "Only what this person gets.", metavar="PERSON", optional=True),
                Argument(("--person",), "The same.", metavar="PERSON"),
            ),
            text="For each amount: the step, what was shared, the weight as a fraction of the whole, the quota, how it "
            "was rounded, the contributions it came from, what was confirmed of each and by whom, and the keys that "
            "signed all of it, checked while you wait. It adds up to the cent.",
            examples=(("Why Ben got that", "meshnode distribution explain bafkreidbnzqs4l Ben"),),
            exits=(Exit.NOT_RUNNING, Exit.VERIFICATION),
        ),
    )
}
