"""The scenarios that every node must pass, as far as they are about identity, authority and membership."""

import random
from collections.abc import Iterable

from meshproto.fold.fold import Fold
from meshproto.fold.memory import DictMemory
from meshproto.fold.standing import Status
from meshproto.fold.state import digests, summary
from meshproto.records.record import Record
from meshproto.types import authority, value
from scripts.vectors.cases import key, work
from scripts.vectors.decisions import decide, four, votes
from scripts.vectors.membership import shed
from scripts.vectors.tale import Tale

YES, NO, CONTESTED, ASIDE = Status.YES, Status.INVALID, Status.CONTESTED, Status.ASIDE


def folded(records: Iterable[Record]) -> tuple[Fold, DictMemory]:
    memory = DictMemory()
    fold = Fold(memory)
    for each in records:
        fold.add(each)
    return fold, memory


def status(records: Iterable[Record], one: Record) -> Status:
    standing = folded(records)[0].standing(one.id)
    assert standing is not None
    return standing.status


def state(records: Iterable[Record], one: Record) -> str:
    standing = folded(records)[0].standing(one.id)
    assert standing is not None
    return standing.state


def story_of_twelve() -> Tale:
    tale = Tale("")
    _, net, founds = shed(tale)
    bob = tale.person("bob")
    role = tale.write("alice", net, "grant", authority.grant(bob.id, "steward"), agent=net, auth=(founds,))
    yes = tale.accept("bob", role, agent=bob)
    phone = tale.write("bob", bob, "grant", authority.device(key("phone").public))
    tale.write("phone", net, agent=bob, auth=(phone, role))
    tale.write("alice", net, "revoke", authority.revoke([role.id]), agent=net, auth=(founds,))
    late = tale.write("phone", net, agent=bob, auth=(phone, role), knows=(yes, phone))
    tale.write("bob", bob, "revoke", authority.revoke([phone.id], seen=[late.id]))
    tale.accept("bob", late, agent=bob, auth=(role,), knows=(late,))
    return tale


def test_1_any_order_and_repetition_of_twelve_records_gives_one_digest() -> None:
    records, chance = story_of_twelve().records, random.Random(1)
    assert len(records) == 12
    wanted = digests(folded(records)[1])
    for _ in range(300):
        mixed = records + chance.sample(records, 6)
        chance.shuffle(mixed)
        assert digests(folded(mixed)[1]) == wanted


def test_2_two_halves_that_worked_apart_for_a_week_agree_once_they_meet() -> None:
    records = story_of_twelve().records
    left, right = records[:7] + records[9:], records[:9]
    assert digests(folded(left + right)[1]) == digests(folded(right + left)[1]) == digests(folded(records)[1])


def test_3_who_is_invited_twice_stays_by_the_other_invitation() -> None:
    tale = Tale("")
    _, net, founds = shed(tale)
    bob, carol, bo = (tale.person(each) for each in ("bob", "carol", "bo"))
    stewards = []
    for name, each in (("bob", bob), ("carol", carol)):
        facts = authority.grant(each.id, "steward")
        stewards.append(tale.write("alice", net, "grant", facts, agent=net, auth=(founds,)))
        tale.accept(name, stewards[-1], agent=each)
    knows = [*tale.records]
    grants = [
        tale.write(name, net, "grant", authority.grant(bo.id, "core"), agent=net, auth=(steward,), knows=knows[-1:])
        for name, steward in (("bob", stewards[0]), ("carol", stewards[1]))
    ]
    for each in grants:
        tale.accept("bo", each, agent=bo)
    tale.write("bob", net, "revoke", authority.revoke([grants[0].id]), agent=net, auth=stewards[:1])
    assert [state(tale.records, each) for each in grants] == ["removed", "active"]
    works = tale.write("bo", net, agent=bo, auth=grants[1:])
    assert status(tale.records, works) is YES


def test_4_a_removed_stewards_concurrent_invitation_is_void_but_what_the_invited_did_counts() -> None:
    tale = Tale("")
    alice, net, founds = shed(tale)
    bob, eli = tale.person("bob"), tale.person("eli")
    steward = tale.write("alice", net, "grant", authority.grant(bob.id, "steward"), agent=net, auth=(founds,))
    yes = tale.accept("bob", steward, agent=bob)
    tale.write("alice", net, "revoke", authority.revoke([steward.id]), agent=net, auth=(founds,))
    invited = tale.write(
        "bob", net, "grant", authority.grant(eli.id, "core"), agent=net, auth=(steward,), knows=(yes, eli)
    )
    tale.accept("eli", invited, agent=eli, knows=(invited,))
    did = tale.write("eli", net, agent=eli, auth=(invited,), knows=())
    tale.write("alice", net, "recognition", value.recognition(to=[eli.id], for_=did.id), agent=alice)
    standing = folded(tale.records)[0].standing(did.id)
    assert state(tale.records, invited) == "void"
    assert standing is not None
    assert (standing.status, standing.counts, standing.state) == (CONTESTED, True, "claimed")


