"""`meshnode id device` and `meshnode init --device`: several machines that sign for one person."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, TypedDict

from meshnode.cli import qr as codes
from meshnode.cli.commands import Argument, Command
from meshnode.cli.desk import Desk
from meshnode.cli.exits import Exit, Failure
from meshnode.cli.hints import quoted
from meshnode.client.errors import Problem
from meshnode.words.safe_text import clean
from meshnode.words.times import show_moment

if TYPE_CHECKING:
    from meshnode.client.client import Client
    from meshnode.client.device_answers import Device
    from meshnode.store.sealed import MainKey

ACTIONS = ("ls", "add", "confirm", "revoke")
REASONS = ("lost", "compromise", "end")
KEY_DIGITS = 16
"""Of a public key, as many as tell one's devices apart."""
USUAL_WAIT = 30
"""Seconds that `confirm` waits for a device that has not asked yet, unless --timeout says otherwise."""
MANUAL = "meshnode id device --help"
_POLL = 0.2


class Paired(TypedDict):
    """What the process that makes a home a device tells, once."""

    agent: str
    words: str
    key: str
    data: str


def device(
    desk: Desk,
    *,
    action: str,
    which: str | None,
    name: str | None,
    reason: str | None,
    yes: bool,
    no_wait: bool,
    qr: bool,
) -> Exit:
    """List the devices, let one in or end one."""
    takes = {"ls": (), "add": ("name", "no_wait", "qr"), "confirm": ("which",), "revoke": ("which", "reason", "yes")}
    given = {"which": which, "name": name, "reason": reason, "yes": yes, "no_wait": no_wait, "qr": qr}
    extra = [each for each, value in given.items() if value and each not in takes[action]]
    if extra:
        raise Failure(Exit.USAGE, f"`{action}` takes no {extra[0].replace('_', '-')}", MANUAL)
    match action:
        case "ls":
            return _ls(desk)
        case "add":
            return _add(desk, name or "", no_wait=no_wait, qr=qr)
        case "confirm":
            return _confirm(desk, _needed(which, "the words that the new device shows"))
        case _:
            return _revoke(desk, _needed(which, "the name or key of a device"), reason or "lost", yes=yes)


def wait_for(desk: Desk, line: str, main_key: MainKey | None) -> Exit:
    """Make this home a device that waits to be let in, and show its words."""
    import subprocess

    from meshnode.cli.operation.process import app_command, failure_of, handed_over

    with handed_over(main_key) as (told, descriptors):
        command = app_command(desk, "pair", "--line", line, *told)
        ended = subprocess.run(command, capture_output=True, text=True, check=False, pass_fds=descriptors)
    if ended.returncode:
        raise failure_of(ended.returncode, ended.stderr, "this machine could not be made a device")
    paired: Paired = json.loads(ended.stdout)
    if desk.out.as_json:
        desk.out.give("init", {**paired, "keys": "passphrase" if main_key else "clear"})
        return Exit.OK
    desk.out.ok(f"This machine waits to be let in. It shows:   {paired['words']}")
    who_reads = "sealed with your passphrase" if main_key else "only you can read it"
    desk.out.fields(
        [("key", f"{desk.shown_path(paired['key'])}   ({who_reads})"), ("data", desk.shown_path(paired["data"]))]
    )
    desk.next_steps(("Next", "meshnode up"))
    desk.out.line("  Then compare the four words on your other device, and confirm them there.")
    return Exit.OK


def _ls(desk: Desk) -> Exit:
    client = desk.client()
    here, devices = client.devices.this(), client.devices.every()
    if desk.out.as_json:
        desk.out.give("id.device", {"this": here, "items": devices})
        return Exit.OK
    if here["state"] == "waiting":
        desk.out.warn(f"this device waits to be let in; it shows:   {here['words']}")
        desk.out.line(f"  On your other device:   meshnode id device confirm {here['words']}")
    for place, each in enumerate(devices):
        _show(desk, each, later=place > 0)
    return Exit.OK


def _show(desk: Desk, each: Device, *, later: bool) -> None:
    name = clean(each["name"]) or (
        "(no name)" if each["grant"] else "by recovery or rotation" if later else "the first"
    )
    this = " · this one" if each["this"] else ""
    desk.out.line(f"{name}{this}", "bold")
    ended = f"   by {each['ended_by']}" if each["ended_by"] else ""
    desk.out.fields(
        [
            ("key", f"{each['key'][:KEY_DIGITS]}…"),
            ("since", show_moment(each["since"])),
            ("state", f"{each['state']}{ended}"),
        ]
    )


