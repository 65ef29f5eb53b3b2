"""Imports as a whole: preview, refusals, writing once, going on after a power cut, undoing."""

import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meshnode.core.ports import Identity
from meshnode.exchange import imports as imports_module
from meshnode.exchange.entries import Cause, ImportRefused
from meshnode.exchange.files import FileTrouble
from meshnode.exchange.imports import Imports, Report
from meshnode.exchange.options import OptionValue
from meshnode.exchange.ports import import_secret
from meshnode.runtime.refusals import Refusal
from tests.support.fakes.paper_desk import PaperDesk, PowerCut
from tests.support.sheets import SHEETS

HEADER = "Description,Duration,Email,Project,Start date,Start time\n"
UTC_ONLY: dict[str, OptionValue] = {"tz": "UTC"}


def sheet(folder: Path, *rows: str, name: str = "sheet.csv") -> Path:
    path = folder / name
    path.write_text(HEADER + "\n".join(rows))
    return path


def days(number: int, first: int = 0) -> list[str]:
    """Rows that are all different, an hour each, on days of their own."""
    starts = [date(2010, 1, 1) + timedelta(days=each) for each in range(first, first + number)]
    return [f"Work {n},1:00:00,ana@l.example,,{day},09:00" for n, day in enumerate(starts, first)]


def office(desk: PaperDesk) -> Imports:
    return Imports(desk, desk, import_secret(Identity(desk.me, desk.scribe.key)), desk.drafts_max)


@pytest.fixture
def desk() -> PaperDesk:
    return PaperDesk()


async def test_a_sheet_becomes_contributions_with_evidence_and_words(desk: PaperDesk, tmp_path: Path) -> None:
    report = await office(desk).run("csv", sheet(tmp_path, *days(2)), UTC_ONLY)
    assert (report.written, report.seconds, report.scheme, report.held_back) == (2, 7200, "toggl", False)
    assert [(row.title, row.seconds, row.batch, row.ext_scheme) for row in desk.contributions()] == [
        ("Work 0", 3600, report.batch, "toggl"),
        ("Work 1", 3600, report.batch, "toggl"),
    ]


async def test_a_dry_run_writes_nothing_and_tells_the_same(desk: PaperDesk, tmp_path: Path) -> None:
    path = sheet(tmp_path, *days(3))
    preview = await office(desk).run("csv", path, UTC_ONLY, dry_run=True)
    assert desk.writes == []
    done = await office(desk).run("csv", path, UTC_ONLY)
    assert (preview.fresh, preview.written, done.written, preview.batch) == (3, 0, 3, done.batch)


async def test_one_refused_row_holds_all_back_until_the_rest_is_accepted(desk: PaperDesk, tmp_path: Path) -> None:
    path = sheet(tmp_path, *days(2), "Bad,25:00:00,ana@l.example,,2026-03-02,09:00")
    held = await office(desk).run("csv", path, UTC_ONLY)
    assert (held.held_back, held.written, held.seconds, held.refused, desk.writes) == (True, 0, 0, 1, [])
    assert [(notice.line, notice.cause) for notice in held.notices if notice.line] == [(4, Cause.RUNAWAY)]
    done = await office(desk).run("csv", path, {**UTC_ONLY, "accept_partial": True})
    assert (done.held_back, done.written) == (False, 2)


async def test_the_same_file_again_writes_nothing(desk: PaperDesk, tmp_path: Path) -> None:
    path = sheet(tmp_path, *days(5))
    await office(desk).run("csv", path, UTC_ONLY)
    again = await office(desk).run("csv", path, UTC_ONLY)
    assert (again.written, again.already, again.held_back, len(desk.writes)) == (0, 5, False, 1)


async def test_a_later_export_that_overlaps_brings_only_what_is_new(desk: PaperDesk, tmp_path: Path) -> None:
    await office(desk).run("csv", sheet(tmp_path, *days(5)), UTC_ONLY)
    report = await office(desk).run("csv", sheet(tmp_path, *days(5, first=3), name="later.csv"), UTC_ONLY)
    assert (report.written, report.already, len(desk.contributions())) == (3, 2, 8)


