"""Views kept up to date step by step equal views computed from nothing, whatever came in which order."""

from pathlib import Path
from random import Random
from typing import Any

import pytest
import trio

from meshnode.core.ports import Batch
from meshnode.runtime.projector import Projector
from meshnode.store.reading import Reader
from meshnode.store.store import Store, open_store
from meshnode.store.views import Views, open_views
from meshnode.views.rows import TABLES
from meshproto.records.ids import RecordId
from meshproto.records.log import Run
from meshproto.types.repair import replace, retract
from meshproto.types.value import Measure, contribution
from tests.support.scribe import Scribe


def story(chance: Random) -> list[Scribe]:
    """Two people in a network: work, thanks in words, corrections, takings back."""
    alice, bob = Scribe("alice"), Scribe("bob")
    network = alice.found("studio")
    bob.join(network, *[record.id for record in alice.records if record.type == "countersign"])
    work: list[tuple[Scribe, bytes]] = []
    for number in range(30):
        scribe = chance.choice((alice, bob))
        if work and chance.random() < 0.3:
            author, target = chance.choice(work)
            if chance.random() < 0.5:
                author.write(network, "correction", retract(target))
            else:
                author.write(network, "correction", replace(target), {"title": f"better {number}"})
        else:
            facts = contribution(kind="work", qty=Measure(number, 0, "HUR"), when=("2026-01-01", "2026-01-01"))
            record = scribe.write(
                network, "contribution", facts, {"title": f"work {number}", "text": "words " * number}
            )
            work.append((scribe, record.id))
    return [alice, bob]


async def bring_up_to_date(reader: Reader, views: Views) -> None:
    """Project everything that is committed."""
    projector = Projector(reader, views)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(projector.run)
        await projector.caught_up()
        nursery.cancel_scope.cancel()


def everything_in(views: Views) -> dict[str, Any]:
    """All rows of all tables, without their numbers, and the memory of the fold."""
    reader = views.reader()
    found: dict[str, Any] = {table: sorted(repr(row) for row in reader.select(kind)) for kind, table in TABLES.items()}
    found["fold"] = sorted(views._source.rows("SELECT name, key, value FROM fold"))
    rows = "SELECT id, record, concern, attested FROM fold_records"
    found["fold_records"] = sorted(repr(row) for row in views._source.rows(rows))
    found["search"] = sorted(row.record for row in reader.search("words", limit=999))
    return found


def commit_some(store: Store, scribes: list[Scribe], stored: dict[bytes, int], chance: Random) -> bool:
    """Commit the next records of some log, perhaps with parts, and perhaps an erasure; whether anything is left."""
    waiting = [(scribe, log) for scribe in scribes for log in {record.log for record in scribe.records}]
    waiting = [(s, log) for s, log in waiting if stored.get(log, 0) < sum(r.log == log for r in s.records)]
    if not waiting:
        return False
    scribe, log = chance.choice(sorted(waiting, key=lambda each: each[1]))
    chain = [record for record in scribe.records if record.log == log]
    begin = stored.get(log, 0)
    end = min(len(chain), begin + chance.randint(1, 9))
    signer = scribe._signers[chain[0].key]
    run = Run(tuple(chain[begin:end]), signer.sign(chain[end - 1].id))
    stored[log] = end
    parts = [(record.id, scribe.privates[record.id]) for record in run.records if record.id in scribe.privates]
    chance.shuffle(parts)
    now = chance.randint(0, len(parts))
    erased = (chance.choice(parts)[0],) if parts and chance.random() < 0.3 else ()
    store.writer.commit(Batch(0, runs=(run,), privates=tuple(parts[:now])))
    store.writer.commit(Batch(0, privates=tuple(parts[now:]), erasures=erased))
    return True


def files_with(folder: Path, word: bytes) -> list[str]:
    """The files of a folder in which a word stands, in small or large letters."""
    return [path.name for path in folder.iterdir() if word in path.read_bytes().lower()]


@pytest.mark.parametrize("seed", range(5))
async def test_a_rebuilt_view_equals_the_kept_one(tmp_path: Path, seed: int) -> None:
    chance = Random(seed)
    store, kept = open_store(tmp_path / "records.db"), open_views(tmp_path / "kept.db")
    scribes, stored = story(chance), dict[bytes, int]()
    while commit_some(store, scribes, stored, chance):
        if chance.random() < 0.5:
            await bring_up_to_date(store.reader(), kept)
    await bring_up_to_date(store.reader(), kept)
    anew = open_views(tmp_path / "anew.db")
    await bring_up_to_date(store.reader(), anew)
    assert everything_in(anew) == everything_in(kept)
    assert len(everything_in(kept)["contributions"]) > 5
    for views in (kept, anew):
        views.close()
    store.close()


async def test_what_was_erased_stands_in_no_file_of_the_views(tmp_path: Path) -> None:
    store, views = open_store(tmp_path / "records.db"), open_views(tmp_path / "views.db")
    alice = Scribe("alice")
    facts = contribution(kind="work", qty=Measure(1, 0, "HUR"), when=("2026-01-01", "2026-01-01"))
    notebook = alice.found("notebook", is_open=False)
    records = [alice.write(notebook, "contribution", facts, {"title": f"Canary{n} here"}) for n in range(30)]
    parts = tuple((RecordId(record), part) for record, part in alice.privates.items())
    store.writer.commit(Batch(0, runs=tuple(alice.runs()), privates=parts))
    await bring_up_to_date(store.reader(), views)
    assert len(views.reader().search("canary7")) == 1
    store.writer.commit(Batch(1, erasures=tuple(record.id for record in records)))
    await bring_up_to_date(store.reader(), views)
    assert views.reader().search("canary") == ()
    assert files_with(tmp_path, b"canary") == []
    views.close()
    store.close()
