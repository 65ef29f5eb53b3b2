from meshnode.core.reports import (
    DialFailed,
    Halted,
    MayNotSign,
    MaySign,
    News,
    PeerBroke,
    PeerGone,
    PeerWelcome,
    RoundDone,
    ScopeReady,
    Stored,
)
from meshnode.runtime.presence import MAX_TROUBLED, Presence, Trouble
from meshproto.records.ids import AgentId, ScopeId
from meshproto.wire.breaches import Breach

WELCOME = PeerWelcome(1, "far", AgentId(b"a" * 32), True, 2)


def after(*news: News) -> Presence:
    presence = Presence()
    for each in news:
        presence.take(each, 1_000, lambda conn: f"/address/{conn}")
    return presence


def test_a_welcomed_peer_is_connected_until_it_is_gone() -> None:
    held = after(WELCOME, Stored(1, 5, 0), RoundDone(1, "far", 0)).of_peer("far")
    assert held is not None
    assert (held.address, held.received, held.rounds, held.since) == ("/address/1", 5, 1, 1_000)
    assert after(WELCOME, PeerGone(1, "far", "x")).of_peer("far") is None


def test_news_of_unknown_connections_changes_nothing() -> None:
    assert after(Stored(7, 5, 0), RoundDone(7, "far", 0), PeerGone(7, "far", "x"), Stored(None, 1, 0)).connected == {}


def test_trouble_is_told_with_its_next_try_and_forgotten_when_it_is_over() -> None:
    assert after(DialFailed("far", "unreachable", 500)).troubles == {"far": Trouble("unreachable", 1_500)}
    assert after(PeerBroke(1, "far", Breach.FLOOD, "much", 60)).troubles == {"far": Trouble("W-FLOOD much", 1_060)}
    assert after(DialFailed("far", "unreachable", 500), WELCOME).troubles == {}


def test_troubles_are_bounded() -> None:
    presence = after(*[DialFailed(f"peer {number}", "unreachable", 1) for number in range(MAX_TROUBLED + 9)])
    assert len(presence.troubles) == MAX_TROUBLED
    assert "peer 0" not in presence.troubles


def test_signing_scopes_and_the_store_are_noted() -> None:
    assert after(MayNotSign(2)).may_not_sign == 2
    settled = after(MayNotSign(2), MaySign(forced=False))
    assert (settled.may_not_sign, settled.may_sign_again) == (None, True)
    assert after(ScopeReady(ScopeId(b"s" * 32))).scopes_ready == 1
    assert after(Halted("full")).halted == "full"
