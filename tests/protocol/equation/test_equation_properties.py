"""What holds for every equation: conservation, order-freeness, quotas, caps, consumption, refunds, held amounts."""

import json
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from meshproto.equation.book import Book
from meshproto.equation.earlier import NO_TALLY, leaves
from meshproto.equation.explain import Reasons
from meshproto.equation.inputs import Dispute
from meshproto.equation.preview.answer import settle, told
from meshproto.equation.preview.reading import Preview, read_preview
from meshproto.equation.settled import Settled, lines_of
from meshproto.equation.tallies import Entering, Path
from meshproto.equation.terms import EVERYONE, Cap, Late, Leaf, ProRata
from tests.support.random_equations import a_file, shuffled
from tests.support.reference.equations import shares
from tests.support.sharing import ANA, by_hours, hours, round_, terms
from tests.support.sharing import settle as settle_rounds

SEEDS = st.integers(0, 2**32)


def preview(content: Any) -> Preview:
    return read_preview(json.dumps(content).encode())


def rounds(content: Any) -> list[Settled]:
    return settle(preview(content))[1]


@given(SEEDS)
@settings(deadline=None)
def test_a_second_opinion_gives_the_same_cents(seed: int) -> None:
    content = a_file(Random(seed), special=False)
    found = [({agent.decode(): line.amt for agent, line in each.lines.items()}, each.carry) for each in rounds(content)]
    assert found == shares(content)


@given(SEEDS)
@settings(deadline=None)
def test_nothing_is_lost_and_nothing_is_made(seed: int) -> None:
    carry = 0
    for each in rounds(a_file(Random(seed), special=True)):
        given_out = sum(line.amt + line.held for line in each.lines.values())
        assert given_out + each.carry == each.round.pool + carry
        carry = carry if each.needs else each.carry


@given(SEEDS)
@settings(deadline=None)
def test_the_order_of_every_list_plays_no_part(seed: int) -> None:
    chance = Random(seed)
    content = a_file(chance, special=True)
    assert [told(each) for each in rounds(shuffled(chance, content))] == [told(each) for each in rounds(content)]


@given(SEEDS)
@settings(deadline=None)
def test_steps_add_up_to_lines(seed: int) -> None:
    for each in rounds(a_file(Random(seed), special=True)):
        sums: dict[bytes, int] = {}
        for step in each.steps:
            for agent, amount in step.amounts.items():
                sums[agent] = sums.get(agent, 0) + amount
        assert {agent: line.amt + line.held for agent, line in each.lines.items()} == {
            agent: sums.get(agent, 0) for agent in each.lines
        }


@given(SEEDS)
@settings(deadline=None)
def test_every_amount_is_explained_to_the_last_unit(seed: int) -> None:
    book, found = settle(preview(a_file(Random(seed), special=True)))
    for settled in found:
        told_all = Reasons(settled, book.knowledge)
        for agent, line in settled.lines.items():
            reasons = list(told_all.of(agent))
            assert (sum(each.amount for each in reasons), sum(each.held for each in reasons)) == (
                line.amt + line.held,
                line.held,
            )
            for why in reasons:
                assert (
                    sum(-part.amount if part.undone else part.amount for part in why.parts) + why.rejected == why.amount
                )
                assert all(abs(abs(part.amount) - part.quota) < 1 for part in why.parts if part.room is None)
                assert all(abs(part.amount) == part.room for part in why.parts if part.room is not None)
                assert not why.origins or sum(each.amount for each in why.origins) == why.amount


@given(SEEDS)
@settings(deadline=None)
def test_a_full_refund_takes_back_exactly_what_was_given(seed: int) -> None:
    content = a_file(Random(seed), special=False)
    content["rounds"] = [each for each in content["rounds"] if each["pool"] > 0][:1]
    back = {"pool": -content["rounds"][0]["pool"], "to": "2026-03-28", "refunds": 0}
    content["rounds"] = [*content["rounds"], back]
    first, last = rounds(content)
    assert {agent: (-line.amt, -line.held) for agent, line in first.lines.items()} == {
        agent: tuple(line) for agent, line in last.lines.items()
    }
    assert last.carry == 0


