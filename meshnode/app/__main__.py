"""`python -m meshnode.app VERB`: the program behind the command line. People use `meshnode`."""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from meshnode.app.endings import KNOWN, Ending, Exit, ending_of, refusals_end
from meshnode.config.load import load
from meshnode.config.places import Places, locate
from meshnode.store.sealed import KEY_SIZE, MainKey
from meshproto.records.signatures import SigningKey

if TYPE_CHECKING:
    from meshnode.app.backup import Told
    from meshnode.runtime.holders import Holder
    from meshnode.runtime.lines.consents import Consent


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one of the program's verbs; returns the exit code."""
    options = _parser().parse_args(arguments)
    places = locate(options.home, os.environ)
    try:
        return int(_VERBS[options.verb](places, options))
    except (Ending, *KNOWN) as error:
        ending = ending_of(error)
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    print(ending.line(), file=sys.stderr)
    return ending.exit


def _run(places: Places, options: argparse.Namespace) -> Exit:
    loaded = load(places.config, os.environ)
    if not (places.data / "device.key").exists():
        raise Ending(Exit.NOT_INITIALISED, f"there is no identity in {places.data} yet", "meshnode init")
    main_key = _main_key(options)
    from meshnode.app.run import run

    if options.i_have_the_newest_copy:
        from meshnode.app.move import come_back

        come_back(places)
    run(
        places,
        loaded,
        main_key=main_key,
        trust_this_copy=options.i_have_the_newest_copy,
        foreground=options.foreground,
    )
    return Exit.OK


def _init(places: Places, options: argparse.Namespace) -> Exit:
    from meshnode.app.init import create

    created = create(
        places,
        options.name,
        recovery=not options.no_recovery,
        main_key=_main_key(options),
        holders=_new_holders(options),
        need=options.need,
    )
    print(json.dumps(created._asdict()))
    return Exit.OK


def _pair(places: Places, options: argparse.Namespace) -> Exit:
    from meshnode.app.init import join_device

    print(json.dumps(join_device(places, options.line, _main_key(options))._asdict()))
    return Exit.OK


def _recover(places: Places, options: argparse.Namespace) -> Exit:
    from meshnode.app.recover import recover, source_of

    _hold_back()
    holders = _holders()
    source = source_of(options.line, options.bundle, holders)._replace(consents=_consents(options))
    told = recover(places, load(places.config, os.environ), source, holders, _main_key(options))
    print(json.dumps(told._asdict()))
    return Exit.OK


def _rotate(places: Places, options: argparse.Namespace) -> Exit:
    from meshnode.app.rotate import Wish, rotate

    _hold_back()
    wish = Wish(
        ends=tuple(options.end),
        keeps_recovery=options.keep_recovery,
        holders=_new_holders(options),
        words=not options.no_words,
        need=options.need,
        consents=_consents(options),
        contest=options.contest,
    )
    told = rotate(places, load(places.config, os.environ), _holders(), wish, _main_key(options))
    print(json.dumps(told._asdict()))
    return Exit.OK


def _guard(places: Places, options: argparse.Namespace) -> Exit:
    from meshnode.app.guard import offer, sign

    main_key = _main_key(options)
    told = offer(places, main_key) if options.ask is None else sign(places, options.ask, main_key)
    print(json.dumps(told._asdict()))
    return Exit.OK


def _backup(places: Places, options: argparse.Namespace) -> Exit:
    from meshnode.app import backup

    _hold_back()
    secret, path = sys.stdin.readline().rstrip("\n"), options.file
    match options.what:
        case "create":
            told = backup.create(places, path, secret, options.lock)
        case "verify":
            told = backup.verify(path, secret)
        case _:
            told = backup.restore(places, path, secret, dry_run=options.dry_run)
    print(json.dumps({**_told(told), "lock": options.lock}))
    return Exit.OK


