"""Copied homes: they ask before they sign."""

from meshnode.core.drafts import Draft
from meshnode.core.effects import Done, NotWritten, Outcome, Written
from meshnode.core.events import TrustThisCopy
from meshnode.core.reports import MayNotSign, MaySign
from meshnode.core.settings import CoreSettings
from meshproto.records.ids import ScopeId
from meshproto.wire.messages import Held, LogTip
from tests.support.core_rig import Rig, Writer
from tests.support.core_scene import scene

QUIET = CoreSettings(answer_deadline=10**9, sync_interval=10**9)


def held_by_bob() -> tuple[Rig, ScopeId, Writer]:
    rig, scope, peer, bob = scene(QUIET)
    (tip,) = rig.ledger.tips(rig.me.log(scope))
    peer.say(Held((LogTip(rig.me.log(scope), tip.seq, tip.id),)))
    rig.news.clear()
    rig.reborn(copied=True)
    return rig, scope, bob


def note(rig: Rig, scope: ScopeId) -> Outcome | None:
    return rig.write(Draft(scope, "note", {}))


def test_a_copied_home_refuses_to_sign_and_says_how_many_logs_to_ask_for() -> None:
    rig, scope, _ = held_by_bob()
    assert note(rig, scope) == NotWritten("copied")
    assert rig.told(MayNotSign) == [MayNotSign(1)]


def test_it_signs_once_it_is_level_with_who_held_its_logs() -> None:
    rig, scope, bob = held_by_bob()
    peer = rig.meet(bob, scope)
    assert note(rig, scope) == NotWritten("copied")
    peer.level()
    assert rig.told(MaySign) == [MaySign(forced=False)]
    assert isinstance(note(rig, scope), Written)
    peer.show(scope)


def test_being_level_with_others_is_not_enough() -> None:
    rig, scope, _bob = held_by_bob()
    stranger = rig.meet(Writer("stranger"), scope)
    stranger.level()
    assert note(rig, scope) == NotWritten("copied")
    carol = Writer("carol")
    rig.put(carol.genesis)
    known = rig.meet(carol, scope)
    known.level()
    assert note(rig, scope) == NotWritten("copied")


def test_its_owner_may_say_that_there_is_no_newer_copy() -> None:
    rig, scope, _ = held_by_bob()
    for _ in range(2):
        ticket = rig.ticket()
        rig.feed(TrustThisCopy(ticket))
        assert rig.answers[ticket] == Done()
    assert rig.told(MaySign) == [MaySign(forced=True)]
    assert isinstance(note(rig, scope), Written)


def test_a_home_whose_logs_nobody_held_waits_for_its_owner() -> None:
    rig = Rig()
    scope = rig.found()
    rig.reborn(copied=True)
    assert rig.told(MayNotSign) == [MayNotSign(0)]
    assert note(rig, scope) == NotWritten("copied")
