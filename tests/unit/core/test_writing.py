"""Writes: signed, stored as one, answered when they are on disk; or nothing of them is stored."""

import pytest

from meshnode.core.author import End, Pen, sign_genesis
from meshnode.core.drafts import Draft, SignedRecords
from meshnode.core.effects import NotWritten, Outcome, Written
from meshnode.core.events import Started, Write
from meshnode.core.folded import FoldInRam
from meshnode.core.node import Node
from meshnode.core.ports import Batch, Identity
from meshnode.core.reports import ForkHealed
from meshnode.core.rows import AnswerEntry, ImportEntry, NoteEntry
from meshnode.core.settings import CoreSettings
from meshproto.fold.fold import Fold
from meshproto.records.encoding import Value
from meshproto.records.ids import RecordId, ScopeId, to_text
from meshproto.records.limits import MAX_PRIVATE
from meshproto.records.signatures import SigningKey
from meshproto.types import authority, identity
from meshproto.wire.messages import Part
from tests.support.core_rig import NOON, Rig, Writer, ids_of, network_of, records_of
from tests.support.core_scene import member, scene


def note(scope: ScopeId, number: int = 0) -> Draft:
    return Draft(scope, "note", {"n": number}, {"text": "words"})


def accept(scope: ScopeId) -> Draft:
    return Draft(scope, "countersign", identity.accept(scope))


def written(outcome: Outcome | None) -> tuple[RecordId, ...]:
    assert isinstance(outcome, Written), outcome
    return outcome.ids


def test_an_answer_comes_when_the_write_is_on_disk_and_not_before() -> None:
    rig = Rig()
    scope = rig.found()
    rig.held = True
    assert rig.write(note(scope)) is None
    rig.flush()
    answer = list(rig.answers.values())[-1]
    assert isinstance(answer, Written)
    assert rig.ledger.private(answer.ids[0]) is not None


def test_writes_follow_each_other_without_waiting_for_the_disk() -> None:
    rig = Rig()
    scope = rig.found()
    rig.held = True
    for number in range(5):
        rig.write(note(scope, number))
    assert len(rig.pending) == 5
    rig.flush()
    assert rig.ledger.tips(rig.me.log(scope))[0].seq == 6


def test_drafts_for_several_scopes_are_one_write_with_ids_in_their_order() -> None:
    rig = Rig()
    one, two = rig.found(name="one"), rig.found(name="two")
    answer = rig.write(note(two, 0), note(one, 1), note(two, 2), note(rig.me.stream, 3))
    assert isinstance(answer, Written)
    records = [rig.ledger.record(each) for each in answer.ids]
    assert [each.home for each in records if each] == [two, one, two, rig.me.stream]
    assert [each.facts["n"] for each in records if each] == [0, 1, 2, 3]


def test_local_rows_go_with_a_write_and_list_what_it_made() -> None:
    rig = Rig()
    scope = rig.found()
    ticket = rig.ticket()
    rows = (AnswerEntry("key", b"r" * 32, (), 1), ImportEntry("batch", "git", "x", 1), NoteEntry("name", b"value"))
    rig.feed(Write(ticket, (note(scope),), local=rows))
    (answer,) = rig.ledger.rows(AnswerEntry)
    assert answer.ids == rig.answers[ticket].ids  # type: ignore[union-attr]  # it is Written
    assert rig.ledger.rows(ImportEntry)[0].ids == answer.ids
    assert rig.ledger.rows(NoteEntry) == (NoteEntry("name", b"value"),)


def test_a_network_is_founded_and_carried_in_one_write() -> None:
    rig = Rig()
    scope = rig.found()
    assert rig.node.parts.scopes.carried[scope].founded
    rig.reborn()
    assert rig.node.parts.scopes.carried[scope].founded


def test_too_many_writes_at_once_are_busy() -> None:
    rig = Rig(settings=CoreSettings(in_flight_max=2))
    scope = rig.found()
    rig.held = True
    outcomes = [rig.write(note(scope)) for _ in range(3)]
    assert outcomes == [None, None, NotWritten("busy")]