@given(SEEDS)
@settings(deadline=None)
def test_refunds_in_parts_take_back_exactly_what_was_given(seed: int) -> None:
    chance = Random(seed)
    content = a_file(chance, special=False)
    made = [each.changes[0].new for each in rounds(content)]
    given_out = [each.place for each in made if each.income > 1 and not each.brought]
    if not given_out:
        return
    place = chance.choice(given_out)
    first = chance.randint(1, made[place].income - 1)
    for part in (first, made[place].income - first):
        content["rounds"].append({"pool": -part, "to": "2026-03-28", "refunds": place})
    found = rounds(content)
    back: dict[bytes, int] = {}
    for each in found[-2:]:
        for agent, line in each.lines.items():
            back[agent] = back.get(agent, 0) - line.amt
    assert {agent: amount for agent, amount in back.items() if amount} == {
        agent: line.amt for agent, line in found[place].lines.items() if line.amt
    }


@given(SEEDS)
@settings(deadline=None)
def test_no_cap_is_ever_exceeded(seed: int) -> None:
    life: dict[tuple[Path, bytes], int] = {}
    for each in rounds(a_file(Random(seed), special=False)):
        (made,) = (change.new for change in each.changes)
        for path, step in leaves(made.terms.steps):
            tally = made.outcome.tallies.get(path, NO_TALLY)
            for agent, got in tally.got.items():
                before = life.get((path, agent), 0)
                life[path, agent] = before + made.outcome.sign * got
                cap = cap_of(step, agent)
                assert not got or cap.amt is None or got <= cap.amt
                assert not got or cap.of_step is None or got <= cap.of_step * tally.took
                assert not got or cap.lifetime is None or before + got <= cap.lifetime


def cap_of(step: Leaf, agent: bytes) -> Cap:
    caps = (step.cap or {}) if isinstance(step, ProRata) else {}
    return caps.get(agent, caps.get(EVERYONE, Cap()))


@given(SEEDS)
@settings(deadline=None)
def test_what_is_rejected_is_taken_from_nobody_else(seed: int) -> None:
    chance = Random(seed)
    content = {**a_file(chance, special=False), "reserve": True}
    first = content["rounds"][0]
    targets = [each["id"] for each in first["contributions"]]
    first["disputes"] = [{"id": target, "target": target} for target in targets if chance.random() < 0.7]
    rejected = [[each["id"], "reject"] for each in first["disputes"]]
    content["rounds"] = [first, {"pool": 0, "to": "2026-03-28", "resolved": rejected}]
    held, settled = rounds(content)
    for agent, line in lines_of(settled.changes[:-1]).items():
        was_held = held.lines[agent].held if agent in held.lines else 0
        assert line.held == -was_held
        assert line.amt >= 0


@given(SEEDS)
@settings(deadline=None)
def test_a_dispute_moves_nobody_elses_cent(seed: int) -> None:
    chance = Random(seed)
    content = {**a_file(chance, special=False), "reserve": True}
    targets = [each["id"] for each in content["rounds"][0]["contributions"]]
    calm = rounds(content)
    content["rounds"][0]["disputes"] = [{"id": "d", "target": chance.choice(targets)}] if targets else []
    heated = rounds(content)
    for one, other in zip(calm, heated, strict=True):
        assert {a: sum(line) for a, line in one.lines.items()} == {a: sum(line) for a, line in other.lines.items()}
        assert all(line.held >= 0 for line in other.lines.values()) or other.round.pool < 0


