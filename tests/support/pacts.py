"""People at terminals who have an agreement: what they type, and what all of them are then told."""

import json
import shlex
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from meshnode.client.client import Client
from tests.support.homes import Person

TITLE = "Acme site"


def ids_of(person: Person, kind: str) -> list[str]:
    """The things of a kind (`distribution`, `income` …) under the agreement, by the lists of this person."""
    return [str(each["id"]) for each in person.asks(kind, "ls", TITLE)["items"]]


def knows(person: Person, record: str) -> bool:
    """Whether a record has come to somebody and counts there."""
    ran = person.tries("why", record, "--json")
    return ran.code == 0 and json.loads(ran.out)["standing"]["status"] == "yes"


def comes(record: str, *people: Person) -> None:
    """Wait until some have a record."""
    for each in people:
        each.sees(partial(knows, record=record))


def waiting(person: Person, kind: str) -> list[str]:
    """The commands of what waits for somebody."""
    return [str(each["command"]) for each in person.asks("inbox")["items"] if each["kind"] == kind]


def does_what_waits(person: Person, kind: str, *more: str, least: int = 1) -> None:
    """Wait until so many things of a kind wait for somebody, then do all of them by the commands that are told."""
    person.sees(lambda person: len(waiting(person, kind)) >= least)
    for command in waiting(person, kind):
        person.does(*shlex.split(command)[1:], *more)


def propose(person: Person, terms: dict[str, Any], signers: Sequence[tuple[Person, int]], *words: str) -> str:
    """Let somebody propose an agreement by a file, and all others sign it (each so often); returns its id."""
    file = Path(person.home.parent / "terms.json")
    file.write_text(json.dumps({"title": TITLE, **terms}))
    made = str(person.asks("agreement", "new", "--file", str(file), *words)["id"])
    people = [each for each, _ in signers]
    for each, times in signers:
        does_what_waits(each, "sign", "--yes", least=times)
    for each in [person, *people]:
        each.sees(lambda each: each.asks("agreement", "show", made)["state"] == "in_force")
    return made


def shares_out(person: Person, approvers: Sequence[Person], *words: str) -> str:
    """Let somebody share out what came in, and all approve it; returns the id once it is in force for all of them."""
    made = str(person.asks("distribution", "new", TITLE, "--yes", *words)["id"])
    for each in approvers:
        if each is not person:  # who proposes it approves it, too
            does_what_waits(each, "approve", "--yes")
    for each in {*approvers, person}:
        each.sees(lambda each: state_of(each, made) == "effective")
    return made


def state_of(person: Person, distribution: str) -> str:
    """How a distribution stands for somebody; empty where it has not come yet."""
    found = {each["id"]: each["state"] for each in person.asks("distribution", "ls", TITLE)["items"]}
    return str(found.get(distribution, ""))


def digests(person: Person, agents: Iterable[str]) -> dict[str, str]:
    """What a node prints of everybody's accounts, by their ids."""
    node = Client.of(person.home, 60)
    return {agent: node.money.statement(agent)["digest"] for agent in agents}


def state(person: Person, agreement: str) -> str:
    """The digest of the agreement's state."""
    return {each["id"]: each["digest"] for each in Client.of(person.home, 60).node.state()["scopes"]}.get(agreement, "")