def test_too_many_drafts_or_bad_ones_are_refused_whole() -> None:
    rig = Rig(settings=CoreSettings(drafts_max=2))
    scope = rig.found()
    assert rig.write(note(scope), note(scope), note(scope)) == NotWritten("draft", "at most 2 at once")
    bad = rig.write(note(scope), Draft(scope, "Bad Type", {}))
    assert isinstance(bad, NotWritten)
    assert bad.why == "draft"
    assert rig.ledger.tips(rig.me.log(scope))[0].seq == 1


def test_ready_records_that_are_refused_stop_the_write() -> None:
    rig, mallory = Rig(), Writer("mallory")
    scope = rig.found()
    refused = rig.write(note(scope), ready=mallory.notes(scope))
    assert isinstance(refused, NotWritten)
    assert refused.why == "refused"
    assert rig.ledger.tips(rig.me.log(scope))[0].seq == 1


def test_one_writes_only_where_one_takes_part() -> None:
    rig, bob = Rig(), Writer("bob")
    foreign, genesis = network_of(bob)
    closed, closed_genesis = network_of(bob, is_open=False, name="closed")
    rig.put(bob.genesis, genesis, closed_genesis)
    assert rig.write(note(foreign)) == NotWritten("scope", "not a network this node takes part in")
    for scope in (foreign, closed):
        rig.join(scope)
        assert rig.write(note(scope)) == NotWritten("unfounded", to_text(bob.agent))
    rig.put(bob.accept(closed))
    rig.join(closed)
    rig.node.parts.scopes.look_at_founding(rig.node.parts.scopes.carried[closed])
    rig.fold()
    assert rig.write(note(closed)) == NotWritten("role", to_text(closed))


def test_a_founder_writes_nothing_but_an_accept_before_all_have_accepted() -> None:
    rig, bob = Rig(), Writer("bob")
    scope, genesis = network_of(rig.me, bob)
    rig.put(bob.genesis)
    assert rig.write(accept(scope), note(scope), ready=genesis) == NotWritten("unfounded", to_text(bob.agent))
    assert isinstance(rig.write(accept(scope), ready=genesis), Written)
    assert rig.write(note(scope)) == NotWritten("unfounded", to_text(bob.agent))
    assert rig.ledger.tips(rig.me.log(scope))[0].seq == 1, "what nobody would count was not signed"
    rig.put(bob.accept(scope))
    assert isinstance(rig.write(note(scope)), Written)


def test_a_founder_must_accept_before_writing_anything_else() -> None:
    rig = Rig()
    scope, genesis = network_of(rig.me)
    assert rig.write(note(scope), ready=genesis) == NotWritten("unfounded", to_text(rig.me.agent))
    assert isinstance(rig.write(accept(scope), note(scope), ready=genesis), Written)


def test_a_founder_alone_writes_on_while_the_accept_is_on_its_way_to_the_disk() -> None:
    rig = Rig()
    scope, genesis = network_of(rig.me)
    rig.held = True
    for draft, ready in ((accept(scope), genesis), (note(scope), SignedRecords())):
        rig.write(draft, ready=ready)
    rig.flush()
    assert [type(each) for each in rig.answers.values()] == [Written, Written]


def test_a_log_ends_at_its_allowance() -> None:
    rig = Rig()
    scope = rig.found(log_records=3)
    assert isinstance(rig.write(note(scope), note(scope)), Written)
    refused = rig.write(note(scope))
    assert isinstance(refused, NotWritten)
    assert refused.why == "quota"


def test_a_write_names_what_came_since_the_last_one_but_nothing_twice() -> None:
    rig, scope, peer, bob = scene()
    rig.write(note(scope))
    signed = bob.notes(scope, 2)
    peer.push(signed)
    first, second = [rig.write(note(scope)) for _ in range(2)]
    assert isinstance(first, Written)
    assert isinstance(second, Written)
    assert rig.ledger.record(first.ids[0]).deps == (ids_of(signed)[1],)  # type: ignore[union-attr]  # it is stored
    assert rig.ledger.record(second.ids[0]).deps == ()  # type: ignore[union-attr]  # as above


