"""What stands in agreements, as the fold remembers it: incomes, distributions, payments, and how each stands."""

from typing import Any, NamedTuple, cast

from meshproto.fold.concerns import concern_of, concerns_in, read_concern
from meshproto.fold.lineage import read_stand
from meshproto.fold.lineages import version_of
from meshproto.fold.memory import Memory
from meshproto.fold.sharing import chain_of
from meshproto.fold.standing import row_of

EFFECTIVE, CONTESTED, PROPOSED = "effective", "contested", "proposed"
"""States of distributions."""


class Dealing(NamedTuple):
    """A valid record of an agreement with its state (09-agreements), why it is no better, and what causes that."""

    record: bytes
    agent: bytes
    facts: dict[str, Any]
    state: str
    reason: str
    ids: tuple[bytes, ...]


def agreements(memory: Memory) -> list[bytes]:
    """The agreements that are folded here, by id."""
    return sorted(cast(bytes, scope) for _, scope in memory.scan("lineage", b""))


def standing_version(scope: bytes, memory: Memory) -> bytes:
    """The version by which an agreement is shown."""
    return cast(bytes, memory.get("governs", scope) or scope)


def terms_now(scope: bytes, memory: Memory) -> dict[str, Any]:
    """What that version says."""
    return version_of(memory, standing_version(scope, memory)).facts


def ids_of(scope: bytes, type_: str, memory: Memory) -> list[bytes]:
    """The valid records of a type in an agreement, by id."""
    return concerns_in(scope, type_, memory)


def dealing(record: bytes, memory: Memory) -> Dealing | None:
    """One record of an agreement; None if it is none that is valid."""
    said = read_concern(memory, record)
    if said is None:
        return None
    stand = read_stand(memory, record)
    return Dealing(record, said.agent, said.facts, stand.state, stand.reason or "", stand.ids)


def dealings(scope: bytes, type_: str, memory: Memory) -> list[Dealing]:
    """The valid records of a type in an agreement, by id."""
    found = (dealing(each, memory) for each in ids_of(scope, type_, memory))
    return [each for each in found if each is not None]


def accepted_by(record: bytes, agent: bytes, memory: Memory) -> list[bytes]:
    """The accepts of a record by an agent that count."""
    found = [key[-32:] for key, _ in memory.scan("accepts", record + agent)]
    return [each for each in found if row_of(memory, each).counts]


def declined_by(record: bytes, agent: bytes, memory: Memory) -> bool:
    """Whether an agent has declined a record, and not accepted it as well: a no may become a yes."""
    declines = (key[-32:] for key, _ in memory.scan("declines", record + agent))
    return any(row_of(memory, each).counts for each in declines) and not accepted_by(record, agent, memory)


def last_shared(scope: bytes, memory: Memory) -> bytes:
    """The distribution that the next one follows: of those in force, else contested, the end of the longest chain."""
    held = {each.record: each for each in dealings(scope, "distribution", memory)}
    solid = {key: each for key, each in held.items() if each.state in (EFFECTIVE, CONTESTED)}
    followed = {each.facts.get("prev") for each in solid.values()}
    ends = [key for key in solid if key not in followed]
    return min(ends, key=lambda key: (solid[key].state != EFFECTIVE, -len(chain_of(key, memory)), key), default=b"")


def spent_in(distribution: bytes, memory: Memory) -> set[bytes]:
    """The incomes that a distribution and those before it share."""
    return {income for each in chain_of(distribution, memory) for income in concern_of(memory, each).facts["incomes"]}


def to_share(scope: bytes, after: bytes, memory: Memory) -> list[bytes]:
    """The incomes that the next distribution would share: all confirmed ones, else the first refund that is due."""
    cur = terms_now(scope, memory).get("value_equation", {}).get("cur")
    spent = spent_in(after, memory)
    open_ = [
        each
        for each in dealings(scope, "income", memory)
        if each.record not in spent and each.state == "confirmed" and each.facts["net"]["cur"] == cur
    ]
    plain = [each.record for each in open_ if "refunds" not in each.facts]
    return plain or [each.record for each in open_ if each.facts["refunds"] in spent][:1]


def awaiting(scope: bytes, after: bytes, memory: Memory) -> list[Dealing]:
    """The distributions proposed on top of another one that are not agreed yet."""
    found = dealings(scope, "distribution", memory)
    return [each for each in found if each.state == PROPOSED and each.facts.get("prev", b"") == after]


def takes_part(agent: bytes, scope: bytes, memory: Memory) -> bool:
    """Whether an agent is a participant of some version of an agreement."""
    return next(memory.scan("partaker", scope + agent), None) is not None


def participants(scope: bytes, memory: Memory) -> list[bytes]:
    """Everybody who takes part in an agreement by some version, by id."""
    start = len(scope)
    return sorted({key[start : start + 32] for key, _ in memory.scan("partaker", scope)})
