"""What founders decide, as the fold tells it: the charter as it is now, and what became of each proposal."""

from typing import Any

from meshnode.core.decisions import Decision, charter_now, decision_of, held_by, still_to_end
from meshnode.core.folded import FoldInRam
from meshproto.fold.fold import Fold
from meshproto.records.record import Record
from meshproto.types import authority
from scripts.vectors.decisions import NAMES, decide, four
from scripts.vectors.tale import Tale


def folded(tale: Tale) -> FoldInRam:
    memory = FoldInRam()
    fold = Fold(memory)
    for each in tale.records:
        fold.add(each)
    return memory


def told(tale: Tale, record: Record, *declined: Record, written: int = 0) -> Decision:
    found = decision_of(record.id, folded(tale), frozenset(each.id for each in declined), written)
    assert found is not None
    return found


def state(tale: Tale, record: Record, *declined: Record, written: int = 0) -> str:
    return told(tale, record, *declined, written=written).state


def charter(**fields: Any) -> Any:
    return authority.resolution("charter", charter=fields)


def test_before_any_decision_the_charter_is_that_of_the_genesis() -> None:
    tale = Tale("")
    people, net, _ = four(tale)
    now = charter_now(net.id, folded(tale))
    assert now is not None
    assert (now.stop, now.dissolved, now.unaccepted, now.needed) == ((), b"", (), 3)
    assert now.founders == tuple(sorted(each.id for each in people))
    assert now.fields == net.facts["charter"]


def test_a_person_and_what_is_not_here_have_no_charter() -> None:
    tale = Tale("")
    alice = tale.person("alice")
    assert charter_now(alice.id, folded(tale)) is None
    assert charter_now(b"x" * 32, folded(tale)) is None


def test_what_is_carried_changes_the_charter_and_what_is_not_named_stays() -> None:
    tale = Tale("")
    people, net, _ = four(tale)
    made = decide(tale, net, people, charter(log_records=7), "abc")
    now = charter_now(net.id, folded(tale))
    assert now is not None
    assert now.fields == {**net.facts["charter"], "log_records": 7}
    assert now.stop == (made.id,)
    assert state(tale, made) == "done"


def test_a_founder_who_was_named_and_has_not_accepted_counts_among_those_who_decide() -> None:
    tale = Tale("")
    people, net, _ = four(tale)
    eve = tale.person("eve")
    wider = sorted([*(each.id for each in people), eve.id])
    made = decide(tale, net, people, charter(founders=wider), "abc")
    now = charter_now(net.id, folded(tale))
    assert now is not None
    assert (now.unaccepted, now.needed) == ((eve.id,), 4)
    tale.accept("eve", made, agent=eve)
    later = charter_now(net.id, folded(tale))
    assert later is not None
    assert later.unaccepted == ()


def test_a_proposal_is_open_while_those_who_have_not_declined_can_carry_it() -> None:
    tale = Tale("")
    people, net, _ = four(tale)
    made = decide(tale, net, people, charter(join="open"), "a")
    one = told(tale, made, people[1])
    assert (one.state, one.needed, one.accepted) == ("open", 3, (people[0].id,))
    assert set(one.awaited) == {each.id for each in people[1:]}
    assert state(tale, made, people[1], people[2]) == "declined"


def test_a_proposal_is_stale_once_the_charter_has_changed_otherwise() -> None:
    tale = Tale("")
    people, net, _ = four(tale)
    late = decide(tale, net, people, charter(join="open"), "a")
    decide(tale, net, people, charter(log_records=7), "abc", knows=[*tale.accepts_of(net)])
    assert state(tale, late) == "stale"
    removal = authority.resolution("remove", about=[tale.accepts_of(net)[0].id])
    assert state(tale, decide(tale, net, people, removal, "a", knows=[*tale.accepts_of(net)])) == "open"


def test_what_ends_something_is_carried_and_done_when_that_is_ended() -> None:
    tale = Tale("")
    people, net, accepts = four(tale)
    made = decide(tale, net, people, authority.resolution("remove", about=[accepts[1].id]), "acd")
    assert state(tale, made) == "carried"
    assert still_to_end(told(tale, made), folded(tale)) == [accepts[1].id]
    out = authority.revoke([accepts[1].id])
    tale.write("alice", net, "revoke", out, agent=net, auth=(accepts[0], made))
    assert state(tale, made) == "done"
    now = charter_now(net.id, folded(tale))
    assert now is not None
    assert people[1].id not in now.founders
    assert held_by(people[1].id, net.id, folded(tale)) == []
    assert [each.record for each in held_by(people[0].id, net.id, folded(tale))] == [accepts[0].id]


