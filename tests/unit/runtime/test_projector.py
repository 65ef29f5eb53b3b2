from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import trio

import meshnode.runtime.projector as projector_module
from meshnode.core.author import BEGINNING, Pen, sign_drafts, sign_genesis
from meshnode.core.drafts import Draft, SignedRecords
from meshnode.core.ports import Batch
from meshnode.core.rows import BlockEntry, Forget, ReviewEntry
from meshnode.runtime import traces
from meshnode.runtime.answers.contributed import Wanted, contributions
from meshnode.runtime.chance import SystemChance
from meshnode.runtime.lookups import Lookups
from meshnode.runtime.projector import Projector
from meshnode.runtime.refusals import Refusal
from meshnode.store.errors import StoreDamaged, StoreFull
from meshnode.store.store import Store, open_store
from meshnode.store.views import Views, open_views
from meshproto.fold.standing import Status
from meshproto.records.ids import NONE, RecordId, ScopeId
from meshproto.records.signatures import SigningKey
from meshproto.types import identity, value
from meshproto.types.value import Measure
from tests.support.patience import DEADLINE

KEY = SigningKey(b"k" * 32)
HOUR = value.contribution(kind="work", qty=Measure(3600, 0, "SEC"), when=("2026-03-09", "2026-03-09"))


class Shop:
    """A store and views in memory, with a projector between them."""

    def __init__(self) -> None:
        self.store: Store = open_store(None)
        self.views: Views = open_views(None)
        self.projector = Projector(self.store.reader(), self.views)
        self.lookups = Lookups(self.views.reader())
        facts = identity.person(key=KEY.public, nonce=b"n" * 16)
        agent, self.genesis = sign_genesis(Pen(NONE, KEY, 1, SystemChance()), facts, {"name": "Ana"})
        self.agent = ScopeId(agent)
        self._number = 0

    def evict(self, *records: RecordId, purge: bool = False, again: tuple[tuple[RecordId, bytes], ...] = ()) -> None:
        """Let parts go, or take them in again, as the writer would."""
        evicted = Batch(0, evictions=records, scrub=purge)
        self.store.writer.commit_all((evicted, Batch(0, wanted=records), Batch(0, privates=again))[: 3 if again else 1])
        self.projector.nudge()

    def commit(self, *signed: SignedRecords, erase: bytes | None = None) -> None:
        """Store records, as the writer would, and tell the projector."""
        self._number += 1
        runs = tuple(run for each in signed for run in each.runs)
        parts = tuple(part for each in signed for part in each.privates)
        erasures = () if erase is None else (erase,)
        self.store.writer.commit(Batch(self._number, runs, parts, erasures))  # type: ignore[arg-type]  # any 32 bytes
        self.projector.nudge()

    def work(self, *titles: str) -> SignedRecords:
        """Contributions in the owner's own stream, after the genesis."""
        drafts = [Draft(self.agent, "contribution", HOUR, {"title": title}) for title in titles]
        end = BEGINNING._replace(seq=1, id=self.genesis.runs[0].records[0].id)
        return sign_drafts(Pen(self.agent, KEY, 2, SystemChance()), drafts, end)

    def titles(self) -> list[str]:
        return [row.title for row in contributions(self.lookups, Wanted(), None, 100)]


@asynccontextmanager
async def following() -> AsyncIterator[Shop]:
    shop = Shop()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(shop.projector.run)
        yield shop
        nursery.cancel_scope.cancel()


async def test_what_was_committed_is_shown_once_one_has_caught_up() -> None:
    async with following() as shop:
        shop.commit(shop.genesis, shop.work("one", "two"))
        with trio.fail_after(DEADLINE):
            await shop.projector.caught_up()
        assert sorted(shop.titles()) == ["one", "two"]
        assert shop.lookups.name(shop.agent) == "Ana"
        record = shop.work("x").runs[0].records[0].scope
        assert (await shop.projector.standing(record)) is not None
        assert shop.agent in await shop.projector.digests()


