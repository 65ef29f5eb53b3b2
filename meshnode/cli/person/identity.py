"""`meshnode init` and `meshnode whoami`: who you are here."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, TypedDict

from meshnode.cli.commands import AS, Argument, Command
from meshnode.cli.desk import Desk
from meshnode.cli.exits import Exit, Failure
from meshnode.cli.person import devices, holders, recovery
from meshnode.cli.person.unlocking import VARIABLE, for_new_home, unlock
from meshnode.words.safe_text import clean
from meshnode.words.shown import keys, short_peer
from meshnode.words.times import show_moment

if TYPE_CHECKING:
    from meshnode.client.answers import Me, RecoveryHolder
    from meshnode.store.sealed import MainKey

KEY_DIGITS = 16
"""Of a public key, as many as tell one's devices apart."""


class Created(TypedDict):
    """What the process that makes an identity tells, once."""

    agent: str
    name: str
    fingerprint: str
    notebook: str
    key: str
    data: str


def init(
    desk: Desk,
    *,
    name: str | None,
    later: bool,
    no_recovery: bool,
    show_words: bool,
    passphrase: bool,
    device: str | None,
    recovery_file: str | None,
    recovery_passphrase: bool,
    guardian: list[str],
    need: int | None,
) -> Exit:
    """Create the identity of this home, or make it a device of one that exists."""
    if device is not None:
        if name or later or no_recovery or show_words or recovery_file or guardian or need:
            raise Failure(
                Exit.USAGE, "a further device takes its name and its words from the first", "meshnode init --help"
            )
        return devices.wait_for(desk, device, for_new_home(desk, wanted=passphrase))
    if no_recovery and (later or show_words):
        raise Failure(Exit.USAGE, "--no-recovery makes no words to show or to confirm", "meshnode init --help")
    if _has_identity(desk):
        raise _exists(desk)
    name = (name or "").strip() or _asked_name(desk)
    main_key = for_new_home(desk, wanted=passphrase)
    chosen = holders.chosen(desk, recovery_file, guardian, need, sealed=recovery_passphrase)
    created = _create(desk, name, main_key, [*chosen, *(["--no-recovery"] if no_recovery else [])])
    words = None if no_recovery else recovery.waiting(desk.places.data, main_key)
    if desk.out.as_json:
        protected = {"keys": "passphrase" if main_key else "clear"}
        desk.out.give("init", {**created, **protected, "recovery_words": None if later else words})
        return Exit.OK
    _tell_created(desk, created, protected=main_key is not None)
    if main_key is None and desk.environ.get(VARIABLE):
        desk.out.warn(f"{VARIABLE} is set, but no passphrase protects the keys")
    steps = [("Next", "meshnode up")]
    if words is None and (recovery_file or guardian):
        desk.out.line("  There are no recovery words: keep the other recovery keys.")
    elif words is None:
        desk.out.warn("no recovery words: if this machine or its disk is lost, so is this identity, for good")
    elif not recovery.tell(desk, words, later=later, show_words=show_words):
        steps.insert(0, recovery.WITH_PAPER)
    desk.next_steps(*steps)
    return Exit.OK


def whoami(desk: Desk) -> Exit:
    """Show the owner of this node."""
    me = desk.client().people.me()
    if desk.out.as_json:
        desk.out.give("whoami", {**me})
        return Exit.OK
    profile = me["profile"]
    desk.out.line(clean(profile["name"] or me["name"]) or "(no name)", "bold")
    if profile["bio"]:
        desk.out.text(profile["bio"])
    desk.out.fields(
        [
            ("fingerprint", me["fingerprint"]),
            ("id", me["id"]),
            ("since", show_moment(me["created"])),
            ("contact", profile["contact"]),
            ("skills", ", ".join(profile["skills"])),
            ("languages", ", ".join(profile["languages"])),
            ("devices", _devices(me)),
            ("keys", keys(me["keys"])),
            ("node", short_peer(me["peer"])),
            ("home", desk.shown_path(me["home"])),
            ("recovery", _recovery_state(desk, me)),
        ]
    )
    if me["rivals"]:
        desk.out.warn("two keys claim to be the root of this identity, with equally many recovery keys")
        desk.out.line(f"    Rotate once more, with more of them: {desk.command('meshnode id rotate --help')}")
    return Exit.OK


