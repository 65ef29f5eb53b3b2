"""By which entries a node signs: what is answered makes a valid record, and what is denied would make none."""

from typing import Any

import pytest

from meshnode.core.drafts import Draft
from meshnode.core.folded import FoldInRam
from meshnode.core.mandates import Denied, Mandate, Mandates
from meshnode.core.ports import Identity
from meshproto.fold.fold import Fold
from meshproto.fold.standing import Status
from meshproto.records.ids import AgentId, RecordId, ScopeId, ext
from meshproto.records.record import Record
from meshproto.types import authority, identity
from scripts.vectors.cases import key, work
from scripts.vectors.decisions import decide, four
from scripts.vectors.tale import Tale


def desk_of(tale: Tale, device: str, person: Record, grant: bytes | None = None) -> Mandates:
    """Who answers on a device of a person, after all of a tale was folded."""
    memory = FoldInRam()
    fold = Fold(memory)
    for each in tale.records:
        fold.add(each)
    return Mandates(Identity(AgentId(person.id), key(device), grant), memory)


def draft_in(scope: Record, type_: str = "contribution", facts: Any = None, **more: Any) -> Draft:
    return Draft(ScopeId(scope.id), type_, work() if facts is None else facts, **more)


def signs(tale: Tale, device: str, person: Record, draft: Draft, tip: Record | None = None) -> Record:
    """Sign a draft by what is answered, knowing nothing else, and expect that it counts."""
    found = desk_of(tale, device, person).answer(draft, tip.id if tip else b"")
    assert isinstance(found, Mandate), found
    by_id: dict[bytes, Record] = {each.id: each for each in tale.records}
    agent = by_id[draft.agent or person.id]
    auth, knows = ([by_id[each] for each in ids] for ids in (found.auth, found.deps))
    scope = by_id[draft.scope]
    one = tale.write(device, scope, draft.type, draft.facts, agent=agent, auth=auth, knows=knows)
    fold = Fold(FoldInRam())
    for each in tale.records:
        fold.add(each)
    standing = fold.standing(one.id)
    assert standing is not None
    assert standing.status is Status.YES, standing
    return one


def denied(tale: Tale, device: str, person: Record, draft: Draft) -> Denied:
    found = desk_of(tale, device, person).answer(draft)
    assert isinstance(found, Denied), found
    return found


def paired(tale: Tale, **more: bool) -> tuple[Record, Record]:
    """Alice and the grant of her phone."""
    alice = tale.person("alice", "words")
    facts = authority.device(key("phone").public, **more)
    return alice, tale.write("alice", alice, "grant", facts)


def firm(tale: Tale) -> tuple[Record, Record, Record, Record]:
    """Alice's firm, the founder's accept, Bob, and the grant of his employment, which he accepted."""
    alice, bob = tale.person("alice"), tale.person("bob")
    made = tale.firm("acme", alice)
    (founds,) = tale.accepts_of(made)
    job = tale.write("alice", made, "grant", authority.grant(bob.id, "staff"), auth=(founds,))
    tale.accept("bob", job, agent=bob)
    return made, founds, bob, job


def test_the_first_device_signs_for_its_person_by_nothing() -> None:
    tale = Tale("")
    alice = tale.person("alice")
    assert desk_of(tale, "alice", alice).answer(draft_in(alice)) == Mandate()
    signs(tale, "alice", alice, draft_in(alice))


def test_before_anything_is_folded_a_device_signs_as_its_home_remembers() -> None:
    tale = Tale("")
    alice, grant = paired(tale)
    empty = Tale("")
    assert desk_of(empty, "alice", alice).device() == Mandate()
    assert desk_of(empty, "phone", alice, grant.id).device() == Mandate((RecordId(grant.id),))
    assert desk_of(empty, "phone", alice, b"").device() == Denied("waiting")
    assert desk_of(tale, "tablet", alice, b"").device() == Denied("waiting")


def test_a_device_whose_grant_is_not_folded_yet_signs_as_its_home_remembers() -> None:
    tale = Tale("")
    alice = tale.person("alice")
    found = desk_of(tale, "phone", alice, b"g" * 32).answer(draft_in(alice))
    assert found == Mandate((RecordId(b"g" * 32),))


