"""Creates a home: keys, the owner's genesis and notebook. All of it is on the disk before anything is told.

Killed half-way, a home has a key and nothing signed with it; doing it again finishes it with the same key. The recovery
words are on the disk before the identity is, and wait there until their owner says that they are on paper: there is
none whose words nobody could see.
"""

import secrets
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from mnemonic import Mnemonic

from meshnode.app.endings import Ending, Exit
from meshnode.config.places import Places
from meshnode.core.author import BEGINNING, Pen, sign_drafts, sign_genesis
from meshnode.core.drafts import Draft, SignedRecords
from meshnode.core.ports import Batch
from meshnode.core.rows import JoinedEntry, LocalRow, NoteEntry, PeerEntry
from meshnode.runtime import notes
from meshnode.runtime.chance import SystemChance
from meshnode.runtime.holders import WORDS, Holder, holder_row
from meshnode.runtime.lines.pairing import PairingLine, pairing_words, read_pairing, words_of
from meshnode.runtime.refusals import Refusal
from meshnode.store.errors import KeyfileMissing
from meshnode.store.home import Home
from meshnode.store.keyfile import SEED_SIZE, read_key, write_key, write_secret
from meshnode.store.protection import WORDS_FILE
from meshnode.store.sealed import MainKey
from meshnode.store.secretfile import remove_secret
from meshnode.store.store import open_store
from meshproto.records.ids import NONE, to_text
from meshproto.records.signatures import SigningKey
from meshproto.types.identity import NONCE_SIZE, accept, network, person
from meshproto.types.recovery import recovery_digest, recovery_seed

LONGEST_NAME = 200
"""Characters of a name; longer ones break every table they stand in."""
RECOVERY_BITS = 128


class Created(NamedTuple):
    """A new identity, as it is told once."""

    agent: str
    name: str
    fingerprint: str
    notebook: str
    key: str
    data: str


def create(
    places: Places,
    name: str,
    *,
    recovery: bool,
    main_key: MainKey | None = None,
    holders: Sequence[Holder] = (),
    need: int = 1,
    at: int | None = None,
) -> Created:
    """Create the identity of this home, its keys sealed with `main_key`. Raises Ending, HomeError, StoreError.

    It is signed as of `at`, in milliseconds UTC; now, unless told otherwise.

    `recovery`: words are made that can replace the root key; `holders` are further recovery keys, and `need` of them
    all are needed together.
    """
    check_need(need, len(holders) + recovery)
    name = " ".join(name.split())
    if len(name) > LONGEST_NAME or not name.isprintable():
        raise Ending(Exit.USAGE, f"a name has at most {LONGEST_NAME} printable characters", "meshnode init --help")
    with Home(places.data) as home:
        seed = signing_seed(home, main_key)
        store = open_store(home.records)
        try:
            if store.reader().entry(NoteEntry, (notes.AGENT,)) is not None:
                raise Ending(Exit.CONFLICT, f"there is an identity in {places.data} already", "meshnode whoami")
            waiting = home.folder / WORDS_FILE
            # Words of an attempt that was cut short lead nowhere.
            remove_secret(waiting)
            words = [Holder(WORDS, digest_of(_words(waiting, main_key)))] if recovery else []
            now = time.time_ns() // 1_000_000 if at is None else at
            created, batch = _found(home, seed, name, [*words, *holders], need, now)
            # Before the commit: an identity in a home without a stamp would be taken for a copy of one.
            home.stamp()
            store.writer.commit(batch)
        finally:
            store.close()
    return created


class Paired(NamedTuple):
    """A new device that waits to be let in: the words it shows, and where its key is."""

    agent: str
    words: str
    key: str
    data: str


def join_device(places: Places, text: str, main_key: MainKey | None = None) -> Paired:
    """Make this home a device of whose line of `id device add` this is. Raises Ending, HomeError, StoreError."""
    try:
        line = read_pairing(text)
    except Refusal as refusal:
        raise Ending(Exit.USAGE, refusal.detail, refusal.hint) from refusal
    return become_device(places, line, main_key)


