"""Some of what two nodes compute alike: equations by chance with their reasons, and what the vectors' records say."""

import json
from collections.abc import Iterable
from pathlib import Path
from random import Random

from meshproto.equation.explain import Reasons
from meshproto.equation.preview.answer import settle, told
from meshproto.equation.preview.reading import read_preview
from meshproto.fold.fold import Fold
from meshproto.fold.ledger import balances, settlement_plan
from meshproto.fold.memory import DictMemory
from meshproto.fold.state import digests
from meshproto.records.record import Record, read_header
from tests.support.random_equations import a_file

VECTORS = Path(__file__).parents[3] / "protocol" / "vectors"


def share(seed: int) -> None:
    """Share the incomes of a file, and tell why."""
    book, rounds = settle(read_preview(json.dumps(a_file(Random(seed), special=seed % 2 == 0)).encode()))
    for each in rounds:
        told(each)
        for agent in each.lines:
            for _ in Reasons(each, book.knowledge).of(agent):
                pass


def fold(records: Iterable[Record]) -> None:
    """Fold records, add up who owes what, and plan who pays whom."""
    memory = DictMemory()
    folding = Fold(memory)
    for each in records:
        folding.add(each)
    for scope in digests(memory):
        found = balances(scope, memory)
        for cur in {cur: None for _, cur in found}:
            settlement_plan({agent: each.open for (agent, unit), each in found.items() if unit == cur})


def fold_stories() -> None:
    """Fold the records of all stories among the vectors."""
    for name in ("agreements", "folds", "authority"):
        for case in json.loads((VECTORS / f"{name}.json").read_text(encoding="utf-8"))["cases"]:
            fold(read_header(bytes.fromhex(each)) for each in case["input"]["headers"])
