"""How agreements are printed: like a contract with its state, and presets with a worked example."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from meshnode.cli.agreements import agreement_decided
from meshnode.cli.desk import Desk
from meshnode.cli.exits import Exit, Failure
from meshnode.cli.output import Out
from meshnode.words.safe_text import clean
from meshnode.words.shown import short_id, signed, state_of, who, worth
from meshnode.words.times import show_moment

if TYPE_CHECKING:
    from meshnode.client.agreement_answers import Agreement, ContractSection, Signature
    from meshnode.terms.presets import Preset


def show(desk: Desk, one: Agreement) -> None:
    """Print a version as it reads, who has signed, and what is missing."""
    out = desk.out
    out.line(f"{clean(one['title'])}   {one['version']}", "bold")
    out.fields(
        [
            ("state", one["says"]),
            ("agreement", one["id"] if one["id"] != one["version"] else ""),
            ("proposed", f"by {who(one['proposer'])}, {show_moment(one['at'])}"),
            ("worth", worth(one["worth"])),
        ],
        wrapped=True,
    )
    for section in one["sections"]:
        _section(out, section)
    if one["rights"]:
        out.line()
        rows = [(each["what"], each["owner"], each["licence"] or "–", each["effective"]) for each in one["rights"]]
        out.table(("WHAT", "OWNER", "LICENCE", "EFFECTIVE"), rows, flexible=0, whole=(1, 2, 3))
    show_changes(out, one)
    out.line()
    out.line("Signatures", "bold")
    for each in one["signatures"]:
        out.line(f"  {_signature(each)}")
    _versions(out, one)
    agreement_decided.show(out, one["disputes"], one["decisions"])
    for warning in one["warnings"]:
        out.warn(clean(warning))
    tell_next(desk, one)


def show_changes(out: Out, one: Agreement) -> None:
    """Print what a later version says otherwise than those before it."""
    if one["changes"]:
        out.line()
        out.line("What changes", "bold")
        for section in one["changes"]:
            out.line(f"  {clean(section['title'])}")
            for line in section["lines"]:
                out.text(line, indent=4)


def tell_next(desk: Desk, one: Agreement) -> None:
    """Print the command that comes next, for the owner or for those who are awaited."""
    decided = [command for each in one["disputes"] for command in each["commands"]]
    decided += [each["next"] for each in one["decisions"]]
    if not one["next"] or one["next"] in decided:
        agreement_decided.tell_next(desk, one["disputes"], one["decisions"])
        return
    signs = " sign " in one["next"]
    label = "Next" if not signs else "Your turn" if one["version"] in one["awaits"] else "They sign with"
    desk.next_steps((label, one["next"]))


def explain(out: Out, preset: Preset, example: object) -> None:
    """Print a preset in words, with an example worked with the real engine."""
    from meshnode.terms.wording import in_words
    from meshnode.words import reasons
    from meshnode.words.shares import step_word
    from meshproto.equation.preview.answer import NAMES, settle
    from meshproto.equation.preview.reading import read_preview
    from meshproto.records.reasons import Refused

    out.line(f"{preset.name}: {preset.says}", "bold")
    out.text(preset.text)
    if example is None:
        return
    try:
        preview = read_preview(json.dumps(example).encode())
    except Refused as error:
        raise Failure(Exit.USAGE, f"no example can be made of that: {error}", "meshnode agreement presets") from error
    out.line()
    for line in in_words(preview.terms.steps, preview.terms.cur, lambda name: _somebody(name.decode())):
        out.text(line)
    out.line()
    out.text(f"An example: {_what_was_done(example)}.")
    for settled in settle(preview)[1]:
        money = reasons.Money(settled.terms.cur)
        out.text(f"Of {money.shown(settled.round.pool)} {settled.terms.cur} that come in:")
        for step in settled.steps:
            if step.amounts:
                shown = ", ".join(f"{_somebody(who.decode())} {money.shown(amt)}" for who, amt in step.amounts.items())
                out.text(f"{step.path[0] + 1}. {step_word(NAMES[type(step.step)], '')}: {shown}", indent=4)
        lines = ", ".join(f"{_somebody(who.decode())} {money.shown(line.amt)}" for who, line in settled.lines.items())
        if sum(bool(step.amounts) for step in settled.steps) > 1:
            out.text(f"together: {lines}", indent=4)


def _what_was_done(example: object) -> str:
    match example:
        case {"rounds": [{"contributions": list(work)}]}:
            return ", ".join(
                f"{_somebody(each['agent'])} {_works(each['agent'])} {each['qty']['n']} h"
                + (f" ({_as_what(each)})" if _as_what(each) else "")
                for each in work
            )
        case _:
            return ""


def _somebody(name: str) -> str:
    return "you" if name.casefold() == "me" else clean(name[:1].upper() + name[1:])


def _works(name: str) -> str:
    return "work" if name.casefold() == "me" else "works"


def _as_what(work: dict[str, str]) -> str:
    return work.get("stream", "") or work.get("comp", "")


def _section(out: Out, section: ContractSection) -> None:
    out.line()
    out.line(clean(section["title"]), "bold")
    for line in section["lines"]:
        out.text(line)


def _signature(one: Signature) -> str:
    roles = "leaves" if one["leaves"] else ", ".join(map(clean, one["roles"]))
    name = f"{who(one['agent'])} ({roles})"
    if not one["state"]:
        return f"{name}: has not signed yet"
    words = {"signed": "signed", "declined": "declined", "contested": "signed, but that is contested"}
    said = words.get(one["state"], clean(one["state"]))
    why = f" ({clean(one['reason'])})" if one["reason"] else ""
    text = f": {clean(one['text'])}" if one["text"] else ""
    by = f" · {signed(one['agent'], one['signer'])}" if one["signer"] else ""
    return f"{name}: {said} {show_moment(one['at'])}{why}{text}{by}"


def _versions(out: Out, one: Agreement) -> None:
    if len(one["versions"]) < 2:
        return
    out.line()
    rows = [
        (
            short_id(each["id"]),
            show_moment(each["at"]),
            state_of(each["state"], each["declined"]),
            who(each["proposer"]),
        )
        for each in one["versions"]
    ]
    out.table(("VERSION", "PROPOSED", "STATE", "BY"), rows, flexible=3, whole=(0,))
