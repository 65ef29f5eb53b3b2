"""The contact card: one line by which somebody becomes known to people who share no network with them.

    card1. ‖ base64url(version ‖ signature ‖ said ‖ checksum)
    said    [agent, person, key, at, place, [[[header …], signature] …], [[id, part] …]], canonical
    place   peer ‖ address ‖ address …, packed as in other lines; empty if the node cannot be reached

It holds the records by which one device speaks for an agent, with all that these name, so that it proves itself: the
genesis, what let the device in, the newest profile. That device has signed the rest. For an organisation `person` is
who signs for it, and what lets them is in it, too. Runs come in the order in which they can be taken in.

It is no secret and opens no door: whoever has it can name the agent, and look for its node.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from meshnode.core.drafts import SignedRecords
from meshnode.core.folded import FoldInRam
from meshnode.core.mandates import Mandates
from meshnode.core.ports import Identity
from meshnode.runtime.packing import pack_address, pack_peer, sealed, unpack_address, unpack_peer, unsealed
from meshnode.runtime.pairing import LINK
from meshnode.runtime.refusals import Code, Refusal
from meshproto.fold.fold import Fold
from meshproto.records.encoding import EncodeError, Value, decode, encode
from meshproto.records.ids import AgentId, RecordId
from meshproto.records.log import Run, check_run
from meshproto.records.reasons import Refused
from meshproto.records.record import Record, check_private
from meshproto.records.signatures import SIGNATURE_SIZE, SigningKey, verify_bytes
from meshproto.types.catalogue import check_facts

PREFIX = "card1."
CONTEXT = b"meshnode/1 card\n"
"""What stands before what is said in the bytes that the signature of a card covers."""
LONGEST_LINE = 4_000
"""Characters of a card that is pasted: terminals cut a line beyond 4,095."""
LONGEST = 64_000
"""Characters of a card in a file: an identity with many devices behind it."""
KINDS = ("person", "organization")
_VERSION = 1
_AGAIN = "copy the whole line again: it begins with card1."


class Card(NamedTuple):
    """What a card says. `at` is when it was made, in milliseconds UTC."""

    agent: AgentId
    person: AgentId
    key: bytes
    at: int
    peer: str
    addresses: tuple[str, ...]
    records: SignedRecords

    def genesis(self) -> Record:
        """The founding record of the agent."""
        return next(each for each in _records(self.records.runs) if bytes(each.id) == bytes(self.agent))

    def told(self) -> dict[str, str]:
        """What the agent tells in words: `name`, `bio`, `contact`, as far as given; by the newest profile, if any."""
        parts = dict(self.records.privates)
        own = [each for each in _records(self.records.runs) if bytes(each.home) == bytes(each.author) == self.agent]
        profiles = sorted((each for each in own if each.type == "profile" and each.id in parts), key=_newest)
        telling: dict[str, str] = {}
        for each in (self.genesis(), *profiles[-1:]):
            content = check_private(each, parts[each.id]) if each.id in parts else {}
            telling.update({name: text for name, text in content.items() if isinstance(text, str)})
        return telling


def is_card(text: str) -> bool:
    """Whether somebody means a card by what was pasted."""
    return _plain(text).startswith(PREFIX)


def write_card(card: Card, key: SigningKey) -> str:
    """The line; `key` is the device's."""
    place = b"".join((pack_peer(card.peer), *map(pack_address, card.addresses))) if card.addresses else b""
    runs: list[Value] = [[[each.raw for each in run.records], run.signature] for run in card.records.runs]
    parts: list[Value] = [[record, raw] for record, raw in card.records.privates]
    said = encode([card.agent, card.person, bytes(key.public), card.at, place, runs, parts])
    return sealed(PREFIX, bytes([_VERSION]) + key.sign_bytes(CONTEXT, said) + said)


def read_card(text: str, identity: Identity) -> Card:
    """What a card says, once it has proved itself; `identity` is the reader's. Raises Refusal."""
    plain = _plain(text)
    if not plain.startswith(PREFIX) or len(plain) > LONGEST:
        raise Refusal(Code.BAD_REQUEST, "this is no contact card", "it is what `meshnode id card` prints there")
    try:
        body = unsealed(plain, PREFIX)
        if body[:1] != bytes([_VERSION]):
            raise Refusal(Code.BAD_REQUEST, "this card was made by a newer meshnode", "meshnode --version")
        signature, said = body[1 : 1 + SIGNATURE_SIZE], body[1 + SIGNATURE_SIZE :]
        card = _read(decode(said))
    except (ValueError, IndexError, EncodeError, Refused) as error:  # also what base64 raises
        raise Refusal(Code.BAD_REQUEST, "this card is incomplete or mistyped", _AGAIN) from error
    if not verify_bytes(card.key, CONTEXT, said, signature) or not _proves(card, identity):
        why = "this card does not prove whose it is: who signed it does not speak for whom it names"
        raise Refusal(Code.VERIFICATION_FAILED, why, "ask for a fresh one: meshnode id card")
    return card


def _read(said: Any) -> Card:
    """The parts of a card, each by itself right. Raises ValueError, IndexError, Refused."""
    match said:
        case [bytes(agent), bytes(person), bytes(key), int(at), bytes(place), list(runs), list(parts)] if at >= 0:
            pass
        case _:
            raise ValueError("shape")
    checked = tuple(_read_run(each) for each in runs)
    by_id = {record.id: record for record in _records(checked)}
    privates = tuple(_read_part(each, by_id) for each in parts)
    begun = {bytes(record.id) for record in by_id.values() if _begins_stream(record)}
    if agent not in begun or any(record.home not in begun for record in by_id.values()):
        raise ValueError("a record of no stream that is in the card")
    peer, addresses = _read_place(place)
    return Card(AgentId(agent), AgentId(person), key, at, peer, addresses, SignedRecords(checked, privates))


def _read_run(said: Any) -> Run:
    match said:
        case [list(headers), bytes(signature)] if all(isinstance(each, bytes) for each in headers):
            return check_run(headers, signature)
    raise ValueError("run")


def _read_part(said: Any, records: dict[RecordId, Record]) -> tuple[RecordId, bytes]:
    match said:
        case [bytes(record), bytes(raw)] if record in records:
            check_private(records[RecordId(record)], raw)
            return RecordId(record), raw
    raise ValueError("part")


def _read_place(place: bytes) -> tuple[str, tuple[str, ...]]:
    if not place:
        return "", ()
    peer, rest = unpack_peer(place)
    addresses: list[str] = []
    while rest:
        address, rest = unpack_address(rest)
        addresses.append(f"{address}/p2p/{peer}")
    return peer, tuple(addresses)


def _begins_stream(record: Record) -> bool:
    """Whether a record is the genesis of a person or organisation: nothing of networks stands in a card."""
    return not record.scope and check_facts(record) is None and record.facts.get("kind") in KINDS


def _proves(card: Card, identity: Identity) -> bool:
    """Whether, by the records in the card alone, its key speaks for the person and that person for the agent."""
    memory = FoldInRam()
    fold = Fold(memory)
    for record in _records(card.records.runs):
        fold.add(record)
    mandates = Mandates(identity, memory)
    if not mandates.is_device(card.person, card.key):
        return False
    return card.person == card.agent or card.agent in mandates.acts_for(card.person)


def _records(runs: Sequence[Run]) -> list[Record]:
    return [record for run in runs for record in run.records]


def _newest(record: Record) -> tuple[int, bytes]:
    return record.at, record.id


def _plain(text: str) -> str:
    return "".join(text.split()).removeprefix(LINK)
