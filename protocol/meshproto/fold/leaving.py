"""Who has left an agreement by which version, and what is not paid to him any more (09-agreements 2.4, 5.3)."""

from collections.abc import Iterator, Sequence

from meshproto.fold.concerns import concern_of, concerns_in
from meshproto.fold.cuts import Cuts
from meshproto.fold.lineages import version_of
from meshproto.fold.memory import Memory
from meshproto.fold.standing import row_of
from meshproto.types.agreement import parties_of

KEEP, ONCE, DROP = "keep", "once", "drop_unpaid"


def followed_by(version: bytes, memory: Memory) -> set[bytes]:
    """The versions that one follows."""
    found: set[bytes] = set()
    due = [version]
    while due:
        for each in version_of(memory, due.pop()).facts.get("prev", ()):
            if each not in found:
                found.add(each)
                due.append(each)
    return found


def dropped_under(version: bytes, before: Sequence[bytes], memory: Memory) -> Iterator[tuple[bytes, bytes]]:
    """The contributions on which nothing is paid to some agents in a distribution under a version.

    `before` are the versions of the distributions of its chain that share something new.
    """
    for each in sorted({version, *followed_by(version, memory)}):
        for agent, how in version_of(memory, each).facts.get("leaves", ()):
            said = _said_of_leavers(each, agent, how, memory)
            # SPEC 09-agreements 5.3: or one says *once* and the round comes after another one that is no refund, does
            # not restate, and whose version is w or follows w
            is_over = any(each in (other, *followed_by(other, memory)) for other in before)
            if DROP in said or (ONCE in said and is_over):
                yield from ((work, agent) for work in _done_by(agent, each, memory))


def _said_of_leavers(version: bytes, agent: bytes, how: str, memory: Memory) -> list[str]:
    """What the versions say of who leaves so, by which an agent was a party until this one."""
    prev = [version_of(memory, each).facts for each in version_of(memory, version).facts["prev"]]
    return [each.get("leaver", {}).get(how, KEEP) for each in prev if agent in parties_of(each)]


def _done_by(agent: bytes, version: bytes, memory: Memory) -> Iterator[bytes]:
    """The contributions in the past of a version in which an agent has a part."""
    cut = Cuts(memory).over([row_of(memory, version)])
    for work in concerns_in(version_of(memory, version).scope, "contribution", memory):
        row, said = row_of(memory, work), concern_of(memory, work)
        is_part = agent == said.agent or agent in [each for each, _ in said.facts.get("shares", ())]
        if is_part and row.seq <= cut.reach(row.lane):
            yield work
