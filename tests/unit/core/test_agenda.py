"""The agenda: one time for each name."""

from meshnode.core.agenda import Agenda


def test_what_is_due_comes_off_in_order_of_time() -> None:
    agenda = Agenda()
    agenda.set("late", 0, 30)
    agenda.set("soon", 1, 10)
    agenda.set("next", 2, 20)
    assert agenda.take(20) == [("soon", 1), ("next", 2)]
    assert len(agenda) == 1
    assert agenda.next() == 30


def test_setting_a_name_again_moves_it() -> None:
    agenda = Agenda()
    agenda.set("sync", 1, 10)
    agenda.set("sync", 1, 50)
    assert agenda.take(40) == []
    assert agenda.next() == 50


def test_hastening_never_delays() -> None:
    agenda = Agenda()
    agenda.hasten("held", 0, 20)
    agenda.hasten("held", 0, 30)
    assert agenda.next() == 20
    agenda.hasten("held", 0, 10)
    assert agenda.next() == 10


def test_a_time_that_was_dropped_never_comes() -> None:
    agenda = Agenda()
    agenda.set("hello", 1, 10)
    agenda.drop("hello", 1)
    agenda.drop("hello", 2)
    assert agenda.next() is None
    assert agenda.take(100) == []


def test_moving_one_time_again_and_again_costs_no_memory() -> None:
    agenda = Agenda()
    for at in range(10_000):
        agenda.set("round", 1, at)
    assert len(agenda._heap) < 100
    assert agenda.take(10_000) == [("round", 1)]
