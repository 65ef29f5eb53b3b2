"""Calls as descriptions: where they go, and what is read from what comes back."""

import pytest

from meshnode.client.answers import Page
from meshnode.client.calls import Call, Group, delete, first_page, for_, get, items, new_key, next_page, put, write
from meshnode.client.client import Client
from meshnode.client.errors import BadAnswer


def test_a_call_without_a_query_goes_to_its_path() -> None:
    assert Call[object]("GET", "/health", {"peer": None}).target == "/v1/health"


def test_a_call_says_yes_and_leaves_out_no() -> None:
    call: Call[object] = delete("/follows/Ben", {"all": True, "mine": False, "limit": 3})
    assert call.target == "/v1/follows/Ben?all=true&limit=3"


def test_what_is_written_without_a_key_gets_one_that_nobody_had() -> None:
    calls: list[Call[object]] = [write("/x", {}, ""), write("/x", {}, ""), put("/x", {})]
    assert len({call.key for call in calls} | {new_key()}) == 4


def test_nobody_is_named_unless_somebody_signs_for_an_organisation() -> None:
    assert (for_(None), for_("Blue")) == ({}, {"as": "Blue"})


@pytest.mark.parametrize("found", [["a"], {"items": ["a"], "next": None}])
def test_a_list_is_read_with_or_without_a_page_around_it(found: object) -> None:
    call: Call[list[str]] = items("/timers")
    assert call.read(found) == ["a"]


@pytest.mark.parametrize("found", [None, "a", {"items": "a"}, {}])
def test_what_is_no_list_is_refused(found: object) -> None:
    call: Call[list[str]] = items("/timers")
    with pytest.raises(BadAnswer, match="not a list"):
        call.read(found)


def test_the_last_page_has_none_after_it() -> None:
    asked: Call[Page[str]] = get("/projects", {"q": "x"})
    first = first_page(asked)
    second = next_page(first, {"items": ["a"], "next": "c1"})
    assert second is not None
    assert second.target == "/v1/projects?q=x&limit=500&cursor=c1"
    assert next_page(second, {"items": [], "next": None}) is None


def test_a_method_keeps_its_name_and_says_what_it_does() -> None:
    log = Client("nowhere").work.log
    assert (log.__name__, (log.__doc__ or "").split(";")[0]) == ("log", "Sign a contribution of so many seconds")


def test_a_group_is_made_over_the_link_of_its_client() -> None:
    client = Client("nowhere")
    assert isinstance(client.work, Group)
    assert client.work.link is client.link
