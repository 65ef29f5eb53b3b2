"""`meshnode contribution …`: list what was contributed, and act on one entry."""

from __future__ import annotations

from meshnode.cli.commands import AS, Argument, Command
from meshnode.cli.contributions.adding import COMMAND as ADD
from meshnode.cli.contributions.adding import KINDS
from meshnode.cli.contributions.contributed import (
    HEADS,
    THANKS_HEADS,
    WHAT,
    fields_of,
    rows_of_sums,
    table_of,
    thanks_of,
    thanks_row,
)
from meshnode.cli.contributions.evidence import look_at
from meshnode.cli.contributions.terms import COMPENSATIONS, STREAMS
from meshnode.cli.contributions.work import tell_doubts
from meshnode.cli.desk import Desk, rows_of
from meshnode.cli.exits import Exit, Failure
from meshnode.cli.hints import quoted
from meshnode.cli.parsing import Value
from meshnode.words.safe_text import clean
from meshnode.words.shown import count, short_id, size, standing, title, where
from meshnode.words.units import EXAMPLES, Unclear, parse_amount

USUAL_ROWS = 30
"""Rows listed unless told otherwise: what fits on a screen."""


def ls(desk: Desk, *, limit: int | None, after: str | None, **chosen: Value) -> Exit:
    """List contributions, newest first."""
    query, filters = chosen_query(chosen)
    page = desk.client().work.contributions({**query, "limit": rows_of(limit, USUAL_ROWS), "cursor": after})
    if desk.out.as_json:
        desk.out.give("contribution.ls", {**page})
    elif page["items"]:
        heads, rows = table_of(page["items"])
        desk.out.table(heads, rows, flexible=WHAT, right=(2,), whole=range(len(HEADS) - 1, len(heads)))
        if page["next"]:
            more = f"meshnode contribution ls --after {page['next']}"
            same = [filters, "" if limit is None else f"--limit {limit}"]
            desk.next_steps(("More", " ".join(filter(None, [more, *same]))))
    elif filters:
        desk.out.line(f"Nothing fits {filters}.")
        desk.next_steps(("Everything", "meshnode contribution ls"))
    else:
        desk.out.line("Nothing here yet.")
        desk.next_steps(("Log something", 'meshnode log "Landing page, first draft" 3h30'))
    return Exit.OK


def sums(desk: Desk, **chosen: Value) -> Exit:
    """Add up contributions, each unit and each currency apart."""
    query, filters = chosen_query(chosen)
    found = desk.client().work.sums(query)
    if desk.out.as_json:
        desk.out.give("contribution.sum", {**found})
    elif not found["contributions"]:
        desk.out.line(f"Nothing fits {filters}." if filters else "Nothing here yet.")
        desk.next_steps(("Everything", "meshnode contribution ls"))
    else:
        desk.out.table(("SUM", "OF"), rows_of_sums(found), flexible=1, right=(0,))
        if found["more"]:
            desk.out.warn("there are more units or currencies, or sums too large to be told")
    return Exit.OK


def chosen_query(chosen: dict[str, Value]) -> tuple[dict[str, str | bool], str]:
    """Return the query that the options of `CHOICE` make, and the same options as they are typed."""
    query: dict[str, str | bool] = {
        name: value for name, value in chosen.items() if isinstance(value, str) or value is True
    }
    typed = [f"--{name} {quoted(value)}" for name, value in query.items() if isinstance(value, str)]
    flags = {"mine": "--mine", "coauthored": "--co-authored"}
    return query, " ".join([*typed, *(flag for name, flag in flags.items() if name in query)])


