"""The terms of a new agreement, asked of a person at a terminal: whatever cannot be left out and was not said yet."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from meshnode.cli.agreements.agreement_file import MANUAL
from meshnode.cli.desk import Desk
from meshnode.cli.exits import Exit, Failure
from meshnode.cli.parsing import Value
from meshnode.words.money import UnclearMoney, parse_money
from meshnode.words.safe_text import clean

if TYPE_CHECKING:
    from meshnode.terms.presets import Chosen, Preset

USUAL = "hours"
_EXAMPLES = {"rate": "such as 8.00 EUR", "share": "one of 1000, or a percentage, such as 40%"}


def ask_people(desk: Desk, terms: dict[str, object]) -> None:
    """Ask who is in it; where nobody can be asked, say which option tells it. Raises Failure."""
    if "title" not in terms:
        terms["title"] = _asked(desk, "What is it about? ", "--title 'Logo for the bakery'")
    if "parties" in terms:
        return
    others = _asked(desk, "Who works on it besides you (names, separated by commas)? ", "--party Ben", optional=True)
    client = _asked(desk, "Who is the client, if there is one? ", "--client Acme", optional=True)
    people = [{"who": each.strip(), "roles": ["provider"]} for each in others.split(",") if each.strip()]
    terms["parties"] = [*people, *([{"who": client, "roles": ["client"]}] if client else [])]
    if client and desk.can_ask:
        _ask_about_client(desk, client, terms)


def ask_preset(desk: Desk, names: list[str], said: dict[str, Value]) -> str:
    """Ask how money is shared, and for the figures that this needs; `said` takes them as options. Raises Failure.

    `names` are those who may get money.
    """
    from meshnode.terms.presets import PRESETS

    desk.out.aside("  How is money shared?")
    for each in PRESETS.values():
        desk.out.aside(f"    {each.name.ljust(max(map(len, PRESETS)))}  {each.says}")
    chosen = ""
    while chosen not in PRESETS:
        answer = desk.ask(f"Shared by ('? {USUAL}' explains it) [{USUAL}]: ") or USUAL
        chosen = answer.lstrip("? ").lower()
        if chosen not in PRESETS:
            desk.out.aside(f"  there is no {clean(chosen) or 'such thing'!r}: say one of {', '.join(PRESETS)}")
        elif answer.startswith("?"):
            _explain(desk, PRESETS[chosen])
            chosen = ""
    _ask_figures(desk, PRESETS[chosen], names, said)
    return chosen


def ask_consent(desk: Desk, preset: Preset, chosen: Chosen) -> None:
    """Say what the terms about money mean with these people and figures, and ask whether to sign. Raises Failure."""
    from meshnode.cli.agreements import agreement_shown
    from meshnode.terms.presets import example_of

    desk.out.line()
    agreement_shown.explain(desk.out, preset, example_of(preset, chosen) if len(chosen.parties) > 1 else None)
    if desk.ask("Propose it, and sign it yourself? That cannot be taken back. [Y/n] ").lower() in ("n", "no"):
        raise Failure(Exit.FAILURE, "nothing was done")


def _ask_about_client(desk: Desk, client: str, terms: dict[str, object]) -> None:
    if "responsibility" not in terms:
        final = desk.ask(f"Who answers to {clean(client)} for it [me]? ") or "me"
        terms["responsibility"] = [{"final": final, "to": client}]
    if "income_confirm" not in terms:
        says = desk.ask(f"Does {clean(client)} confirm what it has paid before it is shared [Y/n]? ")
        terms["income_confirm"] = "none" if says.lower() in ("n", "no") else "client"


def _ask_figures(desk: Desk, preset: Preset, names: list[str], said: dict[str, Value]) -> None:
    if "rates" in preset.needs and not said.get("rate"):
        said["rate"] = [f"{each}:{_figure(desk, 'Rate', each, 'rate', _checked_rate)}/h" for each in names]
    if "shares" in preset.needs and not said.get("share"):
        said["share"] = [f"{each}:{_figure(desk, 'Part', each, 'share', _checked_part)}" for each in names]
    if preset.name == "waterfall" and not said.get("commons"):
        commons = desk.ask("Who takes a tenth for the commons (nobody)? ")
        if commons:
            said["commons"] = commons


def _figure(desk: Desk, what: str, who: str, kind: str, check: Callable[[str], str]) -> str:
    """Ask for a figure of somebody until it is one."""
    whose = "Your" if who.casefold() == "me" else f"{clean(who)}'s"
    while True:
        answer = desk.ask(f"{whose} {what.lower()}{' for an hour' if kind == 'rate' else ''} ({_EXAMPLES[kind]}): ")
        try:
            return check(answer)
        except ValueError as error:
            desk.out.aside(f"  {error}")


def _checked_rate(text: str) -> str:
    plain = text.partition("/")[0].strip()
    parse_money(plain)
    return plain


def _checked_part(text: str) -> str:
    number = text.removesuffix("%").strip()
    if not (number.isascii() and number.isdecimal() and len(number) < 5):
        raise UnclearMoney(f"{clean(text)!r} is no part: write one of 1000, or a percentage")
    return text


def _explain(desk: Desk, preset: Preset) -> None:
    from meshnode.cli.agreements import agreement_shown
    from meshnode.terms.presets import example_of

    agreement_shown.explain(desk.out, preset, example_of(preset))


def _asked(desk: Desk, question: str, flag: str, *, optional: bool = False) -> str:
    if not desk.can_ask:
        if optional:
            return ""
        raise Failure(Exit.USAGE, f"{question.strip()} There is no terminal to ask at; say it by {flag}", MANUAL)
    answer = desk.ask(question)
    if not answer and not optional:
        raise Failure(Exit.USAGE, "without that there is nothing to agree on", MANUAL)
    return answer
