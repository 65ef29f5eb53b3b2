"""Records, search, erasure, files and the node itself through the local API of whole nodes."""

import base64
import json
from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path

import pytest

from meshnode.api.routes import ROUTES
from meshproto.records.ids import to_text
from meshproto.records.signatures import verify
from tests.support.meshes import Api, Mesh, Node


@pytest.fixture
def mesh(tmp_path: Path) -> Mesh:
    return Mesh(tmp_path)


@pytest.fixture
async def ana(mesh: Mesh) -> AsyncIterator[Node]:
    async with mesh.node("ana") as node:
        yield node


@pytest.fixture
def api(ana: Node) -> Api:
    return ana.api()


async def logged(api: Api, title: str = "Landing page") -> str:
    record: str = (await api.does("POST", "/contributions", {"title": title, "seconds": 3600}))["id"]
    return record


async def test_a_record_comes_with_everything_that_proves_it(ana: Node, api: Api) -> None:
    record = await api.does("GET", f"/records/{await logged(api)}")
    raw = base64.b64decode(record["raw"])
    assert to_text(sha256(raw).digest()) == record["id"] == record["signed"]
    assert verify(ana.opened.node.identity.key.public, sha256(raw).digest(), bytes.fromhex(record["signature"]))
    assert record["private"]["title"] == "Landing page"
    assert record["standing"] == {"status": "yes", "label": "claimed", "reason": "", "causes": []}
    assert record["header"]["facts"]["qty"] == {"n": 3600, "s": 0, "u": "SEC"}


async def test_a_record_verifies_and_explains_itself(api: Api) -> None:
    record = await logged(api)
    verified = await api.does("POST", f"/records/{record}/verify")
    assert (verified["ok"], {check["state"] for check in verified["checks"]}) == (True, {"ok"})
    why = await api.does("GET", f"/records/{record}/why")
    assert (why["standing"]["status"], why["fix"]) == ("yes", "")
    assert why["text"].startswith("It is valid")


async def test_words_are_found_as_they_are_typed(api: Api) -> None:
    first, second = await logged(api, "Konzept für die Bäckerei"), await logged(api, "Other things")
    found = await api.does("GET", "/search?q=backerei%20konz")
    assert [each["id"] for each in found["items"]] == [first]
    assert (await api.does("GET", "/search?q="))["items"] == []
    assert {each["id"] for each in (await api.does("GET", "/search?q=o*%22&limit=5"))["items"]} <= {second}


async def test_an_erased_text_is_gone_and_the_facts_stay(ana: Node, api: Api) -> None:
    record = await logged(api, "Sensitive words")
    erased = await api.does("POST", "/erasures", {"targets": [record]}, key="e1")
    assert erased["targets"] == [record]
    shown = await api.does("GET", f"/contributions/{record}")
    assert (shown["title"], shown["part"], shown["seconds"]) == ("", "erased", 3600)
    assert (await api.does("GET", "/search?q=sensitive"))["items"] == []
    assert (await api.does("GET", f"/records/{record}"))["private"] is None
    checks = (await api.does("POST", f"/records/{record}/verify"))["checks"]
    assert ("ok", "erased") in [(check["state"], check["text"]) for check in checks]
    for path in ana.opened.home.folder.glob("*.db*"):
        assert b"Sensitive" not in path.read_bytes(), path.name


