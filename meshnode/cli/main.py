"""The entry of `meshnode`: finds the command, runs it, and turns whatever happens into an exit code and a last line."""

import importlib
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TextIO, cast

import meshnode
from meshnode.cli.commands import AS, PROPOSE, Command
from meshnode.cli.desk import Desk
from meshnode.cli.exits import Exit, Failure
from meshnode.cli.hints import quoted
from meshnode.cli.index import ENTRIES
from meshnode.cli.output import Out
from meshnode.cli.parsing import Value, parse
from meshnode.client.errors import BadAnswer, ClientError, DeadlineExceeded, NodeNotRunning, Problem, Proposed
from meshnode.config.places import locate
from meshnode.words.safe_text import clean, clean_lines

if TYPE_CHECKING:
    from meshnode.client.decision_answers import Decision

_WITH_VALUE = ("--home", "--timeout")
"""The options that may stand before the command's name and take a value."""
NEEDS_DECISION = "needs-decision"
"""The code of a refusal that the founders can lift: the same command proposes it to them."""


def entry() -> NoReturn:
    """Run the command in `sys.argv` and end the process; what the installed `meshnode` calls."""
    stdin, stdout, stderr = _streams()
    try:
        code = main(sys.argv[1:], os.environ, stdin, stdout, stderr)
        stdout.flush()
    except BrokenPipeError:
        code = Exit.OK  # Who reads has enough: `meshnode search x | head -1`.
    except OSError as error:
        what = "the output could not be written" if error.filename is None else clean(str(error.filename))
        with suppress(OSError):
            stderr.write(f"meshnode: {what}: {error.strerror}.\n")
            stderr.flush()
        code = Exit.FAILURE
    # Everything is flushed and closed. To take apart all that was loaded takes a tenth of a quick command's time.
    os._exit(code)


def main(words: Sequence[str], environ: Mapping[str, str], stdin: TextIO, stdout: TextIO, stderr: TextIO) -> int:
    """Run the command line `words` and return its exit code; everything it touches is an argument."""
    out = Out(as_json="--json" in words, stdout=stdout, stderr=stderr, environ=environ)
    desk = Desk(out, environ, stdin)
    try:
        return _run(words, desk)
    except Failure as failure:
        return _report(failure, desk)
    except ClientError as error:
        return _report(_failure_of(error, desk, words), desk)
    except KeyboardInterrupt:
        return _report(Failure(Exit.INTERRUPTED, "interrupted"), desk)


def load(name: str) -> Command:
    """Return the declaration of the command called `name`."""
    module = importlib.import_module(f"meshnode.cli.{ENTRIES[name.split(' ')[0]].module}")
    command = cast(dict[str, Command], module.COMMANDS)[name]
    signs = any(each.keyword == AS.keyword for each in command.arguments)
    return command._replace(arguments=(*command.arguments, PROPOSE)) if signs else command


def _streams() -> tuple[TextIO, TextIO, TextIO]:
    """Return stdin, stdout and stderr, each leading nowhere where it was closed (`meshnode status >&-`)."""
    # In this order, for the system gives out the lowest number that is free: no file of ours may become stdout.
    stdin = sys.stdin or open(os.devnull)  # noqa: SIM115 - open until the process ends
    stdout, stderr = (stream or open(os.devnull, "w") for stream in (sys.stdout, sys.stderr))  # noqa: SIM115 - likewise
    for stream in (stdout, stderr):
        # A name this terminal cannot write must not end the command.
        getattr(stream, "reconfigure", lambda **_: None)(errors="replace")
    return stdin, stdout, stderr


def _run(words: Sequence[str], desk: Desk) -> Exit:
    name, rest = _split(words)
    if not name or name == "help":
        return _overview(name, rest, desk)
    if name not in ENTRIES:
        raise _unknown(name, list(ENTRIES))
    if ENTRIES[name].second:
        second, rest = _split(rest)
        if second and second not in ENTRIES[name].second:
            raise _unknown(second, list(ENTRIES[name].second), f"{name} ")
        if not second and not ENTRIES[name].alone:
            return _group(name, rest, desk)
        name = f"{name} {second}".strip()
    command = load(name)
    values = parse(command, rest)
    if values.pop("help"):
        from meshnode.cli import manual

        desk.out.stdout.write(manual.of_command(command))
        return Exit.OK
    _settle(desk, values)
    desk.command_name = command.name
    desk.proposing = PROPOSE in command.arguments and bool(values.pop("propose"))
    try:
        return command.run(desk, **values)
    except Proposed as proposed:
        from meshnode.cli.networks.decision import tell  # Only where something was proposed.

        desk.out.progress_done()
        return tell(desk, command.name.replace(" ", "."), cast("Decision", proposed.decision), "Proposed")


