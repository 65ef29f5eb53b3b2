"""Whether a key speaks for an agent, by the records that are stored: this decides what is kept, not what counts.

It asks less than the fold does: a grant that was ended still shows that its key's log belongs to the agent, and
whether what stands in it counts is for the fold. So it never takes back what it said, and nodes that hold the same
records keep the same logs.
"""

from typing import cast

from meshnode.core.flight import Flight
from meshproto.records.ids import Key, RecordId, log_id
from meshproto.records.record import Record
from meshproto.records.signatures import verify_bytes
from meshproto.types.authority import ROTATE_CONTEXT, rotation_message
from meshproto.types.catalogue import check_facts
from meshproto.types.recovery import recovery_digest

_ACTING = ("device", "staff", "steward")
_GUESTS = ("countersign", "revoke", "resolution")


def speaks(record: Record, flight: Flight) -> bool | RecordId:
    """Whether the key of a record may speak for its agent; or the record that must be here before that is known."""
    if record.type == "rotate":
        return _rotates(record, flight)
    agent = record.agent
    for each in record.auth:
        entry = flight.record(each)
        if entry is None:
            return RecordId(each)
        to = _led_to(entry, agent)
        if len(to) == 33:
            return to[1:] == record.key
        if not to:
            break  # What comes after the chain says in which role, not for whom.
        agent = to
    return is_root(agent, Key(record.key), flight) if flight.has(agent) else RecordId(agent)


def is_root(person: bytes, key: Key, flight: Flight) -> bool:
    """Whether a key is, or was, the root of a person."""
    if flight.root_of(person) == key:
        return True
    first = flight.first(log_id(person, key))
    return first is not None and first.type == "rotate"


def visits(record: Record, flight: Flight) -> bool | RecordId:
    """Whether a record in the stream of another person or organisation concerns its author; or what must come first.

    Else anybody could fill anybody's stream.
    """
    if record.type not in _GUESTS or check_facts(record) is not None:
        return False
    genesis = flight.record(record.scope)
    if genesis is not None and record.agent in _founders(genesis):
        return True
    targets = record.facts.get("targets", [record.facts.get("target", b"")])
    for each in cast(list[bytes], targets):
        target = flight.record(each)
        if target is None:
            return RecordId(each) if each else False
        if target.home == record.scope and _concerns(target, record.agent):
            return True
    return False


def _concerns(target: Record, agent: bytes) -> bool:
    """Whether a record was written by an agent, grants it something or names it a founder."""
    return target.agent == agent or target.facts.get("to") == agent or agent in _founders(target)


def _founders(record: Record) -> list[bytes]:
    if check_facts(record) is not None:
        return []
    return cast(list[bytes], record.facts.get("charter", {}).get("founders", []))


def _led_to(entry: Record, giver: bytes) -> bytes:
    """To whom an entry leads from its giver: an agent or a key of 33 bytes; empty if it does not."""
    if entry.scope != giver or check_facts(entry) is not None:
        return b""
    facts = entry.facts
    if entry.type == "grant":
        return facts["to"] if entry.agent == giver and facts["role"] in _ACTING else b""
    founds = entry.type == "countersign" and facts["decision"] == "accept"
    return entry.agent if founds else b""


def _rotates(record: Record, flight: Flight) -> bool | RecordId:
    """Whether a rotate is signed by recovery keys to which the root before it is committed."""
    if record.agent != record.scope or check_facts(record) is not None:
        return False
    facts = record.facts
    after = flight.record(facts["after"])
    if after is None:
        return RecordId(facts["after"])
    if after.home != record.scope or check_facts(after) is not None or "recovery" not in after.facts:
        return False
    committed = after.facts["recovery"]
    if len(facts["keys"]) < committed["need"]:
        return False
    message = rotation_message(facts)
    signed = zip(facts["keys"], facts["sigs"], strict=True)
    return all(
        b"\x01" + recovery_digest(key[1:]) in committed["digests"]
        and verify_bytes(key[1:], ROTATE_CONTEXT, message, signature)
        for key, signature in signed
    )
