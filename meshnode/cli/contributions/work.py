"""`meshnode log`, `start`, `stop` and `share`: what one does every day."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from meshnode.cli.commands import AGREEMENT, AS, Argument, Command
from meshnode.cli.contributions.terms import ARGUMENTS, NO_TERMS, Terms, read_days, read_terms
from meshnode.cli.desk import Desk
from meshnode.cli.exits import Exit, Failure
from meshnode.cli.hints import quoted
from meshnode.cli.parsing import Value
from meshnode.client.errors import NodeNotRunning
from meshnode.words.safe_text import clean
from meshnode.words.shown import short_id, signed, where, who
from meshnode.words.times import UnclearTime, parse_duration, show_duration, show_moment

if TYPE_CHECKING:
    from meshnode.client.answers import Timer, Written
    from meshnode.client.work_answers import Stopped

KINDS = ("work", "idea", "care", "introduction", "data", "deliver", "cite", "use")
"""Kinds of contribution whose amount is a time."""


DAY_SECONDS = 24 * 3600


class Entry(NamedTuple):
    """What is to be logged; names of project and network are as they were typed."""

    title: str
    seconds: int
    kind: str
    text: str | None
    project: str | None
    network: str | None
    day: str | None
    """`YYYY-MM-DD`, None for today."""
    day_to: str | None = None
    terms: Terms = NO_TERMS
    as_: str | None = None
    """The organisation for which it is signed."""
    agreement: str | None = None


def log(
    desk: Desk,
    *,
    title: str,
    duration: list[str],
    project: str | None,
    network: str | None,
    agreement: str | None,
    on: str | None,
    kind: str | None,
    note: str | None,
    as_: str | None,
    **said: Value,
) -> Exit:
    """Sign and save what was done, with the node or, when it is stopped, without."""
    seconds, (day, last), terms = _read_time(duration), read_days(desk, on, said), read_terms(desk, said)
    entry = Entry(title, seconds, kind or "work", note, project, network, day, last, terms, as_, agreement)
    written = _sign(desk, entry)
    tell_written(desk, "log", written, f"{entry.kind} · {show_duration(seconds)}", project)
    tell_terms(desk, terms)
    if seconds > DAY_SECONDS:
        desk.out.warn(f"{show_duration(seconds)} are more than a day has")
        same = f" --as {quoted(as_)}" if as_ else ""
        desk.next_steps(("If that is a slip", f"meshnode contribution correct {short_id(written['id'])} 2h30{same}"))
    return Exit.OK


def start(desk: Desk, *, title: str | None, project: str | None, network: str | None, as_: str | None) -> Exit:
    """Start a timer, or list those that run."""
    if title is None:
        return _list_timers(desk)
    timer = desk.client().work.start_timer(title, project=project, network=network, as_=as_)
    whom = f"   as {who(timer['agent'])}" if timer["agent"] else ""
    text = f"Timer started   {clean(timer['title'])}   (counts at most {show_duration(timer['cap_seconds'])}){whom}"
    desk.out.give_or_ok("start", timer, text)
    desk.next_steps(("When you are done", "meshnode stop"))
    return Exit.OK


def stop(desk: Desk, *, timer: str | None, discard: bool) -> Exit:
    """Stop the timer and log what it measured."""
    stopped = desk.client().work.stop_timer(timer=timer, discard=discard)
    if desk.out.as_json:
        desk.out.give("stop", {**stopped})
    else:
        _tell_stopped(desk, stopped)
    return Exit.OK


def share(desk: Desk, *, record: str | None, network: str | None, as_: str | None) -> Exit:
    """Take an entry of the notebook into a network."""
    if record is None:
        cause = "say which entry is to be shared: the id of one in your notebook"
        raise Failure(Exit.USAGE, cause, "meshnode contribution ls --network notebook")
    if network is None:
        raise Failure(Exit.USAGE, "say into which network: --network is missing", "meshnode share --help")
    written = desk.client().work.share(record, network, as_=as_)
    desk.out.give_or_ok("share", written, f"Shared   {short_id(written['id'])}   in {where(written['scope'])}")
    return Exit.OK


def _sign(desk: Desk, entry: Entry) -> Written:
    """Have the node sign an entry, or sign it here if there is no node."""
    fields = {**entry.terms.fields(), **({"day_to": entry.day_to} if entry.day_to else {})}
    try:
        return desk.client().work.log(
            entry.title,
            entry.seconds,
            kind=entry.kind,
            text=entry.text,
            project=entry.project,
            network=entry.network,
            day=entry.day,
            terms=fields,
            as_=entry.as_,
            agreement=entry.agreement,
        )
    except NodeNotRunning:
        pass
    except Failure as failure:
        if failure.exit is not Exit.NOT_RUNNING:
            raise
    if entry.as_ is not None:
        # Only the node knows whether the mandate still holds.
        raise Failure(Exit.NOT_RUNNING, "signing for an organisation takes the running node", "meshnode up")
    if entry.agreement is not None:
        raise Failure(Exit.NOT_RUNNING, "signing under an agreement takes the running node", "meshnode up")
    from meshnode.cli.lean import without

    # msgspec takes typing_extensions if it is there, and with it a tenth of this command's time; typing would do.
    with without("typing_extensions"):
        from meshnode.cli.offline import log_offline  # Signing needs the store, which a command to a node does not.

    return log_offline(desk, entry)


def _read_time(duration: list[str]) -> int:
    try:
        return parse_duration(" ".join(duration))
    except UnclearTime as error:
        raise Failure(Exit.USAGE, str(error), "meshnode log --help") from error


def tell_written(desk: Desk, schema: str, written: Written, what: str, project: str | None) -> None:
    """Say what was signed, and where it stands."""
    for_what = f" · {clean(project)}" if project else ""
    scope = written["scope"]
    placed = scope["kind"] in ("network", "agreement")
    place = f"   in {where(scope)}" if placed else ""
    place += f"   as {signed(written['agent'], written['signed_by'])}" if written["signed_by"] else ""
    desk.out.give_or_ok(schema, written, f"Signed and saved   {short_id(written['id'])}   {what}{for_what}{place}")
    if not placed:
        desk.out.line("  in your notebook, only here: share it into a network to have it held by others", "dim")
    tell_doubts(desk, written)


def tell_doubts(desk: Desk, written: Written) -> None:
    """Say what a contribution under an agreement does not count for."""
    if desk.out.as_json:
        return
    for each in written["warnings"]:
        desk.out.warn(clean(each))
    if written["warnings"]:
        desk.next_steps(
            ("What was agreed", f"meshnode agreement show {written['scope']['id']}"),
            ("Take it back", f"meshnode contribution retract {short_id(written['id'])}"),
        )


def tell_terms(desk: Desk, terms: Terms) -> None:
    """Say what became of the files that were shown."""
    if len(terms.evidence) == 1:
        desk.out.line("  the file stays where it is: only its digest is signed, so keep it", "dim")
    elif terms.evidence:
        desk.out.line("  the files stay where they are: only their digests are signed, so keep them", "dim")


def _tell_stopped(desk: Desk, stopped: Stopped) -> None:
    title = clean(stopped["timer"]["title"])
    counted = show_duration(stopped["counted_seconds"])
    if stopped["contribution"] is None:
        desk.out.ok(f"Timer dropped   {title}   {counted} not logged")
        return
    whom = f"   as {who(stopped['timer']['agent'])}" if stopped["timer"]["agent"] else ""
    desk.out.ok(f"Signed and saved   {short_id(stopped['contribution']['id'])}   {title} · {counted}{whom}")
    if stopped["capped"]:
        desk.out.warn(f"it ran for {show_duration(stopped['ran_seconds'])}; more than {counted} is not believed")
        agent = stopped["timer"]["agent"]
        same = f" --as {quoted(agent['name'] or agent['id'])}" if agent else ""
        right = f"meshnode contribution correct {short_id(stopped['contribution']['id'])} 8h{same}"
        desk.next_steps(("If it was another length", right))


def _list_timers(desk: Desk) -> Exit:
    timers = desk.client().work.timers()
    if desk.out.as_json:
        desk.out.give("start", {"items": timers})
    elif not timers:
        desk.out.line("No timer is running.")
        desk.next_steps(("Start one", 'meshnode start "Landing page, first draft"'))
    else:
        rows = [_row_of(timer) for timer in timers]
        desk.out.table(("TIMER", "WHAT", "FOR", "SINCE", "COUNTS"), rows, flexible=1, right=(4,))
    return Exit.OK


def _row_of(timer: Timer) -> tuple[str, ...]:
    counts = show_duration(timer["seconds"]) + (" (capped)" if timer["capped"] else "")
    return (timer["id"], timer["title"], timer["project"], show_moment(timer["started"]), counts)


_NETWORK = Argument(("--network",), "Sign into this network (else the project's, the default one, or your notebook).")
_PROJECT = Argument(("--project",), "What it is for: short name, title or id of a project.")
COMMANDS = {
    command.name: command
    for command in (
        Command(
            "log",
            "Sign and save what you have done.",
            log,
            (
                Argument(("title",), "What you did.", metavar="TEXT"),
                Argument(("duration",), "How long: 3h30, 3:30, 90m, 1.5h, 2h15m, 45 min.", kind="many"),
                _PROJECT,
                _NETWORK,
                AGREEMENT,
                Argument(("--on",), "The day: 2026-03-09, yesterday, monday.", metavar="DATE"),
                Argument(("--kind",), "What kind of contribution (work).", choices=KINDS),
                Argument(("--note",), "More about it.", metavar="TEXT"),
                AS,
                *ARGUMENTS,
            ),
            text="Works with the node stopped too, unless it names people or earlier work, or is signed --as ORG. "
            "Things, money, ideas and the like are signed by `contribution add`. What is signed cannot be changed "
            "afterwards, but it can be corrected, retracted, and its text erased (meshnode contribution --help).",
            examples=(
                (
                    "Three and a half hours for a project",
                    'meshnode log "Landing page, first draft" 3h30 --project acme-site',
                ),
                ("Something of yesterday", 'meshnode log "Call with the client" 45 min --on yesterday'),
                ("Done together, out of love", 'meshnode log "Poster" 4h --with ben:300 --gift --stream love'),
            ),
            exits=(Exit.NOT_INITIALISED, Exit.HOME_IN_USE, Exit.CONFLICT),
        ),
        Command(
            "start",
            "Start a timer, or list those that run.",
            start,
            (Argument(("title",), "What you are going to do.", metavar="TEXT", optional=True), _PROJECT, _NETWORK, AS),
            text="The timer survives restarts and crashes. What it measures is capped (12 hours, a setting), because a "
            "forgotten timer is no work.",
            exits=(Exit.NOT_RUNNING,),
        ),
        Command(
            "stop",
            "Stop the timer and log what it measured.",
            stop,
            (
                Argument(("timer",), "Which one, where several run.", optional=True),
                Argument(("--discard",), "Drop it without logging anything.", kind="flag"),
            ),
            exits=(Exit.NOT_RUNNING,),
        ),
        Command(
            "share",
            "Take an entry of yours into a network.",
            share,
            (
                Argument(("record",), "The entry.", metavar="ID", optional=True),
                Argument(("--network",), "Where it shall be known."),
                AS,
            ),
            text="Signs an entry of your notebook, or of a network you are in or were in, again into this network, "
            "naming the first: both are the same work, and count once. What is shared there is held by every member. "
            "What can be shared: `meshnode contribution ls --network notebook`.",
            examples=(("Into a network called studio", "meshnode share bafkreidbnzqs4l --network studio"),),
            exits=(Exit.NOT_RUNNING,),
        ),
    )
}
