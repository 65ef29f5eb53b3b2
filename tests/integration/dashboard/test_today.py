"""The page Today of whole nodes: the timer, what waits, what comes in; and the page of a record."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from meshproto.records.ids import to_text
from tests.support.bargains import table
from tests.support.dashboards import Reader
from tests.support.meshes import Mesh, Node


@pytest.fixture
async def ana(tmp_path: Path) -> AsyncIterator[Node]:
    async with Mesh(tmp_path).node("ana") as node:
        yield node


@pytest.fixture
async def reader(ana: Node) -> Reader:
    reader = Reader(ana)
    await reader.logs_in()
    return reader


async def test_work_logged_on_the_page_is_signed_and_shown(ana: Node, reader: Reader) -> None:
    answer = await reader.sends("/today/log", title="Landing page", amount="3h30", day="2026-03-09")
    assert answer.json() == {"go": "/"}
    (entry,) = (await ana.api().does("GET", "/contributions"))["items"]
    assert (entry["title"], entry["seconds"], entry["day_from"]) == ("Landing page", 12_600, "2026-03-09")
    page = await reader.reads("/")
    assert "Landing page" in page
    assert "3.5 h" in page


async def test_work_by_which_no_money_is_shared_is_told_where_it_was_logged(tmp_path: Path) -> None:
    async with table(Mesh(tmp_path), "kim", "lea") as all_:
        reader = Reader(all_.nodes["kim"])
        await reader.logs_in()
        place = {"amount": "1h", "place": f"agreement:{to_text(all_.scope)}"}
        early, usual = [
            (await reader.sends("/today/log", title="Sketch", day=day, **place)).json()
            for day in ("2025-12-31", "2026-05-04")
        ]
    assert early["says"] == ["it was done before 2026-01-01, when this agreement begins; it counts there all the same"]
    assert early["key"] != ""
    assert usual == {"go": "/"}


async def test_the_owner_sees_how_much_of_this_day_and_week_is_logged(ana: Node, reader: Reader) -> None:
    assert "Nothing of this week is logged yet" in await reader.reads("/")
    await ana.api().does("POST", "/contributions", {"title": "Landing page", "seconds": 9_000})
    assert '<span class="figure">2.5 h</span> logged today' in await reader.reads("/")


async def test_pressing_twice_logs_once(ana: Node, reader: Reader) -> None:
    for _ in range(2):
        await reader.sends("/today/log", key="k1", title="Once", amount="1h")
    assert len((await ana.api().does("GET", "/contributions"))["items"]) == 1


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"title": " ", "amount": "1h"}, "in a few words"),
        ({"title": "x", "amount": "33"}, "33 of what?"),
        ({"title": "x", "amount": ""}, "no amount"),
        ({"title": "x", "amount": "1h", "place": "project:nothing"}, "nothing"),
        ({"title": "x", "amount": "1h", "day": "someday"}, "someday"),
    ],
)
async def test_what_cannot_be_understood_is_told_where_it_was_typed(
    reader: Reader, fields: dict[str, str], says: str
) -> None:
    answer = await reader.sends("/today/log", **fields)
    assert answer.status_code in (400, 404)
    assert says in answer.json()["detail"]


async def test_the_timer_starts_runs_and_is_logged(ana: Node, reader: Reader) -> None:
    await reader.sends("/today/timer", title="Wireframes")
    page = await reader.reads("/")
    assert "Wireframes" in page
    assert "Stop and log" in page
    timers = (await ana.api().does("GET", "/timers"))["items"]
    await reader.sends("/today/timer/stop", timer=timers[0]["id"], discard="yes")
    assert "Stop and log" not in await reader.reads("/")


async def test_a_form_that_is_none_is_refused(reader: Reader) -> None:
    assert (await reader.sends("/today/log", title="x" * 70_000)).json()["detail"].startswith("that is too much")


async def test_what_waits_is_told_with_how_long_it_has_waited_and_done_on_its_page(tmp_path: Path) -> None:
    async with table(Mesh(tmp_path), "kim", "lea") as all_:
        work = await all_.works("lea", "Booking form", 2)
        reader = Reader(all_.nodes["kim"])
        await reader.logs_in()
        page = await reader.reads("/")
        assert "Confirm Booking form" in page
        assert "unanswered for" in page
        assert f'href="/records/{work}"' in page
        assert "Confirm it" in await reader.reads(f"/records/{work}")
        await reader.sends(f"/records/{work}/attest", note="seen")
        assert "Nothing waits for you" in await reader.reads("/")
        assert "confirmed by 1 of 1" in await reader.reads(f"/records/{work}")


async def test_a_record_is_verified_when_it_is_looked_at(ana: Node, reader: Reader) -> None:
    record = await ana.logs("Landing page")
    page = await reader.reads(f"/records/{to_text(record)}")
    assert "Everything that can be checked here holds." in page
    assert "the signature on it holds" in page
    assert f"{len(ana.opened.reader.record(record).raw)} bytes, canonical" in page  # type: ignore[union-attr]  # stored
    genesis = await reader.reads(f"/records/{to_text(ana.office.me)}")
    assert "the first one" in genesis


async def test_what_stands_in_the_notebook_is_shown_with_its_title_and_how_to_share_it(
    ana: Node, reader: Reader
) -> None:
    page = await reader.reads(f"/records/{to_text(await ana.logs('Landing page'))}")
    assert "<h1><bdi>Landing page</bdi></h1>" in page
    assert "meshnode share" in page


async def test_a_record_that_is_not_here_is_told_so(reader: Reader) -> None:
    answer = await reader.get("/records/bafkreiaaaaaa")
    assert answer.status_code == 404
    assert "There is no such thing" in answer.text