def test_what_is_about_records_that_let_nobody_act_is_done_at_once() -> None:
    tale = Tale("")
    people, net, _ = four(tale)
    assert state(tale, decide(tale, net, people, authority.resolution("remove", about=[net.id]), "abc")) == "done"


def test_an_order_is_done_when_what_it_orders_is_written() -> None:
    tale = Tale("")
    people, net, _ = four(tale)
    orders: Any = [["grant", authority.order_digest({"to": people[0].id})]]
    made = decide(tale, net, people, authority.resolution("order", orders=orders), "abc")
    assert state(tale, made) == "carried"
    assert state(tale, made, written=1) == "done"
    assert told(tale, made).orders == (("grant", orders[0][1]),)


def rivals(tale: Tale) -> tuple[list[Record], Record, list[Record]]:
    """Two charters that were carried side by side."""
    people, net, accepts = four(tale)
    made = [
        decide(tale, net, people, charter(log_records=each), "abc", knows=[*accepts, *people]) for each in (600, 700)
    ]
    return people, net, made


def test_rivals_are_contested_and_settled_by_a_decision_that_names_both() -> None:
    tale = Tale("")
    people, net, (one, two) = rivals(tale)
    assert [told(tale, each).rivals for each in (one, two)] == [(two.id,), (one.id,)]
    assert [state(tale, each) for each in (one, two)] == ["contested", "contested"]
    now = charter_now(net.id, folded(tale))
    assert now is not None
    assert (now.stop, now.fields["log_records"]) == (tuple(sorted((one.id, two.id))), 100)
    facts = authority.resolution("charter", prev=now.stop, charter={"log_records": 650})
    third = decide(tale, net, people, facts, "bcd")
    assert [state(tale, each) for each in (one, two, third)] == ["settled", "settled", "done"]


def test_what_stands_on_a_decision_that_became_contested_is_contested_with_it() -> None:
    tale = Tale("")
    people, net, accepts = four(tale)
    one = decide(tale, net, people, charter(log_records=600), "abc", knows=[*accepts, *people])
    later = decide(tale, net, people, authority.resolution("charter", prev=[one.id], charter={"join": "open"}), "abc")
    assert state(tale, later) == "done"
    two = tale.write("dan", net, "resolution", charter(log_records=700), agent=people[3], knows=accepts)
    for name, person in list(zip(NAMES, people, strict=True))[1:]:
        tale.accept(name, two, agent=person)
    assert told(tale, later).rivals == tuple(sorted((one.id, two.id)))
    assert state(tale, later) == "contested"


def test_a_network_is_dissolved_until_the_founders_decide_otherwise() -> None:
    tale = Tale("")
    people, net, accepts = four(tale)
    end = decide(tale, net, people, authority.resolution("dissolve"), "abc", knows=[*accepts, *people])
    now = charter_now(net.id, folded(tale))
    assert now is not None
    assert (now.dissolved, state(tale, end)) == (end.id, "done")
    decide(tale, net, people, charter(join="open"), "bcd", knows=[*accepts, *people])
    both = charter_now(net.id, folded(tale))
    assert both is not None
    assert both.dissolved == b""


def test_what_is_no_valid_resolution_is_no_decision() -> None:
    tale = Tale("")
    _, net, accepts = four(tale)
    eve = tale.person("eve")
    wrong = tale.write("eve", net, "resolution", authority.resolution("dissolve"), agent=eve)
    memory = folded(tale)
    assert decision_of(wrong.id, memory, frozenset(), 0) is None
    assert decision_of(accepts[0].id, memory, frozenset(), 0) is None


def test_a_founder_who_has_left_is_not_awaited() -> None:
    tale = Tale("")
    people, net, accepts = four(tale)
    made = decide(tale, net, people, charter(join="open"), "a")
    tale.write("dan", net, "revoke", authority.revoke([accepts[3].id], reason="resign"), agent=people[3])
    assert people[3].id in told(tale, made).electors
    assert people[3].id not in told(tale, made).awaited