async def test_an_entry_changed_at_the_source_is_not_counted_twice(desk: PaperDesk, tmp_path: Path) -> None:
    await office(desk).run("csv", sheet(tmp_path, *days(2)), UTC_ONLY)
    rows = [days(1)[0], days(2)[1].replace("1:00:00", "1:30:00")]
    report = await office(desk).run("csv", sheet(tmp_path, *rows), UTC_ONLY)
    assert [(notice.line, notice.cause) for notice in report.notices if notice.line] == [
        (2, Cause.KNOWN),
        (3, Cause.CHANGED),
    ]
    again = await office(desk).run("csv", sheet(tmp_path, *rows), {**UTC_ONLY, "again": True})
    assert again.written == 1


async def test_two_entries_that_began_at_one_moment_both_count_and_stay_known(desk: PaperDesk, tmp_path: Path) -> None:
    rows = [days(1)[0], days(1)[0].replace("Work", "Call")]
    first = await office(desk).run("csv", sheet(tmp_path, rows[0]), UTC_ONLY)
    second = await office(desk).run("csv", sheet(tmp_path, *rows), UTC_ONLY)
    third = await office(desk).run("csv", sheet(tmp_path, *rows), UTC_ONLY)
    assert [each.written for each in (first, second, third)] == [1, 1, 0]


async def test_undoing_retracts_each_record_once_and_lets_one_import_again(desk: PaperDesk, tmp_path: Path) -> None:
    path = sheet(tmp_path, *days(3))
    report = await office(desk).run("csv", path, UTC_ONLY)
    undone = await office(desk).undo(report.batch)
    assert (undone.retracted, undone.already, desk.contributions()) == (3, 0, [])
    assert (await office(desk).undo(report.batch)).retracted == 0
    again = await office(desk).run("csv", path, UTC_ONLY)
    assert (again.written, again.batch, len(desk.contributions())) == (3, report.batch, 3)
    assert [(entry.undone, len(entry.ids)) for entry in office(desk).batches()] == [(False, 3)]


async def test_an_undone_import_is_listed_as_such(desk: PaperDesk, tmp_path: Path) -> None:
    report = await office(desk).run("csv", sheet(tmp_path, *days(3)), UTC_ONLY)
    await office(desk).undo(report.batch)
    (entry,) = office(desk).batches()
    assert (entry.batch, entry.kind, entry.source, entry.undone, len(entry.ids)) == (
        report.batch,
        "csv",
        "sheet.csv",
        True,
        3,
    )


async def test_an_import_is_undone_by_its_records_if_the_list_is_lost(desk: PaperDesk, tmp_path: Path) -> None:
    report = await office(desk).run("csv", sheet(tmp_path, *days(3)), UTC_ONLY)
    desk.paper.entries.clear()
    assert (await office(desk).undo(report.batch)).retracted == 3


async def test_an_unknown_batch_cannot_be_undone(desk: PaperDesk) -> None:
    with pytest.raises(ImportRefused, match="meshnode import ls"):
        await office(desk).undo("toggl-none")


async def test_after_a_power_cut_the_same_import_goes_on_under_its_name(tmp_path: Path) -> None:
    desk, path = PaperDesk(drafts_max=10), sheet(tmp_path, *days(35))
    desk.cut_after = 2
    with pytest.raises(PowerCut):
        await office(desk).run("csv", path, UTC_ONLY)
    desk.cut_after = None
    report = await office(desk).run("csv", path, UTC_ONLY)
    assert (report.already, report.written, desk.writes) == (20, 15, [10, 10, 10, 5])
    assert len({row.ext_ref for row in desk.contributions()}) == 35
    (entry,) = office(desk).batches()
    assert (await office(desk).undo(entry.batch)).retracted == len(entry.ids) == 35


async def test_a_cut_while_undoing_is_finished_by_undoing_again(tmp_path: Path) -> None:
    desk = PaperDesk(drafts_max=10)
    report = await office(desk).run("csv", sheet(tmp_path, *days(25)), UTC_ONLY)
    desk.cut_after = len(desk.writes) + 1
    with pytest.raises(PowerCut):
        await office(desk).undo(report.batch)
    desk.cut_after = None
    assert ((await office(desk).undo(report.batch)).retracted, desk.contributions()) == (15, [])