def test_what_may_not_be_named_is_named_when_it_may() -> None:
    rig, scope, peer, bob = scene()
    rig.write(note(scope))
    carol = Writer("carol")
    awaited = carol.notes(carol.stream)
    peer.push(bob.sign(Draft(scope, "note", {"x": ids_of(awaited)[0]})))
    before = rig.write(note(scope))
    member(rig, peer, carol, scope)
    peer.push(awaited, Part.LAST)
    after = rig.write(note(scope))
    deps = [rig.ledger.record(each.ids[0]).deps for each in (before, after)]  # type: ignore[union-attr]  # they are Written
    assert bob.ends[scope].id not in deps[0]
    assert bob.ends[scope].id in deps[1]


def test_ones_own_branches_are_joined_once() -> None:
    rig = Rig()
    scope = rig.found()
    start = rig.me.ends[scope] = _end(rig, scope)
    for side in ("l", "r"):
        rig.put(rig.me.notes(scope, 1, after=start, side=side))
    rig.reborn()
    first, second = [rig.write(note(scope, at)) for at in range(2)]
    assert isinstance(first, Written)
    assert isinstance(second, Written)
    healing = rig.ledger.record(first.ids[0])
    assert healing is not None
    tips = {tip.id for tip in rig.ledger.tips(rig.me.log(scope))}
    assert len(healing.deps) == 1
    assert {*healing.deps} <= tips
    assert rig.ledger.record(second.ids[0]).deps == ()  # type: ignore[union-attr]  # it is stored


def test_a_write_that_was_refused_leaves_naming_and_joining_to_the_next() -> None:
    rig, scope, _, bob = scene()
    rig.write(note(scope))
    start = rig.me.ends[scope] = _end(rig, scope)
    for side in ("l", "r"):
        rig.put(rig.me.notes(scope, 1, after=start, side=side))
    rig.reborn()
    signed = bob.notes(scope, 2)
    rig.meet(bob, scope).push(signed)
    branches = {tip.id for tip in rig.ledger.tips(rig.me.log(scope))}
    refused = rig.write(note(scope), Draft(scope, "note", {}, {"text": "x" * MAX_PRIVATE}))
    assert isinstance(refused, NotWritten)
    answer = rig.write(note(scope))
    assert isinstance(answer, Written)
    record = rig.ledger.record(answer.ids[0])
    assert record is not None
    assert {record.prev, *record.deps} == {*branches, ids_of(signed)[1]}


def test_naming_ones_own_last_record_joins_nothing() -> None:
    rig = Rig()
    scope = rig.found()
    answer = rig.write(Draft(scope, "note", {}, deps=(_end(rig, scope).id,)))
    assert isinstance(answer, Written)
    assert rig.told(ForkHealed) == []


def _end(rig: Rig, scope: ScopeId) -> End:
    (tip,) = rig.ledger.tips(rig.me.log(scope))
    return End(tip.seq, tip.id)


def test_heads_remembered_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("meshnode.core.heads.HEADS_REMEMBERED", 2)
    rig, scope, peer, _ = scene()
    rig.write(note(scope))
    others = [Writer(name) for name in ("carol", "dave", "erin")]
    for other in others:
        member(rig, peer, other, scope)
    answer = rig.write(note(scope))
    assert isinstance(answer, Written)
    deps = rig.ledger.record(answer.ids[0]).deps  # type: ignore[union-attr]  # it is stored
    assert 1 <= len(deps) <= 2
    assert all(rig.ledger.has(each) for each in deps)


