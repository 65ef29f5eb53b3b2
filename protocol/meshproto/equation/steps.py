"""What each step does with what it takes (08-equations 3 and 4)."""

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from math import floor
from typing import assert_never

from meshproto.equation.claims import costs, prices
from meshproto.equation.rounding import Room, common, fill_among, on_scale, share, share_among
from meshproto.equation.tallies import Path, Sharing, Source, Tally
from meshproto.equation.terms import (
    EVERYONE,
    Cap,
    Claim,
    Equal,
    Fixed,
    Late,
    Leaf,
    Percent,
    ProRata,
    Reimburse,
    Residual,
    Shares,
)
from meshproto.equation.view import View
from meshproto.equation.weighing import Weights, weigh

Sources = Callable[[bytes], Mapping[Source, int]]


def take_step(
    path: Path, step: Leaf, amount: int, gross: int, tally: Tally, view: View, costs_so_far: Iterable[Tally]
) -> int:
    """Let a step share `amount` > 0, note in `tally` what came of it, and return what it leaves.

    `gross` is the pool that its equation, or its bracket, began with; `costs_so_far` the tallies of all steps that
    reimburse.
    """
    match step:
        case Reimburse():
            claims = costs(step, view, costs_so_far)
            return _pay(amount, claims.of, tally, claims.sources)
        case Fixed():
            return _pay(amount, _due(path, step, tally, view), tally)
        case Percent():
            return _percent(amount, step, gross, tally)
        case ProRata(claim=Claim.UNTIL_PAID):
            return _until_paid(path, step, amount, tally, view)
        case ProRata():
            return _pro_rata(path, step, amount, tally, view)
        case Shares():
            return _split(amount, step.parts, tally)
        case Equal():
            return _split(amount, dict.fromkeys(view.terms.parties, 1), tally)
        case Residual():
            return _split(amount, {step.agent: 1}, tally)
        case _:
            assert_never(step)


def _note(
    tally: Tally,
    amount: int,
    weights: Mapping[bytes, int],
    amounts: Mapping[bytes, int],
    rooms: Mapping[bytes, Room],
    sources: Sources | None = None,
    scale: int = 0,
) -> int:
    """Give amounts out, attribute them, and return what is left."""
    tally.give(amounts)
    tally.sharings.append(Sharing(amount, weights, rooms, amounts, scale=scale))
    if sources is not None:
        for agent, got in amounts.items():
            if got:
                tally.attribute(agent, _attributed(got, sources(agent)))
    return amount - sum(amounts.values())


def _attributed(amount: int, sources: Mapping[Source, int]) -> dict[Source, int]:
    # SPEC 08-equations 4.8: Sources below 0 are left out.
    kept = sorted((source, weight) for source, weight in sources.items() if weight > 0)
    amounts = share(amount, [weight for _, weight in kept])
    return {source: amount for (source, _), amount in zip(kept, amounts, strict=True)}


def _split(amount: int, parts: Mapping[bytes, int], tally: Tally) -> int:
    if not any(parts.values()):
        return amount
    return _note(tally, amount, parts, share_among(amount, parts), {})


def _pay(amount: int, due: Mapping[bytes, int], tally: Tally, sources: Sources | None = None) -> int:
    """Pay what is due, or what there is of it."""
    owed = sum(due.values())
    if not owed:
        return amount
    return _note(tally, amount, due, share_among(amount, due) if amount < owed else due, {}, sources, scale=1)


def _due(path: Path, step: Fixed, tally: Tally, view: View) -> dict[bytes, int]:
    # SPEC 08-equations 3.2: with *once* the same, but nothing if this step paid anybody in an earlier distribution;
    # with *until_paid* the amount less what a got from this step in earlier distributions.
    if step.claim is Claim.ONCE and view.earlier.times.get(path):
        return {}
    paid = view.earlier.paid if step.claim is Claim.UNTIL_PAID else {}
    due = {
        agent: max(0, amount - tally.got.get(agent, 0) - paid.get((path, agent), 0))
        for agent, amount in step.pay.items()
    }
    return {agent: amount for agent, amount in due.items() if amount}