def _move(places: Places, options: argparse.Namespace) -> Exit:
    from meshnode.app import move

    _hold_back()
    secret, path = sys.stdin.readline().rstrip("\n"), options.file
    if options.what == "in":
        moved = move.in_(places, path, secret, dry_run=options.dry_run)
    elif options.dry_run:
        moved = move.plan_out(places, path)
    else:
        moved = move.out(places, path, secret, options.lock)
    more = {"already": moved.already, "marked": moved.marked, "aside": moved.aside, "lock": options.lock}
    print(json.dumps({**_told(moved.told), **more}))
    return Exit.OK


def _told(told: Told) -> dict[str, object]:
    """What is said of a backup, or of a home that moves."""
    from meshnode.api.shapes import time_text

    found = told.manifest
    words = {"path": told.path, "bytes": told.size, "made": time_text(found.made), "config_kept": told.config_kept}
    names = ("records", "keys", "holds", "lacks", "agent", "name", "version")
    return {**words, "kind": told.kind, **{name: getattr(found, name) for name in names}}


def _hold_back() -> None:
    """Leave no secret in a core file, and no word of a node that runs for a moment among one's own."""
    from meshnode.store.dumps import forbid_dumps

    forbid_dumps()
    logging.getLogger().addHandler(logging.NullHandler())


def _holders() -> list[SigningKey]:
    """The recovery keys that standard input gives: in each line 12 words, or `seed` and 64 digits."""
    from meshnode.app.recover import holder_of

    lines = filter(None, map(str.split, sys.stdin.read().splitlines()))
    found = [SigningKey(bytes.fromhex(each[1])) if each[0] == "seed" else holder_of(each) for each in lines]
    return list({each.public: each for each in found}.values())


def _new_holders(options: argparse.Namespace) -> tuple[Holder, ...]:
    """The recovery keys to which an identity is to be committed, besides words. Raises Ending."""
    from meshnode.runtime.holders import GUARDIAN, Holder, read_holder_text
    from meshnode.runtime.lines.consents import read_offer
    from meshproto.types.recovery import recovery_digest

    try:
        files = [read_holder_text(each) for each in options.holder]
    except ValueError as error:
        raise Ending(Exit.USAGE, f"this is no recovery key: {error}", "meshnode init --help") from error
    with refusals_end():
        offers = [each.partition("=") for each in options.guardian]
        trusted = [
            Holder(GUARDIAN, recovery_digest(read_offer(line or name)), name if line else "")
            for name, _, line in offers
        ]
    return (*files, *trusted)


def _consents(options: argparse.Namespace) -> tuple[Consent, ...]:
    """What somebody trusted has signed. Raises Ending."""
    from meshnode.runtime.lines.consents import read_consent

    with refusals_end():
        return tuple(read_consent(each) for each in options.consent)


def _doctor(places: Places, options: argparse.Namespace) -> Exit:
    from meshnode.app.doctor import diagnose

    findings = diagnose(places, os.environ)
    if options.json:
        print(json.dumps({"checks": [finding._asdict() for finding in findings]}))
    else:
        for finding in findings:
            print(f"{finding.state:5}{finding.name:14}{finding.text}{f'  → {finding.fix}' if finding.fix else ''}")
    return Exit.PROBLEMS if any(finding.state == "fail" for finding in findings) else Exit.OK


def _db(places: Places, options: argparse.Namespace) -> Exit:
    from meshnode.app import maintain

    if options.what == "check":
        findings = maintain.check(places)
        print(json.dumps({"checks": [finding._asdict() for finding in findings]}))
        return Exit.PROBLEMS if any(finding.state == "fail" for finding in findings) else Exit.OK
    if options.what == "rebuild":
        print(json.dumps(maintain.rebuild(places)._asdict()))
    else:
        print(json.dumps({"files": [packed._asdict() for packed in maintain.vacuum(places)]}))
    return Exit.OK


def _bugreport(places: Places, options: argparse.Namespace) -> Exit:
    from meshnode.app.bugreport import of_stopped

    print(json.dumps({"text": of_stopped(places, os.environ)}))
    return Exit.OK


def _demo(_places: Places, options: argparse.Namespace) -> Exit:
    from meshnode.app.demo.run import run_demo

    return run_demo(options.history, as_json=options.json, opens=not options.no_open)


