"""Amounts, times and people as pages write them; the words are those of the command line."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from jinja2 import pass_context
from jinja2.runtime import Context

from meshnode.client.answers import Agent, Scope
from meshnode.client.money_answers import Waiting
from meshnode.client.work_answers import Contribution, Money
from meshnode.words import shown, times
from meshnode.words.money import is_exponent, write_money
from meshnode.words.safe_text import clean, clean_lines

WAITING = {
    "sign": "Sign",
    "vote": "Vote on",
    "decide": "Decide to",
    "attest": "Confirm",
    "approve": "Approve",
    "confirm-income": "Confirm the income of",
    "confirm-payment": "Confirm the payment of",
    "reaffirm": "Stand by",
}
"""What each kind of waiting asks for."""
_GROUP = 3


def money(amount: int, exponent: int | None) -> str:
    """Minor units with their point, the thousands apart: `−1,210.00`."""
    whole, point, part = write_money(abs(amount), exponent if is_exponent(exponent) else None).partition(".")
    return f"{'−' if amount < 0 else ''}{int(whole):,}{point}{part}"


def worth(value: Money | None) -> str:
    """An amount with its currency."""
    return "" if value is None else f"{money(value['amt'], value['exp'])} {clean(value['cur'])}"


def hours(seconds: int) -> str:
    """Time in hours, to a tenth where it is less than a hundred: `3.5`."""
    return f"{seconds / 3600:.1f}".removesuffix(".0") if seconds < 360_000 else f"{seconds // 3600:,}"


def clock(seconds: int) -> str:
    """Running time: `1:05:09`."""
    return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def name(agent: Agent | None) -> str:
    """Somebody by their name, else by the beginning of their id."""
    if agent is None:
        return "nobody known"
    return clean(agent["name"]) or shown.short_id(agent["id"])


def place(scope: Scope) -> str:
    """Where something stands, by its name."""
    return "your notebook" if scope["kind"] == "notebook" else clean(scope["name"]) or shown.short_id(scope["id"])


def amount(entry: Contribution) -> str:
    """How much was given; what is only counted is counted in pieces."""
    told = shown.amount(entry)
    number, _, unit = told.partition(" ")
    return f"{number} {'piece' if number == '1' else 'pieces'}" if unit == "×" else told


def title(entry: Contribution) -> str:
    """What was done, or why that cannot be told."""
    return shown.title(entry)


def asks(waits: Waiting) -> str:
    """What waiting asks for, in words."""
    return f"{WAITING.get(waits['kind'], clean(waits['kind']))} {clean(waits['about'])}"


def sentence(text: str) -> str:
    """A text that begins with a large letter; the names in it stay as they are."""
    return text[:1].upper() + text[1:]


def plain_moment(text: str) -> str:
    """A moment, to the minute."""
    return times.show_moment(text)


@pass_context
def ago(context: Context, text: str) -> str:
    """How long ago a moment was, by the node's clock when the page was made."""
    return times.show_age(text, context["as_of"])


@pass_context
def when(context: Context, text: str) -> str:
    """A moment: of today its time alone."""
    day, _, time = times.show_moment(text).partition(" ")
    return time if day == context["as_of"].astimezone().date().isoformat() else f"{day} {time}"


def local_day(milliseconds: int) -> date:
    """The day it is where the node runs, which is where the browser runs."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC).astimezone().date()


def paragraphs(text: str) -> list[str]:
    """A longer text, a line each, without anything that steers how it is read."""
    return [line for line in clean_lines(text) if line]


FILTERS: Mapping[str, Callable[..., Any]] = {
    "ago": ago,
    "amount": amount,
    "asks": asks,
    "clock": clock,
    "duration": times.show_duration,
    "entry_title": title,
    "hours": hours,
    "money": money,
    "moment": times.show_moment,
    "name": name,
    "paragraphs": paragraphs,
    "period": times.show_period,
    "sentence": sentence,
    "short": shown.short_id,
    "short_peer": shown.short_peer,
    "size": shown.size,
    "when": when,
    "worth": worth,
}
"""What templates may write behind a `|`."""
