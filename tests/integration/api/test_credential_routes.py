"""The portable CV through the local APIs of whole nodes: what others signed about one's work goes along."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from meshnode.credentials.cv import MEMBERSHIP, WORK
from meshnode.credentials.report import Report, examine
from meshproto.records.ids import to_text
from tests.support.bargains import table
from tests.support.meshes import Mesh


@pytest.fixture
def mesh(tmp_path: Path) -> Mesh:
    return Mesh(tmp_path)


def report(made: dict[str, Any]) -> Report:
    """What anybody finds out from the file."""
    return examine(json.dumps(made["presentation"]).encode(), datetime(2100, 1, 1, tzinfo=UTC))


async def test_work_that_was_confirmed_proves_itself_to_a_stranger(mesh: Mesh) -> None:
    async with table(mesh, "ana", "ben") as all_:
        await all_.works("ben", "Code", 2, "ana")
        me = (await all_["ana"].does("GET", "/me"))["id"]
        made = await all_["ben"].does("POST", "/credentials", {"challenge": "abc", "domain": "acme.example"})
        own = (await all_["ben"].does("GET", "/me"))["id"]
    found = report(made)
    (work,) = [each for each in found.credentials if each.kinds == [WORK]]
    assert (work.subject, work.own_key, found.proven.challenge) == (f"urn:cid:{own}", True, "abc")
    claims = work.claims
    assert (claims.contributions, claims.shown, claims.confirmations, claims.seen) == (1, 1, 1, 1)
    assert claims.witnesses == {f"urn:cid:{me}"}
    assert (made["contributions"], made["confirmations"], made["key"]) == (1, 1, found.proven.method)
    # As whole strings: the base64 of a signature holds any three letters now and then.
    assert not [word for word in ("Code", "Ben", "Ana", "Acme") if json.dumps(word) in json.dumps(made)]


async def test_texts_and_names_are_told_if_asked_for(mesh: Mesh) -> None:
    async with table(mesh, "ana", "ben") as all_:
        await all_.works("ben", "Code", 2, "ana")
        made = await all_["ben"].does("POST", "/credentials", {"texts": True, "agreement": "Acme site"})
    (work,) = made["presentation"]["verifiableCredential"]
    (entry,) = work["credentialSubject"]["contribution"]
    assert (entry["title"], entry["quantity"], entry["unit"]) == ("Code", "7200", "SEC")
    assert work["credentialSubject"]["agreement"]["name"] == "Acme site"
    assert entry["confirmedBy"][0]["name"] == "Ana"


async def test_work_that_stands_in_several_places_is_told_once_where_it_was_confirmed(mesh: Mesh) -> None:
    async with table(mesh, "ana", "ben") as all_:
        ben = all_["ben"]
        own = await ben.does("POST", "/contributions", {"title": "Code", "seconds": 60, "network": "notebook"})
        there = (await ben.does("POST", f"/contributions/{own['id']}/share", {"network": "studio"}))["id"]
        again = (await ben.does("POST", f"/contributions/{there}/share", {"agreement": "Acme site"}))["id"]
        before = await ben.does("POST", "/credentials", {})
        await all_.come(again)
        said = await all_["ana"].does("POST", "/attestations", {"contribution": again})
        await all_.come(said["attestations"][-1]["id"])
        after = await ben.does("POST", "/credentials", {})
    assert [made["contributions"] for made in (before, after)] == [1, 1]
    assert [told_in(made) for made in (before, after)] == [[f"urn:cid:{there}"], [f"urn:cid:{again}"]]
    assert after["confirmations"] == 1


def told_in(made: dict[str, Any]) -> list[str]:
    """The work told of in a presentation."""
    subjects = [each["credentialSubject"] for each in made["presentation"]["verifiableCredential"]]
    return [work["id"] for subject in subjects for work in subject.get("contribution", [])]


async def test_memberships_and_bulk_work_are_shown_and_the_notebook_is_not(mesh: Mesh, tmp_path: Path) -> None:
    async with mesh.node("ana") as ana:
        api = ana.api()
        studio = await api.does("POST", "/networks", {"name": "studio", "join": "open"})
        await api.does("POST", "/contributions", {"title": "Private", "seconds": 60})
        sheet = tmp_path / "work.csv"
        rows = "".join(f"Work {n},1:00:00,a@b.c,2026-01-{n:02},09:00\n" for n in range(1, 29))
        sheet.write_text("Description,Duration,Email,Start date,Start time\n" + rows)
        options = {"tz": "UTC", "network": "studio"}
        await api.does("POST", "/imports", {"kind": "csv", "path": str(sheet), "options": options})
        found = report(await api.does("POST", "/credentials", {}))
        late = await api.does("POST", "/credentials", {"first": "2026-01-20", "last": "2026-01-21"})
        refused = await api.refuses("POST", "/credentials", {"first": "soon"})
    kinds = {tuple(each.kinds): each for each in found.credentials}
    assert (kinds[(WORK,)].claims.contributions, kinds[(WORK,)].claims.shown) == (28, 28)
    assert kinds[(MEMBERSHIP,)].claims.records >= 1
    assert (late["contributions"], refused["code"]) == (2, "bad-request")
    assert studio["id"] != to_text(ana.opened.notebook)
