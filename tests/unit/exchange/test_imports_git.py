"""Importing histories: once per commit, alone or within its day."""

from pathlib import Path

import pytest

from meshnode.core.ports import Identity
from meshnode.exchange.entries import Cause, ImportRefused
from meshnode.exchange.imports import Imports, Report
from meshnode.exchange.options import OptionValue
from meshnode.exchange.ports import import_secret
from tests.support.fakes.paper_desk import PaperDesk, PowerCut
from tests.support.histories import ANA, BEN, Made, days_of_work, git, make_repository


class Office:
    """A desk and its imports of one repository."""

    def __init__(self, path: Path, drafts_max: int = 500) -> None:
        self.path = path
        self.desk = PaperDesk(drafts_max)
        secret = import_secret(Identity(self.desk.me, self.desk.scribe.key))
        self.imports = Imports(self.desk, self.desk, secret, drafts_max)

    async def run(self, **given: OptionValue) -> Report:
        return await self.imports.run("git", self.path, {"email": ANA, **given})

    def pieces(self) -> list[int]:
        """The quantities of all living contributions."""
        return [row.quantity for row in self.desk.contributions()]


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(make_repository(tmp_path / "acme", [*days_of_work(6), Made(BEN)]))


async def test_each_commit_is_one_contribution_with_its_id_as_evidence(office: Office) -> None:
    report = await office.run()
    ids = {bytes.fromhex(line) for line in git(office.path, "rev-list", "--author", ANA, "HEAD").split()}
    assert {row.ext_ref for row in office.desk.contributions()} == ids
    assert {(row.unit, row.quantity, row.seconds, row.ext_scheme) for row in office.desk.contributions()} == {
        ("C62", 1, None, "git")
    }
    assert (report.written, report.counts, report.source) == (6, {Cause.OTHERS: 1}, "acme")


async def test_the_same_history_again_brings_nothing_and_a_longer_one_the_rest(office: Office) -> None:
    await office.run()
    assert (await office.run()).already == 6
    git(office.path, "commit", "-q", "--allow-empty", "-m", "One more")
    assert ((await office.run()).written, len(office.pieces())) == (1, 7)


async def test_a_clone_elsewhere_is_the_same_history(office: Office, tmp_path: Path) -> None:
    await office.run()
    git(tmp_path, "clone", "-q", str(office.path), "copy")
    office.path = tmp_path / "copy"
    assert (await office.run()).fresh == 0


async def test_days_and_commits_are_not_counted_twice_in_either_order(office: Office, tmp_path: Path) -> None:
    days = await office.run(per="day")
    assert (days.written, office.pieces()) == (3, [1, 4, 1])
    assert (await office.run()).written == 0
    await office.imports.undo(days.batch)
    assert (await office.run(until="2023-11-15")).written == 5
    assert ((await office.run(per="day")).written, sum(office.pieces())) == (1, 6)


async def test_a_day_that_went_on_after_its_import_gets_a_second_entry(office: Office) -> None:
    await office.run(per="day", until="2023-11-15")
    git(office.path, "commit", "-q", "--allow-empty", "-m", "Late", "--date=2023-11-15T23:00:00+0100")
    report = await office.run(per="day", until="2023-11-15")
    assert [(entry.title, entry.quantity.n) for entry in report.sample] == [("Late", 1)]


async def test_an_hour_can_be_told_for_each_entry_and_undone_as_one(office: Office) -> None:
    report = await office.run(per="day", each="6h")
    assert (report.seconds, [row.seconds for row in office.desk.contributions()]) == (64_800, [21_600] * 3)
    assert (await office.imports.undo(report.batch)).retracted == 3
    assert office.pieces() == []


async def test_a_power_cut_loses_and_doubles_nothing(tmp_path: Path) -> None:
    office = Office(make_repository(tmp_path / "acme", days_of_work(40)), drafts_max=7)
    for cut in range(1, 6):
        office.desk.cut_after = cut
        with pytest.raises(PowerCut):
            await office.run()
    office.desk.cut_after = None
    report = await office.run()
    assert (report.already, report.written, len(office.pieces())) == (35, 5, 40)
    assert [(entry.batch, len(entry.ids)) for entry in office.imports.batches()] == [(report.batch, 40)]


@pytest.mark.parametrize(
    "given",
    [
        {"per": "week"},
        {"all": True, "branch": "main"},
        {"since": "yesterday"},
        {"each": "-1h"},
        {"each": "9"},
        {"merges": 1},
    ],
)
async def test_impossible_options_are_refused(office: Office, given: dict[str, OptionValue]) -> None:
    with pytest.raises(ImportRefused):
        await office.run(**given)