def show(desk: Desk, *, record: str) -> Exit:
    """Show one contribution."""
    client = desk.client()
    entry = client.work.contribution(record)
    said = client.work.recognitions({"for": entry["id"], "limit": USUAL_ROWS})["items"]
    agreed = entry["scope"]["kind"] == "agreement" and entry["status"] in ("yes", "contested")
    said_of_it = agreed or (entry["scope"]["kind"] == "network" and entry["claim"] in ("acknowledged", "rejected"))
    evaluation = client.money.evaluation(entry["id"]) if said_of_it else None
    if desk.out.as_json:
        desk.out.give("contribution.show", {**entry, "thanks": said, "evaluation": evaluation})
        return Exit.OK
    desk.out.line(title(entry), "bold")
    if entry["text"]:
        desk.out.text(entry["text"])
    fields = [*fields_of(entry), *(thanks_of(each) for each in said)]
    if evaluation is not None:
        from meshnode.cli.contributions.attest import said_of

        told_there = ("in", "stands as") if agreed else ("stands as",)
        fields = [each for each in fields if each[0] not in told_there] + said_of(evaluation)
    desk.out.fields(fields)
    if evaluation is not None and evaluation["may_attest"]:
        desk.next_steps(("Confirm it", f"meshnode attest {entry['id']}"))
    from meshnode.cli.contributions.attest import doubts_of

    desk.warn_of(doubts_of(entry["doubles"] if evaluation is None else evaluation["doubles"]))
    if entry["status"] != "yes":
        desk.out.warn(f"{standing(entry['status'])} ({entry['reason']})")
        desk.next_steps(("Why", f"meshnode why {entry['id']}"))
    return Exit.OK


def correct(desk: Desk, *, record: str, amount: list[str], reason: str | None, as_: str | None) -> Exit:
    """Say what the quantity, or the value, should have been."""
    try:
        right = parse_amount(" ".join(amount))
    except Unclear as unclear:
        raise Failure(Exit.USAGE, str(unclear), "meshnode contribution correct --help") from unclear
    written = desk.client().work.correct(record, right.fields(), reason, as_=as_)
    desk.out.give_or_ok("contribution.correct", written, f"Corrected   {short_id(written['id'])}")
    return Exit.OK


def evidence(desk: Desk, *, record: str, file: str) -> Exit:
    """Compare a file with those that a contribution was shown by."""
    seen = look_at(file)
    entry = desk.client().work.contribution(record)
    same = any(each["sha256"] == seen.sha256 for each in entry["evidence"])
    if desk.out.as_json:
        desk.out.give("contribution.evidence", {"id": entry["id"], "same": same, **seen._asdict()})
    elif same:
        desk.out.ok(f"The same file, bit for bit   {file} · {size(seen.size)}")
    else:
        desk.out.bad(f"Another file   {file} · {size(seen.size)}")
    if same:
        return Exit.OK
    known = count(len(entry["evidence"]), "file")
    cause = f"{file} is none of the {known} signed there" if entry["evidence"] else "no file was signed there"
    raise Failure(Exit.VERIFICATION, cause, f"meshnode contribution show {short_id(entry['id'])}")


def retract(desk: Desk, *, record: str, reason: str | None, as_: str | None) -> Exit:
    """Take a contribution back."""
    written = desk.client().work.retract(record, reason, as_=as_)
    text = f"Retracted   {short_id(written['id'])}   (it stays visible as retracted; erase removes its text)"
    desk.out.give_or_ok("contribution.retract", written, text)
    return Exit.OK


def thank(desk: Desk, *, record: str, text: list[str], kudos: bool, skill: str | None, as_: str | None) -> Exit:
    """Thank whoever made a contribution."""
    if kudos and skill:
        raise Failure(Exit.USAGE, "--kudos and --skill exclude each other", "meshnode contribution thank --help")
    kind = "skill" if skill else "kudos" if kudos else None
    written = desk.client().work.thank(record, " ".join(text) or None, kind=kind, skill=skill, as_=as_)
    desk.out.give_or_ok(
        "contribution.thank", written, f"Thanked   {short_id(written['id'])}   in {where(written['scope'])}"
    )
    return Exit.OK


def thanks(desk: Desk, *, to: str | None, by: str | None, limit: int | None, after: str | None) -> Exit:
    """List who thanked whom for what, newest first."""
    query = {"to": to, "by": by, "limit": rows_of(limit, USUAL_ROWS), "cursor": after}
    page = desk.client().work.recognitions(query)
    if desk.out.as_json:
        desk.out.give("contribution.thanks", {**page})
    elif not page["items"]:
        desk.out.line("Nobody has thanked anybody here yet." if not (to or by) else "No such thanks here yet.")
        desk.next_steps(("What there is to thank for", "meshnode contribution ls"))
    else:
        desk.out.table(THANKS_HEADS, [thanks_row(each) for each in page["items"]], flexible=3)
        if page["next"]:
            same = [f"--{name} {quoted(said)}" for name, said in (("to", to), ("by", by)) if said]
            same += [] if limit is None else [f"--limit {limit}"]
            more = f"meshnode contribution thanks --after {page['next']}"
            desk.next_steps(("More", " ".join([more, *same])))
    return Exit.OK