def _add(desk: Desk, name: str, *, no_wait: bool, qr: bool) -> Exit:
    client = desk.client()
    pairing = client.devices.open_pairing(name)
    if desk.out.as_json:
        link = codes.LINK + pairing["line"]
        desk.out.give("id.device.add", {"line": pairing["line"], "link": link, "seconds": pairing["seconds"]})
        return Exit.OK
    desk.out.line(f"On the new device, within {pairing['seconds'] // 60} minutes:")
    desk.out.line(f"    meshnode init --device {quoted(pairing['line'])}")
    desk.out.line("    meshnode up")
    if qr:
        desk.out.line(f"As a link:  {codes.LINK}{pairing['line']}")
        codes.show(desk, pairing["line"])
    if no_wait or not desk.can_ask:
        desk.out.line("It shows four words. Confirm them here:")
        desk.out.line(f"    {desk.command('meshnode id device confirm WORDS')}")
        return Exit.OK
    words = _asking(desk, client, pairing["seconds"])
    desk.confirm(f"A device asks to be let in. Does it show   {words}   ?", flag="--no-wait")
    return _tell_in(desk, client.devices.let_in(words))


def _asking(desk: Desk, client: Client, seconds: float) -> str:
    """Wait until a device asks; return the words that it shows."""
    desk.out.progress("waiting for it …")
    deadline = time.monotonic() + (desk.timeout or seconds)
    while not (asking := client.devices.pairing()["asking"]):
        if time.monotonic() > deadline:
            raise Failure(Exit.DEADLINE, "no device has asked to be let in", "meshnode id device add")
        time.sleep(_POLL)
    desk.out.progress_done()
    return asking[-1]


def _confirm(desk: Desk, words: str) -> Exit:
    client = desk.client()
    wanted = "-".join(words.lower().replace("-", " ").split())
    deadline = time.monotonic() + (desk.timeout or USUAL_WAIT)
    while True:
        pairing = client.devices.pairing()
        if wanted in pairing["asking"] or pairing["asking"] or not pairing["is_open"] or time.monotonic() > deadline:
            return _tell_in(desk, client.devices.let_in(wanted))
        time.sleep(_POLL)


def _tell_in(desk: Desk, each: Device) -> Exit:
    desk.out.give_or_ok(
        "id.device.confirm",
        {**each},
        f"Let in   {clean(each['name']) or 'the new device'}   {each['key'][:KEY_DIGITS]}…",
    )
    return Exit.OK


def _revoke(desk: Desk, which: str, reason: str, *, yes: bool) -> Exit:
    client = desk.client()
    if not yes:
        desk.confirm(
            f"End {clean(which)}? What it signed stays; what it signs from now on counts nowhere.", flag="--yes"
        )
    try:
        ended = client.devices.revoke(which, reason)
    except Problem as problem:
        if problem.code != "not-authorised" or problem.hint:
            raise
        raise Failure(Exit.NOT_AUTHORISED, problem.detail, "meshnode id device ls", code=problem.code) from problem
    name = clean(ended["name"]) or ended["key"][:KEY_DIGITS]
    desk.out.give_or_ok("id.device.revoke", {**ended}, f"Ended   {name}   what it signed before stays in force")
    return Exit.OK


def _needed(which: str | None, what: str) -> str:
    if which is None:
        raise Failure(Exit.USAGE, f"{what} is missing", MANUAL)
    return which


DEVICE = Command(
    "id device",
    "List your devices, let one in (add, confirm), or end one (revoke).",
    device,
    (
        Argument(("action",), "What to do.", choices=ACTIONS),
        Argument(("which",), "For `confirm` the words, for `revoke` the name or key of a device.", optional=True),
        Argument(("--name",), "With `add`: what the new device is called. All who share a network with you read it."),
        codes.QR._replace(meaning="With `add`: draw the line as a QR code, too."),
        Argument(("--no-wait",), "With `add`: print the line and do not wait for the device.", kind="flag"),
        Argument(("--reason",), "With `revoke`: why.", choices=REASONS),
        Argument(("--yes",), "With `revoke`: do not ask.", kind="flag"),
    ),
    text="Each device has a key of its own, made there, and signs in logs of its own: several can write at once. The "
    "first device lets others in: `add` prints one line, which the new device is given with `init --device`. It then "
    "shows four words, and is let in once these are confirmed. The line works once, for ten minutes.\n\n`revoke` ends "
    "a device. What it had signed, as far as this node knows, stays in force everywhere; what it signs afterwards "
    "counts nowhere. The first device cannot be ended, only replaced by recovery.",
    examples=(
        ("Let in a second laptop", "meshnode id device add --name laptop"),
        ("Say that the words are the same", "meshnode id device confirm amber-canyon-violin-seven"),
        ("End a lost one", "meshnode id device revoke laptop"),
    ),
    exits=(Exit.NOT_RUNNING, Exit.VERIFICATION, Exit.NOT_AUTHORISED, Exit.CONFLICT, Exit.DEADLINE),
)
