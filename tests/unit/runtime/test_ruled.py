"""What is in dispute in an agreement, who decides, and what became of resolutions, as the fold tells it."""

from meshnode.runtime.requests.ruled import (
    Dispute,
    Ruling,
    concerned_by,
    decided_under,
    disputes_of,
    outcome_says,
    passed_with,
    rests_on,
    rivals_of,
    rulings_of,
)
from meshproto.fold.lineage import read_stand
from meshproto.records.ids import ScopeId, short
from meshproto.records.record import Record
from meshproto.types import accounts, identity, value
from scripts.vectors.deals import Deal
from tests.support.deals import folded, lost_phone


def siblings(deal: Deal, *prev: Record) -> tuple[Record, Record]:
    """Two versions that all have signed."""
    made = [
        deal.version(who, *(prev or (deal.deal,)), from_=f"2025-12-0{day}") for who, day in (("alice", 1), ("bob", 2))
    ]
    for each in made:
        deal.all_accept(each)
    return made[0], made[1]


def disputes(deal: Deal) -> list[Dispute]:
    return disputes_of(ScopeId(deal.deal.id), folded(deal))


def rulings(deal: Deal) -> dict[bytes, Ruling]:
    return {each.record: each for each in rulings_of(ScopeId(deal.deal.id), folded(deal))}


def test_two_signed_versions_wait_for_a_pick_by_all_parties() -> None:
    deal = Deal("siblings")
    one, two = siblings(deal)
    (found,) = disputes(deal)
    assert (found.kind, found.about, found.under) == ("versions", tuple(sorted((one.id, two.id))), deal.deal.id)
    assert (found.electors, found.needed) == (tuple(sorted(each.id for each in deal.people.values())), 2)


def test_mediators_decide_where_the_version_names_them() -> None:
    deal = Deal("mediators", "mia", "max", "mo", mediators=("mia", "max", "mo"))
    siblings(deal)
    (found,) = disputes(deal)
    assert found.needed == 2
    assert {*found.electors} == {deal.people[each].id for each in ("mia", "max", "mo")}


def test_what_follows_one_in_conflict_goes_with_it() -> None:
    deal = Deal("three")
    one, two = siblings(deal)
    after = deal.version("alice", one, from_="2025-12-03")
    deal.all_accept(after)
    memory = folded(deal)
    (found,) = disputes(deal)
    assert found.about == tuple(sorted((one.id, two.id)))
    assert rivals_of(after.id, memory) == tuple(sorted((after.id, two.id)))
    assert rivals_of(two.id, memory) == tuple(sorted((one.id, two.id)))
    deal.all_accept(deal.rule("alice", "pick", two, pick=after))
    assert disputes(deal) == []


def test_it_is_decided_under_the_newest_version_they_share() -> None:
    deal = Deal("newest")
    second = deal.version("alice", deal.deal, from_="2025-12-01")
    deal.all_accept(second)
    one, two = siblings(deal, second)
    assert decided_under([one.id, two.id], folded(deal)) == second.id
    assert decided_under([deal.deal.id], folded(deal)) == b""


def test_two_distributions_of_the_same_money_wait_for_a_pick() -> None:
    deal = Deal("rivals")
    deal.work("alice", 60, "bob")
    income = deal.income(1000)
    one, two = deal.share("alice", income), deal.share("bob", income, to="2026-01-01")
    deal.all_accept(one)
    deal.all_accept(two)
    after = deal.share("alice", deal.income(7), prev=one)
    deal.all_accept(after)
    (found,) = disputes(deal)
    assert (found.kind, found.about) == ("distributions", tuple(sorted((one.id, two.id))))
    assert rests_on(after.id, folded(deal)) == {one.id, after.id, deal.deal.id}
    ruling = deal.rule("bob", "pick", two, pick=one)
    deal.all_accept(ruling)
    assert (disputes(deal), read_stand(folded(deal), after.id).state) == ([], "effective")
    assert outcome_says(rulings(deal)[ruling.id].facts) == f"pick {short(one.id)}, not {short(two.id)}"


def test_a_distribution_of_a_version_in_conflict_is_no_rival_of_it() -> None:
    deal = Deal("footing")
    deal.work("alice", 60, "bob")
    one, _ = siblings(deal)
    shared = deal.share("alice", deal.income(1000), version=one)
    deal.all_accept(shared)
    memory = folded(deal)
    assert read_stand(memory, shared.id).reason == "K-CONFLICT"
    assert (rivals_of(shared.id, memory), [each.kind for each in disputes(deal)]) == ((), ["versions"])


def test_a_contested_signature_waits_for_those_of_the_version_before() -> None:
    deal = Deal("shaken")
    second = deal.version("alice", deal.deal)
    deal.accept("alice", second)
    shaken = lost_phone(deal, "countersign", identity.accept(second.id))
    (found,) = disputes(deal)
    bob = deal.people["bob"].id
    assert (found.kind, found.about, found.agent, found.target) == ("signature", (shaken.id,), bob, second.id)
    assert found.under == deal.deal.id
    ruling = deal.rule("alice", "uphold", shaken)
    assert concerned_by(rulings(deal)[ruling.id], folded(deal)) == {shaken.id, second.id}
    deal.all_accept(ruling)
    assert disputes(deal) == []