def test_a_second_device_signs_by_its_grant() -> None:
    tale = Tale("")
    alice, grant = paired(tale)
    assert signs(tale, "phone", alice, draft_in(alice)).auth == (grant.id,)


def test_a_key_that_was_never_let_in_is_denied() -> None:
    tale = Tale("")
    alice, _ = paired(tale)
    assert denied(tale, "thief", alice, draft_in(alice)) == Denied("device")


def test_an_ended_device_is_denied_and_told_by_what() -> None:
    tale = Tale("")
    alice, grant = paired(tale)
    end = tale.write("alice", alice, "revoke", authority.revoke([grant.id], reason="lost"))
    assert denied(tale, "phone", alice, draft_in(alice)) == Denied("revoked", end.id)


def test_a_replaced_root_is_denied_and_the_new_one_signs() -> None:
    tale = Tale("")
    alice, _ = paired(tale)
    net = tale.net("fair", tale.person("bob"), is_open=True)
    rotated = tale.write(
        "new", alice, "rotate", authority.rotate(key("new").public, alice.id, [key("words")]), agent=alice
    )
    assert denied(tale, "alice", alice, draft_in(alice)) == Denied("replaced", rotated.id)
    assert signs(tale, "new", alice, draft_in(alice), rotated).auth == ()
    joins = draft_in(net, "grant", identity.join(alice.id))
    assert rotated.id in signs(tale, "new", alice, joins).deps


def test_a_device_ended_by_a_rotate_is_denied() -> None:
    tale = Tale("")
    alice, grant = paired(tale)
    facts = authority.rotate(key("new").public, alice.id, [key("words")], ends=[grant.id])
    rotated = tale.write("new", alice, "rotate", facts, agent=alice)
    assert denied(tale, "phone", alice, draft_in(alice)) == Denied("revoked", rotated.id)


def test_only_a_device_that_may_pass_it_on_lets_others_in() -> None:
    tale = Tale("")
    alice, grant = paired(tale)
    third = draft_in(alice, "grant", authority.device(key("third").public))
    assert denied(tale, "phone", alice, third) == Denied("beyond", grant.id)
    other = Tale("")
    alice, _ = paired(other, may_delegate=True)
    signs(other, "phone", alice, draft_in(alice, "grant", authority.device(key("third").public)))


def test_a_founder_acts_for_an_organisation_everywhere() -> None:
    tale = Tale("")
    made, founds, _, _ = firm(tale)
    alice = tale.records[0]
    net = tale.net("fair", alice, is_open=True)
    signs(tale, "alice", alice, draft_in(net, "grant", identity.join(made.id), agent=made.id))
    assert signs(tale, "alice", alice, draft_in(made, agent=made.id)).auth == (founds.id,)
    assert signs(tale, "alice", alice, draft_in(net, agent=made.id)).auth == (founds.id,)


def test_a_record_knows_of_the_accepts_of_all_founders() -> None:
    tale = Tale("")
    alice, bob = tale.person("alice"), tale.person("bob")
    made = tale.firm("acme", alice, bob)
    found = desk_of(tale, "bob", bob).answer(draft_in(made, agent=made.id))
    assert isinstance(found, Mandate)
    assert {*found.deps} == {each.id for each in tale.accepts_of(made)}
    first = signs(tale, "bob", bob, draft_in(made, agent=made.id))
    after = desk_of(tale, "bob", bob).answer(draft_in(made, agent=made.id), first.id)
    assert after == found._replace(deps=())


def test_an_employee_signs_by_the_grant_and_knows_of_its_accept() -> None:
    tale = Tale("")
    made, _, bob, job = firm(tale)
    draft = draft_in(made, agent=made.id)
    one = signs(tale, "bob", bob, draft)
    assert one.auth == (job.id,)
    assert signs(tale, "bob", bob, draft, one).deps == ()


def test_an_employee_signs_on_a_second_device_by_two_entries() -> None:
    tale = Tale("")
    made, _, bob, job = firm(tale)
    phone = tale.write("bob", bob, "grant", authority.device(key("phone").public))
    assert signs(tale, "phone", bob, draft_in(made, agent=made.id)).auth == (job.id, phone.id)


