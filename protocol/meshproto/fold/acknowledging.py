"""What is said in a network of contributions, its own and public ones, and what they are there by it (04-fold 8.3)."""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import cast

from meshproto.fold.attesting import Heads, counts_now, heads_among, state_by
from meshproto.fold.charters import charter_in
from meshproto.fold.concerns import concern_of, note_words
from meshproto.fold.knowledge import EVERYTHING, Knowledge
from meshproto.fold.memory import Memory
from meshproto.fold.places import Place, read_place
from meshproto.fold.standing import row_of
from meshproto.records.record import Record
from meshproto.types.value import Measure


def note_gaining(record: Record, memory: Memory) -> None:
    """Remember who shares in a contribution or gains by it, so that they do not attest it."""
    facts = record.facts
    if "shares" in facts or "beneficiaries" in facts:
        gaining = [*(each for each, _ in facts.get("shares", ())), *facts.get("beneficiaries", ())]
        memory.put("gaining", record.id, [*gaining])


def gaining_by(contribution: bytes, memory: Memory) -> list[bytes]:
    """Who shares in a contribution that stands in no agreement, or gains by it."""
    return cast(list[bytes], memory.get("gaining", contribution) or [])


def note_attested_in_network(record: Record, memory: Memory) -> None:
    """Remember what is said in a network of a contribution."""
    subject: bytes = record.facts["subject"]
    note_words(record, memory)
    memory.put("attested_in", record.scope + subject + record.id, b"")
    if not row_of(memory, subject).personal:
        memory.put("attesting", subject, record.scope)


def network_attesting(contribution: bytes, memory: Memory) -> bytes:
    """The network in which a contribution of its own is attested; empty if there is none."""
    return cast(bytes, memory.get("attesting", contribution) or b"")


def subjects_in(network: bytes, memory: Memory) -> Iterator[bytes]:
    """The contributions of which something is said in a network, by id; some more than once."""
    return (key[32:64] for key, _ in memory.scan("attested_in", network))


def state_in(network: bytes, contribution: bytes, knowledge: Knowledge, memory: Memory) -> str:
    """What a contribution is by what is said of it in a network, whether it was retracted or not."""
    heads, least = _heads_in(network, contribution, knowledge, memory)
    return state_by(heads, least, memory)


def confirmed_in(network: bytes, contribution: bytes, claim: Measure, knowledge: Knowledge, memory: Memory) -> Measure:
    """How much of a claim, which is meant after its corrections, is confirmed in a network."""
    heads, least = _heads_in(network, contribution, knowledge, memory)
    if state_by(heads, least, memory) != "acknowledged":
        return Measure(0, 0, claim.u)
    return median_of((_figure(ids, claim, memory) for ids in heads.values()), claim)


def median_of(figures: Iterable[Measure], claim: Measure) -> Measure:
    """The low median of some figures in the unit of a claim, but not more than that."""
    # SPEC 04-fold 8.3: the low median of the figures of these heads (of n, sorted, the one at place ⌊(n−1)/2⌋ from 0),
    # at most the claim
    given = sorted(figures, key=_amount)
    return min(claim, given[(len(given) - 1) // 2], key=_amount)


def _figure(attestations: Iterable[bytes], claim: Measure, memory: Memory) -> Measure:
    """What an attester says of a quantity, by all that holds of it; without a quantity it is the claim."""
    said = [concern_of(memory, each).facts for each in attestations]
    if any(each["verdict"] == "reject" for each in said):
        return Measure(0, 0, claim.u)
    given = [Measure(**each["qty"]) for each in said if "qty" in each and each["qty"]["u"] == claim.u]
    return min(given, key=_amount, default=claim)


def _amount(measure: Measure) -> Fraction:
    return Fraction(measure.n, 10**measure.s)


def _heads_in(network: bytes, contribution: bytes, knowledge: Knowledge, memory: Memory) -> tuple[Heads, int]:
    """What holds of all that is said by those who may, and how many of them must confirm it."""
    ack = charter_in(network, cast(Place, read_place(memory, network)), EVERYTHING, knowledge, memory).ack
    ids = (key[64:] for key, _ in memory.scan("attested_in", network + contribution))
    heads = heads_among(ids, counts_now(memory), memory)
    by = ack["by"]
    return {agent: each for agent, each in heads.items() if by == "members" or agent in by}, ack["min"]