async def test_long_imports_are_remembered_in_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports_module, "PAGE", 20)
    desk = PaperDesk(drafts_max=10)
    path = sheet(tmp_path, *days(45))
    for _ in range(2):
        report = await office(desk).run("csv", path, UTC_ONLY)
        assert [(entry.batch, len(entry.ids)) for entry in office(desk).batches()] == [(report.batch, 45)]
        assert max(len(row.ids) for row in desk.paper.entries.values()) == 20
        await office(desk).undo(report.batch)


async def test_projects_of_the_source_must_exist_be_created_or_be_left_out(desk: PaperDesk, tmp_path: Path) -> None:
    named = zip(days(4), ["Acme Site", "acme-site", "Zoo", ""], strict=True)
    path = sheet(tmp_path, *(row.replace("example,,", f"example,{name},") for row, name in named))
    held = await office(desk).run("csv", path, UTC_ONLY)
    assert (held.held_back, held.unknown_projects) == (True, {"Acme Site": 1, "acme-site": 1, "Zoo": 1})
    done = await office(desk).run("csv", path, {**UTC_ONLY, "create_projects": True})
    names: dict[bytes, str] = {each.id: each.title for each in await desk.projects(desk.notebook)}
    assert (done.written, sorted(names.values())) == (4, ["Acme Site", "Zoo"])
    shown = [names[row.project] if row.project else "" for row in desk.contributions()]
    assert shown == ["Acme Site", "Acme Site", "Zoo", ""]


async def test_one_project_for_all_and_none_at_all_can_be_asked_for(desk: PaperDesk, tmp_path: Path) -> None:
    path = sheet(tmp_path, days(1)[0].replace("example,,", "example,Acme,"))
    with pytest.raises(Refusal):
        await office(desk).run("csv", path, {**UTC_ONLY, "project": "zoo"})
    await office(desk).run("csv", path, {**UTC_ONLY, "without_projects": True})
    assert [row.project for row in desk.contributions()] == [None]


async def test_a_missing_file_a_folder_and_a_pipe_are_refused(desk: PaperDesk, tmp_path: Path) -> None:
    for path in (tmp_path / "none.csv", tmp_path, Path("sheet.csv"), Path("/dev/zero")):
        with pytest.raises(FileTrouble):
            await office(desk).run("csv", path, UTC_ONLY)


async def test_unknown_kinds_and_options_are_refused(desk: PaperDesk, tmp_path: Path) -> None:
    for kind, options in (("pdf", {}), ("csv", {"per": "day"}), ("git", {"tz": "UTC"}), ("csv", {"kind": "fun"})):
        with pytest.raises(ImportRefused):
            await office(desk).run(kind, tmp_path, options)


async def test_every_sample_can_be_imported_undone_and_imported_again(desk: PaperDesk, tmp_path: Path) -> None:
    accepted: dict[str, OptionValue] = {
        "accept_partial": True,
        "create_projects": True,
        "email": [f"{name}.example" for name in ("ben@ortiz", "ana@lopez", "dana@lee", "joerg@weiss", "ines@sa")],
    }
    for path in sorted(SHEETS.iterdir()):
        if path.name == "harvest.csv":
            continue
        first = await office(desk).run("csv", Path(shutil.copy(path, tmp_path)), accepted)
        assert first.written == first.fresh > 0
        assert (await office(desk).undo(first.batch)).retracted == first.written
        assert (await office(desk).run("csv", tmp_path / path.name, accepted)).written == first.written


@settings(max_examples=25)
@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 30), st.integers(0, 4)), max_size=5))
async def test_whatever_is_imported_in_whatever_pieces_nothing_comes_twice(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[tuple[int, int, int]]
) -> None:
    desk, folder, wanted = PaperDesk(drafts_max=7), tmp_path_factory.mktemp("sheets"), set[str]()
    for first, number, cuts in pieces:
        rows = days(number, first)
        desk.cut_after = len(desk.writes) + cuts
        await _tried(office(desk), sheet(folder, *rows))
        desk.cut_after = None
        await _tried(office(desk), sheet(folder, *rows))
        wanted |= {row.partition(",")[0] for row in rows}
    assert sorted(row.title for row in desk.contributions()) == sorted(wanted)


async def _tried(imports: Imports, path: Path) -> Report | None:
    try:
        return await imports.run("csv", path, UTC_ONLY)
    except PowerCut:
        return None
