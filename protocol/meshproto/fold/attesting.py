"""What is said of contributions, and what they are by it (09-agreements 3)."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from meshproto.fold.concerns import attestations_of, concern_of
from meshproto.fold.memory import Memory
from meshproto.fold.standing import row_of
from meshproto.types.agreement import attesters_of

Heads = dict[bytes, list[bytes]]
"""By attester the attestations that hold, by id."""


def heads_of(subject: bytes, counts: Callable[[bytes], bool], memory: Memory) -> Heads:
    """All that holds of what was said of a contribution, where some attestations count."""
    # SPEC 09-agreements 3.1: An attestation *holds* in a set of records if it counts there and no attestation that
    # counts there names it in `supersedes`.
    return heads_among(attestations_of(subject, memory), counts, memory)


def heads_among(ids: Iterable[bytes], counts: Callable[[bytes], bool], memory: Memory) -> Heads:
    """All that holds of some attestations of one contribution, where some of them count."""
    counting = {each: concern_of(memory, each) for each in ids if counts(each)}
    if len(counting) == 1:  # so it is of most
        return {concern.agent: [each] for each, concern in counting.items()}
    gone = {name for each in counting.values() for name in each.facts.get("supersedes", ())}
    heads: Heads = {}
    for each, concern in counting.items():
        if each not in gone:
            heads.setdefault(concern.agent, []).append(each)
    return heads


def counts_now(memory: Memory) -> Callable[[bytes], bool]:
    """Whether a record counts, as of all that is decided."""
    return lambda record_id: row_of(memory, record_id).counts


def state_of_work(subject: bytes, version: Mapping[str, Any], memory: Memory) -> str:
    """What a contribution is that nobody has retracted, by the rules of a version."""
    eligible = attesters_of(version)
    heads = {agent: each for agent, each in heads_of(subject, counts_now(memory), memory).items() if agent in eligible}
    return state_by(heads, version["ack"]["min"], memory)


def state_by(heads: Heads, least: int, memory: Memory) -> str:
    """What a contribution is by what attesters say who may, so many of whom must confirm it."""
    refusing = [
        agent
        for agent, each in heads.items()
        if any(concern_of(memory, head).facts["verdict"] == "reject" for head in each)
    ]
    if len(heads) - len(refusing) >= least:
        return "acknowledged"
    return "rejected" if refusing else "claimed"