def set_profile(
    desk: Desk,
    *,
    name: str | None,
    bio: str | None,
    contact: str | None,
    skill: list[str],
    language: list[str],
    as_: str | None,
) -> Exit:
    """Fill in the profile; what is not given stays."""
    if not any((name, bio, contact, skill, language)) and name is None and bio is None and contact is None:
        raise Failure(Exit.USAGE, "nothing to set", "meshnode whoami set --help")
    profile = desk.client().people.set_profile(
        name=name, bio=bio, contact=contact, skills=skill or None, languages=language or None, as_=as_
    )
    desk.out.give_or_ok("whoami.set", profile, f"Profile signed and saved   {clean(profile['name'])}")
    return Exit.OK


def show_recovery(desk: Desk, *, show_words: bool, written_down: bool) -> Exit:
    """Show the recovery words again until they were confirmed."""
    if not desk.initialised:
        raise desk.not_initialised()
    if not recovery.wait(desk.places.data):
        raise Failure(
            Exit.FAILURE, "there are no recovery words to confirm here: they are kept on paper only", "meshnode whoami"
        )
    if written_down:
        recovery.forget(desk.places.data)
        desk.out.give_or_ok(
            "whoami.recovery", {"confirmed": True}, "Confirmed; the words are removed from this machine"
        )
        return Exit.OK
    words = recovery.waiting(desk.places.data, unlock(desk))
    if desk.out.as_json:
        desk.out.give("whoami.recovery", {"confirmed": False, "recovery_words": words})
    elif not recovery.tell(desk, words, later=False, show_words=show_words):
        desk.next_steps(recovery.WITH_PAPER)
    return Exit.OK


def _has_identity(desk: Desk) -> bool:
    """Return whether an identity was finished here: one that was cut short leaves keys and an empty store."""
    path = desk.places.data / "records.db"
    if not desk.initialised or not path.exists():
        return False
    from meshnode.cli.offline import AGENT_NOTE  # Only init looks into the store of a node that may be running.
    from meshnode.core.rows import NoteEntry
    from meshnode.store.errors import StoreError
    from meshnode.store.store import open_reader

    try:
        reader = open_reader(path)
    except StoreError:
        return False  # Whoever makes the identity says what is wrong with it.
    try:
        return reader.entry(NoteEntry, (AGENT_NOTE,)) is not None
    except StoreError:
        return False
    finally:
        reader.close()


def _exists(desk: Desk) -> Failure:
    cause = f"there is an identity in {desk.shown_path(desk.places.data)} already; it was left as it is"
    if not recovery.wait(desk.places.data):
        return Failure(Exit.CONFLICT, cause, "meshnode up")
    return Failure(Exit.CONFLICT, f"{cause}, and its recovery words wait to be written down", recovery.COMMAND)


def _asked_name(desk: Desk) -> str:
    if desk.can_ask:
        answer = desk.ask(f"Your name, as others will see it [{_system_name()}]: ")
        return answer or _system_name()
    return _system_name()


def _system_name() -> str:
    """Return the name this machine knows its user by."""
    import pwd  # Only init needs it.

    try:
        user = pwd.getpwuid(os.getuid())
    except KeyError:
        return "me"
    return user.pw_gecos.split(",")[0] or user.pw_name


def _create(desk: Desk, name: str, main_key: MainKey | None, chosen: list[str]) -> Created:
    """Let the node's own program make the identity: it knows the store, which commands do not."""
    import subprocess

    from meshnode.cli.operation.process import app_command, failure_of, handed_over

    with handed_over(main_key) as (told, descriptors):
        command = app_command(desk, "init", "--name", name, *chosen, *told)
        ended = subprocess.run(command, capture_output=True, text=True, check=False, pass_fds=descriptors)
    if ended.returncode:
        raise failure_of(ended.returncode, ended.stderr, "the identity could not be created")
    created: Created = json.loads(ended.stdout)
    return created


def _tell_created(desk: Desk, created: Created, *, protected: bool) -> None:
    who_reads = "sealed with your passphrase" if protected else "only you can read it"
    desk.out.ok(f"Identity created   {clean(created['name'])}   fingerprint: {created['fingerprint']}")
    desk.out.fields(
        [
            ("key", f"{desk.shown_path(created['key'])}   ({who_reads})"),
            ("data", desk.shown_path(created["data"])),
        ]
    )


def _devices(me: Me) -> str:
    name = f" ({clean(me['device'])})" if me["device"] else ""
    more = f", and {me['devices'] - 1} more" if me["devices"] > 1 and me["device_state"] == "active" else ""
    ended = "" if me["device_state"] == "active" else f"; {me['device_state']}: what it signs counts no more"
    return f"this one{name}, key {me['key'][:KEY_DIGITS]}…{more}{ended}"


