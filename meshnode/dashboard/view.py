"""What a page gets and what it gives back: a template with its values, and the figures on it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from meshnode.dashboard.asking import Asking
from meshnode.dashboard.figures import Figure, Sheet

MOST_DIGITS = 10
"""Of a number in a query: beyond that no list goes."""


@dataclass(frozen=True, slots=True)
class Given:
    """A request as a page sees it."""

    ask: Asking
    path: Mapping[str, str]
    query: Mapping[str, str]
    now: int
    """The node's wall clock, milliseconds UTC."""

    def number(self, name: str) -> int:
        """A number of the query; 0 where there is none."""
        text = self.query.get(name, "")
        return int(text) if text.isascii() and text.isdecimal() and len(text) < MOST_DIGITS else 0


@dataclass(frozen=True, slots=True)
class Sent:
    """What a form sent."""

    ask: Asking
    path: Mapping[str, str]
    fields: Mapping[str, str]
    key: str
    """The Idempotency-Key: made with the page, so that pressing twice does it once."""


@dataclass(frozen=True, slots=True)
class View:
    """A page before it is drawn."""

    template: str
    title: str
    values: Mapping[str, Any]  # templates take values of any shape
    figures: tuple[Figure, ...] = ()
    at: Mapping[str, str] = field(default_factory=dict)
    """What of the query downloads of the figures and sheets keep."""
    sheets: tuple[Sheet, ...] = ()


class Page(NamedTuple):
    """One address that shows something."""

    path: str
    show: Callable[[Given], Awaitable[View]]
    place: str = ""
    """The entry of the navigation it belongs to."""


class Done(NamedTuple):
    """What a form did, and what has to be said of it: it is read before one goes on."""

    go: str
    """The address to go on to where nothing has to be said."""
    says: tuple[str, ...] = ()
    """Sentences."""


class Action(NamedTuple):
    """One address that does something; it returns the address to go on to, or what has to be said as well."""

    path: str
    do: Callable[[Sent], Awaitable[str | Done]]


class Unclear(Exception):
    """A form holds what cannot be understood; the text says what, and what to write."""
