"""The page of people and roles, over whole nodes: who belongs how closely, and who worked on what."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from meshnode.core.drafts import Draft
from meshproto.records.ids import ext
from meshproto.types import value
from meshproto.types.value import Measure
from tests.support.bargains import Table, table
from tests.support.dashboards import Reader
from tests.support.meshes import Mesh, until


@pytest.fixture
async def all_(tmp_path: Path) -> AsyncIterator[Table]:
    async with table(Mesh(tmp_path), "kim", "lea", clients=["cy"]) as found:
        yield found


async def logged_in(all_: Table, name: str) -> Reader:
    reader = Reader(all_.nodes[name])
    await reader.logs_in()
    return reader


async def test_people_stand_on_rings_by_their_roles_with_what_they_worked(all_: Table) -> None:
    kim, lea = all_["kim"], all_["lea"]
    project = await kim.does("POST", "/projects", {"title": "Atlas", "network": "studio"})
    await all_.come(project["id"])
    day = (await lea.does("GET", "/node"))["started"][:10]
    work = {"title": "Maps", "seconds": 5400, "project": project["id"], "day": day}
    await all_.come((await lea.does("POST", "/contributions", work))["id"])
    reader = await logged_in(all_, "kim")
    page = await reader.reads("/people")
    network = next(each for each in (await kim.does("GET", "/networks"))["items"] if not each["notebook"])["id"]
    members = (await kim.does("GET", f"/networks/{network}/members"))["items"]
    for each in members:
        assert each["fingerprint"] in page
    rows = json.loads(await reader.reads("/people?figure=rings&as=json"))["rows"]
    assert {(row["Ring"], row["Who"]) for row in rows} == {("core", "You"), ("core", "Lea"), ("core", "Cy")}
    hours = json.loads(await reader.reads("/people?figure=worked&as=json"))["rows"]
    assert hours == [{"Who": "Lea", "Atlas": "1.5", "In all": "1.5"}]
    listed = json.loads(await reader.reads("/people?figure=people&as=json"))["rows"]
    assert {row["Who"]: row["Hours"] for row in listed} == {"Kim": "0", "Lea": "1.5", "Cy": "0"}
    assert "1 agreement in force" in page


async def test_projects_of_which_one_has_only_heard_are_not_drawn(all_: Table) -> None:
    node = all_.nodes["kim"]
    network = await node.office.find_network("studio")
    day, hour = (await all_["kim"].does("GET", "/node"))["started"][:10], Measure(3600, 0, "SEC")
    for project in (ext(b"x" * 32), None):
        facts = value.contribution(kind="work", qty=hour, when=(day, day), project=project)
        await node.office.node.write([Draft(network, "contribution", facts, {"title": "Work"})])
    reader = await logged_in(all_, "kim")
    listed = json.loads(await reader.reads("/people?figure=people&as=json"))["rows"]
    assert {row["Who"]: row["Hours"] for row in listed} == {"Kim": "2", "Lea": "0", "Cy": "0"}


async def test_each_network_can_be_chosen(all_: Table) -> None:
    reader = await logged_in(all_, "kim")
    other = (await all_["kim"].does("POST", "/networks", {"name": "Allotment", "join": "invite"}))["id"]
    assert "How closely each belongs to <bdi>studio</bdi>" in await reader.reads("/people")
    page = await reader.reads(f"/people?network={other}")
    assert "How closely each belongs to <bdi>Allotment</bdi>" in page
    assert f'<option value="{other}" selected>' in page
    assert "Lea" not in page
    assert "<bdi>studio</bdi>" in await reader.reads("/people?network=nowhere")


async def test_who_left_is_told_apart(all_: Table) -> None:
    network = next(each for each in (await all_["cy"].does("GET", "/networks"))["items"] if not each["notebook"])["id"]
    reader = await logged_in(all_, "kim")
    assert "Not here now" not in await reader.reads("/people")
    await all_["cy"].does("DELETE", f"/networks/{network}")

    async def gone() -> bool:
        found = (await all_["kim"].does("GET", f"/networks/{network}/members"))["items"]
        return any(each["state"] == "left" for each in found)

    await until(gone, True)
    page = await reader.reads("/people")
    assert "1 who is invited, left or was removed" in page
    rows = json.loads(await reader.reads("/people?figure=rings&as=json"))["rows"]
    assert {row["Who"] for row in rows} == {"You", "Lea"}
