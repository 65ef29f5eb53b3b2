"""The usual record is decided by a short look; whatever is not usual about one is noticed all the same.

Each tale is told twice: to a fold that may look at records so, and to one whose memory never gives the same row twice.
"""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from meshproto.fold.fold import Fold
from meshproto.fold.memory import DictMemory
from meshproto.records.encoding import Value
from meshproto.records.record import Record
from meshproto.types import authority, coordination, evaluation, value
from scripts.vectors.cases import key, work
from scripts.vectors.deals import Deal
from scripts.vectors.membership import shed
from scripts.vectors.roots import rotate
from scripts.vectors.tale import Tale
from tests.protocol.fold.test_fold_properties import PlainMemory
from tests.support.byzantine.checks import Followed, compare
from tests.support.reference.statuses import reference

READS = 4
"""Rows that are read for a usual record: the one before, whether anything governs anew, who waits, what is sought."""


class CountingMemory(DictMemory):
    """A memory that counts what it is asked."""

    def __init__(self) -> None:
        super().__init__()
        self.reads = Counter[str]()

    def get(self, table: str, key: bytes) -> Value:
        self.reads[table] += 1
        return super().get(table, key)


def phone_of_alice(tale: Tale, works: int = 2) -> tuple[Record, Record, list[Record]]:
    """Alice, her phone, and what she wrote with it in her stream."""
    alice = tale.person("alice", "words")
    phone = tale.write("alice", alice, "grant", authority.device(key("phone").public))
    return alice, phone, [tale.write("phone", alice, auth=(phone,)) for _ in range(works)]


def test_a_usual_record_is_decided_by_few_looks() -> None:
    tale, memory = Tale(""), CountingMemory()
    phone_of_alice(tale, works=4)
    fold = Fold(memory)
    for each in tale.records[:-1]:
        fold.add(each)
    memory.reads.clear()
    assert [*fold.add_all(tale.records[-1:])] == [tale.records[-1].id]
    assert memory.reads.total() <= READS


def _another_type(tale: Tale) -> None:
    alice, phone, _ = phone_of_alice(tale)
    bob = tale.person("bob")
    for _ in range(2):
        tale.write("phone", alice, "recognition", value.recognition(to=[bob.id]), auth=(phone,))
    tale.write("phone", alice, "project", coordination.project(state="idea"), auth=(phone,))


def _wrong_facts(tale: Tale) -> None:
    alice, phone, _ = phone_of_alice(tale)
    for facts in (work(-1), work(2)):
        tale.write("phone", alice, facts=facts, auth=(phone,))


def _no_mandate(tale: Tale) -> None:
    alice, phone, _ = phone_of_alice(tale)
    for auth in ((), (phone,)):
        tale.write("phone", alice, auth=auth)


def _a_fork(tale: Tale) -> None:
    alice, phone, [first, _] = phone_of_alice(tale)
    tale.write("phone", alice, facts=work(9), auth=(phone,), after=first)
    tale.write("phone", alice, facts=work(10), auth=(phone,))


def _no_room(tale: Tale) -> None:
    alice = tale.person("alice")
    net = tale.net("shed", alice, log_records=4)
    for _ in range(6):
        tale.write("alice", net, agent=alice)


def _something_foreign(tale: Tale) -> None:
    alice, phone, _ = phone_of_alice(tale)
    net = tale.net("shed", alice)
    for near in ([], [net], []):
        tale.write("phone", alice, facts=work(of=net.id), auth=(phone,), knows=near)


def _a_stranger(tale: Tale) -> None:
    alice, net, _ = shed(tale, is_open=True)
    bob = tale.person("bob")
    tale.write("alice", net, agent=alice)
    tale.write("alice", net, agent=alice)
    aside = tale.write("bob", net, agent=bob)
    tale.write("alice", net, agent=alice, knows=[aside])
    tale.write("alice", net, agent=alice, knows=[aside])


