"""Bundles between real nodes: the same state arrives, nothing else does, and nothing twice."""

import itertools
import shutil
from pathlib import Path

import pytest
import trio

from meshnode.exchange.bundle_in import BundleRefused, portions
from meshnode.exchange.entries import ImportRefused
from meshnode.exchange.files import FileTrouble
from meshnode.exchange.office_desk import OfficeDesk
from meshproto.bundle.report import BundleReport, verify_bundle
from meshproto.bundle.writer import Part, write_bundle
from meshproto.records.forks import check_fork_proof
from meshproto.records.ids import LogId, ScopeId
from meshproto.types import repair, value
from meshproto.types.value import Measure
from tests.support.lone_node import LoneNode, lone_node
from tests.support.scribe import Scribe


def verified(path: Path) -> BundleReport:
    return verify_bundle([path.read_bytes()])


def bundle_of(path: Path, *scribes: Scribe) -> Path:
    """A file with all that some people wrote, as another program might have made it."""
    parts = [
        Part(run, {r.id: s.privates[r.id] for r in run.records if r.id in s.privates}, ())
        for s in scribes
        for run in s.runs()
    ]
    path.write_bytes(b"".join(write_bundle(1_795_000_000_000, [], parts)))
    return path


def busy_scribe(name: str, number: int) -> Scribe:
    """Somebody with a network of their own and some work in it, half of it also in their stream."""
    scribe = Scribe(name)
    network = scribe.found(f"{name}'s studio")
    for n in range(number):
        facts = value.contribution(kind="work", qty=Measure(n + 1, 0, "HUR"), when=("2026-03-02", "2026-03-02"))
        scribe.write(scribe.agent if n % 2 else network, "contribution", facts, {"title": f"{name} {n}"})
    return scribe


def held(node: LoneNode, scribe: Scribe) -> int:
    return sum(node.opened.reader.has(record.id) for record in scribe.records)


async def work(node: LoneNode, folder: Path, number: int) -> None:
    """Let the owner of a node log some work."""
    sheet = folder / "work.csv"
    rows = (
        f"Work {n},1:00:00,a@b.c,20{10 + n // 336:02}-{1 + n // 28 % 12:02}-{1 + n % 28:02},09:00"
        for n in range(number)
    )
    sheet.write_text("Description,Duration,Email,Start date,Start time\n" + "\n".join(rows))
    assert (await node.imports.run("csv", sheet, {"tz": "UTC"})).written == number


async def test_an_empty_node_that_takes_in_a_bundle_has_the_same_state(tmp_path: Path) -> None:
    async with lone_node(tmp_path / "ana") as ana:
        await work(ana, tmp_path, 1200)
        await ana.bundles.take_in(bundle_of(tmp_path / "cy", busy_scribe("Cy", 40)))
        exported = await ana.bundles.write(tmp_path / "ana.bundle")
    async with lone_node(tmp_path / "ben", "Ben") as ben:
        taken = await ben.bundles.take_in(tmp_path / "ana.bundle")
        again = await ben.bundles.write(tmp_path / "ben.bundle")
    one, other = verified(tmp_path / "ana.bundle"), verified(tmp_path / "ben.bundle")
    assert (taken.records, taken.new, taken.waiting, taken.refused) == (exported.records, exported.records, 0, ())
    assert one.digests.items() <= other.digests.items()
    assert (again.records - exported.records, other.private_missing, one.private_held) == (3, 0, other.private_held - 2)


async def test_taking_in_the_same_file_again_changes_nothing(tmp_path: Path) -> None:
    path = bundle_of(tmp_path / "cy", busy_scribe("Cy", 20))
    async with lone_node(tmp_path / "ana") as ana:
        preview = await ana.bundles.take_in(path, dry_run=True)
        first = await ana.bundles.take_in(path)
        before = (await ana.bundles.write(tmp_path / "one")).root
        second = await ana.bundles.take_in(path)
        after = (await ana.bundles.write(tmp_path / "two")).root
    assert (preview.new, first.new, second.new, before) == (first.records, first.records, 0, after)


