"""`meshnode contribution add`: whatever was given, in whatever it is counted in."""

from __future__ import annotations

from meshnode.cli.commands import AGREEMENT, AS, Argument, Command
from meshnode.cli.contributions.terms import ARGUMENTS, Terms, read_days, read_terms
from meshnode.cli.contributions.work import tell_terms, tell_written
from meshnode.cli.desk import Desk
from meshnode.cli.exits import Exit, Failure
from meshnode.cli.parsing import Value
from meshnode.words.times import show_duration
from meshnode.words.units import EXAMPLES, PIECE, SHORT, Amount, Unclear, parse_amount, show_number

KINDS = ("work", "idea", "cite", "use", "consume", "material", "money", "introduction", "care", "data", "deliver")
COUNTED = ("work", "care", "use", "consume", "material", "money")
"""Kinds that say nothing without an amount; of the others one piece is meant."""
THINGS = ("consume", "material", "data", "deliver")
"""Kinds that are as likely counted in metres as in minutes."""


def add(
    desk: Desk,
    *,
    kind: str,
    title: str,
    amount: list[str],
    project: str | None,
    network: str | None,
    agreement: str | None,
    on: str | None,
    note: str | None,
    as_: str | None,
    **said: Value,
) -> Exit:
    """Sign and save a contribution of any kind."""
    (day, last), terms = read_days(desk, on, said), read_terms(desk, said)
    much, terms = read_amount(kind, " ".join(amount), terms)
    placed = {"project": project, "network": network, "agreement": agreement}
    said_too = {"text": note, **placed, "day": day, "day_to": last, "as": as_}
    written = desk.client().work.contribute(title, kind, {**said_too, **terms.fields(), **much.fields()})
    tell_written(desk, "contribution.add", written, f"{kind} · {_shown(much, terms)}", project)
    tell_terms(desk, terms)
    return Exit.OK


def read_amount(kind: str, text: str, terms: Terms) -> tuple[Amount, Terms]:
    """Return how much it is, and the terms with what it is worth; raises Failure (usage)."""
    try:
        much = parse_amount(text, of_things=kind in THINGS) if text else None
    except Unclear as unclear:
        raise _wrong(str(unclear)) from unclear
    if much is not None and much.value is not None:
        if terms.value is not None:
            raise _wrong("an amount of money says what it is worth: leave --value out")
        return PIECE, terms._replace(value=much.value)
    if kind == "money":
        raise _wrong("how much money? Write an amount and its currency, such as 385.40 EUR")
    if much is None and terms.value is None and kind in COUNTED:
        raise _wrong(f"how much? Write {EXAMPLES}")
    return much or PIECE, terms


def _shown(much: Amount, terms: Terms) -> str:
    """Write how much it is, and what it is worth."""
    parts = []
    if much.seconds is not None:
        parts.append(show_duration(much.seconds))
    if much.quantity is not None and (much != PIECE or terms.value is None):
        n, s, unit = much.quantity
        parts.append(f"{show_number(n, s)} {SHORT.get(unit, unit)}")
    if terms.value is not None:
        from meshnode.words.money import show_known  # It takes the list of all currencies.

        parts.append(show_known(*terms.value))
    return " · ".join(parts)


def _wrong(what: str) -> Failure:
    return Failure(Exit.USAGE, what, "meshnode contribution add --help")


COMMAND = Command(
    "contribution add",
    "Sign and save something that you gave: money, things, an idea, an introduction.",
    add,
    (
        Argument(("kind",), "What kind of contribution.", metavar="KIND", choices=KINDS),
        Argument(("title",), "What it was.", metavar="TEXT"),
        Argument(("amount",), f"How much: {EXAMPLES}.", kind="many", metavar="AMOUNT", optional=True),
        Argument(("--project",), "What it is for: short name, title or id of a project."),
        Argument(("--network",), "Sign into this network (else the project's, the default one, or your notebook)."),
        AGREEMENT,
        Argument(("--on",), "The day: 2026-03-09, yesterday, monday.", metavar="DATE"),
        Argument(("--note",), "More about it.", metavar="TEXT"),
        AS,
        *ARGUMENTS,
    ),
    text="Time is logged more shortly by `log`, which takes the same options. Money is exact: an amount has as "
    "many decimals as its currency, or none. An idea, an introduction, a citation, data and a delivery count as "
    "one piece unless you say how much.\n\n"
    "What is signed cannot be changed afterwards, but it can be corrected, retracted, and its text erased "
    "(meshnode contribution --help).",
    examples=(
        ("Money put into a project", 'meshnode contribution add money "Train tickets" 385.40 EUR --deferred'),
        ("Things", 'meshnode contribution add material "Paper" 12.5 kg --value "31.90 EUR" --gift'),
        ("Somebody introduced", 'meshnode contribution add introduction "Acme, who need a site" --for ben'),
        ("An idea, shared", 'meshnode contribution add idea "A map instead of a list" --with ben:500'),
    ),
    exits=(Exit.NOT_RUNNING, Exit.NOT_AUTHORISED),
)