def _more_known(tale: Tale) -> None:
    alice, phone, _ = phone_of_alice(tale)
    tablet = tale.write("alice", alice, "grant", authority.device(key("tablet").public))
    for near in ([], [tablet], [tablet]):
        tale.write("phone", alice, facts=work(of=tablet.id) if near else None, auth=(phone,), knows=near)


def _something_missing(tale: Tale) -> None:
    alice, phone, _ = phone_of_alice(tale)
    late = tale.write("alice", alice, facts=work(7))
    tale.write("phone", alice, auth=(phone,), knows=[late])
    tale.records.remove(late)
    tale.keep(late)


def _lost(tale: Tale, named: int) -> None:
    """The phone is lost; `named` is the place of the last record that Alice has seen of it."""
    alice, phone, works = phone_of_alice(tale, works=5)
    loss = authority.revoke([phone.id], reason="lost", seen=[works[named].id])
    revoke = tale.write("alice", alice, "revoke", loss, knows=())
    tale.records.remove(revoke)
    tale.records.insert(tale.records.index(works[2]), revoke)


def _seen_and_found(tale: Tale) -> None:
    _lost(tale, 1)


def _seen_and_sought(tale: Tale) -> None:
    _lost(tale, 3)


def _sought_by_another_end(tale: Tale) -> None:
    """What Alice has seen of the phone when she ends her tablet comes afterwards."""
    alice, _, works = phone_of_alice(tale, works=4)
    tablet = tale.write("alice", alice, "grant", authority.device(key("tablet").public), knows=())
    ends = tale.write("alice", alice, "revoke", authority.revoke([tablet.id], seen=[works[3].id]), knows=())
    for each in (tablet, ends):
        tale.records.remove(each)
        tale.records.insert(tale.records.index(works[1]), each)


def _resigned(tale: Tale) -> None:
    _, net, founds = shed(tale)
    bob = tale.person("bob")
    role = tale.write("alice", net, "grant", authority.grant(bob.id, "core"), agent=net, auth=(founds,))
    accept = tale.accept("bob", role, agent=bob)
    for each in ("phone", "tablet"):
        tale.write("bob", bob, "grant", authority.device(key(each).public))
    phone, tablet = tale.records[-2:]
    tale.write("phone", net, agent=bob, auth=(phone, role), knows=(accept, tablet))
    resign = authority.revoke([role.id], reason="resign")
    tale.write("tablet", net, "revoke", resign, agent=bob, auth=(tablet,), knows=(accept, tablet))
    for _ in range(2):
        tale.write("phone", net, agent=bob, auth=(phone, role), knows=())


def _a_new_root(tale: Tale) -> None:
    alice = tale.person("alice", "words")
    for _ in range(2):
        tale.write("alice", alice)
    rotate(tale, "new", alice, alice, "words", knows=())
    for _ in range(2):
        tale.write("alice", alice, knows=())
        tale.write("new", alice)


def _a_limit(tale: Tale) -> None:
    _, net, founds = shed(tale)
    bob = tale.person("bob")
    limited = authority.grant(bob.id, "core", until="2025-11-22")
    role = tale.write("alice", net, "grant", limited, agent=net, auth=(founds,))
    tale.accept("bob", role, agent=bob)
    for day in ("2025-11-21", "2025-11-22", "2025-11-23"):
        tale.write("bob", net, facts={**work(), "when": {"from": day, "to": day}}, agent=bob, auth=(role,))


TALES = (
    *(_another_type, _wrong_facts, _no_mandate, _a_fork, _no_room, _something_foreign, _a_stranger, _more_known),
    *(_something_missing, _seen_and_found, _seen_and_sought, _sought_by_another_end, _resigned, _a_new_root, _a_limit),
)


def _words(deal: Deal, subject: Record, **more: Any) -> None:
    """Bob says something of what Alice did, after two words as usual."""
    for _ in range(2):
        deal.write("bob", "attestation", evaluation.attestation(deal.work("alice", 30).id))
    deal.write("bob", "attestation", evaluation.attestation(subject.id, **more))


def _of_ones_own(deal: Deal) -> None:
    _words(deal, deal.work("bob", 20))