def erase(desk: Desk, *, records: list[str], yes: bool, as_: str | None) -> Exit:
    """Erase the texts of records, here and everywhere."""
    if not yes:
        what = "this text" if len(records) == 1 else f"these {len(records)} texts"
        desk.confirm(f"Erase {what} here and on every node that hears of it? It cannot be undone.", flag="--yes")
    erased = desk.client().records.erase(records, as_=as_)
    text = f"Erased   {count(len(erased['targets']), 'text')}   by record {short_id(erased['id'])}"
    desk.out.give_or_ok("contribution.erase", erased, text)
    if erased["copies"] and not desk.out.as_json:
        others, whose = count(len(erased["copies"]), "other contribution"), clean(as_) if as_ else "yours"
        verb = "says" if len(erased["copies"]) == 1 else "say"
        desk.out.warn(f"{others} of {whose} still {verb} the same: it was shared")
        same = f" --as {quoted(as_)}" if as_ else ""
        desk.next_steps(("Erase", f"meshnode contribution erase {' '.join(erased['copies'])}{same}"))
    return Exit.OK


CHOICE = (
    Argument(("--project",), "Only this project (title, slug or id)."),
    Argument(("--network",), "Only what stands in this network."),
    Argument(("--agreement",), "Only what stands under this agreement."),
    Argument(("--batch",), "Only what this import brought."),
    Argument(("--kind",), "Only this kind.", choices=KINDS),
    Argument(("--stream",), "Only out of this.", choices=STREAMS),
    Argument(("--comp",), "Only what is or will be paid for, or is a gift.", choices=COMPENSATIONS),
    Argument(("--who",), "Only what this person signed or has a share in.", metavar="PERSON"),
    Argument(("--co-authored",), "Only what several made.", kind="flag", into="coauthored"),
    Argument(("--mine",), "Only your own.", kind="flag"),
)


def take(desk: Desk, *, record: str, agreement: str, as_: str | None) -> Exit:
    """State earlier work again under an agreement."""
    written = desk.client().work.share(record, agreement=agreement, as_=as_)
    desk.out.give_or_ok(
        "contribution.take", written, f"Taken   {short_id(written['id'])}   into {where(written['scope'])}"
    )
    tell_doubts(desk, written)
    if not desk.out.as_json:
        double = desk.client().work.contribution(written["id"])["doubles"]
        if double:
            listed = ", ".join(short_id(each) for each in double)
            desk.out.warn(f"possible double claim: the same work stands in another agreement, too ({listed})")
    return Exit.OK


def answer(desk: Desk, *, record: str, decline: bool, as_: str | None) -> Exit:
    """Accept or decline one's share in a contribution."""
    from meshnode.cli.contributions.attest import state_of

    told = desk.client().money.answer_share(record, "decline" if decline else "accept", as_=as_)
    verb = "Declined" if decline else "Accepted"
    desk.out.give_or_ok("contribution.answer", told, f"{verb} your share   it stands as {state_of(told)}")
    return Exit.OK


