"""`meshnode id rotate`: a new root key while nothing is lost, by the consent of the recovery keys."""

from __future__ import annotations

import json
from typing import TypedDict

from meshnode.cli.commands import Argument, Command
from meshnode.cli.desk import Desk
from meshnode.cli.exits import Exit, Failure
from meshnode.cli.person import holders, recovery
from meshnode.cli.person.unlocking import unlock
from meshnode.words.safe_text import clean
from meshnode.words.shown import count


class Rotated(TypedDict):
    """What the process that rotates tells, once."""

    agent: str
    name: str
    fingerprint: str
    finished: bool
    ended: int
    words: bool
    key: str
    data: str


def rotate(
    desk: Desk,
    *,
    file: str | None,
    with_file: str | None,
    consent: list[str],
    recovery_file: str | None,
    recovery_passphrase: bool,
    guardian: list[str],
    need: int | None,
    no_words: bool,
    end: list[str],
    keep_recovery: bool,
    later: bool,
    show_words: bool,
    contest: bool,
) -> Exit:
    """Replace the root key of this identity by a new one, made on this machine."""
    if not desk.initialised:
        raise desk.not_initialised()
    new = recovery_file or guardian or need is not None or no_words
    if keep_recovery and (later or show_words or new):
        raise Failure(Exit.USAGE, "--keep-recovery makes no recovery keys", "meshnode id rotate --help")
    _need_stopped(desk)
    from meshnode.store.dumps import forbid_dumps

    forbid_dumps()
    main_key = unlock(desk)
    keys = holders.given(desk, file, with_file, consent)
    chosen = holders.chosen(desk, recovery_file, guardian, need, sealed=recovery_passphrase)
    import subprocess

    from meshnode.cli.operation.process import app_command, failure_of, handed_over

    flags = {"--keep-recovery": keep_recovery, "--contest": contest, "--no-words": no_words}
    given = [flag for flag, is_set in flags.items() if is_set] + [f"--end={each}" for each in end]
    given += [*chosen, *(f"--consent={each}" for each in consent)]
    with handed_over(main_key) as (told, descriptors):
        command = app_command(desk, "rotate", *given, *told)
        ended = subprocess.run(command, input=keys, capture_output=True, text=True, check=False, pass_fds=descriptors)
    if ended.returncode:
        raise failure_of(ended.returncode, ended.stderr, "the identity could not be rotated")
    rotated: Rotated = json.loads(ended.stdout)
    words = None
    if rotated["words"] and recovery.wait(desk.places.data):
        words = recovery.waiting(desk.places.data, main_key)
    if desk.out.as_json:
        desk.out.give("id.rotate", {**rotated, "recovery_words": None if later else words})
        return Exit.OK
    _tell(desk, rotated, is_sealed=main_key is not None)
    steps = [("Next", "meshnode up")]
    if words is None:
        desk.out.line("  Your recovery words stay the same; keep them where they are.")
    elif not recovery.tell(desk, words, later=later, show_words=show_words):
        steps.insert(0, recovery.WITH_PAPER)
    desk.next_steps(*steps)
    return Exit.OK


def _need_stopped(desk: Desk) -> None:
    """Refuse while the node runs: it holds the key that is to be replaced."""
    from meshnode.store.errors import HomeError, HomeInUse
    from meshnode.store.home import Home

    try:
        with Home(desk.places.data):
            return
    except HomeInUse as error:
        cause = "the node is running, with the key that is to be replaced"
        raise Failure(Exit.HOME_IN_USE, cause, "meshnode down") from error
    except HomeError as error:
        raise Failure(Exit.FAILURE, str(error), "meshnode doctor") from error


def _tell(desk: Desk, rotated: Rotated, *, is_sealed: bool) -> None:
    who_reads = "sealed with your passphrase" if is_sealed else "only you can read it"
    done = "A rotation that was cut short is finished" if rotated["finished"] else "New root key"
    desk.out.ok(f"{done}   {clean(rotated['name'])}   fingerprint: {rotated['fingerprint']}")
    desk.out.fields(
        [
            (
                "ended",
                f"{count(rotated['ended'], 'key')}: what they had signed stays, what they sign now does not count",
            ),
            ("key", f"{desk.shown_path(rotated['key'])}   ({who_reads})"),
        ]
    )


ROTATE = Command(
    "id rotate",
    "Replace the root key of your identity, with your recovery words.",
    rotate,
    (
        *holders.USING,
        *holders.MAKING,
        Argument(("--no-words",), "Make no new recovery words.", kind="flag"),
        Argument(("--end",), "End this device, too: its name or key; give it several times.", kind="repeat"),
        Argument(("--keep-recovery",), "Keep the recovery words instead of making new ones.", kind="flag"),
        Argument(("--later",), "Show the new recovery words another time.", kind="flag"),
        Argument(("--show-words",), "Print the new words even where there is no terminal.", kind="flag"),
        Argument(("--contest",), "Go on although these words have been used since for another root key.", kind="flag"),
    ),
    text="For when nothing is lost: the first device was given away, or somebody may have copied its key. This machine "
    "makes a new key, which your recovery words make the root of your identity. The root key before, and this "
    "machine's own, are ended: what they had signed, as far as this node knows, stays in force; what they sign from "
    "now on counts nowhere. Other devices go on, but for those you name with --end. The node must be stopped.\n\n"
    "New recovery words take the place of all recovery keys before and are shown as `init` does; with --recovery-file "
    "and --guardian there are more, of which --need are needed together.\n\nIf somebody else has used your "
    "recovery words before you, `doctor` says so. Two rotations of the same root are decided by how many recovery keys "
    "signed each: more win. With equally many (--contest) what both new keys sign is contested, and neither is "
    "believed until one has more. Cut short, the same command finishes it.",
    examples=(
        ("A new key, and the old laptop ends", "meshnode id rotate --end laptop"),
        ("With the words in a file", "meshnode id rotate --file paper"),
        ("A file on a stick besides, both needed", "meshnode id rotate --recovery-file key --need 2"),
    ),
    exits=(Exit.NOT_INITIALISED, Exit.HOME_IN_USE, Exit.WRONG_PASSPHRASE, Exit.VERIFICATION, Exit.CONFLICT),
)