def _of_what_one_has_a_share_in(deal: Deal) -> None:
    alice, bob = (deal.people[name].id for name in ("alice", "bob"))
    _words(deal, deal.work("alice", 20, shares={alice: 1, bob: 1}))


def _of_what_one_gains_by(deal: Deal) -> None:
    _words(deal, deal.work("alice", 20, beneficiaries=[deal.people["bob"].id]))


def _in_another_unit(deal: Deal) -> None:
    _words(deal, deal.work("alice", 20), qty=value.Measure(1, 0, "HUR"))
    _words(deal, deal.work("alice", 20), qty=value.Measure(10, 0, "MIN"))


def _of_no_contribution(deal: Deal) -> None:
    _words(deal, deal.income(100))


def _of_something_void(deal: Deal) -> None:
    bad = deal.write("alice", "contribution", work(-1))
    deal.work("bob", 5)
    _words(deal, bad)


def _of_the_same_once_more(deal: Deal) -> None:
    subject = deal.work("alice", 20)
    said = deal.write("bob", "attestation", evaluation.attestation(subject.id))
    _words(deal, subject, verdict="reject", supersedes=[said.id])
    _words(deal, subject)


def _with_a_stranger(deal: Deal) -> None:
    zoe, alice = deal.tale.person("zoe"), deal.people["alice"]
    for _ in range(3):
        deal.work("alice", 10)
    deal.work("alice", 10, shares={alice.id: 1, zoe.id: 1})


def _under_another_version(deal: Deal) -> None:
    for _ in range(3):
        deal.work("alice", 10)
    deal.all_accept(deal.version("bob", deal.deal, ack={"min": 0, "by": "parties"}))
    for _ in range(3):
        deal.work("alice", 10)


def _works_and_words_in_turn(deal: Deal) -> None:
    for minutes in (10, 20, 30):
        work = deal.work("alice", minutes)
        deal.write("bob", "attestation", evaluation.attestation(work.id))
        own = deal.work("bob", minutes)
        deal.write("alice", "attestation", evaluation.attestation(own.id))
        deal.write("bob", "attestation", evaluation.attestation(own.id))


AGREED = (
    *(_of_ones_own, _of_what_one_has_a_share_in, _of_what_one_gains_by, _in_another_unit, _of_no_contribution),
    *(_of_something_void, _of_the_same_once_more, _with_a_stranger, _under_another_version, _works_and_words_in_turn),
)


@pytest.mark.parametrize(("type_", "most"), [("contribution", 2 * READS), ("attestation", 8 * READS)])
def test_usual_work_in_an_agreement_is_decided_by_few_looks(type_: str, most: int) -> None:
    deal, memory = Deal("usual", "carol"), CountingMemory()
    works = [deal.work("alice", 30) for _ in range(4)]
    if type_ == "attestation":
        for each in works:
            deal.write("bob", "attestation", evaluation.attestation(each.id))
    fold = Fold(memory)
    for each in deal.tale.records[:-1]:
        fold.add(each)
    memory.reads.clear()
    told = fold.add_all(deal.tale.records[-1:])
    assert memory.reads.total() <= most
    states = [standing.state for each in told if (standing := fold.standing(each))]
    assert states == (["claimed"] if type_ == "contribution" else ["", "acknowledged"])


@pytest.mark.parametrize("act", AGREED)
def test_what_is_not_usual_in_an_agreement_is_noticed(act: Callable[[Deal], None]) -> None:
    deal = Deal("not usual", "carol")
    act(deal)
    _tell_twice(deal.tale.records)


@pytest.mark.parametrize("tell", TALES)
def test_what_is_not_usual_is_noticed(tell: Callable[[Tale], None]) -> None:
    tale = Tale("")
    tell(tale)
    _tell_twice(tale.records)


def _tell_twice(records: list[Record]) -> None:
    quick, slow = Followed().add(records).settled(), Fold(PlainMemory())
    compare(quick, records, reference(records))
    for each in records:
        slow.add(each)
    assert {each.id: quick.told[each.id] for each in records} == {each.id: slow.standing(each.id) for each in records}
