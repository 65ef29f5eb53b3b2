"""Who is named where: written down once for each pair, within bounds."""

from meshnode.core.closure import Home
from meshnode.core.named import NAMED_REMEMBERED, Named
from meshnode.core.ports import Moment
from meshnode.core.rows import NamedEntry
from meshnode.core.turn import Turn
from meshproto.records.ids import LogId, ScopeId
from tests.support.core_rig import Rig

SCOPE = ScopeId(b"s" * 32)


def noted(named: Named, person: bytes, *, personal: bool = True, home: bytes = b"") -> bool:
    turn = Turn(Moment(0, 0), 1)
    named.note(person, Home(ScopeId(home or person), LogId(b"l" * 32), 1, personal), SCOPE, turn)
    assert turn.local in ([], [NamedEntry(person, SCOPE)])
    return bool(turn.local)


def test_a_person_is_noted_once_in_each_scope_and_records_of_theirs_are_not() -> None:
    named, person = Named(Rig().node.parts.ground), b"p" * 32
    assert [noted(named, person), noted(named, person)] == [True, False]
    assert not noted(named, b"r" * 32, home=person)
    assert not noted(named, b"n" * 32, personal=False)


def test_of_many_pairs_the_first_is_written_again() -> None:
    named = Named(Rig().node.parts.ground)
    people = [number.to_bytes(32, "big") for number in range(NAMED_REMEMBERED + 1)]
    assert all(noted(named, each) for each in people)
    assert [noted(named, people[0]), noted(named, people[-1])] == [True, False]


def test_where_somebody_is_named_is_read_from_the_disk() -> None:
    rig = Rig()
    rig.feed_rows(NamedEntry(b"p" * 32, SCOPE), NamedEntry(b"q" * 32, SCOPE))
    assert rig.node.parts.named.scopes(ScopeId(b"p" * 32)) == [SCOPE]
