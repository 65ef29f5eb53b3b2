"""What a contact card says: the records by which one device speaks for an agent, and where it is reached (10-lines 4).

Whether those records prove it is the fold's to say (04-fold 2 and 3); here everything else is checked.
"""

from collections.abc import Sequence
from typing import NamedTuple, cast

from meshproto.lines.places import Places, pack_address, pack_peer
from meshproto.records.encoding import Value, decode, encode
from meshproto.records.ids import RecordId
from meshproto.records.log import Run, check_run
from meshproto.records.reasons import Reason, Refused
from meshproto.records.record import Record, check_private
from meshproto.records.signatures import SIGNATURE_SIZE, SigningKey, verify_bytes
from meshproto.types.catalogue import check_facts

CARD_CONTEXT = b"meshnode/1 card\n"
"""What stands before what is said in the bytes that the signature of a card covers."""
KINDS = ("person", "organization")
_SIZE = 32
"""Bytes of ids and keys."""


class CardLine(NamedTuple):
    """What a card says. `at` is when it was made, in milliseconds UTC; peer and addresses may be empty."""

    agent: bytes
    person: bytes
    key: bytes
    at: int
    peer: str
    addresses: tuple[str, ...]
    runs: tuple[Run, ...]
    privates: tuple[tuple[RecordId, bytes], ...]
    signature: bytes = b""

    @property
    def records(self) -> list[Record]:
        """All of them, as they stand in the card."""
        return [record for run in self.runs for record in run.records]

    def signed(self, key: SigningKey) -> "CardLine":
        """The card under the signature of its device."""
        return self._replace(signature=key.sign_bytes(CARD_CONTEXT, _said(self)))


def card_body(card: CardLine) -> bytes:
    """The body behind the version."""
    return card.signature + _said(card)


def read_card_body(body: bytes) -> CardLine:
    """What a card says. Raises Refused."""
    signature, raw = body[:SIGNATURE_SIZE], body[SIGNATURE_SIZE:]
    match decode(raw):
        case [bytes(agent), bytes(person), bytes(key), int(at), bytes(place), list(runs), list(parts)]:
            pass
        case _:
            raise Refused(Reason.N_SHAPE)
    if isinstance(at, bool) or at < 0 or any(len(each) != _SIZE for each in (agent, person, key)):
        raise Refused(Reason.N_SHAPE)
    # SPEC 10-lines 4.2: 3. `signature` is none by `key`: `S-SIG`.
    if not verify_bytes(key, CARD_CONTEXT, raw, signature):
        raise Refused(Reason.S_SIG, "card")
    peer, addresses = _read_place(place)
    card = CardLine(agent, person, key, at, peer, addresses, tuple(map(_read_run, runs)), (), signature)
    _must_belong(card)
    by_id = {record.id: record for record in card.records}
    return card._replace(privates=tuple(_read_part(each, by_id) for each in parts))


def _said(card: CardLine) -> bytes:
    place = b"".join((pack_peer(card.peer), *map(pack_address, card.addresses))) if card.addresses else b""
    runs: list[Value] = [[[each.raw for each in run.records], run.signature] for run in card.runs]
    parts: list[Value] = [[record, raw] for record, raw in card.privates]
    return encode([card.agent, card.person, card.key, card.at, place, runs, parts])


def _read_place(place: bytes) -> tuple[str, tuple[str, ...]]:
    if not place:
        return "", ()
    places = Places(place)
    return places.peer(), places.addresses()


def _read_run(said: Value) -> Run:
    match said:
        case [list(headers), bytes(signature)] if all(isinstance(each, bytes) for each in headers):
            return check_run(cast(Sequence[bytes], headers), signature)
    raise Refused(Reason.N_SHAPE)


def _read_part(said: Value, records: dict[RecordId, Record]) -> tuple[RecordId, bytes]:
    match said:
        case [bytes(record), bytes(raw)] if record in records:
            check_private(records[RecordId(record)], raw)
            return RecordId(record), raw
    raise Refused(Reason.N_SHAPE)


def _must_belong(card: CardLine) -> None:
    # SPEC 10-lines 4.2: 6. The genesis of `agent` is not among the records, or a record stands in no stream of a person
    # or organisation whose genesis is: `N-SHAPE`.
    begun = {bytes(record.id) for record in card.records if _begins_stream(record)}
    if card.agent not in begun or any(record.home not in begun for record in card.records):
        raise Refused(Reason.N_SHAPE)


def _begins_stream(record: Record) -> bool:
    return not record.scope and check_facts(record) is None and record.facts.get("kind") in KINDS
