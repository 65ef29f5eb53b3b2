"""How distributions are put into words: lines, what stands outside, and reasons down to signatures."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

from meshnode.cli.money import write_money
from meshnode.cli.output import Out
from meshnode.cli.safe_text import clean
from meshnode.cli.shown import count, faces_of, passed, short_id, signed, where, who, who_briefly, worth
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
    for face in faces_of(line["agent"] for line in one["lines"]):
        out.line(f"  {face}")
    approvals = [f"{who(each['agent'])} {_LEVELS.get(each['level'], each['level'])}" for each in one["approvals"]]
    out.fields(
        [
            ("left", worth(one["carry"]) if one["carry"]["amt"] else ""),
            ("incomes", ", ".join(short_id(each) for each in one["incomes"])),
            ("follows", short_id(one["previous"]) if one["previous"] else ""),
            ("shares again", short_id(one["reopens"]) if one["reopens"] else ""),
            ("drawn up", f"by {signed(one['agent'], one['signed_by'])}, {show_moment(one['at'])}"),
            ("approvals", ", ".join(approvals)),
            ("state", f"{one['state']}: {clean(one['says'])}"),
            ("digest", one["digest"]),
        ]
    )
    for each in one["passed_on"]:
        out.line(f"  {passed(each)}")
    if one["disputes"] or one["decisions"]:
        from meshnode.cli import agreement_decided

        agreement_decided.show(out, one["disputes"], one["decisions"])
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
    for each in found["origins"]:
        what = "a payment" if each["kind"] == "settlement" else "a share"
        source = f"{what} in {where(each['agreement'])} ({short_id(each['part_of'])})"
        out.line(f"  {worth(each['net'])} of it came in as {short_id(each['income'])}, part of {source}")
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
        out.line(f"    {_shared(cause, part, pool)}")
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
        if _is_piece(behind):
            counts = f"confirmed as a whole{quality}" if behind["confirmed"] == "1" else counts
        out.line(f"    {_money(behind['amount'], pool)}{held} from {title}, by {who(behind['agent'])}: {counts}")
    for each in [behind["signature"]] if behind["signature"] else []:
        out.line(f"      {_signature(each)}")
    for word in behind["words"]:
        whole = _is_piece(behind) and word["figure"] == "1"
        said = "rejects it" if word["rejects"] else f"confirms {'it' if whole else _much(word['figure'], behind)}"
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


def _shared(cause: Cause, part: SharePart, pool: Money) -> str:
    """One sharing in a sentence, as for an equation that is tried from a file."""
    from meshnode.cli import equation_words  # The engine's own words; only who asks why waits for them.
    from meshproto.equation.explain import Agreed, Part

    numbers = [_fraction(part[name] or "0") for name in ("weight", "quota", "owed")]
    step, agreed = equation_words.step_called(cause["do"]), part["agreed"]
    ratio = _fraction(agreed["ratio"]) if agreed is not None else None
    is_told = cause["do"] != "percent" or (agreed is not None and part["owed"] is not None)
    if step is None or not is_told or None in numbers or (agreed is not None and ratio is None):
        return f"{clean(part['weight'])} of {_money(part['of'], pool)}: {_money(part['amount'], pool)}"
    weight, quota, owed = (each or Fraction(0) for each in numbers)
    names = {each["id"].encode(): who(each) for each in part["tied"]}
    told = Part(
        part["amount"],
        part["of"],
        weight,
        quota,
        part["odd"],
        tuple(names),
        part["room"],
        part["undone"],
        None if part["owed"] is None else owed,
        None if agreed is None or ratio is None else Agreed(ratio, agreed["base"], agreed["of_gross"]),
    )
    return equation_words.how_shared(step, told, equation_words.Money(pool["cur"]), names.__getitem__)


def _fraction(text: str) -> Fraction | None:
    """A fraction as the node tells it; None where it is none, or too long to be told exactly."""
    try:
        return Fraction(text)
    except (ValueError, ZeroDivisionError):
        return None


def _is_piece(behind: Behind) -> bool:
    """Whether it is one thing, of which its value is told, and not its number."""
    return (behind["unit"], behind["claim"]) == ("C62", "1")


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
            ", ".join(
                f"{_step(step['do'], step['path'])} {write_money(step['amt'], pool['exp'])}" for step in line["steps"]
            ),
        )
        for line in lines
    ]
    heads = ("WHO", "PAYABLE", "HELD", "FOR") if held else ("WHO", "PAYABLE", "FOR")
    out.table(heads, rows, flexible=len(heads) - 1, right=(1, 2) if held else (1,))


def _step(do: str, path: str) -> str:
    """What a step of an equation pays, in a word."""
    return _STEPS.get(do, clean(path))


def _works(works: list[Work]) -> str:
    named = [f"{clean(each['title']) or short_id(each['id'])} by {who(each['agent'])}" for each in works[:MOST_SHOWN]]
    more = [f"and {len(works) - MOST_SHOWN} more"] if len(works) > MOST_SHOWN else []
    return ", ".join([*named, *more])


def _money(amount: int, like: Money) -> str:
    return worth({**like, "amt": amount})


_STEPS = {
    "reimburse": "costs",
    "fixed": "agreed",
    "percent": "percentage",
    "pro_rata": "work",
    "shares": "part",
    "equal": "equal part",
    "residual": "rest",
}
_LEVELS = {"yes": "approves", "contested": "approves (contested)", "no": "has not approved"}
