"""Whatever a peer put into any text, no command passes it on to the terminal as more than plain letters."""

import unicodedata
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from meshnode.api.problems import Problem
from tests.support.attacks.payloads import NASTY
from tests.support.command_line import Ran, run
from tests.support.fakes.fake_node import FakeNode, network, peer, project
from tests.support.fakes.fake_server import Asked
from tests.support.fakes.rich_answers import recognition, rich_contribution
from tests.support.fakes.sample_money import answers as money_answers
from tests.unit.cli.test_json import WORDS

POISON = [
    "\x1b[2J\x1b[1;1Hgone",
    "\x1b]0;title\x07",
    "\x9b2J\x90q\x9c",
    "\u202egnp.exe\u2066",
    "a\r\nmeshnode: all is well\x08\x08",
    "\u200f\u061c\ufeff\U000e0041\x00",
    "\x1b]8;;http://evil.example\x1b\\x\x1b]52;c;ZXZpbA==\x07",
    "\u200b\u2060\u00ad\u034f\u2028 \u0085",
    "".join(each for name, each in NASTY.items() if name != "long"),
]
MARKS = "\u200c\u200d"
"""Joiners, which some scripts need and which do nothing to a terminal."""


class HostileNode(FakeNode):
    """Says what the fake node says, with something nasty behind, or before, every text."""

    nasty = ""
    before = False

    def answer(self, asked: Asked) -> msgspec.Struct | bytes | None:
        good = super().answer(asked)
        if good is None or isinstance(good, bytes):
            return good
        body = msgspec.json.encode(self._poisoned(msgspec.to_builtins(good)))
        status = good.status if isinstance(good, Problem) else 200
        return b"HTTP/1.1 %d X\r\nContent-Length: %d\r\n\r\n%b" % (status, len(body), body)

    def _poisoned(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {key: self._poisoned(each) for key, each in value.items()}
        if isinstance(value, list):
            return [self._poisoned(each) for each in value]
        if not isinstance(value, str):
            return value
        return self.nasty + value if self.before else value + self.nasty


@pytest.fixture(scope="module")
def node() -> Iterator[HostileNode]:
    with HostileNode() as fake:
        fake.contributions.append(rich_contribution("Landing page"))
        fake.thanks.append(recognition("skill", skill="design"))
        fake.projects.append(project("Acme site"))
        fake.networks.append(network("studio"))
        fake.peers.append(peer("idle"))
        fake.answers.update(money_answers())
        fake.announce(2**30)  # `down` waits for this process to go.
        yield fake


def steering(ran: Ran) -> list[str]:
    """The characters in what was printed that do more than stand there."""
    printed = ran.out + ran.err
    return [char for char in printed if unicodedata.category(char)[0] == "C" and char != "\n" and char not in MARKS]


@pytest.mark.parametrize("nasty", POISON)
def test_nothing_steers_the_terminal(node: HostileNode, nasty: str) -> None:
    node.nasty = nasty
    for name in [*WORDS, "refused"]:
        if name == "stop":
            run("start", "x", home=node)
        given = WORDS.get(name, ("--project", "unknown", "x", "1h"))
        words = [word or node.contributions[0].id for word in given]
        ran = run(*("log" if name == "refused" else name).split(), *words, home=node)
        assert steering(ran) == [], name
        assert not any(line.startswith("meshnode: all is well") for line in (ran.out + ran.err).splitlines()), name
