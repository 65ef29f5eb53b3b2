"""What the fake node says about tokens."""

from dataclasses import dataclass, field

import msgspec

from meshnode.api.models.shared import Page
from meshnode.api.models.tokens import Token
from meshnode.api.problems import problem
from meshnode.runtime.refusals import Code
from tests.support.fakes.fake_server import Asked
from tests.support.fakes.sample_people import AT


@dataclass
class FakeTokens:
    """Holds the tokens that were made."""

    tokens: list[Token] = field(default_factory=list)

    def get_tokens(self, asked: Asked, rest: list[str]) -> Page[Token]:
        """List them."""
        return Page(self.tokens)

    def post_tokens(self, asked: Asked, rest: list[str]) -> Token:
        """Make one; the secret is told only here."""
        self.tokens.append(Token("abcd2345", asked.body["name"], asked.body["may"], AT, AT, "active"))
        return msgspec.structs.replace(self.tokens[-1], secret="mnt_" + "a" * 52)

    def delete_tokens(self, asked: Asked, rest: list[str]) -> msgspec.Struct:
        """Take one back."""
        if not self.tokens:
            return problem(Code.NOT_FOUND, f"there is no token {rest[0]!r}", "meshnode token ls")
        return self.tokens.pop()
