"""Signing with the node stopped: takes the home's lock, puts one record behind the others, and lets go.

What is signed is the same as the running node would sign: the drafts are built by `meshproto.types`, placed and signed
by `meshnode.core.author`. What needs the network or long thought is left to the node: a copied home, a network that
was not written in before, an allowance that is used up.
"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from meshnode.cli.desk import Desk
from meshnode.cli.exits import Exit, Failure
from meshnode.cli.offline_places import Placed, place
from meshnode.cli.person.unlocking import unlock
from meshnode.core.author import DraftRefused, sign_offline
from meshnode.core.details import Details, Unfit, facts_of
from meshnode.core.drafts import LONGEST_TEXT, LONGEST_TITLE, Draft
from meshnode.core.founding import awaited_founders
from meshnode.core.ports import Identity, Moment
from meshnode.core.rows import NoteEntry
from meshnode.store.errors import (
    HomeInUse,
    HomeLeft,
    HomeNotUsable,
    KeyfileError,
    KeyfileMissing,
    StoreError,
    StoreTooNew,
)
from meshnode.store.home import Home, HomeState
from meshnode.store.keyfile import read_key
from meshnode.store.reading import Reader
from meshnode.store.store import open_store
from meshnode.words.safe_text import clean
from meshnode.words.times import today
from meshproto.records.ids import AgentId, RecordId, log_id, to_text
from meshproto.records.signatures import SigningKey
from meshproto.types import value

if TYPE_CHECKING:
    from meshnode.cli.contributions.work import Entry
    from meshnode.client.answers import Written

AGENT_NOTE = "agent"
NOTEBOOK_NOTE = "notebook"
GRANT_NOTE = "grant"
ENDED_NOTE = "ended"
"""Names of the notes in which a home remembers its owner, their notebook, and how this device stands."""


class SystemChance:
    """Chance as the core asks for it, from the system."""

    def random(self) -> float:
        """A number in [0, 1)."""
        return int.from_bytes(os.urandom(7), "big") / (1 << 56)

    def token(self, size: int) -> bytes:
        """Unpredictable bytes."""
        return os.urandom(size)


def log_offline(desk: Desk, entry: Entry) -> Written:
    """Sign one contribution; it is flushed to the disk when this returns. Raises Failure if nothing is written."""
    _check_words(entry)
    if entry.terms.names_others:
        raise Failure(Exit.NOT_RUNNING, "whom and what that names only the running node knows", "meshnode up")
    main_key = unlock(desk)  # Before the home's lock is taken: an answer may take its time.
    try:
        with Home(desk.places.data) as home:
            _check_stamp(home)
            key = SigningKey(read_key(home.device_key, main_key))
            store = open_store(home.records)
            try:
                home.stamp()
                reader = store.reader()
                placed = place(desk, reader, _note(reader, NOTEBOOK_NOTE), entry.project, entry.network)
                identity = Identity(AgentId(_note(reader, AGENT_NOTE)), key, _grant(reader))
                _check_place(reader, placed, identity)
                moment = Moment(time.time_ns() // 1_000_000, time.monotonic_ns() // 1_000_000)
                draft = draft_of(entry, placed, today().isoformat())
                if placed.kind == "network":
                    from meshnode.cli.offline_mandates import mandated  # In the notebook nobody needs a role.

                    draft = mandated(desk, reader, identity, placed, draft)
                batch, ids = sign_offline(reader, identity, [draft], moment, SystemChance())
                store.writer.commit(batch)
            finally:
                store.close()
    except HomeInUse as error:
        cause = f"process {error.pid or '?'} works in {desk.shown_path(desk.places.data)}, and no node answers there"
        raise Failure(Exit.HOME_IN_USE, cause, "meshnode status") from error
    except HomeLeft as error:
        raise Failure(Exit.CONFLICT, str(error), "meshnode export home --help") from error
    except KeyfileMissing as error:
        raise desk.not_initialised() from error
    except DraftRefused as error:
        raise Failure(Exit.USAGE, f"this does not fit into a record: {error.why}", "meshnode log --help") from error
    except StoreTooNew as error:
        raise Failure(Exit.CONFLICT, str(error), "meshnode --version") from error
    except (HomeNotUsable, KeyfileError, StoreError) as error:
        raise Failure(Exit.FAILURE, str(error), "meshnode doctor") from error
    return _written(ids[0], placed)


def draft_of(entry: Entry, placed: Placed, today: str) -> Draft:
    """Return the draft of a contribution: figures are facts, words are private."""
    day = entry.day or today
    qty = value.Measure(entry.seconds, 0, "SEC")
    try:
        facts = facts_of(entry.kind, qty, (day, entry.day_to or day), placed.project, _details(entry))
    except Unfit as unfit:
        raise Failure(Exit.USAGE, str(unfit), "meshnode log --help") from unfit
    private = {"title": entry.title, **({"text": entry.text} if entry.text else {})}
    return Draft(placed.scope, "contribution", facts, {**private})


def _details(entry: Entry) -> Details:
    terms = entry.terms
    return Details(
        value=value.Money(*terms.value) if terms.value else None,
        evidence=tuple(value.Evidence(bytes.fromhex(each.sha256), each.size, each.media) for each in terms.evidence),
        comp=terms.comp,
        stream=terms.stream,
        licence=terms.licence,
        warrants=terms.warrants,
        classes=terms.classes,
    )


def _check_words(entry: Entry) -> None:
    """Refuse what the node would refuse."""
    causes = [
        "a title is needed" if not entry.title.strip() else "",
        f"title has more than {LONGEST_TITLE} characters" if len(entry.title) > LONGEST_TITLE else "",
        f"text has more than {LONGEST_TEXT} characters" if len(entry.text or "") > LONGEST_TEXT else "",
    ]
    for cause in filter(None, causes):
        raise Failure(Exit.USAGE, cause, "meshnode log --help")


def _check_stamp(home: Home) -> None:
    state = home.state()
    if state is HomeState.NEW:
        raise Failure(Exit.NOT_INITIALISED, "there is no identity here yet", "meshnode init")
    if state is HomeState.COPIED:
        cause = "this home was copied or restored; before it may sign, its peers must be asked for newer records"
        raise Failure(Exit.CONFLICT, cause, "meshnode up", code="copied-home")


def _check_place(reader: Reader, placed: Placed, identity: Identity) -> None:
    """Refuse where a record could turn out invalid: whoever was never written in, or is full, needs the node."""
    head = reader.log(log_id(placed.scope, identity.key.public))
    facts = reader.network(placed.scope)
    if head is None or facts is None:
        raise Failure(
            Exit.NOT_AUTHORISED, "you have not written in this network yet; the node must be running", "meshnode up"
        )
    awaited = ", ".join(to_text(each) for each in awaited_founders(reader, placed.scope, facts.founders))
    if awaited:
        cause = (
            f"nothing counts in this network before all its founders have accepted it, and these have not ({awaited})"
        )
        raise Failure(Exit.CONFLICT, cause, "meshnode up")
    heard = reader.agents_of_log(head.log) if head.counted else ()
    if identity.agent not in (*facts.founders, *heard):
        cause = f"you have not joined {clean(placed.name)} for yourself: what you signed there would count for nobody"
        raise Failure(Exit.NOT_AUTHORISED, cause, "meshnode network join --help")
    if max(tip.seq for tip in head.tips) >= facts.log_records or head.size >= facts.log_bytes:
        raise Failure(Exit.NOT_AUTHORISED, "the network's allowance for one log is used up", "meshnode network ls")


def _grant(reader: Reader) -> bytes | None:
    """Return the record that let this device in, None where none had to; raises Failure if it may not sign."""
    if reader.entry(NoteEntry, (ENDED_NOTE,)) is not None:
        cause = "this device was ended, so nothing it signs counts any more"
        raise Failure(Exit.NOT_AUTHORISED, cause, "meshnode up, then meshnode id device ls")
    grant = reader.entry(NoteEntry, (GRANT_NOTE,))
    if grant is None:
        return None
    if not grant.value:
        raise Failure(Exit.NOT_AUTHORISED, "this device waits to be let in by another of yours", "meshnode up")
    return grant.value


def _note(reader: Reader, name: str) -> bytes:
    note = reader.entry(NoteEntry, (name,))
    if note is None:
        raise Failure(Exit.NOT_INITIALISED, "the identity here was never finished", "meshnode init")
    return note.value


def _written(record: RecordId, placed: Placed) -> Written:
    scope = {"id": to_text(placed.scope), "kind": placed.kind, "name": placed.name}
    return {
        "id": to_text(record),
        "type": "contribution",
        "scope": scope,  # type: ignore[typeddict-item]  # a Scope
        "agent": None,
        "signed_by": None,
        "warnings": [],
    }