def test_5_a_stewards_removal_and_his_concurrent_removal_of_a_member_both_stand() -> None:
    tale = Tale("")
    _, net, founds = shed(tale)
    bob, carol = tale.person("bob"), tale.person("carol")
    steward = tale.write("alice", net, "grant", authority.grant(bob.id, "steward"), agent=net, auth=(founds,))
    tale.accept("bob", steward, agent=bob)
    member = tale.write("bob", net, "grant", authority.grant(carol.id, "core"), agent=net, auth=(steward,))
    yes = tale.accept("carol", member, agent=carol)
    tale.write("alice", net, "revoke", authority.revoke([steward.id]), agent=net, auth=(founds,))
    tale.write("bob", net, "revoke", authority.revoke([member.id]), agent=net, auth=(steward,), knows=(yes,))
    assert [state(tale.records, each) for each in (steward, member)] == ["removed", "removed"]
    works = tale.write("carol", net, agent=carol, auth=(member,))
    assert status(tale.records, works) is NO


def test_6_two_founders_remove_each_other_with_three_of_four_and_not_alone() -> None:
    tale = Tale("")
    people, net, accepts = four(tale)
    base = list(accepts)
    alone = tale.write("alice", net, "revoke", authority.revoke([accepts[1].id]), agent=net, auth=accepts[:1])
    assert status(tale.records, alone) is NO
    for target, voters, by in ((1, "acd", 0), (0, "bcd", 1)):
        removal = decide(
            tale, net, people, authority.resolution("remove", about=[accepts[target].id]), voters, knows=base
        )
        facts = authority.revoke([accepts[target].id])
        auth = (accepts[by], removal)
        tale.write(("alice", "bob")[by], net, "revoke", facts, agent=net, auth=auth, knows=votes(tale, removal))
    assert [state(tale.records, each) for each in accepts] == ["removed", "removed", "active", "active"]


def firm_with_clerk() -> tuple[Tale, Record, Record, Record, Record, Record]:
    """A firm of alice's, its clerk bob, and a network that waits for the firm's accept of a role."""
    tale = Tale("")
    alice, bob = tale.person("alice"), tale.person("bob")
    firm = tale.firm("house", alice)
    (founds,) = tale.accepts_of(firm)
    job = tale.write("alice", firm, "grant", authority.grant(bob.id, "staff"), auth=(founds,))
    yes = tale.accept("bob", job, agent=bob)
    net = tale.net("market", alice)
    role = tale.write("alice", net, "grant", authority.grant(firm.id, "core"), agent=net, auth=tale.accepts_of(net))
    return tale, firm, founds, job, yes, role


def dismiss(tale: Tale, firm: Record, founds: Record, job: Record, seen: Iterable[Record] = ()) -> Record:
    facts = authority.revoke([job.id], reason="cause", seen=[each.id for each in seen])
    return tale.write("alice", firm, "revoke", facts, auth=(founds,))


def test_7_what_a_clerk_signed_stays_if_his_dismissal_has_seen_it() -> None:
    tale, firm, founds, job, yes, role = firm_with_clerk()
    signed = tale.accept("bob", role, agent=firm, auth=(job,), knows=(role, yes))
    dismiss(tale, firm, founds, job, seen=[signed])
    assert (status(tale.records, signed), state(tale.records, role)) == (YES, "active")


def test_7_what_a_clerk_signed_waits_for_the_firm_if_his_dismissal_has_not_seen_it() -> None:
    tale, firm, founds, job, yes, role = firm_with_clerk()
    signed = tale.accept("bob", role, agent=firm, auth=(job,), knows=(role, yes))
    dismiss(tale, firm, founds, job)
    assert (status(tale.records, signed), state(tale.records, role)) == (CONTESTED, "invited")
    tale.accept("alice", role, agent=firm, auth=(founds,))
    assert (status(tale.records, signed), state(tale.records, role)) == (YES, "active")