async def test_digests_are_those_of_what_was_folded_last_and_read_once() -> None:
    async with following() as shop:
        shop.commit(shop.genesis)
        with trio.fail_after(DEADLINE):
            await shop.projector.caught_up()
        first = await shop.projector.digests()
        assert await shop.projector.digests() is first
        shop.commit(shop.work("one"))
        with trio.fail_after(DEADLINE):
            await shop.projector.caught_up()
        assert await shop.projector.digests() != first


async def test_a_record_whose_past_is_missing_is_shown_as_pending_until_it_comes() -> None:
    shop = Shop()
    signed = shop.work("one")
    async with trio.open_nursery() as nursery:
        nursery.start_soon(shop.projector.run)
        found = shop.projector._fold.add(signed.runs[0].records[0])
        assert [change.standing.status for change in found] == [Status.PENDING]
        nursery.cancel_scope.cancel()


async def test_more_than_one_slice_is_taken_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(projector_module, "PROJECT_SLICE", 3)
    async with following() as shop:
        shop.commit(shop.genesis, shop.work(*[f"entry {number}" for number in range(20)]))
        await shop.projector.caught_up()
        assert len(shop.titles()) == 20


async def test_far_behind_some_slices_are_shown_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(projector_module, "PROJECT_SLICE", 1)
    async with following() as shop:
        shop.commit(shop.genesis, shop.work(*[f"entry {number}" for number in range(40)]))
        await shop.projector.caught_up()
        assert len(shop.titles()) == 40
        assert shop.projector._sliced.moves < 20, "ten go together; one by one there would be more than forty"


async def test_an_erasure_empties_the_rows() -> None:
    async with following() as shop:
        signed = shop.work("secret")
        shop.commit(shop.genesis, signed)
        await shop.projector.caught_up()
        shop.commit(erase=signed.runs[0].records[0].id)
        await shop.projector.caught_up()
        assert shop.titles() == [""]


async def test_a_full_disk_is_told_and_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(projector_module, "RETRY_SECONDS", 0.01)
    shop, failures = Shop(), [StoreFull("views.db", "no space")] * 2
    take_in = shop.projector._slice

    def failing() -> bool:
        if failures:
            raise failures.pop()
        return take_in()

    monkeypatch.setattr(shop.projector, "_slice", failing)  # a disk that fails twice
    shop.commit(shop.genesis, shop.work("one"))
    async with trio.open_nursery() as nursery:
        nursery.start_soon(shop.projector.run)
        with trio.fail_after(DEADLINE):
            await shop.projector.caught_up()
        nursery.cancel_scope.cancel()
    assert (shop.titles(), shop.projector.trouble) == (["one"], "")


async def test_damaged_views_refuse_whoever_waits_for_them(monkeypatch: pytest.MonkeyPatch) -> None:
    shop = Shop()

    def failing() -> bool:
        raise StoreDamaged("views.db", "page 7")

    monkeypatch.setattr(shop.projector, "_slice", failing)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(shop.projector.run)
        with trio.fail_after(DEADLINE):
            await refused(shop.projector)
            with pytest.raises(Refusal, match="page 7"):
                await shop.projector.shows(1)
        await refused(shop.projector)
    assert "page 7" in shop.projector.trouble


