"""What a node says of itself, to all it says it to: a program, a person at a terminal, whoever has a page open."""

import html
import re
import time

from tests.support.homes import Person
from tests.support.patience import DEADLINE
from tests.support.programs import Program
from tests.support.visitor import Visitor

_AGAIN = 0.05
SIGNS = {"fail": "✗", "warn": "!"}


class Saying:
    """The three mouths of one node."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.person = Person(program.home, program.home.name.capitalize())
        self.visitor = Visitor.logged_in(program.client.node.login_link()["url"])

    def says(self, name: str) -> tuple[str, str, str] | None:
        """State, text and fix of a finding that is not ok, as a program is told; None if there is nothing to say."""
        for reason in self.program.client.node.health()["reasons"]:
            if reason["name"] == name:
                return reason["state"], reason["text"], reason["fix"]
        return None

    def waits(self, name: str, state: str, words: str) -> float:
        """Wait until a finding is told in the same words by all three; returns after how many seconds the first did."""
        begin = time.monotonic()
        while not ((found := self.says(name)) and found[0] == state and words in found[1]):
            assert time.monotonic() < begin + DEADLINE, f"{name} is told as {found}, not as {state} with {words!r}"
            time.sleep(_AGAIN)
        took = time.monotonic() - begin
        _, text, fix = found
        assert fix, f"{name} says what is the matter, and not what to do"
        ran = self.person.tries("status")
        assert f"{SIGNS[state]} {name}: " in ran.out, ran.out
        assert words in ran.out
        assert ran.code == (3 if state == "fail" else 0)
        page = shown(self.visitor.reads("/"))
        assert f"{name}. {text[0].upper()}{text[1:]}" in page, page[:2_000]
        assert fix in page
        return took

    def waits_until_silent(self, name: str) -> None:
        """Wait until there is nothing to say of it any more, on the page neither."""
        begin = time.monotonic()
        while self.says(name) is not None:
            assert time.monotonic() < begin + DEADLINE, f"{name} is still told: {self.says(name)}"
            time.sleep(_AGAIN)
        assert f": {name}." not in shown(self.visitor.reads("/"))


def shown(page: str) -> str:
    """The text of a page as people read it."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", " ", page))).replace(" .", ".")
