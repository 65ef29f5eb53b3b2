"""`meshnode search`, `why` and `verify`: find records, and ask of one why it stands so and whether it is genuine."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from meshnode.cli.commands import Argument, Command
from meshnode.cli.desk import Desk, rows_of
from meshnode.cli.exits import Exit, Failure
from meshnode.cli.hints import quoted
from meshnode.cli.operation.status import show_check
from meshnode.words.safe_text import clean
from meshnode.words.shown import count, short_id, signed, standing, where, who_briefly
from meshnode.words.times import show_moment

if TYPE_CHECKING:
    from meshnode.client.answers import Fork, Found

THANK, REAFFIRM = "meshnode contribution thank", "meshnode reaffirm"
ABOUT_IT = (THANK, REAFFIRM)
"""Commands advised about a record, which is put behind them."""
LETTERS_OF_ID = "abcdefghijklmnopqrstuvwxyz234567"
LEAST_OF_ID = 4
"""Letters one must give at least; fewer fit by accident."""
USUAL_ROWS = 20
"""Results listed unless told otherwise."""


def search(desk: Desk, *, words: list[str], limit: int | None, **besides: str | None) -> Exit:
    """Find records by their words, and by who, where, what for and when."""
    wanted = rows_of(limit, USUAL_ROWS)
    page = desk.client().records.search(" ".join(words), {"limit": wanted, **besides})
    if desk.out.as_json:
        desk.out.give("search", {**page})
        return Exit.OK
    if not page["items"]:
        desk.out.line("Nothing found.")
        return Exit.OK
    rows = [(short_id(hit["id"]), _words(hit), who_briefly(hit["agent"]), where(hit["scope"])) for hit in page["items"]]
    desk.out.table(("ID", "WHAT", "WHO", "IN"), rows, flexible=1)
    if page["next"]:
        chosen = " ".join(f"--{name} {quoted(text)}" for name, text in besides.items() if text)
        line = f"meshnode search {' '.join(map(quoted, words))} {chosen}".rstrip()
        desk.next_steps(("More", f"{line} --limit {wanted * 5}"))
    return Exit.OK


def why(desk: Desk, *, record: str) -> Exit:
    """Say why a record stands as it does."""
    client = desk.client()
    answer = client.records.why(record)
    if desk.out.as_json:
        desk.out.give("why", {**answer})
        return Exit.OK
    found = answer["standing"]
    label = f" · {found['label']}" if found["label"] else ""
    reason = f" · {found['reason']}" if found["reason"] else ""
    desk.out.line(f"{short_id(answer['id'])}   {standing(found['status'])}{label}{reason}", "bold")
    if answer["signed_by"] is not None:
        desk.out.line(f"  by {signed(answer['agent'], answer['signed_by'])}")
    desk.out.text(answer["text"])
    for place, cause in enumerate(found["causes"]):
        desk.out.line(f"  {'because of ' if place == 0 else '           '}{cause}")
    if answer["fork"] is not None:
        _tell_fork(desk, answer["fork"])
    if answer["fix"]:
        # The advice is about this very record, which it cannot name.
        fix = clean(answer["fix"])
        for command in ABOUT_IT:
            fix = fix.replace(command, f"{command} {answer['id']}")
        desk.out.line(f"  {desk.advice(fix)}")
    return Exit.OK


def verify(desk: Desk, *, what: str) -> Exit:
    """Check a file without a node, or a record by asking the node to check it from its bytes."""
    path = Path(what).expanduser()
    if path.is_file():
        from meshnode.cli.files.file_check import verify_file  # Checking takes the protocol; the other commands do not.

        return verify_file(desk, path)
    if path.exists() or not _may_be_id(what):
        cause = f"{clean(what)} is no file" if path.exists() else f"there is no file {clean(what)}, and it is no id"
        raise Failure(Exit.FAILURE, cause, "meshnode verify --help")
    client = desk.client()
    verified = client.records.verify(what)
    if desk.out.as_json:
        desk.out.give("verify", {**verified})
    else:
        found = client.records.one(verified["id"])
        desk.out.line(f"{found['type']}   {verified['id']}", "bold")
        desk.out.fields(
            [
                ("by", signed(found["agent"], found["signed_by"])),
                ("in", where(found["scope"])),
                ("signed", show_moment(found["at"])),
            ]
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


def _may_be_id(text: str) -> bool:
    """Return whether somebody who typed this may mean an id: its letters, perhaps with dots between two ends."""
    letters = text.strip().lower().replace("…", "").replace("...", "")
    return len(letters) >= LEAST_OF_ID and not set(letters) - set(LETTERS_OF_ID)


def _words(hit: Found) -> str:
    kind = "" if hit["type"] == "contribution" else f"{hit['type']}: "
    piece = f" · {hit['snippet']}" if hit["marks"] and hit["title"] else ""
    return kind + (hit["title"] or hit["snippet"] or "(no title)") + piece


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
                Argument(("--who",), "Only what this person or organisation signed.", metavar="WHO"),
                Argument(("--network",), "Only in this network."),
                Argument(("--agreement",), "Only under this agreement."),
                Argument(("--project",), "Only contributions for this project."),
                Argument(("--kind",), "Only contributions of this kind (work, idea, money …)."),
                Argument(("--since",), "Only from this day on.", metavar="DAY"),
                Argument(("--until",), "Only until this day, itself included.", metavar="DAY"),
                Argument(("-n", "--limit"), f"At most so many ({USUAL_ROWS}).", kind="number", metavar="ROWS"),
            ),
            text="Words are found by their beginnings, whatever their case and accents: large finds Large, larger and "
            "LÁRGE. What has all words in its title comes first, then the newest. Erased texts are not found. At most "
            "1,000 are found; with --who and the like, among the newest 20,000 that have the words.",
            examples=(("Ana's invoices of March", "meshnode search invoice --who Ana --since 2026-03-01"),),
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