async def test_a_file_that_is_torn_anywhere_brings_nothing(tmp_path: Path) -> None:
    cy = busy_scribe("Cy", 20)
    raw = bundle_of(tmp_path / "cy", cy).read_bytes()
    async with lone_node(tmp_path / "ana") as ana:
        for end in (0, 5, 18, len(raw) // 3, len(raw) - 1):
            (tmp_path / "torn").write_bytes(raw[:end])
            with pytest.raises(BundleRefused, match="B-TORN at byte"):
                await ana.bundles.take_in(tmp_path / "torn")
        assert held(ana, cy) == 0


async def test_a_file_with_one_wrong_bit_brings_nothing(tmp_path: Path) -> None:
    cy = busy_scribe("Cy", 6)
    raw = bundle_of(tmp_path / "cy", cy).read_bytes()
    async with lone_node(tmp_path / "ana") as ana:
        for place in range(0, len(raw), 97):
            (tmp_path / "wrong").write_bytes(raw[:place] + bytes([raw[place] ^ 4]) + raw[place + 1 :])
            with pytest.raises(BundleRefused):
                await ana.bundles.take_in(tmp_path / "wrong")
        assert held(ana, cy) == 0


async def test_an_import_that_is_cut_off_is_finished_by_doing_it_again(tmp_path: Path) -> None:
    people = [busy_scribe(name, 600) for name in ("Cy", "Di", "Eve")]
    path = bundle_of(tmp_path / "all", *people)
    async with lone_node(tmp_path / "ana") as ana:
        desk = OfficeDesk(ana.opened.office)
        await desk.offer(next(portions(path)))
        some = sum(held(ana, scribe) for scribe in people)
    async with lone_node(tmp_path / "ana") as ana:
        taken = await ana.bundles.take_in(path)
        assert 0 < some < taken.records
        assert (taken.new, sum(held(ana, scribe) for scribe in people)) == (taken.records - some, taken.records)


async def test_only_one_network_can_be_exported_with_the_people_in_it(tmp_path: Path) -> None:
    cy, di = busy_scribe("Cy", 10), busy_scribe("Di", 10)
    async with lone_node(tmp_path / "ana") as ana:
        await ana.bundles.take_in(bundle_of(tmp_path / "both", cy, di))
        network = next(ScopeId(record.scope) for record in cy.records if record.type == "countersign")
        await ana.bundles.write(tmp_path / "cy.bundle", network)
    report = verified(tmp_path / "cy.bundle")
    assert (report.scopes, report.agents, report.networks) == ((network,), (cy.agent,), (network,))
    assert report.records == len(cy.records)


async def test_what_was_erased_here_does_not_come_back_from_an_older_file(tmp_path: Path) -> None:
    cy = busy_scribe("Cy", 4)
    old = bundle_of(tmp_path / "old", cy)
    target = cy.records[-1]
    async with lone_node(tmp_path / "ana") as ana:
        await ana.bundles.take_in(old)
        cy.write(target.scope, "erasure", repair.erasure([target.id]))
        await ana.bundles.take_in(bundle_of(tmp_path / "new", cy))
        await ana.bundles.take_in(old)
        assert ana.opened.reader.private(target.id) is None
        await ana.bundles.write(tmp_path / "out")
    assert b"Cy 3" not in (tmp_path / "out").read_bytes()
    assert verified(tmp_path / "out").private_erased == 1


async def test_two_nodes_exchange_through_one_file(tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    async with lone_node(tmp_path / "ana") as ana, lone_node(tmp_path / "ben", "Ben") as ben:
        await work(ana, tmp_path, 30)
        first = await ana.bundles.swap(stick)
        second = await ben.bundles.swap(stick)
        third = await ana.bundles.swap(stick)
        fourth = await ben.bundles.swap(stick)
    assert first.received is None
    received = [each.received.new for each in (second, third, fourth) if each.received is not None]
    assert received == [33, 3, 0]
    assert third.written.root == fourth.written.root


async def test_an_export_while_work_goes_on_holds_whole_pasts(tmp_path: Path) -> None:
    async with lone_node(tmp_path / "ana") as ana:
        await work(ana, tmp_path, 500)

        async def go_on() -> None:
            await ana.bundles.take_in(bundle_of(tmp_path / "cy", busy_scribe("Cy", 300)))

        async with trio.open_nursery() as nursery:
            nursery.start_soon(go_on)
            for number in range(5):
                await ana.bundles.write(tmp_path / f"out{number}")
    for number in range(5):
        assert 0 not in verified(tmp_path / f"out{number}").standings


async def test_the_proof_of_a_fork_is_exported_and_checked_without_a_node(tmp_path: Path) -> None:
    cy, twin = Scribe("Cy"), Scribe("Cy")
    facts = [value.recognition(to=[cy.agent], skill=f"s{n}") for n in range(2)]
    for scribe, fact in zip((cy, twin), facts, strict=True):
        scribe.write(scribe.agent, "recognition", fact)
        scribe.write(scribe.agent, "recognition", facts[0])
    async with lone_node(tmp_path / "ana") as ana:
        with pytest.raises(ImportRefused, match="no fork is known"):
            await ana.bundles.write_fork(tmp_path / "fork")
        for scribe, name in ((cy, "one"), (twin, "two")):
            await ana.bundles.take_in(bundle_of(tmp_path / name, scribe))
        exported = await ana.bundles.write_fork(tmp_path / "fork")
        both = await ana.bundles.write(tmp_path / "both")
    proof = check_fork_proof((tmp_path / "fork").read_bytes())
    assert set(proof.ids) == {cy.records[1].id, twin.records[1].id}
    assert exported.size == (tmp_path / "fork").stat().st_size
    assert [set(fork.ids) for fork in verified(tmp_path / "both").forks] == [set(proof.ids)]
    async with lone_node(tmp_path / "ben", "Ben") as ben:
        assert (await ben.bundles.take_in(tmp_path / "both")).new == both.records


async def test_a_branch_is_written_after_what_it_leaves(tmp_path: Path) -> None:
    branches = [Scribe("Cy"), Scribe("Cy")]
    for scribe, skill in zip(branches, ("one", "two"), strict=True):
        for number in range(1200):
            fact = value.recognition(to=[scribe.agent], skill=f"{skill if number >= 900 else 'both'} {number}")
            scribe.write(scribe.agent, "recognition", fact)
    async with lone_node(tmp_path / "ana") as ana:
        for scribe in branches:
            await ana.bundles.take_in(bundle_of(tmp_path / "branch", scribe))
        written = await ana.bundles.write(tmp_path / "both")
    report = verified(tmp_path / "both")
    assert (report.records, len(report.forks)) == (written.records, 1)


async def test_which_fork_is_meant_must_be_said_where_there_are_several(tmp_path: Path) -> None:
    async with lone_node(tmp_path / "ana") as ana:
        for name, skill in itertools.product(("Cy", "Di"), ("one", "two")):
            scribe = Scribe(name)
            scribe.write(scribe.agent, "recognition", value.recognition(to=[scribe.agent], skill=skill))
            await ana.bundles.take_in(bundle_of(tmp_path / f"{name} {skill}", scribe))
        with pytest.raises(ImportRefused, match="2 logs are forked"):
            await ana.bundles.write_fork(tmp_path / "fork")
        with pytest.raises(ImportRefused, match="not forked"):
            await ana.bundles.write_fork(tmp_path / "fork", LogId(b"x" * 32))
        for log in ana.opened.reader.forked_logs():
            await ana.bundles.write_fork(tmp_path / "fork", log)
            assert check_fork_proof((tmp_path / "fork").read_bytes()).left.records[0].log == log


async def test_files_that_are_none_and_places_that_cannot_be_written_are_told(tmp_path: Path) -> None:
    async with lone_node(tmp_path / "ana") as ana:
        for path in (tmp_path / "none", tmp_path, Path("/dev/zero")):
            with pytest.raises(FileTrouble):
                await ana.bundles.take_in(path)
        with pytest.raises(FileTrouble):
            await ana.bundles.write(tmp_path / "no" / "folder")
        with pytest.raises(BundleRefused, match="B-MAGIC"):
            await ana.bundles.take_in(Path(shutil.copy("/bin/ls", tmp_path / "ls")))
