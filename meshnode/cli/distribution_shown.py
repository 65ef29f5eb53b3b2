"""How distributions are put into words: lines, what stands outside, and reasons down to signatures."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

from meshnode.cli.money import is_exponent, write_money
from meshnode.cli.output import Out
from meshnode.cli.safe_text import clean
from meshnode.cli.shown import count, short_id, signed, where, who, who_briefly, worth
from meshnode.cli.times import show_duration, show_moment
from meshnode.cli.units import SHORT

if TYPE_CHECKING:
    from meshnode.client.money_answers import (
        Behind,
        Cause,
        Distribution,
        Explanation,
        Line,
        Outside,
        Preview,
        SharePart,
        Signature,
        Work,
    )
    from meshnode.client.work_answers import Money

KEY_DIGITS = 16
"""Hexadecimal digits shown of a key; `--json` has all."""
MOST_SHOWN = 12
"""Contributions named in a list of them; `--json` has more."""


def show_preview(out: Out, preview: Preview) -> None:
    """Print what would come of a distribution."""
    out.line(f"{worth(preview['pool'])} of {where(preview['agreement'])}, up to {preview['to']}", "bold")
    _table(out, preview["lines"], preview["pool"])
    out.fields(
        [
            ("left", worth(preview["carry"]) if preview["carry"]["amt"] else ""),
            ("new work", count(preview["entered"], "contribution")),
            ("digest", preview["digest"]),
        ]
    )
    for notice in preview["notices"]:
        if notice["concern"] != "unconfirmed":  # Which ones follows.
            out.warn(clean(notice["text"]))
    if preview["unconfirmed"]:
        out.warn(f"not confirmed, so without a share: {_works(preview['unconfirmed'])}")
    if preview["undeclared"]:
        out.warn(f"{count(len(preview['undeclared']), 'income')} not confirmed yet, so not in it")


def show_distribution(out: Out, one: Distribution) -> None:
    """Print a distribution."""
    out.line(f"{worth(one['pool'])} of {where(one['agreement'])}, up to {one['to']}   {one['id']}", "bold")
    _table(out, one["lines"], one["pool"])
    approvals = [f"{who(each['agent'])} {_LEVELS.get(each['level'], each['level'])}" for each in one["approvals"]]
    out.fields(
        [
            ("left", worth(one["carry"]) if one["carry"]["amt"] else ""),
            ("incomes", ", ".join(short_id(each) for each in one["incomes"])),
            ("follows", short_id(one["previous"]) if one["previous"] else ""),
            ("drawn up", f"by {signed(one['agent'], one['signed_by'])}, {show_moment(one['at'])}"),
            ("approvals", ", ".join(approvals)),
            ("state", f"{one['state']}: {clean(one['says'])}"),
            ("digest", one["digest"]),
        ]
    )
    if one["outside"] is not None:
        show_outside(out, one["outside"])


def show_outside(out: Out, outside: Outside) -> None:
    """Say what is known here and in no cut up to a distribution."""
    if outside["contributions"]:
        out.warn(f"it does not know of {_works(outside['contributions'])}: that enters the next one")
    if outside["corrections"]:
        out.warn(f"it does not know of {count(outside['corrections'], 'correction')}: the next one will")
    if outside["attestations"]:
        said = outside["attestations"]
        out.warn(
            f"{count(said, 'attestation')} {'has' if said == 1 else 'have'} come since: the next one looks at them"
        )


def show_explanation(out: Out, found: Explanation) -> None:
    """Print why lines are what they are."""
    pool = found["pool"]
    for number, line in enumerate(found["lines"]):
        if number:
            out.line()
        held = f", {_money(line['held'], pool)} held" if line["held"] else ""
        out.line(f"{who(line['agent'])}   {_money(line['amt'], pool)}{held}", "bold")
        for cause in line["causes"]:
            _show_cause(out, cause, pool, found["distribution"])
    out.line(f"  digest  {found['digest']}", "dim")


def signatures_of(found: Explanation) -> Iterator[Signature]:
    """Every signature that an explanation has looked at."""
    for line in found["lines"]:
        for cause in line["causes"]:
            for behind in cause["behind"]:
                if behind["signature"] is not None:
                    yield behind["signature"]
                for word in behind["words"]:
                    yield from word["signatures"]


def _show_cause(out: Out, cause: Cause, pool: Money, distribution: str) -> None:
    of = "" if cause["distribution"] == distribution else f", of distribution {short_id(cause['distribution'])}"
    out.line(f"  {clean(cause['path'])} {clean(cause['do'])}   {_money(cause['amount'], pool)}{of}")
    for part in cause["parts"]:
        out.line(f"    {_shared(part, pool)}")
    if cause["rejected"]:
        out.line(f"    {_money(cause['rejected'], pool)} taken back with what was rejected")
    for behind in cause["behind"]:
        _show_behind(out, behind, pool)


def _show_behind(out: Out, behind: Behind, pool: Money) -> None:
    held = f", {_money(behind['held'], pool)} held" if behind["held"] else ""
    if behind["kind"] == "ballot":
        out.line(f"    {_money(behind['amount'], pool)}{held} by the ballot of {who(behind['agent'])}")
    else:
        title = clean(behind["title"]) or short_id(behind["id"])
        quality = "" if behind["quality"] == "1" else f" × {clean(behind['quality'])}"
        counts = f"{_much(behind['confirmed'], behind)}{quality} of {_much(behind['claim'], behind)} claimed"
        out.line(f"    {_money(behind['amount'], pool)}{held} from {title}, by {who(behind['agent'])}: {counts}")
    for each in [behind["signature"]] if behind["signature"] else []:
        out.line(f"      {_signature(each)}")
    for word in behind["words"]:
        said = "rejects it" if word["rejects"] else f"confirms {_much(word['figure'], behind)}"
        rated = f", rated {word['rating']}" if word["rating"] is not None else ""
        out.line(f"      {who(word['agent'])} {said}{rated}")
        for each in word["signatures"]:
            out.line(f"        {_signature(each)}")
    if behind["corrections"]:
        out.line(f"      corrected by {', '.join(short_id(each) for each in behind['corrections'])}")


def _signature(one: Signature) -> str:
    holds = "holds" if one["holds"] else "DOES NOT HOLD"
    by = signed(one["agent"], one["signed_by"])
    return f"{short_id(one['id'])} signed by {by}, {show_moment(one['at'])}, key {one['key'][:KEY_DIGITS]}…: it {holds}"


def _shared(part: SharePart, pool: Money) -> str:
    whole = f"{clean(part['weight'])} of {_money(part['of'], pool)}"
    before = "less what it was before: " if part["undone"] else ""
    if part["room"] is not None:
        return f"{before}{whole} would be more than the limit of {_money(part['room'], pool)}"
    if "/" not in part["quota"] and "~" not in part["quota"]:
        return f"{before}{whole} is {_money(part['amount'], pool)}"
    odd = "rounded up" if part["odd"] else "rounded down"
    tie = ""
    if part["tied"]:
        others = ", ".join(who(each) for each in part["tied"])
        tie = (
            f", as it sorts before {others}, who is as near"
            if part["odd"]
            else f", as {others} is as near and sorts first"
        )
    return f"{before}{whole} is {_exactly(part['quota'], pool)}, {odd} to {_money(part['amount'], pool)}{tie}"


def _exactly(quota: str, pool: Money) -> str:
    """The first four digits of a minor unit beside the amount, where there are more."""
    found = _fraction(quota)
    if found is None:
        return clean(quota)
    whole, rest = divmod(found.numerator * 10**4 // found.denominator, 10**4)
    exp = pool["exp"]
    return f"{write_money(whole, exp)}{'' if exp and is_exponent(exp) else '.'}{rest:04d}…"


def _fraction(text: str) -> Fraction | None:
    """A fraction as the node tells it; None where it is none, or too long to be told exactly."""
    try:
        return Fraction(text)
    except (ValueError, ZeroDivisionError):
        return None


def _much(text: str, behind: Behind) -> str:
    """A quantity in the unit of a contribution, as people write it."""
    if behind["unit"] == "SEC" and text.isdecimal():
        return show_duration(int(text))
    return f"{_number(text)} {SHORT.get(behind['unit'], clean(behind['unit']))}"


def _number(text: str) -> str:
    """A fraction as decimals, where it has an end in them."""
    scaled = _fraction(text)
    if scaled is None or (scaled * 10**6).denominator != 1:
        return clean(text)
    whole, places = divmod((scaled * 10**6).numerator, 10**6)
    return f"{whole}.{places:06d}".rstrip("0").rstrip(".")


def _table(out: Out, lines: list[Line], pool: Money) -> None:
    if not lines:
        out.line("Nobody gets anything.")
        return
    held = any(line["held"] for line in lines)
    rows = [
        (
            who_briefly(line["agent"]),
            write_money(line["amt"], pool["exp"]),
            *((write_money(line["held"], pool["exp"]),) if held else ()),
            ", ".join(f"{clean(step['path'])} {write_money(step['amt'], pool['exp'])}" for step in line["steps"]),
        )
        for line in lines
    ]
    heads = ("WHO", "PAYABLE", "HELD", "BY STEP") if held else ("WHO", "PAYABLE", "BY STEP")
    out.table(heads, rows, flexible=len(heads) - 1, right=(1, 2) if held else (1,))


def _works(works: list[Work]) -> str:
    named = [f"{clean(each['title']) or short_id(each['id'])} by {who(each['agent'])}" for each in works[:MOST_SHOWN]]
    more = [f"and {len(works) - MOST_SHOWN} more"] if len(works) > MOST_SHOWN else []
    return ", ".join([*named, *more])


def _money(amount: int, like: Money) -> str:
    return worth({**like, "amt": amount})


_LEVELS = {"yes": "approves", "contested": "approves (contested)", "no": "has not approved"}
