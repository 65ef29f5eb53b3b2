"""How much of a contribution is confirmed in a network, by the numbers of the text, and who may not say so."""

import pytest

from meshproto.fold.acknowledging import confirmed_in, median_of
from meshproto.fold.fold import Fold
from meshproto.fold.knowledge import Knowledge
from meshproto.fold.memory import DictMemory
from meshproto.records.reasons import Reason
from meshproto.records.record import Record
from meshproto.types import evaluation, identity
from meshproto.types.value import Measure
from scripts.vectors.cases import work
from scripts.vectors.tale import Tale

CLAIM = Measure(40, 0, "HUR")
HOURS = {"qty": CLAIM.facts()}


def hours(n: int, s: int = 0) -> Measure:
    return Measure(n, s, "HUR")


def club(least: int = 1) -> tuple[Tale, Record, dict[str, Record]]:
    """An open network with three members, in which so many must confirm what is done."""
    tale = Tale("")
    people = {name: tale.person(name) for name in ("alice", "bob", "carol", "dan")}
    net = tale.net("club", people["alice"], is_open=True, default_ack={"min": least, "by": "members"})
    for name in ("bob", "carol", "dan"):
        tale.write(name, net, "grant", identity.join(people[name].id), agent=people[name])
    return tale, net, people


def confirmed(tale: Tale, net: Record, subject: Record, claim: Measure = CLAIM) -> Measure:
    memory = DictMemory()
    fold = Fold(memory)
    for each in tale.records:
        fold.add(each)
    return confirmed_in(net.id, subject.id, claim, Knowledge(memory), memory)


@pytest.mark.parametrize(
    ("figures", "least", "wanted"),
    [
        ([hours(40), hours(32), "reject"], 2, hours(32)),
        ([hours(40)], 2, hours(0)),
        ([hours(80), hours(90)], 1, hours(40)),
        ([None, hours(305, 1)], 1, hours(305, 1)),
        ([Measure(3, 0, "DAY")], 1, hours(40)),
    ],
)  # fmt: skip
def test_what_is_confirmed_is_the_low_median_and_at_most_the_claim(
    figures: list[Measure | str | None], least: int, wanted: Measure
) -> None:
    tale, net, people = club(least)
    did = tale.write("alice", net, facts=work(1) | HOURS, agent=people["alice"])
    for name, said in zip(("bob", "carol", "dan"), figures, strict=False):
        verdict, qty = (said, None) if isinstance(said, str) else ("confirm", said)
        facts = evaluation.attestation(did.id, verdict=verdict, qty=qty)
        tale.write(name, net, "attestation", facts, agent=people[name])
    assert confirmed(tale, net, did) == wanted


def test_13_a_co_author_is_ignored_also_where_one_contribution_follows_another() -> None:
    tale, net, people = club()
    alone = tale.write("alice", net, facts=work(1) | HOURS, agent=people["alice"])
    shares = {people["alice"].id: 1, people["bob"].id: 1}
    shared = tale.write("alice", net, facts=work(2, shares=shares) | HOURS, agent=people["alice"])
    for subject in (alone, shared):
        tale.write("bob", net, "attestation", evaluation.attestation(subject.id), agent=people["bob"])
    fold = Fold(DictMemory())
    found = [change.standing for each in tale.records for change in fold.add(each) if change.id == each.id][-2:]
    assert [each.reason for each in found] == [None, Reason.A_SELF]
    assert confirmed(tale, net, shared) == hours(0)


def test_16_what_nobody_acknowledged_is_claimed_and_what_somebody_did_is_acknowledged() -> None:
    tale, net, people = club()
    eve = tale.person("eve")
    did = tale.write("eve", net, agent=eve)
    fold = Fold(DictMemory())
    for each in tale.records:
        fold.add(each)
    before = fold.standing(did.id)
    fold.add(tale.write("bob", net, "attestation", evaluation.attestation(did.id), agent=people["bob"]))
    after = fold.standing(did.id)
    assert [each.state for each in (before, after) if each] == ["", "acknowledged"]


def test_the_low_median_of_an_even_number_is_the_lower_one() -> None:
    assert median_of([hours(3), hours(1), hours(2), hours(4)], CLAIM) == hours(2)