async def test_an_erasure_reaches_the_nodes_that_hold_the_text(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, mesh.node("ben") as ben:
        await ben.joins(ana.line(await ana.founds()))
        record = await ana.logs("Sensitive words", "studio")
        await ben.sees(lambda: ben.text_of(record) is not None)
        await ana.api().does("POST", "/erasures", {"targets": [to_text(record)]})
        await ben.sees(lambda: ben.opened.reader.erased(record))
        assert ben.text_of(record) is None


async def test_a_bundle_carries_everything_to_an_empty_node(mesh: Mesh, tmp_path: Path) -> None:
    file = tmp_path / "all.bundle"
    async with mesh.node("ana") as ana:
        studio = await ana.founds()
        record = await ana.logs("Landing page", "studio")
        exported = await ana.api().does("POST", "/exports", {"kind": "bundle", "path": str(file), "scope": "studio"})
        state = {each["id"]: each["digest"] for each in (await ana.api().does("GET", "/state"))["scopes"]}
        quick = (await ana.api().does("GET", "/state?digests=false"))["scopes"]
        assert {each["id"]: each["digest"] for each in quick} == dict.fromkeys(state, "")
        assert all(each["records"] == each["valid"] + each["pending"] > 0 for each in quick)
    assert exported["bytes"] == file.stat().st_size
    async with mesh.node("ben") as ben:
        await ben.joins(ana.line(studio), seconds=0)
        dry = await ben.api().does("POST", "/imports", {"kind": "bundle", "path": str(file), "dry_run": True})
        taken = await ben.api().does("POST", "/imports", {"kind": "bundle", "path": str(file)})
        assert (dry["written"], taken["written"]) == (exported["records"], exported["records"])
        await ben.sees(lambda: ben.has(record))
        again = await ben.api().does("POST", "/imports", {"kind": "bundle", "path": str(file)})
        assert (again["written"], again["already"]) == (0, exported["records"])
    assert to_text(studio) in state


async def test_machines_that_never_meet_exchange_a_file(mesh: Mesh, tmp_path: Path) -> None:
    file = str(tmp_path / "stick.bundle")
    async with mesh.node("ana") as ana:
        await logged(ana.api())
        written = await ana.api().does("POST", "/sync/file", {"path": file})
    assert (written["received"], written["written"]) == (0, 4)


async def test_a_file_that_is_no_bundle_is_refused_as_unverified(api: Api, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"not a bundle at all")
    problem = await api.refuses("POST", "/imports", {"kind": "bundle", "path": str(tmp_path / "x")})
    assert (problem["code"], problem["exit"]) == ("verification-failed", 15)
    assert (await api.refuses("POST", "/imports", {"kind": "bundle", "path": "/nowhere"}))["code"] == "file"
    assert (await api.refuses("POST", "/imports", {"kind": "bundle", "path": "x"}))["code"] == "bad-request"
    assert (await api.refuses("POST", "/exports", {"kind": "fork", "path": "/tmp/x"}))["code"] == "not-found"


async def test_a_time_sheet_is_imported_once_and_taken_back(api: Api, tmp_path: Path) -> None:
    sheet = tmp_path / "work.csv"
    sheet.write_text("title,date,hours\nDraft,2026-03-09,1.5\nCall,2026-03-10,0.5\n")
    columns = ["title=title", "date=date", "hours=hours"]
    order = {"kind": "csv", "path": str(sheet), "options": {"map": columns}}
    first, again = await api.does("POST", "/imports", order), await api.does("POST", "/imports", order)
    assert (first["written"], first["seconds"], again["written"], again["already"]) == (2, 7200, 0, 2)
    assert [each["batch"] for each in (await api.does("GET", "/imports"))["items"]] == [first["batch"]]
    listed = await api.does("GET", f"/contributions?batch={first['batch']}")
    assert {each["title"] for each in listed["items"]} == {"Draft", "Call"}
    assert (await api.does("DELETE", f"/imports/{first['batch']}"))["retracted"] == 2
    assert (await api.refuses("DELETE", "/imports/nothing"))["code"] == "not-found"


async def test_a_preview_of_a_time_sheet_shows_rows_and_projects_and_writes_nothing(api: Api, tmp_path: Path) -> None:
    sheet = tmp_path / "work.csv"
    sheet.write_text("title,date,hours,project\nDraft,2026-03-09,1.5,Site\nCall,2026-03-10,never,Site\n")
    options = {"map": ["title=title", "date=date", "hours=hours", "project=project"], "create_projects": True}
    order = {"kind": "csv", "path": str(sheet), "options": options, "dry_run": True}
    shown = await api.does("POST", "/imports", order)
    assert [(row["line"], "never" in row["reason"]) for row in shown["refused"]] == [(3, True)]
    assert [(row["place"], row["title"], row["seconds"]) for row in shown["sample"]] == [("line 2", "Draft", 5400)]
    assert "projects that come along: 1 (Site)" in shown["notes"]
    assert (await api.does("GET", "/contributions"))["items"] == []


async def test_the_node_tells_how_it_is(ana: Node, api: Api) -> None:
    await logged(api)
    status = await api.does("GET", "/node")
    assert (status["agent"]["name"], status["records"], status["pending"]) == ("Ana", 4, 0)
    assert status["arrival"] == status["projected"] == 4
    assert {each["name"] for each in (await api.does("GET", "/health"))["reasons"]} <= {"responsiveness"}
    checks = (await api.does("GET", "/doctor"))["checks"]
    assert {"clock", "disk", "store", "records"} <= {check["name"] for check in checks}
    assert all(check["state"] == "ok" or check["fix"] for check in checks)
    assert (await api.does("GET", "/log-file"))["path"].endswith("node.log")
    assert (await api.does("GET", "/forks"))["items"] == []


async def test_the_node_tells_of_its_networks(api: Api) -> None:
    studio = await api.does("POST", "/networks", {"name": "studio"})
    (network,) = (await api.does("GET", "/node"))["networks"]
    assert (network["id"], network["name"], network["members"]) == (studio["id"], "studio", 1)


async def test_the_owner_may_say_that_this_copy_is_the_newest(api: Api) -> None:
    assert (await api.does("POST", "/node/trust"))["status"] in ("ok", "degraded")
    assert await logged(api)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/search?q=x&cursor=a", None),
        ("GET", "/contributions?cursor=7-x", None),
        ("POST", "/exports", {"kind": "zip", "path": "/nowhere/x"}),
    ],
)
async def test_what_means_nothing_is_refused(api: Api, method: str, path: str, body: object) -> None:
    assert (await api.refuses(method, path, body))["code"] == "bad-request"


async def test_stopping_answers_first(ana: Node, api: Api) -> None:
    assert await api.does("POST", "/node/stop") == {"stopping": True}
    assert ana.opened.node.stopping.is_set()
    assert (await api.does("GET", "/health"))["status"] == "stopping"


async def test_a_list_of_foreign_hands_never_leaves_json(api: Api) -> None:
    await logged(api, "\u202eevil\x1b[2J")
    [item] = (await api.does("GET", "/contributions"))["items"]
    assert item["title"] == "\u202eevil\x1b[2J"
    assert "\x1b" not in json.dumps(item)


def test_every_route_has_a_name_of_its_own_and_a_docstring() -> None:
    assert len({(entry.method, entry.path) for entry in ROUTES}) == len(ROUTES)
    assert all(entry.handle.__doc__ for entry in ROUTES)


@pytest.mark.parametrize("path", ["/search?q=x", "/contributions", "/recognitions"])
@pytest.mark.parametrize("cursor", ["x", "-1", "²", "1" * 20, "1" * 5000, f"{'1' * 20}-{to_text(bytes(32))}"])
async def test_a_cursor_that_nobody_was_given_is_refused(tmp_path: Path, path: str, cursor: str) -> None:
    async with Mesh(tmp_path).node("ana") as ana:
        found = await ana.api().refuses("GET", f"{path}{'&' if '?' in path else '?'}cursor={cursor}")
        assert found["code"] == "bad-request"