def test_a_firm_of_a_firm_is_acted_for_by_way_of_both() -> None:
    tale = Tale("")
    made, founds, bob, job = firm(tale)
    alice = tale.records[0]
    mother = tale.firm("mother", alice)
    daughter = tale.write("alice", mother, "grant", authority.grant(made.id, "staff"), auth=tale.accepts_of(mother))
    tale.accept("alice", daughter, agent=made, auth=(founds,))
    draft = draft_in(mother, agent=mother.id)
    assert signs(tale, "bob", bob, draft).auth == (daughter.id, job.id)
    assert desk_of(tale, "bob", bob).acts_for() == sorted((made.id, mother.id))


def test_before_the_accept_and_after_the_end_nobody_acts() -> None:
    tale = Tale("")
    made, founds, _, job = firm(tale)
    carol = tale.person("carol")
    tale.write("alice", made, "grant", authority.grant(carol.id, "staff"), auth=(founds,))
    draft = draft_in(made, agent=made.id)
    assert denied(tale, "carol", carol, draft) == Denied("offered", made.id)
    dan = tale.person("dan")
    assert denied(tale, "dan", dan, draft) == Denied("mandate", made.id)
    bob = next(each for each in tale.records if each.id == job.facts["to"])
    end = tale.write("alice", made, "revoke", authority.revoke([job.id]), auth=(founds,))
    assert denied(tale, "bob", bob, draft) == Denied("dismissed", end.id)
    assert desk_of(tale, "bob", bob).acts_for() == []


@pytest.mark.parametrize(
    "limits",
    [{"scopes": ["recognition"]}, {"until": "2000-01-01"}, {"project": ext(b"p" * 32)}],
)
def test_what_a_grant_does_not_reach_is_denied(limits: Any) -> None:
    tale = Tale("")
    made, founds, _, _ = firm(tale)
    carol = tale.person("carol")
    job = tale.write("alice", made, "grant", authority.grant(carol.id, "staff", **limits), auth=(founds,))
    tale.accept("carol", job, agent=carol)
    assert denied(tale, "carol", carol, draft_in(made, agent=made.id)) == Denied("beyond", job.id)


def test_limits_that_are_kept_are_in_nobodys_way() -> None:
    tale = Tale("")
    made, founds, _, _ = firm(tale)
    carol, project = tale.person("carol"), b"p" * 32
    limits: Any = {"until": "2099-01-01", "project": ext(project), "scopes": ["contribution", "grant"]}
    job = tale.write("alice", made, "grant", authority.grant(carol.id, "staff", **limits), auth=(founds,))
    tale.accept("carol", job, agent=carol)
    near = {**work(), "project": ext(project)}
    assert signs(tale, "carol", carol, draft_in(made, facts=near, agent=made.id)).auth == (job.id,)
    wide = draft_in(made, "grant", authority.grant(carol.id, "staff"), agent=made.id)
    assert denied(tale, "carol", carol, wide).why == "beyond"


def test_a_member_of_a_closed_network_shows_the_role() -> None:
    tale = Tale("")
    alice, bob = tale.person("alice"), tale.person("bob")
    net = tale.net("shed", alice)
    (founds,) = tale.accepts_of(net)
    assert signs(tale, "alice", alice, draft_in(net)).auth == ()
    assert denied(tale, "bob", bob, draft_in(net)) == Denied("role", net.id)
    role = tale.write("alice", net, "grant", authority.grant(bob.id, "observer"), agent=net, auth=(founds,))
    accept = draft_in(net, "countersign", identity.accept(role.id))
    assert signs(tale, "bob", bob, accept).auth == ()
    assert denied(tale, "bob", bob, draft_in(net)) == Denied("beyond", role.id)
    thanks = draft_in(net, "recognition", {"to": [alice.id], "kind": "thanks"})
    assert signs(tale, "bob", bob, thanks).auth == (role.id,)
    leave = draft_in(net, "revoke", authority.revoke([role.id], reason="resign"))
    assert signs(tale, "bob", bob, leave).auth == ()


def test_a_network_acts_through_its_founder_who_needs_no_role() -> None:
    tale = Tale("")
    alice, bob = tale.person("alice"), tale.person("bob")
    net = tale.net("shed", alice)
    (founds,) = tale.accepts_of(net)
    admits = draft_in(net, "grant", authority.grant(bob.id, "core"), agent=net.id)
    assert signs(tale, "alice", alice, admits).auth == (founds.id,)