def test_8_a_clerk_who_knows_of_his_dismissal_signs_nothing_and_one_who_hides_it_binds_nobody() -> None:
    tale, firm, founds, job, yes, role = firm_with_clerk()
    dismiss(tale, firm, founds, job)
    knowing = tale.accept("bob", role, agent=firm, auth=(job,))
    assert status(tale.records, knowing) is NO
    tale, firm, founds, job, yes, role = firm_with_clerk()
    dismiss(tale, firm, founds, job)
    backdated = tale.accept("bob", role, agent=firm, auth=(job,), knows=(role, yes))
    assert (status(tale.records, backdated), state(tale.records, role)) == (CONTESTED, "invited")


def test_16_a_strangers_contribution_counts_once_a_member_acknowledges_it() -> None:
    tale = Tale("")
    alice, net, _ = shed(tale, is_open=True)
    bob = tale.person("bob")
    did = tale.write("bob", net, agent=bob)
    assert status(tale.records, did) is ASIDE
    tale.write("alice", net, "recognition", value.recognition(to=[bob.id], for_=did.id), agent=alice)
    assert (status(tale.records, did), state(tale.records, did)) == (YES, "claimed")
    found = summary(net.id, folded(tale.records)[1])
    assert found is not None
    assert [each.agent for each in found.members] == [alice.id]


def test_20_a_fork_is_told_of_both_branches_and_ends_neither() -> None:
    tale = Tale("")
    alice = tale.person("alice")
    one = tale.write("alice", alice, facts=work(1))
    other = tale.write("alice", alice, facts=work(2), after=alice)
    fold, _ = folded(tale.records)
    standings = [fold.standing(each.id) for each in (one, other)]
    assert [(each.status, each.flags) for each in standings if each] == [(YES, ("forked",))] * 2


def test_21_what_a_retired_device_signed_in_two_networks_stays_alike_for_nodes_that_know_only_one() -> None:
    tale = Tale("")
    alice = tale.person("alice")
    phone = tale.write("alice", alice, "grant", authority.device(key("phone").public))
    nets = [tale.net(each, alice) for each in ("shed", "barn")]
    signed = {
        net.id: [tale.write("phone", net, facts=work(each), agent=alice, auth=(phone,)) for each in range(1, 26)]
        for net in nets
    }
    tips = [each[-1].id for each in signed.values()]
    tale.write("alice", alice, "revoke", authority.revoke([phone.id], reason="end", seen=tips))
    for net in nets:
        homes: tuple[bytes, ...] = (alice.id, net.id)
        known = [each for each in tale.records if each.home in homes]
        fold, memory = folded(known)
        assert {standing.status for each in signed[net.id] if (standing := fold.standing(each.id))} == {YES}
        assert digests(memory)[net.id] == digests(folded(tale.records)[1])[net.id]


def test_23_a_resolution_that_only_its_author_accepted_does_nothing_however_it_is_dated() -> None:
    tale = Tale("")
    people, net, accepts = four(tale)
    alone = decide(tale, net, people, authority.resolution("remove", about=[accepts[1].id]), "a", knows=accepts)
    facts = authority.revoke([accepts[1].id])
    made = tale.write("alice", net, "revoke", facts, agent=net, auth=(accepts[0], alone), knows=votes(tale, alone))
    assert (status(tale.records, made), state(tale.records, accepts[1])) == (NO, "active")


def test_24_a_dismissed_clerk_who_backdates_his_resignation_touches_no_signature() -> None:
    tale, firm, founds, job, yes, role = firm_with_clerk()
    signed = tale.accept("bob", role, agent=firm, auth=(job,), knows=(role, yes))
    dismiss(tale, firm, founds, job, seen=[signed])
    bob = next(each for each in tale.records if each.id == job.facts["to"])
    facts = authority.revoke([job.id], reason="resign")
    resigns = tale.write("bob", firm, "revoke", facts, agent=bob, knows=(job,))
    assert [status(tale.records, each) for each in (resigns, signed)] == [YES, YES]
    assert [state(tale.records, each) for each in (job, role)] == ["removed", "active"]


def test_who_joins_by_an_invitation_stands_among_the_members_beside_it() -> None:
    tale = Tale("")
    alice, net, founds = shed(tale)
    bob = tale.person("bob")
    facts = authority.invitation(key("secret").public, "client", uses=2)
    door = tale.write("alice", net, "grant", facts, agent=net, auth=(founds,))
    proof = authority.accept_invitation(door.id, bob.id, key("secret"))
    guest = tale.write("bob", net, "countersign", proof, agent=bob)
    found = summary(net.id, folded(tale.records)[1])
    assert found is not None
    assert {(each.agent, each.role, each.state, each.record) for each in found.members} == {
        (alice.id, "founder", "active", founds.id),
        (door.facts["to"], "client", "open", door.id),
        (bob.id, "client", "active", guest.id),
    }
