"""What may be said of any contribution: its worth, who shares in it, for whom and on which terms it was."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from meshnode.cli.commands import Argument
from meshnode.cli.contributions.evidence import Seen, look_at
from meshnode.cli.desk import Desk
from meshnode.cli.exits import Exit, Failure
from meshnode.cli.parsing import Value
from meshnode.words.times import UnclearTime, parse_date, today

ALL = 1000
"""Parts in which a contribution is shared."""
COMPENSATIONS = ("paid", "deferred", "gift")
STREAMS = ("livelihood", "love", "care")
WARRANTS = ("own_work", "third_party_licensed", "employer_consent")


class Terms(NamedTuple):
    """What was said, checked as far as that can be done without the node."""

    value: tuple[int, str] | None = None
    """Minor units and currency."""
    shares: tuple[tuple[str, int], ...] = ()
    beneficiaries: tuple[str, ...] = ()
    evidence: tuple[Seen, ...] = ()
    comp: str = ""
    stream: str = ""
    licence: str = ""
    warrants: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    of: str = ""

    @property
    def names_others(self) -> bool:
        """Whether the node is needed to know who or what is meant."""
        return bool(self.shares or self.beneficiaries or self.of)

    def fields(self) -> dict[str, object]:
        """What was said, as the API's requests take it."""
        said: dict[str, object] = {
            "value": {"amt": self.value[0], "cur": self.value[1]} if self.value else None,
            "shares": [{"who": who, "part": part} for who, part in self.shares],
            "beneficiaries": [*self.beneficiaries],
            "evidence": [each._asdict() for each in self.evidence],
            "comp": self.comp,
            "stream": self.stream,
            "licence": self.licence,
            "warrants": [*self.warrants],
            "classes": [*self.classes],
            "of": self.of,
        }
        return {name: each for name, each in said.items() if each}


NO_TERMS = Terms()


class _Wrong(ValueError):
    """What was typed makes no sense; the message says what would."""


def read_terms(desk: Desk, said: Mapping[str, Value]) -> Terms:
    """Read the options of `ARGUMENTS`, the files among them; raises Failure (usage)."""
    try:
        return _terms(said)
    except _Wrong as wrong:
        raise _failure(desk, wrong) from wrong


def read_days(desk: Desk, on: str | None, said: Mapping[str, Value]) -> tuple[str | None, str | None]:
    """Return the first and the last day that `--on`, or `--from` and `--to`, name; raises Failure (usage).

    None for today, and for a last day that is the first.
    """
    try:
        return _days(on, _text(said, "first"), _text(said, "last"))
    except (_Wrong, UnclearTime) as wrong:
        raise _failure(desk, wrong) from wrong


def _failure(desk: Desk, wrong: ValueError) -> Failure:
    return Failure(Exit.USAGE, str(wrong), f"meshnode {desk.command_name} --help")


def _terms(said: Mapping[str, Value]) -> Terms:
    ways = [name for name in COMPENSATIONS if said[name]]
    if len(ways) > 1:
        raise _Wrong(f"--{ways[0]} and --{ways[1]} exclude each other")
    return Terms(
        value=_money(_text(said, "value")),
        shares=tuple(_share(each) for each in _texts(said, "authors")),
        beneficiaries=_texts(said, "beneficiaries"),
        evidence=tuple(look_at(each) for each in _texts(said, "evidence")),
        comp=ways[0] if ways else "",
        stream=_text(said, "stream"),
        licence=_text(said, "licence"),
        warrants=tuple(dict.fromkeys(_texts(said, "warrant"))),
        classes=tuple(dict.fromkeys(_texts(said, "classes"))),
        of=_text(said, "of"),
    )


def _days(on: str | None, begin: str, end: str) -> tuple[str | None, str | None]:
    if on and (begin or end):
        raise _Wrong("--on is one day; --from and --to are the first and the last of several")
    if end and not begin:
        raise _Wrong("--to needs the first day too: --from")
    first = _day(on or begin)
    last = _day(end) or first
    if first and last and last < first:
        raise _Wrong(f"{last} is before {first}")
    return (first.isoformat() if first else None), (last.isoformat() if last and last != first else None)


def _day(text: str) -> date | None:
    if not text:
        return None
    now = today()
    day = parse_date(text, now)
    if day > now:
        raise _Wrong(f"{day} lies ahead: what is logged was done")
    return day


def _money(text: str) -> tuple[int, str] | None:
    if not text:
        return None
    from meshnode.words.money import UnclearMoney, parse_money  # A list of currencies, for who speaks of money.

    try:
        return parse_money(text)
    except UnclearMoney as error:
        raise _Wrong(str(error)) from error


def _share(text: str) -> tuple[str, int]:
    who, _, part = text.rpartition(":")
    found = re.fullmatch(r"([1-9][0-9]{0,3})(%?)", part.strip())
    number = 0 if found is None else int(found[1]) * (ALL // 100 if found[2] else 1)
    if not who.strip() or not 1 <= number <= ALL:
        raise _Wrong(f"{text!r} is no share: write a person and their part of {ALL}, such as ben:300")
    return who.strip(), number


def _text(said: Mapping[str, Value], name: str) -> str:
    found = said[name]
    return found if isinstance(found, str) else ""


def _texts(said: Mapping[str, Value], name: str) -> tuple[str, ...]:
    found = said[name]
    return tuple(found) if isinstance(found, list) else ()


ARGUMENTS = (
    Argument(("--from",), "The first day of several.", metavar="DATE", into="first"),
    Argument(("--to",), "The last day of several.", metavar="DATE", into="last"),
    Argument(("--value",), "What it is worth: 385.40 EUR, JPY 1000.", metavar="MONEY"),
    Argument(
        ("--with",),
        "A co-author and their part of 1000; the rest is yours, unless you name yourself (me:500).",
        kind="repeat",
        metavar="PERSON:PART",
        into="authors",
    ),
    Argument(("--for",), "Whom it benefits.", kind="repeat", metavar="PERSON", into="beneficiaries"),
    Argument(("--paid",), "It has been, or is being, paid for.", kind="flag"),
    Argument(("--deferred",), "It is to be paid for later.", kind="flag"),
    Argument(("--gift",), "It is given, nothing is asked for it.", kind="flag"),
    Argument(("--stream",), "Out of what it was done.", choices=STREAMS),
    Argument(("--licence",), "Under which licence: an SPDX expression such as CC-BY-SA-4.0.", metavar="SPDX"),
    Argument(("--warrant",), "What you assure of it.", kind="repeat", choices=WARRANTS),
    Argument(("--class",), "What sort of work it is: a URI, a code.", kind="repeat", metavar="URI", into="classes"),
    Argument(
        ("--evidence",),
        "A file that shows it: its digest is signed, the file stays where it is.",
        kind="repeat",
        metavar="FILE",
        complete="file",
    ),
    Argument(("--of",), "The earlier contribution that this one states again, cites or builds on.", metavar="ID"),
)  # fmt: skip
