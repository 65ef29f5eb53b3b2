"""What a contribution is worth: heads, confirmed quantity, quality and value (08-equations 2)."""

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

import msgspec

from meshproto.equation.inputs import Attestation, Contribution, Correction
from meshproto.equation.measures import ONE, converts, in_unit
from meshproto.equation.terms import Ack

ZERO = Fraction(0)


class Head(NamedTuple):
    """What an attester last said: a figure in the contribution's own unit, and a rating if there is one."""

    by: bytes
    figure: Fraction
    rejects: bool
    rating: int | None


class Standing(msgspec.Struct, frozen=True, gc=False):
    """A contribution in a cut. Quantities are in its own unit, the value in minor units of the pool's currency."""

    usable: bool
    claim: Fraction
    confirmed: Fraction
    quality: Fraction
    value: Fraction


def claim_of(contribution: Contribution, corrections: Sequence[Correction]) -> Fraction:
    """The quantity claimed, after corrections."""
    unit = contribution.qty.u
    claimed = in_unit(contribution.qty, unit)
    if not corrections:
        return claimed
    changes = [each.qty for each in corrections if each.qty is not None and converts(each.qty.u, unit)]
    return max(ZERO, sum((in_unit(qty, unit) for qty in changes), claimed)) if changes else claimed


def may_attest(contribution: Contribution, by: bytes, ack: Ack, parties: frozenset[bytes]) -> bool:
    """Whether somebody's word on a contribution counts: it is allowed, and he has no interest in it."""
    # SPEC 08-equations 2.2: An attestation of c is **eligible** if it is by an agent whom `ack.by` allows (a party, or
    # one of a list) who is neither the author of c, nor named in its `shares`, nor among its `beneficiaries`.
    allowed = by in (parties if ack.by is None else ack.by)
    interested = by == contribution.agent or by in contribution.beneficiaries
    return allowed and not interested and by not in [agent for agent, _ in contribution.shares]


def head_of(by: bytes, said: Sequence[Attestation], claim: Fraction, unit: str) -> Head:
    """The head of one attester, from what they said at last; `claim` is what was claimed then, in `unit`."""
    # SPEC 08-equations 2.2: Its *figure* is 0 if one of them is a `reject`, else the smallest `qty` in them, where one
    # without `qty` stands for the claim as known in that round. Its *rating* is the smallest rating in them, if there
    # is one.
    rejects = False in [each.confirms for each in said]
    figure = min([claim if each.qty is None else in_unit(each.qty, unit) for each in said])
    ratings = [each.rating for each in said if each.rating is not None]
    return Head(by, ZERO if rejects else figure, rejects, min(ratings) if ratings else None)


def standing_of(
    contribution: Contribution, heads: Sequence[Head], corrections: Sequence[Correction], ack: Ack, cur: str
) -> Standing:
    """Whether it is usable and what it is worth, given its heads and corrections in a cut."""
    claim = claim_of(contribution, corrections)
    confirming = [each for each in heads if not each.rejects]
    usable = len(confirming) >= ack.least and not (corrections and any(each.retracts for each in corrections))
    confirmed = _confirmed(claim, [each.figure for each in heads]) if usable else ZERO
    value = _value(contribution, corrections, confirmed, cur)
    return Standing(usable, claim, confirmed, _quality(heads, ack), value)


def _confirmed(claim: Fraction, figures: list[Fraction]) -> Fraction:
    # SPEC 08-equations 2.2: else the low median of the figures of all heads (of n, sorted, the one at place ⌊(n−1)/2⌋
    # from 0), at most the claim. With `ack.min` 0 and no head it is the claim.
    if not figures:
        return claim
    median = figures[0] if len(figures) == 1 else sorted(figures)[(len(figures) - 1) // 2]
    return claim if median is claim else min(claim, median)  # Mostly it is: to compare fractions takes long.


def _quality(heads: Sequence[Head], ack: Ack) -> Fraction:
    if len(heads) == 1:
        rating = heads[0].rating
        return ONE if rating is None else ack.ratings[rating - 1]
    ratings = [ack.ratings[each.rating - 1] for each in heads if each.rating is not None]
    if len(ratings) < 2:
        return ratings[0] if ratings else ONE
    return sum(ratings, ZERO) / len(ratings)


def _value(contribution: Contribution, corrections: Sequence[Correction], confirmed: Fraction, cur: str) -> Fraction:
    # SPEC 08-equations 2.2: Its **confirmed value** is `value.amt` plus the `value` of all `delta`s in the cut, at
    # least 0, times min(1, confirmed quantity/`qty` as first claimed); 0 if there is no value in `cur`.
    if contribution.value is None or contribution.value.cur != cur:
        return ZERO
    changes = [each.value.amt for each in corrections if each.value is not None and each.value.cur == cur]
    claimed = in_unit(contribution.qty, contribution.qty.u)
    return max(0, contribution.value.amt + sum(changes)) * min(ONE, confirmed / claimed)