async def test_views_that_turn_out_damaged_refuse_whoever_waits_for_some_records(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shop = Shop()

    def failing() -> bool:
        raise StoreDamaged("views.db", "page 7")

    monkeypatch.setattr(shop.projector, "_slice", failing)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(shop.projector.run)
        with trio.fail_after(DEADLINE), pytest.raises(Refusal, match="page 7"):
            await shop.projector.shows(1)
        nursery.cancel_scope.cancel()


async def test_it_waits_while_the_node_is_busy_and_not_longer_than_its_lag(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(projector_module, "PROJECT_LAG_SECONDS", 0.3)
    monkeypatch.setattr(projector_module, "PROJECT_QUIET_SECONDS", 0.2)
    async with following() as shop:
        shop.commit(shop.genesis, shop.work("one"))
        start = trio.current_time()
        with trio.fail_after(DEADLINE):
            while not shop.titles():
                shop.projector.make_way()
                await trio.sleep(0.01)
        assert trio.current_time() - start > 0.2


async def test_it_rests_between_slices_until_the_node_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value_ in (("BUSY_SLICE", 1), ("LAG_SECONDS", 0.01), ("QUIET_SECONDS", 0.5), ("SHARE", 1e9)):
        monkeypatch.setattr(projector_module, f"PROJECT_{name}", value_)
    async with following() as shop:
        shop.commit(shop.genesis, shop.work("one", "two"))
        with trio.fail_after(10):
            for _ in range(6):  # too seldom to disturb a slice
                shop.projector.make_way()
                await trio.sleep(0.06)
            assert shop.views.progress.arrival == 1
            await shop.projector._passed.after(0)
        assert len(shop.titles()) == 2


async def test_while_the_node_is_busy_it_lies_down_between_two_records(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value_ in (("LAG_SECONDS", 0.01), ("QUIET_SECONDS", 1e9), ("BREATH_SECONDS", 0.05)):
        monkeypatch.setattr(projector_module, f"PROJECT_{name}", value_)
    async with following() as shop:
        shop.commit(shop.genesis, shop.work("one", "two"))
        start = trio.current_time()
        with trio.fail_after(DEADLINE):
            while not shop.titles():
                await shop.projector._passed.after(shop.projector._passed.moves)
    assert trio.current_time() - start > 6 * 0.05, "three are folded, and three shown"


async def test_whoever_waits_for_rows_waits_for_no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LAG_SECONDS", "QUIET_SECONDS", "SHARE", "BREATH_SECONDS"):
        monkeypatch.setattr(projector_module, f"PROJECT_{name}", 1e9)
    monkeypatch.setattr(projector_module, "PROJECT_SLICE", 1)
    async with following() as shop:
        shop.commit(shop.genesis, shop.work("one", "two"))
        with trio.fail_after(10):
            await shop.projector.caught_up()
        assert len(shop.titles()) == 2


class Scrubs:
    """What scrubbing the views says, one time after the other; then that all is clean."""

    def __init__(self, shop: Shop, monkeypatch: pytest.MonkeyPatch, *endings: bool | Exception) -> None:
        self.endings, self.count = list(endings), 0
        monkeypatch.setattr(shop.views, "scrub", self)

    def __call__(self) -> bool:
        """Scrub."""
        self.count += 1
        ending = self.endings.pop(0) if self.endings else True
        if isinstance(ending, Exception):
            raise ending
        return ending


async def test_scrubbing_is_tried_again_by_itself_until_the_file_is_clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SCRUB_AGAIN_SECONDS", "RETRY_SECONDS"):
        monkeypatch.setattr(projector_module, name, 0.01)
    async with following() as shop:
        scrubs = Scrubs(shop, monkeypatch, False, StoreFull("views.db", "no space"), False)
        with trio.fail_after(DEADLINE):
            await shop.projector.scrubbed()
        assert scrubs.count == 4


async def test_a_file_that_was_just_rewritten_is_not_rewritten_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(projector_module, "SCRUB_SHARE", 1e9)
    async with following() as shop:
        scrubs, one, two = Scrubs(shop, monkeypatch), shop.work("one"), shop.work("two")
        shop.commit(shop.genesis, one, two)
        await shop.projector.scrubbed()
        for signed in (one, two):
            shop.commit(erase=signed.runs[0].records[0].id)
            await shop.projector.caught_up()
        assert scrubs.count == 1
        shop.projector._scrub_from = 0.0
        with trio.fail_after(DEADLINE):
            await shop.projector.scrubbed()
        assert scrubs.count == 2


@pytest.mark.parametrize("erases", [True, False])
async def test_what_must_be_gone_is_told_to_remain_until_the_last_file_is_clean(
    erases: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(projector_module, "SCRUB_AGAIN_SECONDS", 1e9)
    shop = Shop()
    signed = shop.work("one", "two")
    told: list[bool] = []

    def look() -> None:
        told.append(traces.remain(shop.store.reader(), shop.lookups.views))

    async def passes(name: str) -> None:
        with trio.fail_after(DEADLINE):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(shop.projector.run)
                await getattr(shop.projector, name)()
                nursery.cancel_scope.cancel()

    shop.commit(shop.genesis, signed)
    await passes("scrubbed")
    look()
    if erases:
        shop.commit(erase=signed.runs[0].records[0].id)
    else:
        shop.evict(signed.privates[0][0], purge=True)
    look()  # the views have not heard of it
    clean = shop.views.scrub
    Scrubs(shop, monkeypatch, False)  # a reader is in the way
    await passes("caught_up")
    look()  # their file may have traces
    monkeypatch.setattr(shop.views, "scrub", clean)
    shop.projector._scrub_from = 0.0
    await passes("scrubbed")
    look()
    assert told == [False, True, True, False]


async def test_what_is_let_go_for_want_of_room_leaves_nothing_to_clear() -> None:
    async with following() as shop:
        signed = shop.work("one")
        shop.commit(shop.genesis, signed)
        shop.evict(signed.privates[0][0])
        assert not traces.remain(shop.store.reader(), shop.lookups.views)


async def test_texts_of_the_blocked_remain_until_all_of_them_are_looked_through() -> None:
    shop, told = Shop(), []
    for rows in ([ReviewEntry(b"e" * 32)], [BlockEntry(b"e" * 32, 1)], [Forget(ReviewEntry, (b"e" * 32,))]):
        shop.store.writer.commit(Batch(0, local=tuple(rows)))
        told.append(traces.remain(shop.store.reader(), shop.lookups.views))
    assert told == [False, True, False]


async def test_a_file_that_turns_out_damaged_while_it_is_scrubbed_breaks_the_views(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with following() as shop:
        Scrubs(shop, monkeypatch, StoreDamaged("views.db", "page 7"))
        with trio.fail_after(DEADLINE):
            await shop.projector.scrubbed()
        await refused(shop.projector)


async def refused(projector: Projector) -> None:
    with pytest.raises(Refusal, match="page 7"):
        await projector.caught_up()


@pytest.mark.parametrize("purge", [False, True])
async def test_a_text_that_was_let_go_is_not_shown_until_it_comes_back(purge: bool) -> None:
    async with following() as shop:
        signed = shop.work("one", "two")
        shop.commit(shop.genesis, signed)
        with trio.fail_after(DEADLINE):
            await shop.projector.caught_up()
            shop.evict(signed.privates[0][0], purge=purge)
            await shop.projector.caught_up()
            assert sorted(shop.titles()) == ["", "two"]
            shop.evict(signed.privates[0][0], purge=purge, again=signed.privates[:1])
            await shop.projector.caught_up()
            assert sorted(shop.titles()) == ["one", "two"]
            await shop.projector.scrubbed()


async def test_who_is_told_nothing_new_waits_for_no_pass() -> None:
    async with following() as shop:
        shop.commit(shop.genesis, shop.work("one"))
        states = [shop.projector.is_current]
        await shop.projector.caught_up()
        states.append(shop.projector.is_current)
        passes = shop.projector.passes
        await shop.projector.caught_up()
        assert shop.projector.passes == passes
        shop.projector.nudge()
        states.append(shop.projector.is_current)
        await shop.projector.caught_up()
        assert shop.projector.passes > passes
    assert states == [False, True, False]


async def test_who_waits_for_some_records_does_not_wait_for_those_that_come_after(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(projector_module, "PROJECT_SLICE", 1)
    monkeypatch.setattr(projector_module, "PROJECT_BUSY_SLICE", 1)
    shop = Shop()
    shop.commit(shop.genesis, shop.work(*[f"entry {number}" for number in range(20)]))
    async with trio.open_nursery() as nursery:
        nursery.start_soon(shop.projector.run)
        with trio.fail_after(DEADLINE):
            await shop.projector.shows(3)
            assert 3 <= shop.projector.reached < 21
            await shop.projector.shows(21)
            assert len(shop.titles()) == 20
            await shop.projector.shows(21)
        nursery.cancel_scope.cancel()
