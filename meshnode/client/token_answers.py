"""What the API answers about tokens, member by member: the shapes of `meshnode.api.models.tokens`."""

from typing import TypedDict


class Token(TypedDict):
    """A token; `secret` is told once, when it is made, and `used` is absent if it never was."""

    id: str
    name: str
    may: list[str]
    created: str
    expires: str
    state: str
    used: str | None
    secret: str | None
