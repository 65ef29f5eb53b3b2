"""`meshnode search`, `why` and `verify`: find records, and ask of one why it stands so and whether it is genuine."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from meshnode.cli.commands import Argument, Command
from meshnode.cli.desk import Desk
from meshnode.cli.exits import Exit, Failure
from meshnode.cli.hints import quoted
from meshnode.cli.safe_text import clean
from meshnode.cli.shown import count, short_id, where, who, who_briefly
from meshnode.cli.status import show_check
from meshnode.cli.times import show_moment

if TYPE_CHECKING:
    from meshnode.client.answers import Fork, Found

THANK = "meshnode contribution thank"
USUAL_ROWS = 20
"""Results listed unless told otherwise."""


def search(desk: Desk, *, words: list[str], limit: int | None) -> Exit:
    """Find records by their words."""
    page = desk.client().search(" ".join(words), {"limit": limit or USUAL_ROWS})
    if desk.out.as_json:
        desk.out.give("search", {**page})
        return Exit.OK
    if not page["items"]:
        desk.out.line("Nothing found.")
        return Exit.OK
    rows = [(short_id(hit["id"]), _words(hit), who_briefly(hit["agent"]), where(hit["scope"])) for hit in page["items"]]
    desk.out.table(("ID", "WHAT", "WHO", "IN"), rows, flexible=1)
    if page["next"]:
        desk.next_steps(("More", f"meshnode search {' '.join(map(quoted, words))} --limit {(limit or USUAL_ROWS) * 5}"))
    return Exit.OK


def why(desk: Desk, *, record: str) -> Exit:
    """Say why a record stands as it does."""
    client = desk.client()
    answer = client.why(record)
    if desk.out.as_json:
        desk.out.give("why", {**answer})
        return Exit.OK
    standing = answer["standing"]
    label = f" · {standing['label']}" if standing["label"] else ""
    reason = f" · {standing['reason']}" if standing["reason"] else ""
    desk.out.line(f"{short_id(answer['id'])}   {standing['status']}{label}{reason}", "bold")
    desk.out.text(answer["text"])
    for place, cause in enumerate(standing["causes"]):
        desk.out.line(f"  {'because of ' if place == 0 else '           '}{cause}")
    if answer["fork"] is not None:
        _tell_fork(desk, answer["fork"])
    if answer["fix"]:
        # The advice is about this very record, which it cannot name.
        fix = clean(answer["fix"]).replace(THANK, f"{THANK} {answer['id']}")
        desk.out.line(f"  {desk.advice(fix)}")
    return Exit.OK


def verify(desk: Desk, *, what: str) -> Exit:
    """Check a file without a node, or a record by asking the node to check it from its bytes."""
    path = Path(what).expanduser()
    if path.is_file():
        from meshnode.cli.file_check import verify_file  # Checking takes the protocol; the other commands do not.

        return verify_file(desk, path)
    if "/" in what or "." in what:
        raise Failure(Exit.FAILURE, f"there is no file {clean(what)}", "meshnode verify --help")
    client = desk.client()
    verified = client.verify(what)
    if desk.out.as_json:
        desk.out.give("verify", {**verified})
    else:
        found = client.record(verified["id"])
        desk.out.line(f"{found['type']}   {verified['id']}", "bold")
        desk.out.fields(
            [("by", who(found["agent"])), ("in", where(found["scope"])), ("signed", show_moment(found["at"]))]
        )
        for check in verified["checks"]:
            show_check(desk, check)
    if not verified["ok"]:
        raise Failure(Exit.VERIFICATION, f"{short_id(verified['id'])} is not genuine", "meshnode doctor")
    return Exit.OK


def _tell_fork(desk: Desk, fork: Fork) -> None:
    """Print which records share a number, when each branch was written, and what one can do."""
    desk.out.warn(f"forked: {clean(fork['text'])}")
    for branch in fork["branches"]:
        span = f"{show_moment(branch['at'])} to {show_moment(branch['until'])}"
        desk.out.line(f"    {branch['id']}   {count(branch['records'], 'record')}, {span}")
    if fork["fix"]:
        desk.out.line(f"    {desk.advice(clean(fork['fix']))}")


def _words(hit: Found) -> str:
    kind = "" if hit["type"] == "contribution" else f"{hit['type']}: "
    return kind + (hit["title"] or hit["text"] or "(no title)")


_ID = Argument(("record",), "The id, or any end or beginning of it that fits only one.", metavar="ID")
COMMANDS = {
    command.name: command
    for command in (
        Command(
            "search",
            "Find records by their words.",
            search,
            (
                Argument(("words",), "What to look for.", kind="many"),
                Argument(("-n", "--limit"), f"At most so many ({USUAL_ROWS}).", kind="number", metavar="ROWS"),
            ),
            exits=(Exit.NOT_RUNNING,),
        ),
        Command(
            "why",
            "Say why a record stands as it does.",
            why,
            (_ID,),
            text="Shows the record's status, the reason code if there is one, and the records that cause it. Every "
            "node that holds the same records gives the same answer.",
            exits=(Exit.NOT_RUNNING,),
        ),
        Command(
            "verify",
            "Check a file or a record.",
            verify,
            (
                Argument(
                    ("what",), "A bundle or fork proof, or the id of a record.", metavar="FILE|ID", complete="file"
                ),
            ),
            text="A file is checked here and now, without a node: every id, chain, signature and private part. A "
            "record is checked by your node from its stored bytes. If anything does not hold, the exit code is 15.",
            exits=(Exit.NOT_RUNNING, Exit.VERIFICATION),
        ),
    )
}