def test_a_grant_may_be_written_as_soon_as_the_network_is_founded() -> None:
    rig, bob = Rig(), Writer("bob")
    scope, genesis = network_of(bob)
    rig.join(scope)
    peer = rig.meet(bob, scope)
    for signed in (bob.genesis, genesis, bob.accept(scope)):
        peer.push(signed, Part.LAST)
    answer = rig.write(Draft(scope, "grant", identity.join(rig.me.agent)))
    assert isinstance(answer, Written)
    grant = rig.ledger.record(answer.ids[0])
    assert grant is not None
    assert rig.ledger.id_at(bob.log(scope), 0, 1) in grant.deps


@pytest.mark.parametrize("as_dep", [False, True])
def test_a_draft_that_names_what_is_not_here_is_refused(as_dep: bool) -> None:
    rig = Rig()
    scope, gone = rig.found(), RecordId(bytes([9]) * 32)
    draft = Draft(scope, "note", {} if as_dep else {"of": [{"it": gone}]}, deps=(gone,) if as_dep else ())
    assert rig.write(note(scope), draft) == NotWritten("missing", to_text(gone))
    assert rig.ledger.tips(rig.me.log(scope))[0].seq == 1
    assert isinstance(rig.write(note(scope)), Written)


def test_a_draft_that_names_what_waits_itself_is_refused() -> None:
    rig, scope, peer, bob = scene()
    waits = bob.sign(Draft(scope, "note", {"of": bytes([9]) * 32}))
    peer.push(waits)
    (name,) = ids_of(waits)
    assert rig.write(Draft(scope, "note", {"of": name})) == NotWritten("pending", to_text(name))


def test_a_draft_that_names_what_stands_in_another_network_is_refused() -> None:
    rig = Rig()
    one, other = rig.found(name="one"), rig.found(name="other")
    written = rig.write(note(one))
    assert isinstance(written, Written)
    (name,) = written.ids
    assert rig.write(Draft(other, "note", {"of": name})) == NotWritten("foreign", to_text(name))
    assert isinstance(rig.write(Draft(one, "note", {"of": name, "who": rig.me.agent})), Written)


def test_who_has_not_joined_an_open_network_does_not_write_there() -> None:
    rig, bob = Rig(), Writer("bob")
    scope, genesis = network_of(bob)
    rig.join(scope)
    peer = rig.meet(bob, scope)
    for each in (genesis, bob.genesis, bob.accept(scope)):
        peer.push(each, Part.LAST)
    assert rig.write(note(scope)) == NotWritten("stranger", to_text(scope))
    grant = Draft(scope, "grant", identity.join(rig.me.agent))
    assert isinstance(rig.write(grant, note(scope)), Written)
    assert isinstance(rig.write(note(scope)), Written)


@pytest.mark.parametrize(("decision", "comes_in"), [("accept", True), ("decline", False)])
def test_who_accepts_a_role_in_an_open_network_need_not_have_joined_it(decision: str, comes_in: bool) -> None:
    rig, bob = Rig(), Writer("bob")
    scope, genesis = network_of(bob)
    accept = bob.accept(scope)
    offer = bob.sign(Draft(scope, "grant", authority.grant(rig.me.agent, "client"), agent=scope), deps=ids_of(accept))
    rig.put(bob.genesis, genesis, accept, offer)
    rig.join(scope)
    answer = Draft(scope, "countersign", {**identity.accept(ids_of(offer)[-1]), "decision": decision})
    outcome = rig.write(answer)
    assert isinstance(outcome, Written) if comes_in else outcome == NotWritten("stranger", to_text(scope))


def test_who_wrote_in_an_open_network_before_joining_it_joins_first() -> None:
    rig, bob = Rig(), Writer("bob")
    scope, genesis = network_of(bob)
    accept = bob.accept(scope)
    stray = rig.me.sign(Draft(scope, "note", {"n": 1}), deps=ids_of(accept))
    for each in (bob.genesis, genesis, accept):
        rig.put(each)
    rig.store.writer.commit(Batch(9, runs=stray.runs, uncounted=(rig.me.log(scope),)))
    rig.join(scope)
    assert rig.write(note(scope)) == NotWritten("stranger", to_text(scope))
    assert isinstance(rig.write(Draft(scope, "grant", identity.join(rig.me.agent))), Written)
    assert isinstance(rig.write(note(scope)), Written)