def _main_key(options: argparse.Namespace) -> MainKey | None:
    """What opens the keys of a home with a passphrase, through the pipe that the command line handed over."""
    if options.unlock_fd is None:
        return None
    from meshnode.store.dumps import forbid_dumps

    forbid_dumps()
    try:
        with open(options.unlock_fd, "rb") as pipe:
            return MainKey(pipe.read(KEY_SIZE + 1))
    except (OSError, ValueError) as error:
        raise Ending(Exit.USAGE, f"--unlock-fd {options.unlock_fd}: {error}", "meshnode up --help") from error


_VERBS = {
    "run": _run,
    "init": _init,
    "pair": _pair,
    "recover": _recover,
    "rotate": _rotate,
    "guard": _guard,
    "backup": _backup,
    "move": _move,
    "doctor": _doctor,
    "db": _db,
    "bugreport": _bugreport,
    "demo": _demo,
}

_ABOUT = {
    "run": "run the node",
    "init": "create an identity",
    "pair": "become a device of an identity",
    "recover": "bring an identity back",
    "rotate": "give an identity a new root key",
    "guard": "keep a recovery key for somebody else",
    "backup": "save a home, check what was saved, or bring it back",
    "move": "move a home out into a file, or in from one",
    "doctor": "check this home",
    "db": "look after the databases",
    "bugreport": "tell whoever is to find a bug",
    "demo": "show five nodes at work",
}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m meshnode.app", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    for name, about in _ABOUT.items():
        verb = verbs.add_parser(name, help=about, description=about)
        verb.add_argument("--home", type=Path, default=None, help="put everything into this folder")
        if name == "run":
            verb.add_argument("--foreground", action="store_true", help="write the log to stderr, too")
            verb.add_argument(
                "--i-have-the-newest-copy", action="store_true", help="sign although this home was copied"
            )
        if name in ("run", "init", "pair", "recover", "rotate", "guard"):
            verb.add_argument("--unlock-fd", type=int, default=None, help="where to read what opens the keys")
        if name == "init":
            verb.add_argument("--name", default="", help="what you are called")
            verb.add_argument("--no-recovery", action="store_true", help="make no recovery words")
        if name == "pair":
            verb.add_argument("--line", required=True, help="what the other device printed")
        if name == "recover":
            verb.add_argument("--line", default=None, help="what somebody's `id vouch` printed")
            verb.add_argument("--bundle", type=Path, default=None, help="a file that holds the records")
        if name in ("init", "rotate"):
            verb.add_argument("--holder", action="append", default=[], help="a recovery key: kind:digest:name")
            verb.add_argument(
                "--guardian", action="append", default=[], help="what somebody trusted offered: name=line"
            )
            verb.add_argument("--need", type=int, default=1, help="how many recovery keys are needed together")
        if name in ("recover", "rotate"):
            verb.add_argument("--consent", action="append", default=[], help="what somebody trusted has signed")
        if name == "guard":
            verb.add_argument("--ask", default=None, help="the recovery that is to be signed; else a key is offered")
        if name == "rotate":
            verb.add_argument("--no-words", action="store_true", help="make no recovery words")
            verb.add_argument("--end", action="append", default=[], help="a device that is to end")
            verb.add_argument("--keep-recovery", action="store_true", help="keep the recovery keys")
            verb.add_argument("--contest", action="store_true", help="although others have signed as much")
        if name == "db":
            verb.add_argument("what", choices=("check", "rebuild", "vacuum"))
        if name in ("backup", "move"):
            whats = ("create", "verify", "restore") if name == "backup" else ("out", "in")
            verb.add_argument("what", choices=whats, help="what is to be done")
            verb.add_argument("file", type=Path, help="the backup")
            verb.add_argument("--lock", default="passphrase", choices=("passphrase", "words"), help="what opens it")
            verb.add_argument("--dry-run", action="store_true", help="leave nothing")
        if name in ("doctor", "demo"):
            verb.add_argument("--json", action="store_true", help="print JSON")
        if name == "demo":
            verb.add_argument("--history", type=Path, default=None, help="a git repository to import")
            verb.add_argument("--no-open", action="store_true", help="open no browser")
    return parser


if __name__ == "__main__":
    sys.exit(main())
