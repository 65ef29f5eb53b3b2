"""`meshnode contribution …`: list what was contributed, and act on one entry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meshnode.cli.commands import Argument, Command
from meshnode.cli.desk import Desk
from meshnode.cli.exits import Exit, Failure
from meshnode.cli.hints import quoted
from meshnode.cli.shown import count, quantity, rows_of, short_id, standing, title, where, who, who_briefly
from meshnode.cli.times import UnclearTime, parse_duration, show_moment, show_period

if TYPE_CHECKING:
    from meshnode.client.answers import Contribution

USUAL_ROWS = 30
"""Rows listed unless told otherwise: what fits on a screen."""


def ls(
    desk: Desk,
    *,
    project: str | None,
    network: str | None,
    batch: str | None,
    mine: bool,
    limit: int | None,
    after: str | None,
) -> Exit:
    """List contributions, newest first."""
    query = {"project": project, "network": network, "batch": batch, "mine": mine}
    page = desk.client().contributions({**query, "limit": rows_of(limit, USUAL_ROWS), "cursor": after})
    named = [f"--{name} {quoted(value)}" for name, value in query.items() if isinstance(value, str)]
    filters = " ".join([*named, *["--mine"] * mine])
    if desk.out.as_json:
        desk.out.give("contribution.ls", {**page})
    elif page["items"]:
        _table(desk, page["items"])
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


def show(desk: Desk, *, record: str) -> Exit:
    """Show one contribution."""
    entry = desk.client().contribution(record)
    if desk.out.as_json:
        desk.out.give("contribution.show", {**entry})
        return Exit.OK
    desk.out.line(title(entry), "bold")
    if entry["text"]:
        desk.out.text(entry["text"])
    desk.out.fields(_fields(entry))
    if entry["status"] != "yes":
        desk.out.warn(f"{standing(entry['status'])} ({entry['reason']})")
        desk.next_steps(("Why", f"meshnode why {entry['id']}"))
    return Exit.OK


def correct(desk: Desk, *, record: str, duration: list[str], reason: str | None) -> Exit:
    """Say what the quantity should have been."""
    try:
        seconds = parse_duration(" ".join(duration))
    except UnclearTime as error:
        raise Failure(Exit.USAGE, str(error), "meshnode contribution correct --help") from error
    written = desk.client().correct(record, seconds=seconds, reason=reason)
    desk.out.give_or_ok("contribution.correct", written, f"Corrected   {short_id(written['id'])}")
    return Exit.OK


def retract(desk: Desk, *, record: str, reason: str | None) -> Exit:
    """Take a contribution back."""
    written = desk.client().retract(record, reason)
    text = f"Retracted   {short_id(written['id'])}   (it stays visible as retracted; erase removes its text)"
    desk.out.give_or_ok("contribution.retract", written, text)
    return Exit.OK


def thank(desk: Desk, *, record: str, text: list[str], skill: str | None) -> Exit:
    """Thank the author of a contribution."""
    kind = "skill" if skill else None
    written = desk.client().thank(record, " ".join(text) or None, kind=kind, skill=skill)
    desk.out.give_or_ok(
        "contribution.thank", written, f"Thanked   {short_id(written['id'])}   in {where(written['scope'])}"
    )
    return Exit.OK


def erase(desk: Desk, *, records: list[str], yes: bool) -> Exit:
    """Erase the texts of records, here and everywhere."""
    if not yes:
        what = "this text" if len(records) == 1 else f"these {len(records)} texts"
        desk.confirm(f"Erase {what} here and on every node that hears of it? It cannot be undone.", flag="--yes")
    erased = desk.client().erase(records)
    text = f"Erased   {count(len(erased['targets']), 'text')}   by record {short_id(erased['id'])}"
    desk.out.give_or_ok("contribution.erase", erased, text)
    if erased["copies"] and not desk.out.as_json:
        others = count(len(erased["copies"]), "other contribution")
        verb = "says" if len(erased["copies"]) == 1 else "say"
        desk.out.warn(f"{others} of yours still {verb} the same: it was shared")
        desk.next_steps(("Erase", f"meshnode contribution erase {' '.join(erased['copies'])}"))
    return Exit.OK


def _table(desk: Desk, entries: list[Contribution]) -> None:
    rows = [
        (
            short_id(entry["id"]),
            show_period(entry["day_from"], entry["day_to"]),
            quantity(entry["quantity"], entry["seconds"]),
            _mark(entry) + title(entry),
            who_briefly(entry["agent"]),
        )
        for entry in entries
    ]
    desk.out.table(("ID", "DAY", "HOW MUCH", "WHAT", "WHO"), rows, flexible=3, right=(2,))


def _mark(entry: Contribution) -> str:
    if entry["status"] != "yes":
        return f"[{standing(entry['status'])}] "
    return f"[{entry['claim']}] " if entry["claim"] not in ("", "claimed") else ""


def _fields(entry: Contribution) -> list[tuple[str, str]]:
    return [
        ("id", entry["id"]),
        (
            "what",
            f"{entry['kind']} · {quantity(entry['quantity'], entry['seconds'])}"
            + (" (corrected)" * entry["corrected"]),
        ),
        ("day", show_period(entry["day_from"], entry["day_to"])),
        ("project", entry["project"]["title"] if entry["project"] else ""),
        ("in", where(entry["scope"])),
        ("by", who(entry["agent"])),
        ("signed", show_moment(entry["at"])),
        ("stands as", entry["claim"]),
        ("held by", _held(entry)),
        ("source", entry["source"]),
        ("import", entry["batch"]),
    ]


def _held(entry: Contribution) -> str:
    others = entry["held_by"]
    if others:
        return "1 other agent says that it holds it" if others == 1 else f"{others} other agents say that they hold it"
    # Who holds what is told to its author above all.
    return "only here so far" if entry["agent"]["me"] else "here; its author is told who else"


_REASONS = ("error", "duplicate", "agreed")
_ID = Argument(("record",), "The id, or any end or beginning of it that fits only one.", metavar="ID")
COMMANDS = {
    command.name: command
    for command in (
        Command(
            "contribution ls",
            "List contributions, newest first.",
            ls,
            (
                Argument(("--project",), "Only this project (title, slug or id)."),
                Argument(("--network",), "Only what stands in this network."),
                Argument(("--batch",), "Only what this import brought."),
                Argument(("--mine",), "Only your own.", kind="flag"),
                Argument(("-n", "--limit"), f"At most so many ({USUAL_ROWS}).", kind="number", metavar="ROWS"),
                Argument(("--after",), "Go on where the list before ended.", metavar="CURSOR"),
            ),
            exits=(Exit.NOT_RUNNING,),
        ),
        Command("contribution show", "Show one contribution.", show, (_ID,), exits=(Exit.NOT_RUNNING,)),
        Command(
            "contribution correct",
            "Say what the quantity should have been.",
            correct,
            (
                _ID,
                Argument(("duration",), "The right length: 3h30, 3:30, 90m, 45 min.", kind="many"),
                Argument(("--reason",), "Why.", choices=_REASONS),
            ),
            text="The difference is signed as a record of its own; the first entry stays, marked as corrected.",
            examples=(("It was two hours, not three", "meshnode contribution correct bafkreidbnzqs4l 2h"),),
            exits=(Exit.NOT_RUNNING, Exit.NOT_AUTHORISED),
        ),
        Command(
            "contribution retract",
            "Take a contribution of yours back.",
            retract,
            (_ID, Argument(("--reason",), "Why.", choices=_REASONS)),
            exits=(Exit.NOT_RUNNING, Exit.NOT_AUTHORISED),
        ),
        Command(
            "contribution thank",
            "Thank the author of a contribution.",
            thank,
            (
                _ID,
                Argument(("text",), "What you want to say.", kind="many", optional=True),
                Argument(("--skill",), "Confirm this skill of theirs.", metavar="SKILL"),
            ),
            exits=(Exit.NOT_RUNNING,),
        ),
        Command(
            "contribution erase",
            "Erase texts that you wrote, or that name you, here and everywhere.",
            erase,
            (
                Argument(("records",), "The ids.", kind="many", metavar="ID"),
                Argument(("--yes",), "Do not ask.", kind="flag"),
            ),
            text="Title and text are removed from this node's database, search index and exports, and every node that "
            "hears of the erasure must do the same, however late it hears of it. The signed facts (how much, when, "
            "for what) stay, so nobody's accounts change. Any record of yours will do, also a profile, and also in a "
            "network you have left; and of others' records those whose facts name you, as thanks to you do.",
            exits=(Exit.NOT_RUNNING, Exit.NOT_AUTHORISED, Exit.CONFLICT),
        ),
    )
}
