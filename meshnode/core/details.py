"""What a contribution says besides what, how much and when: its worth, who shares in it, and on which terms.

The node and the command line with the node stopped sign alike, because both ask here.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

from meshproto.records.limits import MAX_INT
from meshproto.types import value
from meshproto.types.currencies import EXPONENTS
from meshproto.types.schema import Facts
from meshproto.types.value import Evidence, Measure, Money

MOST_NAMED = 64
"""Most files, classes, co-authors or beneficiaries of one contribution: more is a list that was pasted by mistake."""
LONGEST_CLASS = 256
LONGEST_READ = 256
"""Characters of a wrong licence that are looked at for what is wrong with it."""
LONGEST_LICENCE = 64
"""Bytes, as the protocol has it."""
_ALIKE = 0.75
"""How like a listed licence a mistyped one is, of 1: `free` means none of them."""

_MEDIA = re.compile(r"[a-z0-9.+-]{1,64}/[a-z0-9.+-]{1,64}")


class Details(NamedTuple):
    """Everything that may be said of a contribution and need not be; ids are within the scope's reach."""

    value: Money | None = None
    shares: tuple[tuple[bytes, int], ...] = ()
    """Each with their part of 1000, the author among them; empty for the author alone."""
    beneficiaries: tuple[bytes, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    comp: str = ""
    stream: str = ""
    licence: str = ""
    warrants: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    of: bytes | None = None
    """Earlier work: an id in the same scope, 33 bytes of `ext` elsewhere."""


NOTHING = Details()


class Unfit(ValueError):
    """Something that must not be signed: `why`, and in `hint` what would do."""

    def __init__(self, why: str, hint: str = "") -> None:
        super().__init__(f"{why}: {hint}" if hint else why)
        self.why = why
        self.hint = hint


def facts_of(kind: str, qty: Measure, when: tuple[str, str], project: bytes | None, details: Details) -> Facts:
    """The facts of a contribution. Raises Unfit."""
    if kind not in value.KINDS:
        raise Unfit(f"{kind!r} is no kind of contribution", f"one of {', '.join(value.KINDS)}")
    if kind == "money" and details.value is None:
        raise Unfit("a contribution of money says how much", "an amount such as 385.40 EUR")
    _check(details)
    return value.contribution(
        kind=kind,
        qty=qty,
        when=when,
        project=project,
        of=details.of,
        value=details.value,
        shares=dict(details.shares),
        classified_as=details.classes,
        beneficiaries=details.beneficiaries,
        evidence=details.evidence,
        licence=canonical_licence(details.licence) if details.licence else None,
        warrants=details.warrants,
        comp=details.comp or None,
        stream=details.stream or None,
    )


def canonical_licence(text: str) -> str:
    """An SPDX expression as it is spelt in the list of licences. Raises Unfit."""
    from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression  # it is a long list

    hint = "an SPDX expression, such as MIT, CC-BY-SA-4.0 or LicenseRef-ours; NONE is said by leaving it out"
    try:
        found = str(canonicalize_license_expression(text))
    except InvalidLicenseExpression as error:
        word, near = _unknown_licence(text)
        raise Unfit(f"{word[:LONGEST_LICENCE]!r} is no licence known here{near}", hint) from error
    if len(found) > LONGEST_LICENCE:
        raise Unfit(f"a licence takes at most {LONGEST_LICENCE} characters", hint)
    return found


def _unknown_licence(text: str) -> tuple[str, str]:
    """The word of an expression that is in no list of licences, with one that is like it; else all of it."""
    from difflib import get_close_matches  # only a mistyped licence needs it, and it takes long to load

    from packaging.licenses._spdx import EXCEPTIONS, LICENSES

    names = {**LICENSES, **EXCEPTIONS}
    words = text[:LONGEST_READ].replace("(", " ").replace(")", " ").split()
    joint = any(each.casefold() in ("and", "or", "with") for each in words)
    unknown = [each for each in words if not _is_listed(each.casefold(), names)]
    if joint and not unknown:
        return text, ""  # Its words are, but not what is made of them.
    wrong = unknown[0] if joint else text
    current = [name for name, listed in names.items() if not listed["deprecated"]]
    close = get_close_matches("-".join(wrong[:LONGEST_LICENCE].casefold().split()), current, n=1, cutoff=_ALIKE)
    return wrong, f" (did you mean {names[close[0]]['id']}?)" if close else ""


def _is_listed(word: str, names: Mapping[str, object]) -> bool:
    return word in ("and", "or", "with") or word.removesuffix("+") in names or word.startswith("licenseref-")


def _check(details: Details) -> None:
    if details.value is not None:
        check_money(details.value)
    for name, said, known in (("comp", details.comp, value.COMPENSATIONS), ("stream", details.stream, value.STREAMS)):
        if said and said not in known:
            raise Unfit(f"{said!r} is no {name}", f"one of {', '.join(known)}")
    for warrant in details.warrants:
        if warrant not in value.WARRANTS:
            raise Unfit(f"{warrant!r} is no warrant", f"one of {', '.join(value.WARRANTS)}")
    for each in details.classes:
        if not 0 < len(each) <= LONGEST_CLASS or not each.isascii() or not each.isprintable() or " " in each:
            raise Unfit(f"{each[:LONGEST_CLASS]!r} is no class", "a URI or a short name without spaces")
    for file in details.evidence:
        if not 0 <= file.size <= MAX_INT or not _MEDIA.fullmatch(file.media):
            raise Unfit("a file has a size and a media type", "such as 1200 bytes of application/pdf")
    for count in (details.shares, details.beneficiaries, details.evidence, details.classes):
        if len(count) > MOST_NAMED:
            raise Unfit(f"{len(count)} are too many", f"at most {MOST_NAMED} of one sort")


def check_money(money: Money) -> None:
    """Refuse an amount that is none. Raises Unfit."""
    if money.cur not in EXPONENTS:
        raise Unfit(f"{money.cur[:12]!r} is no currency known here", "three letters of ISO 4217, such as EUR")
    if not 0 < money.amt <= MAX_INT:
        raise Unfit(f"{money.amt} {money.cur} is no amount", f"whole minor units from 1 to {MAX_INT}")