_REASONS = ("error", "duplicate", "agreed")
_ID = Argument(("record",), "The id, or any end or beginning of it that fits only one.", metavar="ID")
COMMANDS = {
    command.name: command
    for command in (
        ADD,
        Command(
            "contribution take",
            "State earlier work of yours again under an agreement, so that it counts there.",
            take,
            (_ID, Argument(("agreement",), "The agreement, by title or id."), AS),
            text="The entry keeps its quantity and its co-authors and names the earlier one, without showing it to "
            "anybody who could not see it before. Work earns once: where a node sees that the same work was taken into "
            "two agreements it says so.",
            examples=(("Hours from before we signed", "meshnode contribution take bafkreidbnzqs4l acme-site"),),
            exits=(Exit.NOT_RUNNING, Exit.NOT_AUTHORISED, Exit.CONFLICT),
        ),
        Command(
            "contribution answer",
            "Accept your share in somebody's contribution, or decline it.",
            answer,
            (_ID, Argument(("--decline",), "It goes back to the others, by their parts.", kind="flag"), AS),
            text="A share counts unless you decline it; one that you have accepted cannot be declined any more.",
            exits=(Exit.NOT_RUNNING, Exit.NOT_AUTHORISED),
        ),
        Command(
            "contribution ls",
            "List contributions, newest first.",
            ls,
            (
                *CHOICE,
                Argument(("-n", "--limit"), f"At most so many ({USUAL_ROWS}).", kind="number", metavar="ROWS"),
                Argument(("--after",), "Go on where the list before ended.", metavar="CURSOR"),
            ),
            exits=(Exit.NOT_RUNNING,),
        ),
        Command(
            "contribution sum",
            "Add up contributions, each unit and each currency apart.",
            sums,
            CHOICE,
            text="What counts and was not retracted is added up exactly, as it stands after corrections: times "
            "together, every other unit and every currency by itself. What several made counts whole, not "
            "by somebody's share. Work that was shared stands in each place, where `contribution ls` tells it, and "
            "counts once: as others see it, which is by its first entry outside your notebook with the corrections of "
            "that. To add up another place, say `--network`.",
            examples=(("What was given to a project", "meshnode contribution sum --project acme-site --comp gift"),),
            exits=(Exit.NOT_RUNNING,),
        ),
        Command("contribution show", "Show one contribution.", show, (_ID,), exits=(Exit.NOT_RUNNING,)),
        Command(
            "contribution evidence",
            "Say whether a file is the one that a contribution was shown by.",
            evidence,
            (_ID, Argument(("file",), "The file.", metavar="FILE", complete="file")),
            text="Compares digests: nothing is sent anywhere and nothing is kept.",
            exits=(Exit.NOT_RUNNING, Exit.VERIFICATION),
        ),
        Command(
            "contribution correct",
            "Say what the quantity, or the value, should have been.",
            correct,
            (
                _ID,
                Argument(("amount",), f"What is right: {EXAMPLES}.", kind="many", metavar="AMOUNT"),
                Argument(("--reason",), "Why it is corrected.", choices=_REASONS),
                AS,
            ),
            text="The difference is signed as a record of its own; the first entry stays, marked as corrected.",
            examples=(
                ("It was two hours, not three", "meshnode contribution correct bafkreidbnzqs4l 2h"),
                ("It is worth less", "meshnode contribution correct bafkreidbnzqs4l 380 EUR"),
            ),
            exits=(Exit.NOT_RUNNING, Exit.NOT_AUTHORISED),
        ),
        Command(
            "contribution retract",
            "Take a contribution of yours back.",
            retract,
            (_ID, Argument(("--reason",), "Why it is taken back.", choices=_REASONS), AS),
            exits=(Exit.NOT_RUNNING, Exit.NOT_AUTHORISED),
        ),
        Command(
            "contribution thank",
            "Thank whoever made a contribution.",
            thank,
            (
                _ID,
                Argument(("text",), "What you want to say.", kind="many", optional=True),
                Argument(("--kudos",), "Say well done rather than thank you.", kind="flag"),
                Argument(("--skill",), "Confirm this skill of theirs.", metavar="SKILL"),
                AS,
            ),
            text="Everybody who has a share in it is thanked, you excepted. Thanks stand apart from money: they weigh "
            "nothing in any agreement, and nobody is ranked by them.",
            exits=(Exit.NOT_RUNNING,),
        ),
        Command(
            "contribution thanks",
            "List who thanked whom for what.",
            thanks,
            (
                Argument(("--to",), "Only thanks to this person (me for yourself).", metavar="PERSON"),
                Argument(("--by",), "Only what this person said.", metavar="PERSON"),
                Argument(("-n", "--limit"), f"At most so many ({USUAL_ROWS}).", kind="number", metavar="ROWS"),
                Argument(("--after",), "Go on where the list before ended.", metavar="CURSOR"),
            ),
            exits=(Exit.NOT_RUNNING,),
        ),
        Command(
            "contribution erase",
            "Erase texts that you wrote, or that name you, here and everywhere.",
            erase,
            (
                Argument(("records",), "The ids of what has the texts.", kind="many", metavar="ID"),
                Argument(("--yes",), "Do not ask.", kind="flag"),
                AS,
            ),
            text="Title and text are removed from this node's database, search index and exports, and every node that "
            "hears of the erasure must do the same, however late it hears of it. The signed facts (how much, when, "
            "for what) stay, so nobody's accounts change. Any record of yours will do, also a profile, and also in a "
            "network you have left; and of others' records those whose facts name you, as thanks to you do.",
            exits=(Exit.NOT_RUNNING, Exit.NOT_AUTHORISED, Exit.CONFLICT),
        ),
    )
}