def _recovery_state(desk: Desk, me: Me) -> str:
    if not me["recovery"]:
        return "none: if this machine is lost, so is this identity"
    if recovery.wait(desk.places.data):
        words = f"12 words, not yet written down: {desk.command(recovery.COMMAND)}"
    else:
        words = "12 words, on paper"
    kept = me["recovery_holders"]
    if len(kept) < 2:
        return words if not kept or kept[0]["kind"] in ("words", "unknown") else _holder(kept[0], words)
    return f"{me['recovery_need']} of {len(kept)} needed: {'; '.join(_holder(each, words) for each in kept)}"


def _holder(holder: RecoveryHolder, words: str) -> str:
    """What a recovery key is called."""
    label = clean(holder["label"])
    shown = {"words": words, "file": f"the file {label}", "guardian": f"{label or 'somebody trusted'}, who keeps one"}
    return shown.get(holder["kind"], "one not known to this machine")


_SHOW_WORDS = Argument(("--show-words",), "Print the words even where there is no terminal.", kind="flag")
COMMANDS = {
    command.name: command
    for command in (
        Command(
            "init",
            "Create your identity on this machine.",
            init,
            (
                Argument(("--name",), "Your name, as others will see it (else asked for, or your system's)."),
                Argument(("--later",), "Show the 12 recovery words another time.", kind="flag"),
                Argument(("--no-recovery",), "Make no recovery words (for machines and tests).", kind="flag"),
                Argument(("--passphrase",), "Seal the keys with a passphrase, asked for twice.", kind="flag"),
                _SHOW_WORDS,
                *holders.MAKING,
                Argument(
                    ("--device",),
                    "Make this machine a device of an identity that you have: the line of `id device add` there.",
                    metavar="LINE",
                ),
            ),
            text="Makes a key that never leaves this machine, and 12 recovery words that can replace it if the machine "
            "is lost. On a terminal the words are shown, and two of them asked back; elsewhere they wait for you, and "
            "`status` keeps reminding. With --json they stand in the answer.\n\nWith --no-recovery there is no way "
            "back: whoever loses the machine loses the identity.\n\nWith --passphrase the keys, and words that wait, "
            "never lie on the disk in clear. It is asked for on the terminal, or read from the file that "
            "MESHNODE_PASSPHRASE_FILE names, and needed whenever the node starts; `meshnode id passphrase` changes "
            "it.\n\nWith --recovery-file and --guardian there are more recovery keys than words, and --need says how "
            "many of them are needed together; `meshnode id rotate` changes that later.",
            examples=(
                ("As yourself", 'meshnode init --name "Ana López"'),
                ("As a further device of yours", "meshnode init --device LINE"),
            ),
            exits=(Exit.HOME_IN_USE, Exit.WRONG_PASSPHRASE, Exit.CONFLICT),
        ),
        Command(
            "whoami",
            "Show your identity.",
            whoami,
            text="`whoami set` fills in your profile, `whoami recovery` shows your recovery words until you have "
            "written them down.",
            exits=(Exit.NOT_INITIALISED, Exit.NOT_RUNNING),
        ),
        Command(
            "whoami set",
            "Fill in your profile.",
            set_profile,
            (
                Argument(("--name",), "Your name."),
                Argument(("--bio",), "What you do.", metavar="TEXT"),
                Argument(("--contact",), "How to reach you.", metavar="TEXT"),
                Argument(("--skill",), "What you can do; give it several times.", kind="repeat"),
                Argument(("--language",), "A language you speak: es, en.", kind="repeat"),
                AS._replace(meaning="Fill in the profile of this organisation, for which you sign."),
            ),
            text="Signed and shown to everybody you share a network with. What is not given stays as it is.",
            examples=(("Two skills", "meshnode whoami set --skill design --skill facilitation"),),
            exits=(Exit.NOT_RUNNING,),
        ),
        Command(
            "whoami recovery",
            "Show your recovery words until you have written them down.",
            show_recovery,
            (
                _SHOW_WORDS,
                Argument(
                    ("--written-down",), "Say that they are on paper: removes them from this machine.", kind="flag"
                ),
            ),
            text="Asks two of the words back on a terminal, then removes them from this machine. Works with the node "
            "stopped.",
            exits=(Exit.PROBLEMS, Exit.NOT_INITIALISED, Exit.WRONG_PASSPHRASE),
        ),
    )
}
