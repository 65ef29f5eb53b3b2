"""Keeping a recovery key for somebody else: offering it, and signing with it once they ask.

All such keys come from one secret file of this home and a small number each, so nothing needs to be remembered of whom
they were made for: whoever asks names a root to which one of them is committed.
"""

import secrets
from hashlib import sha256
from typing import NamedTuple

from meshnode.app.endings import Ending, Exit, refusals_end
from meshnode.app.init import fingerprint_words
from meshnode.config.places import Places
from meshnode.runtime.lines.consents import consent, consent_words, read_request, write_consent, write_offer
from meshnode.store.errors import KeyfileMissing
from meshnode.store.keyfile import SEED_SIZE, read_key, write_key
from meshnode.store.protection import GUARDIAN_KEY
from meshnode.store.reading import Reader
from meshnode.store.sealed import MainKey
from meshnode.store.store import open_reader
from meshproto.records.encoding import decode
from meshproto.records.ids import to_text
from meshproto.records.signatures import SigningKey
from meshproto.types.recovery import recovery_digest

WARDS = 1 << 12
"""Keys that one secret file makes: looking through all of them takes a blink."""


class Offer(NamedTuple):
    """A recovery key that is kept for somebody."""

    line: str


class Consented(NamedTuple):
    """A recovery was signed: whose, the words to compare before it is passed on, and the line."""

    agent: str
    name: str
    fingerprint: str
    words: str
    line: str


def offer(places: Places, main_key: MainKey | None = None) -> Offer:
    """Make a recovery key for somebody else. Raises Ending, and what `endings.KNOWN` names."""
    path = places.data / GUARDIAN_KEY
    try:
        seed = read_key(path, main_key)
    except KeyfileMissing:
        seed = secrets.token_bytes(SEED_SIZE)
        write_key(path, seed, main_key)
    return Offer(write_offer(_key(seed, secrets.randbelow(WARDS)).public))


def sign(places: Places, request: str, main_key: MainKey | None = None) -> Consented:
    """Sign the recovery that somebody asks for. Raises Ending, and what `endings.KNOWN` names."""
    with refusals_end():
        facts = read_request(request)
    try:
        seed = read_key(places.data / GUARDIAN_KEY, main_key)
    except KeyfileMissing:
        cause = "no recovery key of anybody is kept here"
        raise Ending(Exit.VERIFICATION, cause, "meshnode id guardian --help") from None
    reader = open_reader(places.data / "records.db")
    try:
        after = facts["after"]
        tenure = reader.record(after) if isinstance(after, bytes) else None
        recovery = tenure.facts.get("recovery", {}) if tenure is not None else {}
        digests = recovery.get("digests", []) if isinstance(recovery, dict) else []
        keys = (_key(seed, number) for number in range(WARDS))
        key = next((each for each in keys if b"\x01" + recovery_digest(each.public) in digests), None)
        if tenure is None or key is None:
            cause = "no recovery key of whoever asks is kept here, or your node knows nothing of them"
            raise Ending(Exit.VERIFICATION, cause, "meshnode sync")
        root = facts["root"]
        return Consented(
            agent=to_text(tenure.home),
            name=_name(reader, tenure.home),
            fingerprint=fingerprint_words(tenure.home),
            words=consent_words(tenure.home, root[1:] if isinstance(root, bytes) else b""),
            line=write_consent(consent(facts, key)),
        )
    finally:
        reader.close()


def _key(seed: bytes, number: int) -> SigningKey:
    return SigningKey(sha256(b"meshnode guardian key\n" + seed + number.to_bytes(2, "big")).digest())


def _name(reader: Reader, agent: bytes) -> str:
    raw = reader.private(agent)
    content = decode(raw, text="utf8") if raw is not None else None
    name = content.get("name") if isinstance(content, dict) else None
    return name if isinstance(name, str) else ""
