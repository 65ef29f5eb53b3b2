"""Two laptops of one person, as processes: paired by a line and four words, writing at once, one of them ended."""

from collections.abc import Iterator

import pytest

from tests.support.homes import Household, Person, pair


@pytest.fixture
def laptops() -> Iterator[tuple[Person, Person]]:
    with Household() as all_:
        ana, second = all_.person("ana"), all_.person("second", starts=False)
        pair(ana, second)
        yield ana, second


def test_both_write_at_once_and_see_each_others_work(laptops: tuple[Person, Person]) -> None:
    ana, second = laptops
    ana.does("log", "On the first", "1h")
    second.does("log", "On the second", "1h")
    for person in laptops:
        person.sees(lambda it: titles(it) == {"On the first", "On the second"})
    assert second.asks("whoami")["fingerprint"] == ana.asks("whoami")["fingerprint"]
    assert ana.asks("whoami")["devices"] == 2


def test_a_stopped_second_laptop_signs_by_its_grant(laptops: tuple[Person, Person]) -> None:
    ana, second = laptops
    second.does("log", "While it runs", "1h")
    second.does("down")
    second.does("log", "While it is stopped", "1h")
    second.does("up")
    ana.sees(lambda _: titles(ana) == {"While it runs", "While it is stopped"})
    listed = ana.asks("contribution", "ls")["items"]
    assert {each["status"] for each in listed} == {"yes"}


def test_an_ended_laptop_keeps_its_past_and_signs_no_more(laptops: tuple[Person, Person]) -> None:
    ana, second = laptops
    second.does("log", "Before", "1h")
    ana.sees(lambda _: titles(ana) == {"Before"})
    ana.does("id", "device", "revoke", "second", "--yes")
    second.sees(lambda _: second.asks("id", "device", "ls")["this"]["state"] == "revoked")
    refused = second.tries("log", "After", "1h")
    assert (refused.code, "this device was ended" in refused.err) == (16, True)
    assert "revoked: what it signs counts no more" in second.does("whoami")
    assert second.tries("status").code == 3
    second.does("down")
    refused = second.tries("log", "After", "1h")
    assert (refused.code, "this device was ended" in refused.err) == (16, True)
    assert [each["status"] for each in ana.asks("contribution", "ls")["items"]] == ["yes"]


def titles(person: Person) -> set[str]:
    return {each["title"] for each in person.asks("contribution", "ls")["items"]}
