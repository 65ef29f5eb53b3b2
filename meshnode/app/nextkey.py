"""The key that is to follow a home's device key, and the recovery words that go with it.

    none ──prepare── waiting ──(a rotate by it is on the disk)── turned ──take_over── none

They stand beside the old ones until the rotate is stored; whoever opens the home next lets them take the old ones'
place. So a kill leaves the old key with its words or the new key with its own, and nothing that was signed and lost.
"""

import secrets
from pathlib import Path

from mnemonic import Mnemonic

from meshnode.app.init import RECOVERY_BITS
from meshnode.core.rows import NoteEntry
from meshnode.runtime import notes
from meshnode.store.errors import KeyfileMissing
from meshnode.store.home import Home
from meshnode.store.keyfile import SEED_SIZE, read_key, read_secret, replace_key, replace_with, write_key, write_secret
from meshnode.store.protection import NEXT_KEY, NEXT_WORDS, WORDS_FILE
from meshnode.store.reading import Reader
from meshnode.store.sealed import MainKey
from meshnode.store.secretfile import remove_secret
from meshproto.records.ids import log_id
from meshproto.records.signatures import SigningKey


def is_waiting(folder: Path) -> bool:
    """Whether a rotate was begun in this home that did not end."""
    return (folder / NEXT_KEY).exists()


def prepare(home: Home, main_key: MainKey | None) -> SigningKey:
    """The key to follow the device key, made now or by an attempt that was cut short. Raises KeyfileError."""
    path = home.folder / NEXT_KEY
    try:
        return SigningKey(read_key(path, main_key))
    except KeyfileMissing:
        seed = secrets.token_bytes(SEED_SIZE)
        write_key(path, seed, main_key)
        return SigningKey(seed)


def words(home: Home, main_key: MainKey | None) -> str:
    """The words that go with the next key, made now or by an earlier attempt. Raises KeyfileError."""
    path = home.folder / NEXT_WORDS
    try:
        return read_secret(path, main_key).decode("ascii", "replace").strip()
    except KeyfileMissing:
        made: str = Mnemonic("english").generate(RECOVERY_BITS)
        write_secret(path, f"{made}\n".encode("ascii"), main_key)
        return made


def discard(home: Home) -> None:
    """Remove a next key with which nothing was signed, and its words. Raises OSError."""
    for name in (NEXT_WORDS, NEXT_KEY):
        remove_secret(home.folder / name)


def discard_words(home: Home) -> None:
    """Remove words that a later attempt does not want any more. Raises OSError."""
    remove_secret(home.folder / NEXT_WORDS)


def take_over(home: Home, reader: Reader, main_key: MainKey | None) -> bool:
    """Put the next key, and its words, in the place of the old ones if something was signed with it.

    Returns whether it was. Raises KeyfileError.
    """
    path, words = home.folder / NEXT_KEY, home.folder / NEXT_WORDS
    agent = reader.entry(NoteEntry, (notes.AGENT,))
    if agent is None or not path.exists():
        return False
    seed = read_key(path, main_key)
    if reader.log(log_id(agent.value, SigningKey(seed).public)) is None:
        return False
    if words.exists():
        replace_with(home.folder / WORDS_FILE, read_secret(words, main_key), main_key)
    replace_key(home.device_key, seed, main_key)
    remove_secret(words)
    remove_secret(path)
    return True