def folded_rig(name: str = "alice") -> tuple[Rig, Fold]:
    """A node that reads the fold beside it; what is folded is for the test to say."""
    memory = FoldInRam()
    return Rig(name, folded=memory), Fold(memory)


def test_a_device_signs_by_the_grant_that_let_it_in() -> None:
    rig = Rig()
    phone = SigningKey.from_seed(b"p" * 32)
    (grant,) = written(rig.write(Draft(rig.me.stream, "grant", authority.device(phone.public))))
    rig.node = Node(rig.settings, Identity(rig.me.agent, phone, grant), rig.ledger, rig.dice)
    rig.feed(Started(False, "me", ()))
    (one,) = written(rig.write(note(rig.me.stream)))
    record = rig.ledger.record(one)
    assert record is not None
    assert (record.key, record.agent, record.auth) == (phone.public, rig.me.agent, (grant,))


def test_a_device_without_a_grant_here_cannot_write() -> None:
    rig = Rig()
    rig.node = Node(rig.settings, Identity(rig.me.agent, rig.me.key, b"g" * 32), rig.ledger, rig.dice)
    assert rig.write(note(rig.me.stream)) == NotWritten("missing", to_text(b"g" * 32))


def test_what_nobody_may_sign_is_not_written_and_says_by_what() -> None:
    rig, fold = folded_rig()
    for record in records_of(rig.me.genesis):
        fold.add(record)
    rig.node = Node(
        rig.settings, Identity(rig.me.agent, SigningKey.from_seed(b"t" * 32)), rig.ledger, rig.dice, rig.folded
    )
    assert rig.write(note(rig.me.stream)) == NotWritten("device", "")
    scope, genesis = network_of(rig.me)
    assert rig.write(accept(scope), ready=genesis) == NotWritten("device", "")
    assert rig.ledger.network(scope) is None, "nothing of a network that cannot be founded is kept"
    rig.reborn()
    strange = note(rig.me.stream)._replace(agent=b"o" * 32)
    assert rig.write(strange) == NotWritten("mandate", to_text(b"o" * 32))


def test_an_act_for_an_organisation_names_what_it_rests_on_once() -> None:
    rig, fold = folded_rig()
    firm, genesis = sign_genesis(
        Pen(b"", SigningKey.from_seed(b"f" * 32), NOON, rig.dice),
        identity.organisation(founders=[rig.me.agent], nonce=b"n" * 16),
    )
    accepted = rig.me.sign(Draft(firm, "countersign", identity.accept(firm)))
    rig.put(genesis, accepted)
    for record in (*records_of(rig.me.genesis), *records_of(genesis), *records_of(accepted)):
        fold.add(record)
    (accept,) = ids_of(accepted)
    scope = rig.found()
    drafts = [note(scope, number)._replace(agent=firm) for number in range(2)]
    assert rig.write(*drafts) == NotWritten("stranger", to_text(scope))
    join = Draft(scope, "grant", identity.join(firm), agent=firm)
    first, second, _ = [rig.ledger.record(each) for each in written(rig.write(join, *drafts))]
    assert first is not None
    assert second is not None
    assert first.agent == second.agent == firm
    assert first.auth == second.auth == (accept,)
    assert accept in first.auth
    assert second.deps == ()


def test_a_distribution_whose_past_is_not_folded_yet_is_not_signed() -> None:
    rig = Rig()
    scope = rig.found()
    facts: dict[str, Value] = {"agreement": scope, "incomes": [], "to": "2026-01-31"}
    assert rig.write(Draft(scope, "distribution", facts)) == NotWritten("unfolded")
    assert rig.ledger.tips(rig.me.log(scope))[0].seq == 1
