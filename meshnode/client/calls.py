"""What a call of the API is, apart from how it travels: what is asked, and the type of what is answered.

    class Work(Group[Link]):
        @asks
        def contribution(self, record: str) -> Call[Contribution]:
            return get(f"/contributions/{segment(record)}")

    node.work.contribution("bafk…")     # asked over the link of the group; a Contribution

The methods of a group only describe calls; `asks` hands the description to whatever link the group was made with.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from functools import wraps
from typing import TYPE_CHECKING, Concatenate, Generic, NamedTuple, ParamSpec, Protocol, Self, TypeVar, cast, overload
from urllib.parse import quote, urlencode

from meshnode.client.errors import BadAnswer

if TYPE_CHECKING:  # The shapes are for type checkers; making them would cost every command some milliseconds.
    from meshnode.client.answers import Page

USUAL = 60
"""Seconds a call may take unless the caller says otherwise."""
LONG = 3600
"""Seconds an import or export may take unless the caller says otherwise: the node works through files of any size."""
PAGE = 500
"""Items asked for at once when a list is read to its end."""
_ANSWER_SLACK = 5
"""Seconds more than a wait inside the node may take, so that the node is the one who says that it is over."""

Query = Mapping[str, str | int | bool | None]
Body = Mapping[str, object]

P = ParamSpec("P")
T = TypeVar("T")
G = TypeVar("G")


class Call(NamedTuple, Generic[T]):
    """One request, and by its type T what is answered to it."""

    method: str
    path: str
    """Below `/v1`, without the query."""
    query: Query | None = None
    body: Body | None = None
    key: str = ""
    """The idempotency key; with one, the same call can be made again and is done once."""
    usual: float = USUAL
    """Seconds it may take, unless the caller said how long."""
    least: float | None = None
    """Seconds it may take whatever the caller said, since the node itself waits for something."""
    is_text: bool = False
    """Whether the answer is a text for other programs, and no JSON."""
    is_list: bool = False
    """Whether the items of a list are wanted, with or without a page around it."""

    @property
    def proposing(self) -> bool:
        """Whether what founders decide on is to be proposed to them instead of refused."""
        return bool(self.query and self.query.get("propose"))

    @property
    def target(self) -> str:
        """The path and query as they stand in the request."""
        query = self.query or {}
        given = {name: value for name, value in query.items() if value not in (None, "", False)}
        words = urlencode({name: "true" if value is True else value for name, value in given.items()})
        return f"/v1{self.path}?{words}" if words else f"/v1{self.path}"

    def read(self, found: object) -> object:
        """Return what the caller wants of an answer; raises BadAnswer."""
        if not self.is_list:
            return found
        listed = found.get("items") if isinstance(found, dict) else found
        if not isinstance(listed, list):
            raise BadAnswer("it is not a list")
        return listed


class Asking(Protocol):
    """What makes calls at one node and waits for the answers."""

    def ask(self, call: Call[T], /) -> T:
        """Make a call; raises the errors of `meshnode.client.errors`."""
        ...

    def pages(self, call: Call[Page[T]], /) -> Iterator[T]:
        """Read a list to its end, beginning with this call for its first page."""
        ...


class AsyncAsking(Protocol):
    """The same for programs in which others go on meanwhile."""

    async def ask(self, call: Call[T], /) -> T:
        """Make a call; raises the errors of `meshnode.client.errors`."""
        ...

    def pages(self, call: Call[Page[T]], /) -> AsyncIterator[T]:
        """Read a list to its end, beginning with this call for its first page."""
        ...


Link = TypeVar("Link", covariant=True)
"""How a group reaches its node."""


class Group(Generic[Link]):
    """Calls that belong together, made over one link."""

    def __init__(self, link: Link) -> None:
        self.link = link


class asks(Generic[P, T]):  # noqa: N801 - it is used as a decorator
    """Makes a method that describes a call into one that makes it and returns the answer, or lets it be awaited."""

    def __init__(self, describe: Callable[Concatenate[G, P], Call[T]]) -> None:
        self._describe = cast("Callable[Concatenate[object, P], Call[T]]", describe)
        self.__doc__ = describe.__doc__

    if TYPE_CHECKING:

        @overload
        def __get__(self, group: None, owner: object) -> Self: ...
        @overload
        def __get__(self, group: Group[Asking], owner: object) -> Callable[P, T]: ...
        @overload
        def __get__(self, group: Group[AsyncAsking], owner: object) -> Callable[P, Awaitable[T]]: ...

    def __get__(self, group: Group[Asking] | Group[AsyncAsking] | None, owner: object) -> Callable[P, object] | Self:
        """Return the bound method; of the class itself, what describes it."""
        if group is None:
            return self
        describe, link = self._describe, group.link

        @wraps(describe)
        def asked(*args: P.args, **fields: P.kwargs) -> object:
            return link.ask(describe(group, *args, **fields))

        return asked


class asks_pages(Generic[P, T]):  # noqa: N801 - it is used as a decorator
    """Makes a method that describes how a page is asked for into one that returns the items of all pages."""

    def __init__(self, describe: Callable[Concatenate[G, P], Call[Page[T]]]) -> None:
        self._describe = cast("Callable[Concatenate[object, P], Call[Page[T]]]", describe)
        self.__doc__ = describe.__doc__

    if TYPE_CHECKING:

        @overload
        def __get__(self, group: None, owner: object) -> Self: ...
        @overload
        def __get__(self, group: Group[Asking], owner: object) -> Callable[P, Iterator[T]]: ...
        @overload
        def __get__(self, group: Group[AsyncAsking], owner: object) -> Callable[P, AsyncIterator[T]]: ...

    def __get__(self, group: Group[Asking] | Group[AsyncAsking] | None, owner: object) -> Callable[P, object] | Self:
        """Return the bound method; of the class itself, what describes it."""
        if group is None:
            return self
        describe, link = self._describe, group.link

        @wraps(describe)
        def asked(*args: P.args, **fields: P.kwargs) -> object:
            return link.pages(first_page(describe(group, *args, **fields)))

        return asked


def first_page(call: Call[Page[T]]) -> Call[Page[T]]:
    """Ask for as much of a list as comes at once."""
    return call._replace(query={**(call.query or {}), "limit": PAGE})


def next_page(call: Call[Page[T]], page: Page[T]) -> Call[Page[T]] | None:
    """Return the call for what follows `page`, None if it is the last one; raises BadAnswer if it is no page."""
    if not isinstance(page, dict) or "items" not in page:
        raise BadAnswer("it is not a page of a list")
    cursor = page.get("next")
    return call._replace(query={**(call.query or {}), "cursor": cursor}) if cursor else None


def get(path: str, query: Query | None = None) -> Call[T]:
    """Read a resource."""
    return Call("GET", path, query)


def items(path: str, query: Query | None = None) -> Call[list[T]]:
    """Read a list that comes whole."""
    return Call("GET", path, query, is_list=True)


def listed(path: str, query: Query | None = None) -> Call[list[T]]:
    """Read a list that comes in pages to its end."""
    return items(path, {**(query or {}), "limit": PAGE})


def is_read(call: Call[T]) -> bool:
    """Whether a call reads a list, which may come in pages."""
    return call.is_list and call.method == "GET"


def page_by_page(call: Call[T]) -> Call[Page[object]]:
    """Return the call for the first page of the list that another call reads."""
    return cast("Call[Page[object]]", call._replace(is_list=False))


def post(path: str, body: Body, *, usual: float = USUAL) -> Call[T]:
    """Do something that may be done twice; `usual` is how long it may take, in seconds."""
    return Call("POST", path, body=body, usual=usual)


def write(path: str, body: Body, key: str, *, usual: float = USUAL) -> Call[T]:
    """Do something once: with the caller's key, or else with a fresh one."""
    return Call("POST", path, body=body, key=key or new_key(), usual=usual)