def test_nobody_ends_his_own_role_in_the_name_of_the_network() -> None:
    tale = Tale("")
    alice, bob = tale.person("alice"), tale.person("bob")
    net = tale.net("shed", alice)
    (founds,) = tale.accepts_of(net)
    role = tale.write("alice", net, "grant", authority.grant(bob.id, "steward"), agent=net, auth=(founds,))
    tale.accept("bob", role, agent=bob)
    for name, person, entry in (("alice", alice, founds), ("bob", bob, role)):
        ends = draft_in(net, "revoke", authority.revoke([entry.id], reason="resign"))
        assert denied(tale, name, person, ends._replace(agent=net.id)).why == "beyond"
        signs(tale, name, person, ends)


def test_what_is_sensitive_needs_a_resolution() -> None:
    tale = Tale("")
    alice, bob = tale.person("alice"), tale.person("bob")
    made = tale.firm("acme", alice, sensitive=["grant"])
    (founds,) = tale.accepts_of(made)
    facts = authority.grant(bob.id, "staff")
    draft = draft_in(made, "grant", facts, agent=made.id)
    assert denied(tale, "alice", alice, draft) == Denied("order", made.id)
    orders: Any = [["grant", authority.order_digest(facts)]]
    order = tale.write("alice", made, "resolution", authority.resolution("order", orders=orders), agent=alice)
    tale.accept("alice", order, agent=alice)
    assert signs(tale, "alice", alice, draft._replace(order=order.id)).auth == (founds.id, order.id)


def test_what_is_dissolved_is_not_acted_for_but_in_winding_up() -> None:
    tale = Tale("")
    alice = tale.person("alice")
    made = tale.firm("acme", alice)
    end = tale.write("alice", made, "resolution", authority.resolution("dissolve"), agent=alice)
    tale.accept("alice", end, agent=alice)
    assert denied(tale, "alice", alice, draft_in(made, agent=made.id)) == Denied("dissolved", end.id)
    signs(tale, "alice", alice, draft_in(made, "checkpoint", {"engine": "x"}, agent=made.id))


def test_a_founder_by_a_charter_knows_of_the_votes_for_it() -> None:
    tale = Tale("")
    alice, bob = tale.person("alice"), tale.person("bob")
    made = tale.firm("acme", alice)
    wider: Any = {"founders": sorted((alice.id, bob.id))}
    rho = tale.write("alice", made, "resolution", authority.resolution("charter", charter=wider), agent=alice)
    tale.accept("alice", rho, agent=alice)
    named = tale.accept("bob", rho, agent=bob)
    assert signs(tale, "bob", bob, draft_in(made, agent=made.id)).auth == (named.id,)


def test_who_was_named_a_founder_acts_as_one_only_once_that_is_carried() -> None:
    tale = Tale("")
    alice, bob = tale.person("alice"), tale.person("bob")
    net = tale.net("shed", alice)
    (founds,) = tale.accepts_of(net)
    role = tale.write("alice", net, "grant", authority.grant(bob.id, "core"), agent=net, auth=(founds,))
    tale.accept("bob", role, agent=bob)
    wider: Any = {"founders": sorted((alice.id, bob.id))}
    rho = tale.write("alice", net, "resolution", authority.resolution("charter", charter=wider), agent=alice)
    named = tale.accept("bob", rho, agent=bob)
    admits = draft_in(net, "grant", authority.grant(alice.id, "core"), agent=net.id)
    assert denied(tale, "bob", bob, admits) == Denied("mandate", net.id)
    assert signs(tale, "bob", bob, draft_in(net)).auth == (role.id,)
    tale.accept("alice", rho, agent=alice)
    assert signs(tale, "bob", bob, admits).auth == (named.id,)