def test_of_the_first_version_nobody_but_its_agent_makes_up_for_a_signature() -> None:
    deal = Deal("first", signed=False)
    deal.accept("alice", deal.deal)
    lost_phone(deal, "countersign", identity.accept(deal.deal.id))
    (found,) = disputes(deal)
    assert (found.under, found.electors, found.needed) == (b"", (), 0)


def test_a_contested_approval_waits_for_those_of_the_version_it_shares_by() -> None:
    deal = Deal("approved")
    deal.work("alice", 60, "bob")
    shared = deal.share("alice", deal.income(1000))
    deal.accept("alice", shared)
    shaken = lost_phone(deal, "countersign", identity.accept(shared.id))
    (found,) = disputes(deal)
    assert (found.kind, found.about, found.target, found.under) == (
        "signature", (shaken.id,), shared.id, deal.deal.id
    )  # fmt: skip
    deal.all_accept(deal.rule("alice", "uphold", shaken))
    assert (disputes(deal), read_stand(folded(deal), shared.id).state) == ([], "effective")


def test_what_was_rejected_stays_in_dispute_until_it_is_upheld_or_signed_again() -> None:
    deal = Deal("rejected")
    second = deal.version("alice", deal.deal)
    deal.accept("alice", second)
    shaken = lost_phone(deal, "countersign", identity.accept(second.id))
    no = deal.rule("alice", "reject", shaken)
    deal.all_accept(no)
    assert [each.about for each in disputes(deal)] == [(shaken.id,)]
    assert outcome_says(rulings(deal)[no.id].facts) == f"reject {short(shaken.id)}"
    deal.accept("bob", second)
    assert disputes(deal) == []


def test_a_contested_vote_is_awaited_once_more() -> None:
    deal = Deal("vote")
    one, two = siblings(deal)
    ruling = deal.rule("alice", "pick", two, pick=one)
    deal.accept("alice", ruling)
    lost_phone(deal, "countersign", identity.accept(ruling.id))
    found = rulings(deal)[ruling.id]
    assert (found.state, found.awaited) == ("contested", (deal.people["bob"].id,))


def test_a_contested_payment_waits_for_a_decision_by_the_version_that_stands() -> None:
    deal = Deal("paid")
    bob, alice = deal.people["bob"].id, deal.people["alice"].id
    paid = lost_phone(deal, "settlement", accounts.settlement(bob, alice, value.Money(100, "EUR"), on="2025-12-31"))
    deal.accept("alice", paid)
    (found,) = disputes(deal)
    assert (found.kind, found.about, found.target, found.under) == ("settlement", (paid.id,), paid.id, deal.deal.id)
    deal.all_accept(deal.rule("alice", "uphold", paid))
    assert disputes(deal) == []


def test_a_resolution_waits_for_who_has_said_nothing_until_too_few_are_left() -> None:
    deal = Deal("open")
    one, two = siblings(deal)
    ruling = deal.rule("alice", "pick", two, pick=one)
    deal.accept("alice", ruling)
    found = rulings(deal)[ruling.id]
    assert (found.state, found.awaited, found.needed) == ("open", (deal.people["bob"].id,), 2)
    deal.write("bob", "countersign", {"target": ruling.id, "decision": "decline"})
    found = rulings(deal)[ruling.id]
    assert (found.state, found.awaited) == ("declined", ())


def test_resolutions_against_each_other_hold_nothing_until_a_third_overrules_both() -> None:
    deal = Deal("against")
    one, two = siblings(deal)
    first, second = deal.rule("alice", "pick", two, pick=one), deal.rule("bob", "pick", one, pick=two)
    late = deal.rule("bob", "pick", two, pick=one)
    for each in (first, second):
        deal.all_accept(each)
    found = rulings(deal)
    assert (found[first.id].state, found[first.id].rivals) == ("carried", (second.id,))
    assert found[late.id].state == "stale"
    assert len(disputes(deal)) == 1
    third = deal.rule("bob", "pick", one, pick=two, prev=[first, second])
    deal.all_accept(third)
    assert [rulings(deal)[each.id].state for each in (first, second, third)] == ["overruled", "overruled", "carried"]


def test_what_was_passed_over_can_be_picked_by_another_decision_about_the_same() -> None:
    deal = Deal("again")
    one, two = siblings(deal)
    scope = ScopeId(deal.deal.id)
    assert passed_with(two.id, scope, folded(deal)) == ()
    deal.all_accept(deal.rule("alice", "pick", two, pick=one))
    memory = folded(deal)
    assert passed_with(two.id, scope, memory) == tuple(sorted((one.id, two.id)))
    assert passed_with(one.id, scope, memory) == ()
