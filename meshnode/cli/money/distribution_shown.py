"""How distributions are put into words: lines, what stands outside, and reasons down to signatures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from meshnode.cli.output import Out
from meshnode.words.money import tell_money
from meshnode.words.safe_text import clean
from meshnode.words.shares import amount_like, is_piece, much, shared, step_word
from meshnode.words.shown import count, faces_of, passed, short_id, signed, where, who, who_briefly, worth
from meshnode.words.times import show_moment

if TYPE_CHECKING:
    from meshnode.client.money_answers import (
        Behind,
        Cause,
        Distribution,
        Explanation,
        Line,
        Outside,
        Preview,
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
            ("new work", count(preview["entered"], "contribution") if preview["entered"] else ""),
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
        from meshnode.cli.agreements import agreement_decided

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
        held = f", {amount_like(line['held'], pool)} held" if line["held"] else ""
        out.line(f"{who(line['agent'])}   {amount_like(line['amt'], pool)}{held}", "bold")
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
    step = f"{step_word(cause['do'], cause['path'])} ({clean(cause['path'])})"
    out.line(f"  {step}   {amount_like(cause['amount'], pool)}{of}")
    for part in cause["parts"]:
        out.line(f"    {shared(cause, part, pool)}")
    if cause["rejected"]:
        out.line(f"    {amount_like(cause['rejected'], pool)} taken back with what was rejected")
    for behind in cause["behind"]:
        _show_behind(out, behind, pool)


def _show_behind(out: Out, behind: Behind, pool: Money) -> None:
    held = f", {amount_like(behind['held'], pool)} held" if behind["held"] else ""
    if behind["kind"] == "ballot":
        out.line(f"    {amount_like(behind['amount'], pool)}{held} by the ballot of {who(behind['agent'])}")
    else:
        title = clean(behind["title"]) or short_id(behind["id"])
        quality = "" if behind["quality"] == "1" else f" × {clean(behind['quality'])}"
        counts = f"{much(behind['confirmed'], behind)}{quality} of {much(behind['claim'], behind)} claimed"
        if is_piece(behind):
            counts = f"confirmed as a whole{quality}" if behind["confirmed"] == "1" else counts
        out.line(f"    {amount_like(behind['amount'], pool)}{held} from {title}, by {who(behind['agent'])}: {counts}")
    for each in [behind["signature"]] if behind["signature"] else []:
        out.line(f"      {_signature(each)}")
    for word in behind["words"]:
        whole = is_piece(behind) and word["figure"] == "1"
        said = "rejects it" if word["rejects"] else f"confirms {'it' if whole else much(word['figure'], behind)}"
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


def _table(out: Out, lines: list[Line], pool: Money) -> None:
    if not lines:
        out.line("Nobody gets anything.")
        return
    held = any(line["held"] for line in lines)
    rows = [
        (
            who_briefly(line["agent"]),
            tell_money(line["amt"], pool["exp"]),
            *((tell_money(line["held"], pool["exp"]),) if held else ()),
            ", ".join(
                f"{step_word(step['do'], step['path'])} {tell_money(step['amt'], pool['exp'])}"
                for step in line["steps"]
            ),
        )
        for line in lines
    ]
    heads = ("WHO", "PAYABLE", "HELD", "FOR") if held else ("WHO", "PAYABLE", "FOR")
    out.table(heads, rows, flexible=len(heads) - 1, right=(1, 2) if held else (1,))


def _works(works: list[Work]) -> str:
    named = [f"{clean(each['title']) or short_id(each['id'])} by {who(each['agent'])}" for each in works[:MOST_SHOWN]]
    more = [f"and {len(works) - MOST_SHOWN} more"] if len(works) > MOST_SHOWN else []
    return ", ".join([*named, *more])


_LEVELS = {
    "yes": "approves",
    "contested": "approves (contested)",
    "declined": "declines",
    "no": "has not approved",
}
