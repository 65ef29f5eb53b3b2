"""Forks through the local API of a whole node: who, what, from what cause, with what proof, and whether it heals."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from meshproto.bundle.writer import Part, write_bundle
from meshproto.records.forks import check_fork_proof
from meshproto.records.ids import to_text
from meshproto.records.record import Record
from meshproto.types import value
from tests.support.meshes import Api, Mesh
from tests.support.scribe import NOON, Scribe

DAY = 86_400_000


class Witness:
    """A node that is told what others wrote, by file."""

    def __init__(self, api: Api, folder: Path) -> None:
        self.api = api
        self.folder = folder

    async def hears(self, *scribes: Scribe) -> None:
        """Take in all that these people wrote."""
        parts = [Part(run, scribe.parts_of(run), ()) for scribe in scribes for run in scribe.runs()]
        path = self.folder / "heard"
        path.write_bytes(b"".join(write_bundle(NOON, [], parts)))
        await self.api.does("POST", "/imports", {"kind": "bundle", "path": str(path)})

    async def forks(self) -> list[dict[str, object]]:
        """All forks it tells of."""
        items: list[dict[str, object]] = (await self.api.does("GET", "/forks"))["items"]
        return items

    async def forked(self, scribe: Scribe) -> bool:
        """Whether the author of somebody's first record is shown as forked."""
        record = await self.api.does("GET", f"/records/{to_text(scribe.genesis.id)}")
        return bool(record["agent"]["forked"])


@pytest.fixture
async def witness(tmp_path: Path) -> AsyncIterator[Witness]:
    async with Mesh(tmp_path).node("ana") as node:
        yield Witness(node.api(), tmp_path)


def work(scribe: Scribe, skill: str, *deps: Record) -> Record:
    fact = value.recognition(to=[scribe.agent], skill=skill)
    return scribe.write(scribe.agent, "recognition", fact, deps=tuple(sorted(each.id for each in deps)))


def twins() -> tuple[Scribe, Scribe]:
    cy, twin = Scribe("Cy"), Scribe("Cy")
    for each in (cy, twin):
        work(each, "both")
    return cy, twin


async def test_two_copies_at_work_at_the_same_time_are_told_as_that(witness: Witness) -> None:
    cy, twin = twins()
    records = [work(each, f"{at} {number}") for number in range(2) for at, each in enumerate((cy, twin))]
    await witness.hears(cy)
    assert await witness.forks() == []
    await witness.hears(twin)
    (fork,) = await witness.forks()
    assert (fork["seq"], fork["cause"], fork["healed"]) == (3, "two-writers", False)
    assert str(fork["text"]).startswith("Cy signed 2 records with the number 3 in Cy: two copies of one home at work")
    branches = {branch["id"]: branch for branch in fork["branches"]}  # type: ignore[attr-defined]  # JSON
    assert set(branches) == {to_text(each.id) for each in records[:2]}
    assert branches[to_text(records[0].id)]["last"] == to_text(records[2].id)
    assert [branch["records"] for branch in branches.values()] == [2, 2]
    assert await witness.forked(cy)


async def test_an_old_copy_that_was_restored_is_told_as_that(witness: Witness) -> None:
    cy, twin = twins()
    twin.pause = DAY
    for each in (cy, twin):
        work(each, f"at {each.pause}")
    await witness.hears(cy)
    await witness.hears(twin)
    (fork,) = await witness.forks()
    assert (fork["cause"], "an old copy of a home restored" in str(fork["text"])) == ("old-copy", True)


async def test_of_several_forks_one_must_be_named_to_be_exported(witness: Witness) -> None:
    for name in ("Cy", "Di"):
        one, twin = Scribe(name), Scribe(name)
        for each, skill in ((one, "design"), (twin, "welding")):
            work(each, skill)
        await witness.hears(one)
        await witness.hears(twin)
    order = {"kind": "fork", "path": str(witness.folder / "proof")}
    problem = await witness.api.refuses("POST", "/exports", order)
    logs = [str(fork["log"]) for fork in await witness.forks()]
    assert (problem["code"], all(log[:16] in problem["detail"] for log in logs)) == ("ambiguous-id", True)
    await witness.api.does("POST", "/exports", {**order, "log": logs[0][:16]})
    assert (witness.folder / "proof").exists()


async def test_whoever_signs_again_what_others_have_answered_does_so_knowingly(witness: Witness) -> None:
    (cy, twin), di = twins(), Scribe("Di")
    first = work(cy, "promised")
    answer = di.write(di.agent, "recognition", value.recognition(to=[cy.agent], for_=first.id))
    second = work(twin, "never promised", answer)
    await witness.hears(cy)
    await witness.hears(di, twin)
    (fork,) = await witness.forks()
    assert (fork["cause"], "knowingly" in str(fork["text"])) == ("knowingly", True)
    why = await witness.api.does("GET", f"/records/{to_text(second.id)}/why")
    assert (why["standing"]["status"], why["fork"]["cause"]) == ("yes", "knowingly")
    assert (await witness.api.does("GET", f"/records/{to_text(answer.id)}/why"))["fork"] is None


async def test_a_fork_is_healed_for_good_by_one_record_that_joins_the_branches(witness: Witness) -> None:
    (cy, twin), di = twins(), Scribe("Di")
    work(cy, "one")
    end = work(twin, "two")
    await witness.hears(cy)
    await witness.hears(twin)
    work(cy, "heals", end)
    await witness.hears(cy)
    (fork,) = await witness.forks()
    assert (fork["healed"], fork["fix"], await witness.forked(cy)) == (True, "", False)
    work(cy, "sees Di", di.genesis)
    await witness.hears(di, cy)
    assert [each["healed"] for each in await witness.forks()] == [True]
    assert (fork["cause"], str(fork["text"]).endswith("a later record has joined the branches")) == (
        "two-writers",
        True,
    )


async def test_a_copy_that_goes_on_after_the_healing_opens_the_fork_again(witness: Witness) -> None:
    cy, twin = twins()
    work(cy, "one")
    end = work(twin, "two")
    work(cy, "heals", end)
    work(twin, "goes on")
    await witness.hears(cy)
    await witness.hears(twin)
    assert {each["healed"] for each in await witness.forks()} == {False}


async def test_the_doctor_tells_of_forks_and_how_to_prove_them(witness: Witness) -> None:
    def checks(answer: dict[str, list[dict[str, str]]]) -> list[dict[str, str]]:
        return [check for check in answer["checks"] if check["name"] == "fork"]

    assert [each["state"] for each in checks(await witness.api.does("GET", "/doctor"))] == ["ok"]
    cy, twin = twins()
    for at, each in enumerate((cy, twin)):
        work(each, f"work {at}")
        await witness.hears(each)
    (check,) = checks(await witness.api.does("GET", "/doctor"))
    assert (check["state"], check["text"].startswith("Cy signed 2 records")) == ("warn", True)
    log = check["fix"].split()[-1]
    path = witness.folder / "proof"
    await witness.api.does("POST", "/exports", {"kind": "fork", "path": str(path), "log": log})
    assert set(check_fork_proof(path.read_bytes()).ids) == {cy.records[-1].id, twin.records[-1].id}