def _percent(amount: int, step: Percent, gross: int, tally: Tally) -> int:
    if step.of_gross:
        exact = {agent: max(Fraction(0), ratio * gross - tally.got.get(agent, 0)) for agent, ratio in step.pay.items()}
    else:
        exact = {agent: ratio * amount for agent, ratio in step.pay.items()}
        gross = amount
    scale = common(exact.values())
    wishes = {agent: on_scale(wish, scale) for agent, wish in sorted(exact.items())}
    rest = amount * scale - sum(wishes.values())
    # SPEC 08-equations 3.3: else LR(X, wishes and `~rest`), where `~rest` has X less the wishes, comes after all agents
    # in a tie, and what it gets is left.
    rest = max(0, rest)
    parts = share(amount, [*wishes.values(), rest])
    amounts = dict(zip(wishes, parts, strict=False))
    tally.give(amounts)
    tally.sharings.append(Sharing(amount, wishes, {}, amounts, rest, scale, gross))
    return amount - sum(amounts.values())


def _until_paid(path: Path, step: ProRata, amount: int, tally: Tally, view: View) -> int:
    weights = step.components[0].weights
    claims = prices(path, weights or (), view, tally)
    rooms = _rooms(path, step, claims.of, tally, view)
    limits = {
        agent: claim if (room := rooms.get(agent)) is None else min(claim, room) for agent, claim in claims.of.items()
    }
    return _filled(amount, claims.of, limits, tally, claims.sources, scale=1)


def _pro_rata(path: Path, step: ProRata, amount: int, tally: Tally, view: View) -> int:
    weights = weigh(path, step, view)
    catches_up = view.late is Late.CATCH_UP
    pool = amount + sum(_received(path, tally, view).values()) if catches_up else 0
    shared = _due_to_catch_up(path, pool, weights, tally, view) if catches_up else weights.of
    rooms = _rooms(path, step, shared, tally, view)
    left = _filled(amount, shared, rooms, tally, weights.sources)
    if left < amount and catches_up:
        tally.sharings[-1] = tally.sharings[-1]._replace(scale=1, base=pool, life=weights.of)
    # SPEC 08-equations 4.4: If anybody got anything, all differences that entered, those for `done` too, are
    # **weighed**
    if left < amount and not view.again:
        tally.weighed.update(weights.entered)
        for place, which in weights.idle():
            view.idling.setdefault((path, place), set()).update(which)
    return left


def _filled(
    amount: int,
    weights: Mapping[bytes, int],
    rooms: Mapping[bytes, Room],
    tally: Tally,
    sources: Sources,
    scale: int = 0,
) -> int:
    amounts, left = fill_among(amount, weights, rooms)
    if left < amount:
        _note(tally, amount, weights, amounts, rooms, sources, scale)
    return left


def _due_to_catch_up(path: Path, pool: int, weights: Weights, tally: Tally, view: View) -> dict[bytes, int]:
    # SPEC 08-equations 4.6: If X + Σ r is more than 0, the *target* of a is LR(X + Σ r, m), and to a with m(a) more
    # than 0 is due the target less r(a), at least 0; else nothing is due.
    if pool <= 0 or not any(weights.of.values()):
        return {}
    received, target = _received(path, tally, view), share_among(pool, weights.of)
    return {agent: max(0, goal - received.get(agent, 0)) for agent, goal in target.items() if weights.of[agent]}


def _received(path: Path, tally: Tally, view: View) -> dict[bytes, int]:
    received = dict(view.earlier.got.get(path, {}))
    for agent, got in tally.got.items():
        received[agent] = received.get(agent, 0) + got
    return received


def _rooms(path: Path, step: ProRata, agents: Iterable[bytes], tally: Tally, view: View) -> dict[bytes, Room]:
    if step.cap is None:
        return {}
    caps = {agent: step.cap.get(agent, step.cap.get(EVERYONE)) for agent in agents}
    return {agent: _room(path, cap, agent, tally, view) for agent, cap in caps.items() if cap is not None}


def _room(path: Path, cap: Cap, agent: bytes, tally: Tally, view: View) -> int:
    limits = []
    if cap.of_step is not None:
        limits.append(floor(cap.of_step * tally.took))
    if cap.amt is not None:
        limits.append(cap.amt)
    if cap.lifetime is not None:
        limits.append(cap.lifetime - view.earlier.got.get(path, {}).get(agent, 0))
    return max(0, min(limits) - tally.got.get(agent, 0))
