"""Stories for the fold: who is in them, how they are told and what each record is worth at their end."""

from dataclasses import dataclass
from typing import Any

from meshproto.records.reasons import Reason
from meshproto.records.record import Record
from meshproto.types import identity
from scripts.vectors.cases import Case, key, network, person, record, work

YES: dict[str, object] = {"status": "yes"}
CLAIMED: dict[str, object] = {"status": "yes", "state": "claimed"}
ACTIVE: dict[str, object] = {"status": "yes", "state": "active"}
CURRENT: dict[str, object] = {"status": "yes", "state": "current"}


@dataclass
class Story:
    """Records in the order they are added, and the standing each must have at the end."""

    description: str
    records: list[Record]
    standings: dict[bytes, dict[str, object]]

    @classmethod
    def told(cls, description: str, *lines: tuple[Record, dict[str, object]]) -> "Story":
        """A story whose records come in this order."""
        return cls(description, [each for each, _ in lines], {each.id: told for each, told in lines})

    def case(self) -> Case:
        """The story as a case; raises AssertionError if a standing differs."""
        question = {"op": "fold", "headers": [each.raw.hex() for each in self.records]}
        found = Case(self.description, question)
        said: Any = found.written()["expected"]
        wanted = {record_id.hex(): told for record_id, told in self.standings.items()}
        assert said["standings"] == wanted, (self.description, said["standings"], wanted)
        return found


def no(reason: Reason, *ids: bytes, detail: str = "", status: str = "invalid") -> dict[str, object]:
    """The standing of a record that is worth nothing."""
    told: dict[str, object] = {"status": status, "reason": reason.value, "ids": [each.hex() for each in ids]}
    return {**told, "detail": detail} if detail else told


def in_stream(agent: Record, before: Record, facts: dict[str, Any], type_: str = "contribution", **more: Any) -> Record:
    """A record of alice's in a person's stream."""
    return record(key("alice"), type_, facts, before=before, scope=agent.id, agent=agent.id, **more)


def in_net(net: Record, author: Record, name: str, type_: str, facts: dict[str, Any], **more: Any) -> Record:
    """A record in a network by the person of that name."""
    return record(key(name), type_, facts, scope=net.id, agent=author.id, **more)


ALICE, BOB, CAROL = person("alice"), person("bob"), person("carol")
OPEN = network("garden", ALICE)
ACCEPT = in_net(OPEN, ALICE, "alice", "countersign", identity.accept(OPEN.id))
FIRST = in_stream(ALICE, ALICE, work())
