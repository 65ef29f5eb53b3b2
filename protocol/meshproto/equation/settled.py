"""What a round comes to: lines, steps, carry, who must consent, and the digest (08-equations 5, 7.2, 10.4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple

from meshproto.equation.earlier import leaves, written
from meshproto.equation.entries import Change, Entry
from meshproto.equation.inputs import Round
from meshproto.equation.tallies import Path
from meshproto.equation.terms import Leaf, Terms
from meshproto.records.encoding import Value, encode

ENGINE = "ve/1"


class Line(NamedTuple):
    """What became payable to an agent, and what came to be held of it."""

    amt: int
    held: int


class StepLine(NamedTuple):
    """What a step changed: amounts by agent, without zeros, and what it left."""

    path: Path
    step: Leaf
    amounts: dict[bytes, int]
    left: int


@dataclass(frozen=True, slots=True)
class Settled:
    """A round as computed: changes by agent and by step, ascending by agent. `needs` not empty: it takes no effect."""

    place: int
    round: Round
    terms: Terms
    lines: dict[bytes, Line]
    steps: tuple[StepLine, ...]
    carry: int
    needs: tuple[bytes, ...]
    changes: tuple[Change, ...]

    def digest(self) -> bytes:
        """What stands on every screen and paper that shows this round."""
        # SPEC 08-equations 10.4: hex of SHA-256("meshnode/1 result\n" ‖ the canonical encoding (01-records 1) of
        # `["ve/1", cur, pool, to, lines, carry]`)
        lines: list[Value] = [
            [
                agent,
                line.amt,
                line.held,
                [[written(step.path), step.amounts[agent]] for step in self.steps if agent in step.amounts],
            ]
            for agent, line in self.lines.items()
        ]
        told: list[Value] = [ENGINE, self.terms.cur, self.round.pool, self.round.to, lines, self.carry]
        return sha256(b"meshnode/1 result\n" + encode(told)).digest()


def lines_of(changes: Sequence[Change]) -> dict[bytes, Line]:
    """What changes amount to for each agent."""
    amt: dict[bytes, int] = {}
    held: dict[bytes, int] = {}
    for change in changes:
        for entry, sign in _signed(change):
            for path in entry.outcome.tallies:
                for agent, amount in entry.amounts(path).items():
                    amt[agent] = amt.get(agent, 0) + sign * amount
            for agent, amount in entry.held().items():
                amt[agent] -= sign * amount
                held[agent] = held.get(agent, 0) + sign * amount
    lines = {agent: Line(amt[agent], held.get(agent, 0)) for agent in sorted(amt)}
    return {agent: line for agent, line in lines.items() if line.amt or line.held}


def steps_of(changes: Sequence[Change]) -> tuple[StepLine, ...]:
    """What changes amount to for each step of the equations that they are made under."""
    # SPEC 08-equations 9: What a round changes is told by path, whatever the versions of the entries that it changes;
    # the steps are those of all these versions, in the order of their paths.
    steps = {path: step for change in changes for path, step in leaves(change.new.terms.steps)}
    return tuple(_step_line(path, steps[path], changes) for path in sorted(steps))


def losers(lines: dict[bytes, Line]) -> list[bytes]:
    """Who has less than before, payable and held together."""
    return [agent for agent, line in lines.items() if line.amt + line.held < 0]


def _step_line(path: Path, step: Leaf, changes: Sequence[Change]) -> StepLine:
    amounts: dict[bytes, int] = {}
    left = 0
    for change in changes:
        for entry, sign in _signed(change):
            left += sign * entry.left(path)
            for agent, amount in entry.amounts(path).items():
                amounts[agent] = amounts.get(agent, 0) + sign * amount
    return StepLine(path, step, {agent: amounts[agent] for agent in sorted(amounts) if amounts[agent]}, left)


def _signed(change: Change) -> list[tuple[Entry, int]]:
    return [(change.new, 1), *([] if change.old is None else [(change.old, -1)])]