@given(SEEDS)
@settings(deadline=None)
def test_upholding_pays_out_what_was_held(seed: int) -> None:
    content = {**a_file(Random(seed), special=False), "reserve": True}
    first = content["rounds"][0]
    first["disputes"] = [{"id": "d", "target": each["id"]} for each in first["contributions"][:1]]
    resolved = {"pool": 0, "to": "2026-03-28", "resolved": [["d", "uphold"]] if first["disputes"] else []}
    content["rounds"] = [first, resolved]
    content["steps"] = [*content["steps"], {"do": "residual", "agent": "commons"}]
    held, released = rounds(content)
    assert {agent: -line.held for agent, line in held.lines.items() if line.held} == {
        agent: line.held for agent, line in released.lines.items()
    }


@given(SEEDS)
@settings(deadline=None)
def test_catching_up_never_takes_anything_back(seed: int) -> None:
    content = {**a_file(Random(seed), special=False), "late": "catch_up"}
    for each in content["rounds"]:
        each["pool"] = abs(each["pool"])
    assert all(line.amt >= 0 for each in rounds(content) for line in each.lines.values())


@given(SEEDS)
@settings(deadline=None)
def test_work_is_weighed_once_and_only_if_the_step_paid(seed: int) -> None:
    content = {**a_file(Random(seed), special=False), "late": "next"}
    for each in rounds(content):
        (made,) = (change.new for change in each.changes)
        for path, tally in made.outcome.tallies.items():
            assert not tally.weighed or any(tally.got.values()), path


@given(SEEDS)
@settings(deadline=None)
def test_nothing_is_weighed_twice_that_nobody_corrects(seed: int) -> None:
    content = a_file(Random(seed), special=False)
    for each in content["rounds"]:
        each["corrections"] = []
    seen: set[tuple[Path, Entering]] = set()
    for settled in rounds(content):
        (made,) = (change.new for change in settled.changes)
        found = {(path, key) for path, tally in made.outcome.tallies.items() for key in tally.weighed}
        assert not found & seen
        seen |= found


@given(SEEDS)
@settings(deadline=None)
def test_work_that_is_passed_over_would_have_changed_nothing(seed: int) -> None:
    content = preview(a_file(Random(seed), special=True))
    one, other = Book(content.terms), Book(content.terms)
    for each in content.rounds:
        found = one.take(each)
        other._idle.clear()
        assert told(other.take(each)) == told(found)


@given(st.lists(st.tuples(st.integers(1, 400), st.integers(0, 10**6)), min_size=1, max_size=6), st.integers(1, 50))
def test_a_longer_unit_of_work_changes_no_share(found: list[tuple[int, int]], times: int) -> None:
    parties = frozenset(bytes([65 + place]) for place in range(len(found))) | {b"z"}
    agreed = terms(by_hours(), parties=parties)

    def shared(scale: int) -> list[dict[bytes, Any]]:
        work = [hours(f"w{place}", bytes([65 + place]), count * scale) for place, (count, _) in enumerate(found)]
        said = tuple(each for each in round_(0, *work).attestations)
        said = tuple(type(each)(each.on, b"z", True) for each in said)
        return [each.lines for each in settle_rounds(agreed, round_(1000, *work, attestations=said))]

    assert shared(1) == shared(times)


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=5), st.sampled_from(Late))
def test_the_same_history_gives_the_same_digests(pools: list[int], late: Late) -> None:
    agreed = terms(by_hours(), late=late, reserve=True)
    history = [round_(pool, hours(f"w{place}", ANA, place + 1)) for place, pool in enumerate(pools)]
    history[0] = round_(pools[0], hours("w0", ANA, 1), disputes=(Dispute(b"d", b"w0"),))
    one, other = Book(agreed), Book(agreed)
    assert [one.take(each).digest() for each in history] == [other.take(each).digest() for each in history]


def test_chance_meets_every_kind_of_round() -> None:
    files = [a_file(Random(seed), special=True) for seed in range(200)]
    found = {key for content in files for each in content["rounds"] for key in each}
    assert {"refunds", "restates", "resolved", "disputes", "ballots"} <= found
    weighed = [step for content in files for step in preview(content).terms.steps if isinstance(step, ProRata)]
    assert {step.claim.value for step in weighed} == {"once", "until_paid"}
