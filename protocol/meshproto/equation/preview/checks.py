"""What must hold for a preview file as a whole, after each of its fields (08-equations 10.3)."""

from collections.abc import Sequence

from meshproto.equation.earlier import leaves
from meshproto.equation.inputs import Contribution, Round
from meshproto.equation.measures import converts
from meshproto.equation.preview.limits import MAX_ATTESTATIONS, MAX_CONTRIBUTIONS, MAX_STEPS, MAX_WORK
from meshproto.equation.terms import Fixed, Leaf, Percent, ProRata, Reimburse, Shares, Terms, Tiers
from meshproto.records.limits import MAX_INT
from meshproto.records.reasons import Reason, Refused
from meshproto.types.value import Measure


def check_whole(terms: Terms, rounds: Sequence[Round]) -> None:
    """Raises Refused at the first rule that the file breaks."""
    if _count_steps(terms) > MAX_STEPS:
        raise Refused(Reason.I_LIST, "steps")
    _check_counts(rounds)
    _check_pools(rounds)
    if work_of(terms, rounds) > MAX_WORK:
        raise Refused(Reason.Q_WORK, "rounds")
    _check_names(rounds)
    _check_kinds(rounds)


def work_of(terms: Terms, rounds: Sequence[Round]) -> int:
    """How much there is to compute, in steps of the order of a microsecond."""
    found = sum(
        len(round_.contributions)
        + sum(len(each.shares) for each in round_.contributions)
        + len(round_.attestations)
        + len(round_.corrections)
        + sum(len(each.points) for each in round_.ballots)
        for round_ in rounds
    )
    steps = [step for _, step in leaves(terms.steps)]
    once = (len(terms.parties) + found) * sum(_weights(step) for step in steps)
    once += (len(terms.parties) + sum(_pairs(step) for step in steps)) * _count_steps(terms)
    attributing = sum(isinstance(step, Reimburse | ProRata) for step in steps)
    back = sum(_looks_back(each) for each in rounds)
    rejected = [each for round_ in rounds for each in round_.resolved if not each.upholds]
    again = _runs_again(rounds)
    return once * ((8 + back) * len(rounds) + 8 * again * (1 + attributing * len(rejected)))


def _count_steps(terms: Terms) -> int:
    # SPEC 08-equations 10.3: All steps, those in brackets too, are at most 64
    return len([*leaves(terms.steps)]) + sum(isinstance(step, Tiers) for step in terms.steps)


def _runs_again(rounds: Sequence[Round]) -> int:
    """How often distributions are run again at most: for refunds and reopening, and for what was held when rejected."""
    since: dict[bytes, int] = {}
    again = 0
    for place, round_ in enumerate(rounds):
        for dispute in round_.disputes:
            since.setdefault(dispute.id, place)
        again += round_.refunds is not None or round_.restates is not None
        again += sum(place - since.get(each.dispute, place) for each in round_.resolved if not each.upholds)
    return again


def _weights(step: Leaf) -> int:
    match step:
        case Reimburse():
            return 1
        case ProRata():
            return sum(len(each.weights or (None,)) for each in step.components) + (step.factor is not None)
        case _:
            return 0


def _pairs(step: Leaf) -> int:
    match step:
        case Fixed(pay=pairs) | Percent(pay=pairs) | Shares(parts=pairs):
            return len(pairs)
        case _:
            return 0


def _looks_back(round_: Round) -> bool:
    return round_.refunds is not None or round_.restates is not None or bool(round_.resolved)


def _check_counts(rounds: Sequence[Round]) -> None:
    for name, most in (
        ("contributions", MAX_CONTRIBUTIONS),
        ("attestations", MAX_ATTESTATIONS),
        ("corrections", MAX_CONTRIBUTIONS),
    ):
        total = 0
        for place, round_ in enumerate(rounds):
            total += len(getattr(round_, name))
            if total > most:
                raise Refused(Reason.I_LIST, f"rounds[{place}].{name}")


def _check_pools(rounds: Sequence[Round]) -> None:
    total = 0
    for place, round_ in enumerate(rounds):
        total += abs(round_.pool)
        if total > MAX_INT:
            raise Refused(Reason.I_VALUE, f"rounds[{place}].pool")


def _check_names(rounds: Sequence[Round]) -> None:
    known: dict[bytes, Contribution] = {}
    disputes: set[bytes] = set()
    resolved: set[bytes] = set()
    for place, round_ in enumerate(rounds):
        here = f"rounds[{place}]"
        for number, contribution in enumerate(round_.contributions):
            if contribution.id in known:
                raise Refused(Reason.I_LIST, f"{here}.contributions[{number}].id")
            known[contribution.id] = contribution
        for number, attestation in enumerate(round_.attestations):
            _check_target(known, attestation.on, attestation.qty, f"{here}.attestations[{number}]", "on")
        for number, correction in enumerate(round_.corrections):
            _check_target(known, correction.target, correction.qty, f"{here}.corrections[{number}]", "target")
        for number, dispute in enumerate(round_.disputes):
            if dispute.id in disputes:
                raise Refused(Reason.I_LIST, f"{here}.disputes[{number}].id")
            disputes.add(dispute.id)
            _check_target(known, dispute.target, None, f"{here}.disputes[{number}]", "target")
        for number, resolution in enumerate(round_.resolved):
            if resolution.dispute not in disputes or resolution.dispute in resolved:
                raise Refused(Reason.I_RULE, f"{here}.resolved[{number}]")
            resolved.add(resolution.dispute)


def _check_target(known: dict[bytes, Contribution], target: bytes, qty: Measure | None, path: str, name: str) -> None:
    if target not in known:
        raise Refused(Reason.I_RULE, f"{path}.{name}")
    if qty is not None and not converts(qty.u, known[target].qty.u):
        raise Refused(Reason.I_RULE, f"{path}.qty")


def _check_kinds(rounds: Sequence[Round]) -> None:
    remains: dict[int, int] = {}
    for place, round_ in enumerate(rounds):
        wrong = _wrong(round_, remains)
        if wrong:
            raise Refused(Reason.I_RULE, f"rounds[{place}].{wrong}")
        if round_.refunds is not None:
            remains[round_.refunds] += round_.pool
        elif round_.restates is None:
            remains[place] = round_.pool


def _wrong(round_: Round, remains: dict[int, int]) -> str:
    """The first field of a round that contradicts what came before; `remains` are the pools that can be given back."""
    if round_.refunds is not None:
        if round_.restates is not None or round_.refunds not in remains:
            return "refunds"
        return "" if -remains[round_.refunds] <= round_.pool < 0 else "pool"
    if round_.restates is None:
        return ""
    if round_.restates not in remains:
        return "restates"
    if round_.pool:
        return "pool"
    return "resolved" if round_.resolved else ""
