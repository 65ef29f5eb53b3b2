"""I11: whatever people have signed, an empty node that takes in what another has exported comes to the same digests."""

import random
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from meshnode.core.drafts import SignedRecords
from meshnode.core.effects import Taken
from meshnode.core.events import Offer
from meshnode.exchange.bundle_in import portions
from meshnode.exchange.bundle_out import export_bundle
from meshproto.fold.state import digests
from meshproto.records.ids import ScopeId
from meshproto.records.log import Run
from meshproto.records.record import Record
from scripts.vectors.cases import NOON, key, private_part
from tests.support.byzantine.companies import company
from tests.support.core_rig import Rig
from tests.support.small_worlds import STEP, world_of

SIGNERS = {bytes(key(name).public): name for name in ("alice", "bob", "carol", "phone", "firm", "garden", "shed")}

SOME = settings(max_examples=25, phases=(Phase.explicit, Phase.generate))
"""Each flushes a file to the disk, so a failing example is not made smaller."""


def signed(records: Iterable[Record]) -> list[SignedRecords]:
    """Each record under a signature of its own, with the private part that its author gave it."""
    found = []
    for each in records:
        name = SIGNERS[each.key]
        parts = () if each.private is None else ((each.id, private_part(name)),)
        found.append(SignedRecords((Run((each,), key(name).sign(each.id)),), parts))
    return found


def holding(records: Iterable[Record]) -> Rig:
    """A node that was given these records, and holds what a node takes in of them."""
    return taking_in("dave", signed(records))


def taking_in(name: str, given: Iterable[SignedRecords]) -> Rig:
    """An empty node that is offered records, until that brings nothing more."""
    rig, new, portions_ = Rig(name), 1, list(given)
    while new:
        tickets = []
        for portion in portions_:
            tickets.append(rig.ticket())
            rig.feed(Offer(tickets[-1], portion))
        new = sum(each.new for ticket in tickets if isinstance(each := rig.answers[ticket], Taken))
    rig.fold()
    return rig


def passed_on(rig: Rig, folder: Path, scope: bytes | None = None) -> Rig:
    """An empty node that takes in what another exports, all or what belongs to one scope."""
    path = folder / f"{rig.me.agent.hex()}.bundle"
    export_bundle(rig.store.reader, path, None if scope is None else ScopeId(scope), NOON)
    taken = taking_in("erin", portions(path))
    path.unlink()
    return taken


def words_in(rig: Rig) -> dict[bytes, bytes | None]:
    """The private parts of all that counts at a node."""
    return {record.id: rig.ledger.private(record.id) for _, record in rig.ledger.records_after(0, 10_000)}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bundles")


@given(steps=st.lists(STEP, max_size=30))
@settings(SOME)
def test_i11_what_is_exported_and_taken_in_gives_the_same_digests_and_words(folder: Path, steps: Any) -> None:
    there = holding(world_of(steps))
    here = passed_on(there, folder)
    assert digests(there.folded).items() <= digests(here.folded).items()
    assert words_in(there).items() <= words_in(here).items()


@given(steps=st.lists(STEP, max_size=30), chance=st.randoms(use_true_random=False))
@settings(SOME)
def test_i11_what_is_exported_of_one_scope_gives_its_digest(folder: Path, steps: Any, chance: random.Random) -> None:
    there = holding(world_of(steps))
    scope = chance.choice(sorted(digests(there.folded)))
    assert digests(passed_on(there, folder, scope).folded)[scope] == digests(there.folded)[scope]


@pytest.mark.parametrize("where", "PC")
def test_i11_whoever_is_named_in_a_scope_and_stands_elsewhere_goes_along(folder: Path, where: str) -> None:
    there = holding(world_of([("thank", "carol", where, False, 34)]))
    for scope, digest in digests(there.folded).items():
        assert digests(passed_on(there, folder, scope).folded)[scope] == digest


@pytest.mark.parametrize("seed", range(2))
def test_i11_an_agreement_that_is_passed_on_and_on_keeps_its_digest(folder: Path, seed: int) -> None:
    records = company(seed)
    [deal] = {bytes(each.home) for each in records if each.type == "agreement"}
    first = holding(records)
    once = passed_on(first, folder, deal)
    twice = passed_on(once, folder, deal)
    assert digests(first.folded)[deal] == digests(once.folded)[deal] == digests(twice.folded)[deal]