def write_items(path: str, body: Body, key: str) -> Call[list[T]]:
    """Do something once that is answered with a list."""
    return Call("POST", path, body=body, key=key or new_key(), is_list=True)


def wait(path: str, body: Body, wait_ms: int, *, key: str = "") -> Call[T]:
    """Do something for which the node itself waits up to `wait_ms`, which stands above what the caller said."""
    return Call("POST", path, body={**body, "wait_ms": wait_ms}, key=key, least=wait_ms / 1000 + _ANSWER_SLACK)


def put(path: str, body: Body) -> Call[T]:
    """Replace something."""
    return Call("PUT", path, body=body, key=new_key())


def delete(path: str, query: Query | None = None, *, usual: float = USUAL) -> Call[T]:
    """Take something away."""
    return Call("DELETE", path, query, usual=usual)


def segment(text: str) -> str:
    """Return `text` as one segment of a path."""
    return quote(text, safe="")


def new_key() -> str:
    """Return a fresh idempotency key."""
    return os.urandom(16).hex()


def given(**fields: object) -> dict[str, object]:
    """Return the fields that were given a value."""
    return {name: value for name, value in fields.items() if value is not None}


def for_(organisation: str | None) -> dict[str, object]:
    """Return the field that says for whom something is signed; none for the owner."""
    return given(**{"as": organisation})