def test_by_a_decision_one_ends_what_one_could_not_end_alone() -> None:
    tale = Tale("")
    people, net, accepts = four(tale)
    ends = draft_in(net, "revoke", authority.revoke([accepts[1].id]), agent=net.id)
    assert denied(tale, "alice", people[0], ends) == Denied("beyond", accepts[0].id)
    removal = decide(tale, net, people, authority.resolution("remove", about=[accepts[1].id]), "acd")
    assert signs(tale, "alice", people[0], ends._replace(order=removal.id)).auth == (accepts[0].id, removal.id)
    other = authority.revoke([accepts[2].id])
    beyond = ends._replace(facts=other, order=removal.id)
    assert denied(tale, "alice", people[0], beyond) == Denied("beyond", accepts[0].id)
    orders: Any = [["revoke", authority.order_digest(other)]]
    order = decide(tale, net, people, authority.resolution("order", orders=orders), "acd")
    assert denied(tale, "alice", people[0], beyond._replace(order=order.id)) == Denied("beyond", accepts[0].id)


def test_in_what_is_dissolved_nobody_begins_anything() -> None:
    tale = Tale("")
    people, net, _ = four(tale)
    end = decide(tale, net, people, authority.resolution("dissolve"), "abc")
    assert denied(tale, "alice", people[0], draft_in(net)) == Denied("dissolved", end.id)
    signs(tale, "alice", people[0], draft_in(net, "checkpoint", {"engine": "x"}))


def test_a_device_ends_itself_and_what_it_let_in_and_nothing_else() -> None:
    tale = Tale("")
    alice, phone = paired(tale, may_delegate=True)
    tablet = tale.write("alice", alice, "grant", authority.device(key("tablet").public))
    watch = tale.write("phone", alice, "grant", authority.device(key("watch").public), auth=(phone,))
    ends = {each: draft_in(alice, "revoke", authority.revoke([each.id])) for each in (phone, tablet, watch)}
    assert denied(tale, "phone", alice, ends[tablet]) == Denied("beyond", phone.id)
    signs(tale, "phone", alice, ends[watch])
    other = draft_in(alice, "revoke", authority.revoke([alice.id]))
    assert isinstance(desk_of(tale, "phone", alice).answer(other), Mandate)
    signs(tale, "phone", alice, ends[phone]._replace(facts=authority.revoke([phone.id], reason="resign")))


def test_whether_a_key_is_a_persons_now_and_whether_it_ever_was() -> None:
    tale = Tale("")
    alice, grant = paired(tale)
    tale.person("bob")
    desk = desk_of(tale, "alice", alice)
    assert [desk.is_device(alice.id, key(each).public) for each in ("alice", "phone", "thief")] == [True, True, False]
    assert desk.is_device(b"x" * 32, key("alice").public) is None
    tale.write("alice", alice, "revoke", authority.revoke([grant.id]))
    desk = desk_of(tale, "alice", alice)
    assert desk.is_device(alice.id, key("phone").public) is False
    assert [key(each).public in desk.keys_of(alice.id) for each in ("alice", "phone", "thief")] == [True, True, False]
    assert key("bob").public not in desk.keys_of(alice.id)


def test_a_device_whose_grant_is_contested_signs_nothing() -> None:
    tale = Tale("")
    alice = tale.person("alice", "words")
    rotate = authority.rotate(key("new").public, alice.id, [key("words")])
    tale.write("new", alice, "rotate", rotate, agent=alice, knows=())
    tale.write("alice", alice, "grant", authority.device(key("phone").public), knows=())
    assert denied(tale, "phone", alice, draft_in(alice)) == Denied("device")


def test_who_may_order_an_erasure_is_known_once_it_is_folded() -> None:
    tale = Tale("")
    alice, phone = paired(tale)
    early = desk_of(Tale(""), "alice", alice)
    full = desk_of(tale, "alice", alice)
    by_root, by_phone = (tale.write(each, alice, auth=auth) for each, auth in (("alice", ()), ("phone", (phone,))))
    rotate = authority.rotate(key("new").public, alice.id, [key("words")], ends=[phone.id])
    tale.write("new", alice, "rotate", rotate, agent=alice)
    by_new, by_thief = tale.write("new", alice), tale.write("tablet", alice, auth=(phone,))
    later = desk_of(tale, "alice", alice)
    orders = (by_root, by_phone, by_new, by_thief)
    assert [early.may_order(each) for each in orders] == [None, None, None, None]
    assert [full.may_order(each) for each in orders] == [True, True, None, False]
    assert [later.may_order(each) for each in orders] == [False, False, True, False]
    unknown = tale.write("tablet", alice, auth=(tale.write("alice", alice, "grant", authority.device(b"x" * 32)),))
    assert full.may_order(unknown) is None


