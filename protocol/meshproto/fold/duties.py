"""Who answers for what under an agreement, and what nobody answers for any more (09-agreements 2.5)."""

from typing import Any

from meshproto.fold.cuts import Cuts
from meshproto.fold.memory import Memory
from meshproto.fold.standing import SETTLED, row_of
from meshproto.fold.tallies import YES, accepts_by
from meshproto.fold.versions import Versions

VACANT = "vacant"
"""The flag of a version under which somebody is answered to by nobody."""


def vacant_duties(versions: Versions) -> list[tuple[bytes, str]]:
    """To whom, and in which scope, none of those who are to answer by the standing version does so, ascending."""
    version, finals = versions.standing, dict[tuple[bytes, str], list[bytes]]()
    duties: list[dict[str, Any]] = versions.facts[version].get("responsibility", [])
    for each in duties:
        finals.setdefault((each["to"], each["scope"]), []).append(each["final"])
    return sorted(
        duty for duty, agents in finals.items() if not any(answers(version, agent, versions) for agent in agents)
    )


def vacancies(scope: bytes, memory: Memory) -> list[tuple[bytes, str]]:
    """The same of an agreement, as of all that is decided."""
    return vacant_duties(Versions(scope, memory))


def answers(version: bytes, agent: bytes, versions: Versions) -> bool:
    """Whether an agent has signed a version and not declined it since."""
    memory = versions.memory
    if versions.tally(version, agent) != YES:
        return False
    declines = [key[-32:] for key, _ in memory.scan("declines", version + agent)]
    holding = [each for each in declines if row_of(memory, each).status in SETTLED]
    return not holding or all(_is_taken_back(each, version, agent, memory) for each in holding)


def _is_taken_back(decline: bytes, version: bytes, agent: bytes, memory: Memory) -> bool:
    """Whether the agent has accepted once more, knowing of this."""
    row = row_of(memory, decline)
    accepts = (row_of(memory, each) for each in accepts_by(version, agent, memory))
    return any(each.status in SETTLED and Cuts(memory).over([each]).reach(row.lane) >= row.seq for each in accepts)
