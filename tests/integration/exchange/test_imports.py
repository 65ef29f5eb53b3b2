"""Imports on a whole node: the views answer what is known, and what was imported can be found and taken back."""

from pathlib import Path

from meshnode.exchange.imports import Report
from meshnode.exchange.options import OptionValue
from meshnode.runtime.requests.erasures import erase
from meshnode.store.querying import Is, Where
from meshnode.views.rows import ContributionRow
from meshproto.records.ids import RecordId
from tests.support.histories import ANA, BEN, Made, days_of_work, git, make_repository
from tests.support.lone_node import LoneNode, lone_node
from tests.support.sheets import SHEETS


async def from_git(node: LoneNode, path: Path, **given: OptionValue) -> Report:
    return await node.imports.run("git", path, {"email": ANA, **given})


def living(node: LoneNode) -> tuple[ContributionRow, ...]:
    views = node.opened.office.lookups.views
    return views.select(ContributionRow, Where("claim", Is.EQUAL, "claimed"), order="at")


async def test_a_history_is_imported_once_also_after_a_restart(tmp_path: Path) -> None:
    path = make_repository(tmp_path / "acme", [*days_of_work(1300), Made(BEN)])
    async with lone_node(tmp_path / "home") as node:
        assert (await from_git(node, path)).written == 1300
        assert (await from_git(node, path, per="day")).already == 1300
    git(path, "commit", "-q", "--allow-empty", "-m", "One more")
    async with lone_node(tmp_path / "home") as node:
        assert ((await from_git(node, path)).written, len(node.imports.batches())) == (1, 2)
        await node.opened.office.projector.caught_up()
        assert len({row.ext_ref for row in living(node)}) == 1301
        assert {(row.unit, row.quantity) for row in living(node)} == {("C62", 1)}


async def test_an_import_is_undone_and_can_be_done_in_another_way(tmp_path: Path) -> None:
    path = make_repository(tmp_path / "acme", days_of_work(700))
    async with lone_node(tmp_path / "home") as node:
        first = await from_git(node, path)
        assert (await node.imports.undo(first.batch)).retracted == 700
        second = await from_git(node, path, per="day", each="6h")
        await node.opened.office.projector.caught_up()
        assert [row.seconds for row in living(node)] == [21_600] * second.written
        assert [(entry.undone, len(entry.ids)) for entry in node.imports.batches()] == [(False, second.written)]


async def test_a_sheet_with_projects_is_found_again_by_its_words(tmp_path: Path) -> None:
    given: dict[str, OptionValue] = {"tz": "Europe/Madrid", "accept_partial": True}
    async with lone_node(tmp_path / "home") as node:
        held = await node.imports.run("csv", SHEETS / "toggl_members.csv", given)
        assert (held.held_back, held.unknown_projects) == (True, {"Acme Site": 2})
        done = await node.imports.run("csv", SHEETS / "toggl_members.csv", {**given, "create_projects": True})
        assert done.written == 4
        again = await node.imports.run("csv", SHEETS / "toggl_members.csv", given)
        assert (again.fresh, again.already, again.unknown_projects) == (0, 4, {})
        lookups = node.opened.office.lookups
        (project,) = lookups.projects()
        assert (project.title, lookups.totals(project.project).contributions) == ("Acme Site", 2)
        assert [row.title for row in lookups.views.search("comillas")] == ["Línea 1"]


async def test_what_was_erased_is_still_known_and_still_taken_back(tmp_path: Path) -> None:
    path = make_repository(tmp_path / "acme", days_of_work(3))
    async with lone_node(tmp_path / "home") as node:
        report = await from_git(node, path)
        entry = node.imports.batches()[0]
        office = node.opened.office
        await erase(office, [RecordId(entry.ids[0])], "mistake")
        await office.projector.caught_up()
        assert (await from_git(node, path)).fresh == 0
        assert (await node.imports.undo(report.batch)).retracted == 3