def test_who_orders_for_a_firm_is_led_to_by_its_mandates() -> None:
    tale = Tale("")
    made, founds, bob, job = firm(tale)
    by_clerk, by_founder = (
        tale.write("bob", made, agent=made, auth=(job,)),
        tale.write("alice", made, agent=made, auth=(founds,)),
    )
    by_nobody = tale.write("bob", made, agent=made)
    here = desk_of(tale, "bob", bob)
    assert [here.may_order(each) for each in (by_clerk, by_founder, by_nobody)] == [True, True, False]
    tale.write("alice", made, "revoke", authority.revoke([job.id], reason="end"), agent=made, auth=(founds,))
    assert desk_of(tale, "bob", bob).may_order(by_clerk) is False


def test_the_role_in_which_somebody_orders_does_not_say_for_whom() -> None:
    tale = Tale("")
    alice, bob = tale.person("alice"), tale.person("bob")
    net = tale.net("mates", alice)
    role = tale.write("alice", net, "grant", authority.grant(bob.id, "core"), agent=net, auth=tale.accepts_of(net))
    tale.accept("bob", role, agent=bob)
    assert desk_of(tale, "bob", bob).may_order(tale.write("bob", net, agent=bob, auth=(role,)))


@pytest.mark.parametrize("device", ["alice", "phone"])
def test_many_drafts_are_answered_as_each_of_them_alone(device: str) -> None:
    tale = Tale("")
    alice, phone = paired(tale)
    types = ("contribution", "contribution", "profile", "revoke", "revoke", "rotate", "contribution", "checkpoint")
    facts = {"revoke": authority.revoke([phone.id])}
    desk, drafts = desk_of(tale, device, alice), [draft_in(alice, each, facts.get(each)) for each in types]
    assert desk.answers(drafts) == [desk.answer(each) for each in drafts]


def test_what_lies_beyond_a_limit_is_not_answered_as_what_came_before() -> None:
    tale = Tale("")
    made, founds, _, _ = firm(tale)
    carol, project = tale.person("carol"), b"p" * 32
    job = tale.write("alice", made, "grant", authority.grant(carol.id, "staff", project=ext(project)), auth=(founds,))
    tale.accept("carol", job, agent=carol)
    near = draft_in(made, facts={**work(), "project": ext(project)}, agent=made.id)
    first, second, beyond = desk_of(tale, "carol", carol).answers([near, near, draft_in(made, agent=made.id)])
    assert isinstance(first, Mandate)
    assert first.auth == (job.id,)
    assert (second, beyond) == (first, Denied("beyond", job.id))


def test_the_credentials_of_a_first_device_are_the_genesis_or_the_rotate_that_made_it_the_root() -> None:
    tale = Tale("")
    alice = tale.person("alice", "words")
    assert desk_of(tale, "alice", alice).credentials() == (alice.id,)
    assert desk_of(Tale(""), "alice", alice).credentials() == (alice.id,), "nothing is folded yet"
    rotate = tale.write(
        "new", alice, "rotate", authority.rotate(key("new").public, alice.id, [key("words")]), agent=alice
    )
    assert desk_of(tale, "new", alice).credentials() == (rotate.id,)
    assert desk_of(tale, "alice", alice).credentials() == Denied("replaced", rotate.id)


def test_the_credentials_of_another_device_are_what_let_it_in() -> None:
    tale = Tale("")
    alice, grant = paired(tale)
    assert desk_of(tale, "phone", alice).credentials() == (grant.id,)


def test_the_credentials_for_a_firm_lead_from_it_to_the_device() -> None:
    tale = Tale("")
    made, _, bob, job = firm(tale)
    assert desk_of(tale, "bob", bob).credentials(made.id) == (job.id, bob.id)
    assert desk_of(tale, "bob", bob).acts_for() == [made.id]
    eve = tale.person("eve")
    there = desk_of(tale, "eve", eve)
    assert there.credentials(made.id) == Denied("mandate", made.id)
    assert (there.acts_for(), there.acts_for(bob.id)) == ([], [made.id])
