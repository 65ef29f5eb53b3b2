"""Looking after the databases: what is whole is said to be, what is computed can go, what is packed says the same."""

from pathlib import Path

import pytest

from meshnode.app.init import create
from meshnode.app.maintain import check, rebuild, vacuum
from meshnode.config.places import Places, locate
from meshnode.store.errors import HomeInUse, StoreFull
from meshnode.store.home import Home
from meshnode.store.maintenance import examine_pages, pack
from meshnode.store.store import open_store
from meshnode.store.views import open_views


@pytest.fixture
def places(tmp_path: Path) -> Places:
    made = locate(tmp_path / "ana", {})
    create(made, "Ana", recovery=False)
    open_views(made.data / "views.db").close()
    return made


def test_whole_databases_are_said_to_be_whole(places: Places) -> None:
    assert [(each.name, each.state) for each in check(places)] == [("records", "ok"), ("views", "ok")]


def test_a_damaged_page_is_found_in_either(places: Places) -> None:
    for name in ("records.db", "views.db"):
        path = places.data / name
        content = bytearray(path.read_bytes())
        content[4096:4600] = bytes(504)
        path.write_bytes(content)
    found = check(places)
    assert [each.state for each in found] == ["fail", "fail"]
    assert all(each.fix for each in found)


def test_records_that_cannot_be_opened_are_told_and_keep_nobody_from_rebuilding(places: Places) -> None:
    (places.data / "records.db").unlink()
    (places.data / "records.db").mkdir()
    assert [(each.name, each.state) for each in check(places)] == [("records", "fail"), ("views", "ok")]
    assert rebuild(places).freed > 0


def test_views_are_thrown_away_and_records_stay(places: Places) -> None:
    before = (places.data / "records.db").read_bytes()
    assert rebuild(places).freed > 0
    assert not (places.data / "views.db").exists()
    assert (places.data / "records.db").read_bytes() == before
    assert rebuild(places).freed == 0


def test_what_is_packed_says_the_same(places: Places) -> None:
    path = places.data / "records.db"
    store = open_store(path)
    before = [record.id for _, record in store.reader().records_after(0, 100)]
    store.close()
    assert [each.name for each in vacuum(places)] == ["records.db", "views.db"]
    assert [each.state for each in check(places)] == ["ok", "ok"]
    store = open_store(path)
    assert [record.id for _, record in store.reader().records_after(0, 100)] == before
    store.close()


def test_a_home_in_use_is_left_alone(places: Places) -> None:
    with Home(places.data):
        for do in (check, rebuild, vacuum):
            with pytest.raises(HomeInUse):
                do(places)


def test_packing_asks_for_room_first(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("meshnode.store.maintenance.SPARE", 1 << 50)
    with pytest.raises(StoreFull):
        pack(places.data / "records.db")


def test_what_is_no_database_is_told(tmp_path: Path) -> None:
    path = tmp_path / "views.db"
    path.write_bytes(b"x" * 8192)
    with pytest.raises(Exception, match="database"):
        examine_pages(path)
