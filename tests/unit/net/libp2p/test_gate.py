"""Who may connect, decided without sockets or clocks."""

from functools import partial

from hypothesis import given
from hypothesis import strategies as st

from meshnode.net.libp2p.gate import REMEMBERED_SOURCES, Gate, Refusal, Visit, source_of
from tests.support.transports import settings_of

ONE, OTHER = "192.0.2.1", "192.0.2.2"


def gate(**changes: object) -> Gate:
    return Gate(settings_of("alice", **changes))


def stay() -> None:
    """Yield to nobody."""


def arrived(at: Gate, source: str = ONE, now: float = 0.0) -> Visit:
    visit = at.arrive(source, stay, now)
    assert isinstance(visit, Visit)
    return visit


def test_addresses_of_one_customer_are_one_source() -> None:
    assert source_of("192.0.2.1") == "192.0.2.1"
    assert source_of("2001:db8:1:2:3::4") == source_of("2001:db8:1:2:ffff::") == "2001:db8:1:2::/64"
    assert source_of("::ffff:192.0.2.1") == "192.0.2.1"
    assert source_of("fe80::1%eth0") == "fe80::/64"


def test_an_address_may_come_as_often_as_its_rate_allows_and_others_are_not_concerned() -> None:
    door = gate(accepts_per_address_per_second=2.0, accepts_per_address_burst=2)
    assert [isinstance(door.arrive(ONE, stay, 0.0), Visit) for _ in range(3)] == [True, True, False]
    assert isinstance(door.arrive(OTHER, stay, 0.0), Visit)
    assert door.arrive(ONE, stay, 0.1) is Refusal.RATE
    assert isinstance(door.arrive(ONE, stay, 0.6), Visit)


def test_the_oldest_of_an_address_yields_to_the_next() -> None:
    door = gate(max_half_open_per_address=2)
    yielded: list[str] = []
    for name in "abc":
        door.arrive(ONE, partial(yielded.append, name), 0.0)
    assert (yielded, door.half_open) == (["a"], 2)


def test_the_greediest_address_yields_when_there_is_no_room() -> None:
    door = gate(max_half_open=3, max_half_open_per_address=3)
    yielded: list[str] = []
    for source in (OTHER, ONE, ONE, "192.0.2.3"):
        door.arrive(source, partial(yielded.append, source), 0.0)
    assert (yielded, door.half_open) == ([ONE], 3)


def test_strangers_leave_room_for_friends() -> None:
    door = gate(max_connections=2, reserved_for_known=1)
    assert door.settle(arrived(door), known=False) is None
    assert door.settle(arrived(door), known=False) is Refusal.FULL
    assert door.settle(arrived(door), known=True) is None
    assert door.settle(arrived(door), known=True) is Refusal.FULL
    assert door.set_out() is Refusal.FULL


def test_strangers_of_one_address_are_limited() -> None:
    door = gate(max_connections_per_address=1)
    assert door.settle(arrived(door), known=False) is None
    assert door.settle(arrived(door), known=False) is Refusal.ADDRESS
    assert door.settle(arrived(door, OTHER), known=False) is None
    assert door.settle(arrived(door), known=True) is None


def test_what_we_dial_takes_a_slot_and_gives_it_back() -> None:
    door = gate(max_connections=1, reserved_for_known=0)
    visit = door.set_out()
    assert isinstance(visit, Visit)
    assert door.settle(arrived(door), known=True) is Refusal.FULL
    door.leave(visit)
    door.leave(visit)
    visit.yields()
    assert isinstance(door.set_out(), Visit)


def test_the_rates_of_ever_new_addresses_do_not_fill_the_memory() -> None:
    door = gate()
    for number in range(REMEMBERED_SOURCES + 100):
        door.leave(arrived(door, f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"))
    assert len(door._rates) == REMEMBERED_SOURCES


@given(
    st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from(["arrive", "settle", "leave", "dial"])), max_size=60)
)
def test_no_order_of_events_breaks_a_limit(events: list[tuple[str, str]]) -> None:
    door = gate(max_connections=4, reserved_for_known=1, max_half_open=3, max_half_open_per_address=2)
    visits: list[Visit] = []
    for source, event in events:
        if event == "arrive":
            visits.append(arrived(door, source))
        elif event == "dial":
            visits += [visit] if isinstance(visit := door.set_out(), Visit) else []
        elif visits and event == "leave":
            door.leave(visits.pop())
        elif visits and visits[-1] in door._half_open:
            door.settle(visits[-1], known=source in "ab")
        assert door.half_open <= 3
        assert len(door._settled) <= 4