def become_device(places: Places, line: PairingLine, main_key: MainKey | None = None) -> Paired:
    """Make this home a device that waits to be let in by the one that wrote the line.

    Killed half-way, or given a newer line, it is done again with the same key. Raises Ending, HomeError, StoreError.
    """
    with Home(places.data) as home:
        key = SigningKey(signing_seed(home, main_key))
        store = open_store(home.records)
        try:
            reader = store.reader()
            agent, waits = (reader.entry(NoteEntry, (name,)) for name in (notes.AGENT, notes.PAIRING))
            if agent is not None and (waits is None or agent.value != line.agent):
                raise Ending(Exit.CONFLICT, f"there is an identity in {places.data} already", "meshnode whoami")
            home.stamp()
            store.writer.commit(Batch(1, local=_waiting(line)))
        finally:
            store.close()
        words = pairing_words(line.scope, line.agent, key.public)
        return Paired(to_text(line.agent), words, str(home.device_key), str(home.folder))


def _waiting(line: PairingLine) -> tuple[LocalRow, ...]:
    """What a home remembers that waits to be let in."""
    now = time.time_ns() // 1_000_000
    return (
        NoteEntry(notes.AGENT, line.agent),
        NoteEntry(notes.NOTEBOOK, line.notebook),
        NoteEntry(notes.GRANT, b""),
        NoteEntry(notes.PAIRING, line.scope),
        JoinedEntry(line.notebook, now, slug=notes.NOTEBOOK),
        PeerEntry(line.peer, addresses=line.addresses, added=True, source="hand"),
    )


def fingerprint_words(agent: bytes) -> str:
    """The words by which two people compare an agent's id aloud."""
    return words_of(agent)


def signing_seed(home: Home, main_key: MainKey | None) -> bytes:
    """The seed of the device key, made now or by an attempt that was cut short; the transport key beside it."""
    if not home.transport_key.exists():
        write_key(home.transport_key, secrets.token_bytes(SEED_SIZE), main_key)
    try:
        return read_key(home.device_key, main_key)
    except KeyfileMissing:
        seed = secrets.token_bytes(SEED_SIZE)
        write_key(home.device_key, seed, main_key)
        return seed


def _words(file: Path, main_key: MainKey | None) -> list[str]:
    """New recovery words, which wait beside the key that they can replace."""
    words: str = Mnemonic("english").generate(RECOVERY_BITS)
    write_secret(file, f"{words}\n".encode("ascii"), main_key)
    return words.split()


def check_need(need: int, most: int) -> None:
    """Whether so many of the recovery keys can be asked for. Raises Ending."""
    if need < 1 or (most and need > most):
        cause = f"there are {most} recovery keys, so {need} of them cannot be needed"
        raise Ending(Exit.USAGE, cause, "meshnode init --help")


def _found(home: Home, seed: bytes, name: str, holders: list[Holder], need: int, now: int) -> tuple[Created, Batch]:
    """Sign the owner's genesis, the notebook's and the owner's accept of it."""
    chance, key = SystemChance(), SigningKey(seed)
    recovery = ([each.digest for each in holders], need) if holders else None
    who = person(key=key.public, nonce=chance.token(NONCE_SIZE), recovery=recovery)
    agent, person_records = sign_genesis(Pen(NONE, key, now, chance), who, {"name": name})
    # The key of the notebook's genesis signs this one record and is forgotten.
    once = SigningKey(chance.token(SEED_SIZE))
    what = network(founders=[agent], nonce=chance.token(NONCE_SIZE), is_open=False)
    notebook, book_records = sign_genesis(Pen(NONE, once, now, chance), what, {"name": notes.NOTEBOOK})
    draft = Draft(notebook, "countersign", accept(notebook))
    accepted = sign_drafts(Pen(agent, key, now, chance), (draft,), BEGINNING)
    rows = (
        NoteEntry(notes.AGENT, agent),
        NoteEntry(notes.NOTEBOOK, notebook),
        holder_row(holders),
        JoinedEntry(notebook, now, slug=notes.NOTEBOOK),
    )
    told = Created(
        agent=to_text(agent),
        name=name,
        fingerprint=fingerprint_words(agent),
        notebook=to_text(notebook),
        key=str(home.device_key),
        data=str(home.folder),
    )
    return told, _batch((person_records, book_records, accepted), rows)


def digest_of(words: list[str]) -> bytes:
    """What an identity with these recovery words commits to."""
    entropy = bytes(Mnemonic("english").to_entropy(words))
    return recovery_digest(SigningKey(recovery_seed(entropy)).public)


def _batch(signed: tuple[SignedRecords, ...], rows: tuple[LocalRow, ...]) -> Batch:
    return Batch(
        number=1,
        runs=tuple(run for each in signed for run in each.runs),
        privates=tuple(part for each in signed for part in each.privates),
        local=rows,
    )
