"""An order to erase survives a kill -9 at any instant: of who gives it, and of who hears it."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from random import Random

import pytest

from meshnode.client.errors import ClientError
from tests.support.programs import Program, Programs, let_pass
from tests.support.traces import traces

KILLS = 60
"""Kills of a long run."""
FLOOR = 3


@pytest.fixture
def programs() -> Iterator[Programs]:
    with Programs() as all_of_them:
        yield all_of_them


class Words:
    """A text of somebody's, by which it is found in files."""

    def __init__(self, author: Program, number: int) -> None:
        self.author = author
        self.text = f"Xylo{author.home.name}{number}."
        key = f"log {self.text}"
        self.record = author.client.work.log(self.text, seconds=60, network="studio", key=key)["id"]

    def erase(self) -> None:
        """Order it; a node that was killed meanwhile gives no answer."""
        with suppress(ClientError):
            self.author.client.records.erase([self.record], key=f"erase {self.text}")

    def stand_at(self, *programs: Program) -> bool:
        """Whether they stand in the files of all of these."""
        return all(traces(each.home, [self.text]) for each in programs)

    def go_from(self, program: Program) -> None:
        """Wait until nothing of them stands in any file there."""
        program.sees(lambda _: not traces(program.home, [self.text]))


@pytest.mark.campaign
def test_an_order_is_obeyed_whoever_is_killed_on_the_way(
    programs: Programs, campaign_seconds: Callable[[str], float], long_campaigns: bool, tell: Callable[[str], None]
) -> None:
    deadline, chance, kills = time.monotonic() + campaign_seconds("kills/erasure"), Random(11), 0
    ana, ben, carol = (programs.new(name) for name in ("ana", "ben", "carol"))
    for program in (ana, ben, carol):
        program.start()
    ana.client.networks.create("studio")
    for program in (ben, carol):
        program.client.networks.join(ana.line(), wait_ms=30_000)
    told = {author: [Words(author, number) for number in range(KILLS)] for author in (ana, carol)}
    last = [words[-1] for words in told.values()]
    ben.sees(lambda _: all(words.stand_at(ana, ben, carol) for words in last))
    carol.client.networks.leave("studio")
    while (kills < KILLS) if long_campaigns else (kills < FLOOR or time.monotonic() < deadline):
        author = chance.choice([each for each, words in told.items() if words])
        words, victim = told[author].pop(), chance.choice([author, ben])
        ordering = threading.Thread(target=words.erase)
        ordering.start()
        let_pass(chance.random() * 0.3)
        victim.kill()
        ordering.join()
        kills += 1
        victim.start()
        words.erase()  # with the same key, should the first have got no answer
        for program in (ana, ben, author):
            words.go_from(program)
    assert all(words.stand_at(ben) for rest in told.values() for words in rest)
    tell(f"kills around an erasure: {kills}, every order was obeyed")
