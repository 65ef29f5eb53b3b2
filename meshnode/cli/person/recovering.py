"""`meshnode id recover` and `id vouch`: an identity that lost every device comes back, with the help of somebody."""

from __future__ import annotations

import json
import os
from typing import TypedDict

from meshnode.cli import qr as codes
from meshnode.cli.commands import Argument, Command
from meshnode.cli.desk import Desk
from meshnode.cli.exits import Exit, Failure
from meshnode.cli.hints import quoted
from meshnode.cli.person import holders
from meshnode.cli.person.unlocking import for_new_home
from meshnode.words.safe_text import clean
from meshnode.words.shown import count

MANUAL = "meshnode id recover --help"


class Recovered(TypedDict):
    """What the process that recovers an identity tells, once."""

    agent: str
    name: str
    fingerprint: str
    ended: int
    networks: int
    records: int
    key: str
    data: str


def recover(
    desk: Desk,
    *,
    line: str | None,
    bundle: str | None,
    file: str | None,
    with_file: str | None,
    consent: list[str],
    passphrase: bool,
) -> Exit:
    """Bring an identity back on this machine."""
    if (line is None) == (bundle is None):
        raise Failure(Exit.USAGE, "either the line of somebody's `id vouch` is needed, or --bundle FILE", MANUAL)
    from meshnode.store.dumps import forbid_dumps

    forbid_dumps()
    keys = holders.given(desk, file, with_file, consent)
    main_key = for_new_home(desk, wanted=passphrase)
    import subprocess

    from meshnode.cli.operation.process import app_command, failure_of, handed_over

    given = ["--line", line] if line else ["--bundle", os.path.abspath(os.path.expanduser(str(bundle)))]
    given += [f"--consent={each}" for each in consent]
    desk.out.progress("fetching what you signed …")
    with handed_over(main_key) as (told, descriptors):
        command = app_command(desk, "recover", *given, *told)
        ended = subprocess.run(command, input=keys, capture_output=True, text=True, check=False, pass_fds=descriptors)
    desk.out.progress_done()
    if ended.returncode:
        raise failure_of(ended.returncode, ended.stderr, "the identity could not be recovered")
    recovered: Recovered = json.loads(ended.stdout)
    if desk.out.as_json:
        desk.out.give("id.recover", {**recovered})
        return Exit.OK
    _tell(desk, recovered, is_sealed=main_key is not None)
    return Exit.OK


def vouch(desk: Desk, *, who: str, qr: bool) -> Exit:
    """Print the line by which somebody who lost every device comes back."""
    found = desk.client().people.vouch(who)
    if desk.out.as_json:
        desk.out.give("id.vouch", {**found, "link": codes.LINK + found["line"]})
        return Exit.OK
    name = clean(found["agent"]["name"])
    desk.out.line(f"Make sure that it is {name} who asks: this line and a recovery key of theirs open your networks.")
    desk.out.line(f"On the new machine of {name}, while your node runs:")
    desk.out.line(f"    meshnode id recover {quoted(found['line'])}")
    if qr:
        desk.out.line(f"As a link:  {codes.LINK}{found['line']}")
        codes.show(desk, found["line"])
    desk.out.line(f"It leads back to: {', '.join(map(clean, found['networks']))}")
    return Exit.OK


def _tell(desk: Desk, recovered: Recovered, *, is_sealed: bool) -> None:
    who_reads = "sealed with your passphrase" if is_sealed else "only you can read it"
    desk.out.ok(f"Welcome back   {clean(recovered['name'])}   fingerprint: {recovered['fingerprint']}")
    desk.out.fields(
        [
            ("records", f"{recovered['records']:,} fetched and verified"),
            ("networks", count(recovered["networks"], "network")),
            ("ended", f"{count(recovered['ended'], 'lost device')}: what they sign from now on counts nowhere"),
            ("key", f"{desk.shown_path(recovered['key'])}   ({who_reads})"),
            ("data", desk.shown_path(recovered["data"])),
        ]
    )
    desk.next_steps(("Next", "meshnode up"))
    desk.out.line("  Your recovery words stay the same; keep them where they are.")


RECOVER = Command(
    "id recover",
    "Bring your identity back on a new machine, with your recovery words.",
    recover,
    (
        Argument(("line",), "What `id vouch` printed at somebody you share a network with.", optional=True),
        Argument(("--bundle",), "Take the records from this file instead.", metavar="FILE", complete="file"),
        *holders.USING,
        Argument(("--passphrase",), "Seal the keys with a passphrase, asked for twice.", kind="flag"),
    ),
    text="For when every device is lost. This machine makes a key of its own, fetches what you had signed, and the "
    "words make the new key the root of your identity. All other devices are ended: what they had signed stays, as far "
    "as it was found, and what they sign from now on counts nowhere. Nothing can fork, for the new key writes logs of "
    "its own.\n\nSomebody who shares a network with you, open or closed, and whose node runs, prints the line with "
    "`id vouch`. With the line of another member, the same command brings back networks that the first did not know. "
    "Or give a file of `export bundle`: it also brings back your notebook, which nobody else holds. Cut short, the "
    "same command finishes it.\n\nWhere several recovery keys are needed together, give a recovery file with "
    "--with-file. If one is still missing, the line for somebody trusted is printed, and four words to tell them; what "
    "they answer goes with --consent, to the same command.",
    examples=(
        ("With the help of somebody", "meshnode id recover LINE"),
        ("From a file", "meshnode id recover --bundle everything.bundle"),
    ),
    exits=(Exit.VERIFICATION, Exit.UNREACHABLE, Exit.CONFLICT, Exit.WRONG_PASSPHRASE),
)
VOUCH = Command(
    "id vouch",
    "Help somebody who lost every device: print the line for their `id recover`.",
    vouch,
    (Argument(("who",), "Their name, or an id or part of it."), codes.QR),
    text="The line says who they are and where your node is reached, and holds for a day, as long as your node runs. "
    "Without one of their recovery keys it is of no use, with one it leads into the networks you share: make sure by "
    "voice that it is they who ask.",
    examples=(("For Ana", "meshnode id vouch Ana"),),
    exits=(Exit.NOT_RUNNING,),
)
