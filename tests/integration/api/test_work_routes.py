"""Contributions, timers and projects through the local API of a whole node."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from meshnode.core.rows import Forget, TimerEntry
from meshproto.records.ids import to_text
from tests.support.meshes import Api, Mesh, Node

HOUR = {"title": "Landing page", "seconds": 3600}


@pytest.fixture
async def ana(tmp_path: Path) -> AsyncIterator[Node]:
    async with Mesh(tmp_path).node("ana") as node:
        yield node


@pytest.fixture
def api(ana: Node) -> Api:
    return ana.api()


async def test_logged_work_is_shown_as_it_was_given(api: Api) -> None:
    body = {**HOUR, "text": "First draft", "day": "2026-03-09", "kind": "idea"}
    written = await api.does("POST", "/contributions", body)
    assert written["scope"]["kind"] == "notebook"
    shown = await api.does("GET", f"/contributions/{written['id']}")
    assert (shown["title"], shown["text"], shown["kind"]) == ("Landing page", "First draft", "idea")
    assert (shown["seconds"], shown["quantity"]) == (3600, {"n": 3600, "s": 0, "u": "SEC"})
    assert (shown["day_from"], shown["day_to"]) == ("2026-03-09", "2026-03-09")
    assert (shown["agent"]["name"], shown["agent"]["me"], shown["status"], shown["claim"]) == (
        "Ana", True, "yes", "claimed",
    )  # fmt: skip


async def test_other_quantities_than_time_are_taken(api: Api) -> None:
    written = await api.does("POST", "/contributions", {"title": "Juice", "quantity": {"n": 25, "s": 1, "u": "LTR"}})
    shown = await api.does("GET", f"/contributions/{written['id']}")
    assert (shown["quantity"], shown["seconds"]) == ({"n": 25, "s": 1, "u": "LTR"}, None)


@pytest.mark.parametrize(
    "body",
    [
        {"title": "x"},
        {"title": "x", "seconds": 1, "quantity": {"n": 1, "s": 0, "u": "HUR"}},
        {"title": "x", "seconds": 0},
        {"title": "x", "seconds": 99_999_999},
        {"title": "  ", "seconds": 1},
        {"title": "x" * 501, "seconds": 1},
        {"title": "x", "seconds": 1, "day": "yesterday"},
        {"title": "x", "seconds": 1, "day": "2026-03-09", "day_to": "2026-03-08"},
        {"title": "x", "seconds": 1, "kind": "fun"},
        {"title": "x", "quantity": {"n": 1, "s": 9, "u": "HUR"}},
        {"title": "x", "quantity": {"n": 1, "s": 0, "u": "hours"}},
    ],
)
async def test_work_that_makes_no_sense_is_refused(api: Api, body: object) -> None:
    assert (await api.refuses("POST", "/contributions", body))["code"] == "bad-request"


async def test_an_unknown_project_is_refused_with_the_command_that_creates_it(api: Api) -> None:
    problem = await api.refuses("POST", "/contributions", {**HOUR, "project": "acme's site"})
    assert (problem["code"], problem["hint"]) == ("unknown-project", "meshnode project create 'acme'\\''s site'")


async def test_the_list_is_newest_first_and_paged(api: Api) -> None:
    ids = [(await api.does("POST", "/contributions", {**HOUR, "title": f"Entry {n}"}))["id"] for n in range(5)]
    found, path = [], "/contributions?limit=2"
    while path:
        page = await api.does("GET", path)
        found += [item["id"] for item in page["items"]]
        path = f"/contributions?limit=2&cursor={page['next']}" if page["next"] else ""
    assert found == ids[::-1]


async def test_abbreviated_ids_find_their_record(api: Api) -> None:
    full = (await api.does("POST", "/contributions", HOUR))["id"]
    for text in (full[-8:], full[:20], f"{full[:7]}…{full[-8:]}", full.upper()):
        assert (await api.does("GET", f"/contributions/{text}"))["id"] == full
    assert (await api.refuses("GET", "/contributions/zzzzzzzz"))["code"] == "not-found"
    assert (await api.refuses("GET", "/contributions/!"))["code"] == "bad-request"


async def test_a_correction_signs_the_difference(api: Api) -> None:
    full = (await api.does("POST", "/contributions", HOUR))["id"]
    await api.does("POST", f"/contributions/{full}/correct", {"seconds": 1800})
    shown = await api.does("GET", f"/contributions/{full}")
    assert (shown["seconds"], shown["corrected"]) == (1800, True)
    assert (await api.refuses("POST", f"/contributions/{full}/correct", {"seconds": 1800}))["code"] == "exists"


async def test_a_correction_in_another_unit_of_time_is_exact_or_refused(api: Api) -> None:
    hours = {"title": "x", "quantity": {"n": 15, "s": 1, "u": "HUR"}}
    full = (await api.does("POST", "/contributions", hours))["id"]
    await api.does("POST", f"/contributions/{full}/correct", {"seconds": 2700})
    assert (await api.does("GET", f"/contributions/{full}"))["quantity"] == {"n": 75, "s": 2, "u": "HUR"}
    assert (await api.refuses("POST", f"/contributions/{full}/correct", {"seconds": 7}))["code"] == "bad-request"


async def test_retracted_work_says_so_and_cannot_be_changed_any_more(api: Api) -> None:
    full = (await api.does("POST", "/contributions", HOUR))["id"]
    await api.does("POST", f"/contributions/{full}/retract", {"reason": "duplicate"})
    assert (await api.does("GET", f"/contributions/{full}"))["claim"] == "retracted"
    assert (await api.refuses("POST", f"/contributions/{full}/correct", {"seconds": 60}))["code"] == "conflict"


async def test_one_cannot_thank_oneself(api: Api) -> None:
    full = (await api.does("POST", "/contributions", HOUR))["id"]
    assert (await api.refuses("POST", f"/contributions/{full}/thank", {"text": "well done"}))["code"] == "bad-request"


async def test_an_entry_is_shared_into_a_network_and_names_the_first_weakly(ana: Node, api: Api) -> None:
    first = (await api.does("POST", "/contributions", HOUR))["id"]
    await api.does("POST", "/networks", {"name": "Studio"})
    shared = await api.does("POST", f"/contributions/{first}/share", {"network": "studio"})
    assert shared["scope"]["name"] == "Studio"
    shown = await api.does("GET", f"/contributions/{shared['id']}")
    assert (shown["title"], shown["status"]) == ("Landing page", "yes")
    again = await api.refuses("POST", f"/contributions/{shared['id']}/share", {"network": "studio"})
    assert again["code"] == "exists"


async def test_an_entry_is_shared_once_in_a_network_and_again_only_after_a_retraction(api: Api) -> None:
    first = (await api.does("POST", "/contributions", HOUR))["id"]
    await api.does("POST", "/networks", {"name": "Studio"})
    shared = (await api.does("POST", f"/contributions/{first}/share", {"network": "studio"}))["id"]
    problem = await api.refuses("POST", f"/contributions/{first}/share", {"network": "studio"})
    assert (problem["code"], problem["hint"]) == ("exists", f"meshnode contribution show {shared}")
    await api.does("POST", f"/contributions/{shared}/retract", {"reason": "error"})
    assert (await api.does("POST", f"/contributions/{first}/share", {"network": "studio"}))["id"] != shared


async def test_the_same_key_makes_nothing_twice(api: Api) -> None:
    one = await api.does("POST", "/contributions", HOUR, key="k1")
    two = await api.does("POST", "/contributions", HOUR, key="k1")
    assert one == two
    assert len((await api.does("GET", "/contributions"))["items"]) == 1
    other = await api.refuses("POST", "/contributions", {**HOUR, "seconds": 7200}, key="k1")
    assert other["code"] == "idempotency-key-reused"


async def test_the_same_key_settles_a_request_after_a_restart(tmp_path: Path) -> None:
    mesh = Mesh(tmp_path)
    async with mesh.node("ana") as ana:
        one = await ana.api().does("POST", "/contributions", HOUR, key="k1")
        await ana.api().does("POST", f"/contributions/{one['id']}/retract", {}, key="k2")
    async with mesh.node("ana") as ana:
        assert await ana.api().does("POST", "/contributions", HOUR, key="k1") == one
        await ana.api().does("POST", f"/contributions/{one['id']}/retract", {}, key="k2")


async def test_a_timer_counts_and_becomes_an_entry(ana: Node, api: Api) -> None:
    timer = await api.does("POST", "/timers", {"title": "Refactoring"}, key="t1")
    assert (await api.does("POST", "/timers", {"title": "Refactoring"}, key="t1"))["id"] == timer["id"]
    assert [each["id"] for each in (await api.does("GET", "/timers"))["items"]] == [timer["id"]]
    await set_back(ana, timer["id"], 90 * 60)
    stopped = await api.does("POST", "/timers/stop", {}, key="t2")
    assert (stopped["ran_seconds"], stopped["counted_seconds"], stopped["capped"]) == (5400, 5400, False)
    assert stopped["contribution"]["seconds"] == 5400
    assert (await api.does("POST", "/timers/stop", {}, key="t2"))["contribution"] == stopped["contribution"]
    assert (await api.refuses("POST", "/timers/stop", {}))["code"] == "no-timer"


async def test_a_timer_left_running_counts_its_cap_and_says_so(ana: Node, api: Api) -> None:
    timer = await api.does("POST", "/timers", {"title": "Forgotten"})
    await set_back(ana, timer["id"], 3 * 86_400)
    stopped = await api.does("POST", "/timers/stop", {})
    assert (stopped["ran_seconds"], stopped["counted_seconds"], stopped["capped"]) == (259_200, 43_200, True)
    assert stopped["contribution"]["seconds"] == 43_200


async def test_a_discarded_timer_leaves_nothing(api: Api) -> None:
    await api.does("POST", "/timers", {"title": "x"})
    assert (await api.does("POST", "/timers/stop", {"discard": True}))["contribution"] is None
    assert (await api.does("GET", "/contributions"))["items"] == []


async def test_starting_a_timer_that_was_stopped_since_starts_no_second_one(api: Api) -> None:
    await api.does("POST", "/timers", {"title": "x"}, key="t1")
    await api.does("POST", "/timers/stop", {"discard": True})
    assert (await api.refuses("POST", "/timers", {"title": "x"}, key="t1"))["code"] == "no-timer"
    assert (await api.does("GET", "/timers"))["items"] == []


async def test_a_record_that_is_no_contribution_is_not_shown_as_one(ana: Node, api: Api) -> None:
    genesis = to_text(ana.opened.node.identity.agent)
    problem = await api.refuses("GET", f"/contributions/{genesis}")
    assert (problem["code"], problem["hint"]) == ("not-found", "meshnode contribution ls")


async def test_of_several_timers_one_must_be_named(api: Api) -> None:
    one, two = [(await api.does("POST", "/timers", {"title": title}))["id"] for title in ("one", "two")]
    assert (await api.refuses("POST", "/timers/stop", {}))["code"] == "ambiguous-id"
    await api.does("POST", "/timers/stop", {"timer": "one"})
    await api.does("POST", "/timers/stop", {"timer": two})
    assert one != two


async def test_timers_survive_a_restart(tmp_path: Path) -> None:
    mesh = Mesh(tmp_path)
    async with mesh.node("ana") as ana:
        timer = await ana.api().does("POST", "/timers", {"title": "Long work"})
    async with mesh.node("ana") as ana:
        assert [each["id"] for each in (await ana.api().does("GET", "/timers"))["items"]] == [timer["id"]]


async def test_a_timer_for_an_unknown_project_is_refused_when_it_starts(api: Api) -> None:
    assert (await api.refuses("POST", "/timers", {"title": "x", "project": "nope"}))["code"] == "unknown-project"


async def test_work_on_a_project_stands_where_the_project_does(api: Api) -> None:
    await api.does("POST", "/networks", {"name": "Studio"})
    project = await api.does("POST", "/projects", {"title": "Acme Site", "network": "studio", "starts": "2026-01-01"})
    assert (project["slug"], project["state"], project["scope"]["name"]) == ("acme-site", "active", "Studio")
    for name in ("acme-site", "Acme Site", project["id"], project["id"][-8:]):
        written = await api.does("POST", "/contributions", {**HOUR, "project": name})
        assert written["scope"]["name"] == "Studio"
    shown = await api.does("GET", "/projects/acme-site")
    assert (shown["contributions"], shown["seconds"], shown["conflict"]) == (4, 14_400, False)
    listed = await api.does("GET", f"/contributions?project={project['id']}&network=studio&mine=true")
    assert {item["project"]["slug"] for item in listed["items"]} == {"acme-site"}


async def test_a_short_name_is_given_once_in_a_scope(api: Api) -> None:
    await api.does("POST", "/projects", {"title": "Acme Site"}, key="p1")
    await api.does("POST", "/projects", {"title": "Acme Site"}, key="p1")
    problem = await api.refuses("POST", "/projects", {"title": "acme  site"})
    assert (problem["code"], problem["exit"], problem["hint"]) == ("exists", 17, "meshnode project show acme-site")


@pytest.mark.parametrize(
    "body",
    [
        {"title": "!"},
        {"title": "x", "state": "new"},
        {"title": "x", "starts": "soon"},
        {"title": "x", "starts": "2026-03-09", "ends": "2026-03-08"},
    ],
)
async def test_a_project_that_makes_no_sense_is_refused(api: Api, body: object) -> None:
    assert (await api.refuses("POST", "/projects", body))["code"] == "bad-request"


async def test_a_part_of_a_project_stands_where_the_whole_does(api: Api) -> None:
    await api.does("POST", "/networks", {"name": "Studio"})
    whole = await api.does("POST", "/projects", {"title": "Acme Site", "network": "studio"})
    part = await api.does("POST", "/projects", {"title": "Shop", "part_of": "acme-site"})
    assert (part["scope"]["name"], part["part_of"]) == ("Studio", whole["id"])
    problem = await api.refuses("POST", "/projects", {"title": "Blog", "part_of": "acme-site", "network": "notebook"})
    assert (problem["code"], problem["exit"]) == ("conflict", 17)
    assert "Studio" in problem["detail"]


async def test_projects_are_listed_by_title(api: Api) -> None:
    for title in ("beta", "Alpha", "gamma"):
        await api.does("POST", "/projects", {"title": title})
    page = await api.does("GET", "/projects?limit=2")
    rest = await api.does("GET", f"/projects?limit=2&cursor={page['next']}")
    assert [each["title"] for each in page["items"] + rest["items"]] == ["Alpha", "beta", "gamma"]


async def set_back(node: Node, name: str, seconds: int) -> None:
    """Let a running timer have begun earlier."""
    timer = node.opened.reader.entry(TimerEntry, (name,))
    assert timer is not None
    earlier = timer._replace(started=timer.started - seconds * 1000)
    await node.opened.node.write((), local=[Forget(TimerEntry, (name,)), earlier])