def _settle(desk: Desk, values: dict[str, Value]) -> None:
    """Take the options that every command has out of `values` and note them on the desk."""
    home, timeout = values.pop("home"), values.pop("timeout")
    desk.out.as_json = bool(values.pop("json"))
    desk.timeout = timeout if isinstance(timeout, int) else None
    if desk.timeout == 0:
        raise Failure(Exit.USAGE, "--timeout must be at least one second", "meshnode --help")
    if isinstance(home, str):
        desk.home = str(Path(home).expanduser().absolute())
    desk.places = locate(Path(desk.home) if desk.home else None, desk.environ)


def _split(words: Sequence[str]) -> tuple[str, list[str]]:
    """Return the first word that is no option of `EVERYWHERE`, and all the others in their order."""
    place = 0
    while place < len(words) and words[place].startswith("-") and words[place] != "--":
        place += 2 if words[place] in _WITH_VALUE else 1
    if place >= len(words):
        return "", list(words)
    return words[place], [*words[:place], *words[place + 1 :]]


def _overview(name: str, rest: Sequence[str], desk: Desk) -> Exit:
    if "--version" in rest:
        if desk.out.as_json:
            desk.out.give("version", {"version": meshnode.__version__})
        desk.out.line(f"meshnode {meshnode.__version__}")
        return Exit.OK
    from meshnode.cli import manual

    topic = [word for word in rest if not word.startswith("-")] if name == "help" else []
    if topic == ["exit-codes"]:
        desk.out.stdout.write(manual.of_exit_codes())
        return Exit.OK
    if topic:
        return _run([*topic, "--help"], desk)
    desk.out.stdout.write(manual.overview())
    if name == "help" or "-h" in rest or "--help" in rest:
        return Exit.OK
    raise Failure(Exit.USAGE, "no command given", "meshnode --help")


def _group(name: str, rest: Sequence[str], desk: Desk) -> Exit:
    from meshnode.cli import manual

    desk.out.stdout.write(manual.of_group(name, [load(f"{name} {second}") for second in ENTRIES[name].second]))
    if "-h" in rest or "--help" in rest:
        return Exit.OK
    raise Failure(Exit.USAGE, f"{name}: which of them?", f"meshnode {name} --help")


def _unknown(word: str, known: list[str], before: str = "") -> Failure:
    from difflib import get_close_matches  # Only a mistyped command needs it, and it takes long to load.

    # What people type first is often the second word: `join` for `network join`.
    behind = [f"{first} {word}" for first, entry in ENTRIES.items() if not before and word in entry.second]
    close = behind if len(behind) == 1 else [name for name in known if name.startswith(word)]
    close = close or get_close_matches(word, known, n=1)
    if close:
        return Failure(
            Exit.USAGE, f"there is no command {clean(before + word)!r}", f"meshnode {before}{close[0]} --help"
        )
    return Failure(Exit.USAGE, f"there is no command {clean(before + word)!r}", f"meshnode {before}--help")


def _failure_of(error: ClientError, desk: Desk, words: Sequence[str]) -> Failure:
    match error:
        case NodeNotRunning():
            return desk.not_running()
        case DeadlineExceeded():
            return Failure(Exit.DEADLINE, f"the node gave {error}", "meshnode status")
        case Problem():
            ending = Exit(error.exit) if error.exit in set(Exit) else Exit.FAILURE
            hint = error.hint or (f"meshnode {desk.command_name} --help" if ending is Exit.USAGE else "")
            if error.code == NEEDS_DECISION and _takes(desk.command_name, "--propose"):
                hint = _again(words, "--propose")
            return Failure(ending, error.detail or error.title, hint, code=error.code)
        case BadAnswer():
            return Failure(Exit.FAILURE, str(error), "meshnode logs")
        case _:
            return Failure(Exit.FAILURE, str(error))


def _takes(name: str, option: str) -> bool:
    return any(option in each.names for each in load(name).arguments)


def _again(words: Sequence[str], option: str) -> str:
    """Return the same command with one option more, as a hint."""
    place, kept = 0, list[str]()
    while place < len(words):
        if words[place] not in ("--home", "--json"):
            kept.append(quoted(words[place]))
        place += 2 if words[place] == "--home" else 1
    return " ".join(["meshnode", *kept, option])


def _report(failure: Failure, desk: Desk) -> Exit:
    """Print a failure: details first, the cause and the way out on the last line of stderr."""
    out = desk.out
    out.progress_done()
    hint = desk.advice(clean(failure.hint)) if failure.hint else ""
    if out.as_json:
        fields = {
            "code": failure.code,
            "cause": failure.cause,
            "hint": hint.removeprefix("Run: "),
            "exit": int(failure.exit),
        }
        out.give("error", {**fields, **({"detail": failure.detail} if failure.detail else {})})
    out.stdout.flush()
    for line in clean_lines(failure.detail) if failure.detail else []:
        out.aside(f"  {line}")
    cause = clean(failure.cause).rstrip(".")
    end = "" if cause.endswith(("?", "!")) else "."
    way = f"{end} {hint[:1].upper()}{hint[1:]}" if hint else ""
    out.aside(f"meshnode: {cause}{way}")
    return failure.exit
