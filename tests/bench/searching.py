"""Searching 1,000,000 records by their words, as /v1/search does: rare words, words that every record has, beginnings.

Titles have four words and every third record a text of eight, drawn from 20,000 as words are in a language (the n-th as
often as 1/n), after one word that all titles share. Times are of processor and wall, medians.
"""

import random
import tempfile
import time
from itertools import accumulate
from pathlib import Path

from meshnode.store.querying import Is, ViewReader, Where
from meshnode.store.views import open_views
from meshnode.views.rows import SearchRow
from tests.bench.report import median, progress, say

RECORDS = 1_000_000
SLICE = 20_000
SYLLABLES = ("la", "ro", "mi", "ten", "sko", "pri", "vel", "um", "gra", "do", "ze", "ish", "lor", "an", "be", "cu")
AGENTS = [bytes([number]) * 32 for number in range(50)]


def searching(runs: int, _vs_git: bool) -> None:
    """Fill the views, then search them."""
    draw = random.Random(1)
    words = list(dict.fromkeys("".join(draw.choices(SYLLABLES, k=draw.randint(2, 5))) for _ in range(30_000)))[:20_000]
    weights = list(accumulate(1 / (place + 10) for place in range(len(words))))
    with tempfile.TemporaryDirectory() as folder:
        views = open_views(Path(folder) / "views.db")
        progress(f"indexing {RECORDS:,} records")
        begun = time.perf_counter()
        for start in range(0, RECORDS, SLICE):
            rows = [_row(draw, words, weights, number) for number in range(start, start + SLICE)]
            with views.slice():
                views.replace((), rows)
        while views.index(SLICE):
            pass
        say("search", case="filled", records=RECORDS, seconds=round(time.perf_counter() - begun, 1))
        reader = views.reader()
        ana = (Where("agent", Is.EQUAL, AGENTS[7]),)
        asked: dict[str, tuple[str, tuple[Where, ...]]] = {
            "a word all have": ("invoice", ()),
            "a beginning all have": ("inv", ()),
            "a longer beginning all have": ("invoi", ()),
            "a frequent word": (words[0], ()),
            "a rare word": (words[-1], ()),
            "all and a frequent one": (f"invoice {words[3]}", ()),
            "all and a rare one": (f"invoice {words[-7]}", ()),
            "all, of one person": ("invoice", ana),
            "no word at all": ("nothinglikeit", ()),
        }
        for case, (text, besides) in asked.items():
            _measure(reader, case, text, besides, runs)
        views.close()


def _measure(reader: ViewReader, case: str, text: str, besides: tuple[Where, ...], runs: int) -> None:
    walls, works, found = [], [], 0
    for _ in range(runs):
        wall, work = time.perf_counter(), time.process_time()
        found = len(reader.search(text, 21, None, besides))
        walls.append((time.perf_counter() - wall) * 1000)
        works.append((time.process_time() - work) * 1000)
    say("search", case=case, found=found, ms=median(walls, 1), cpu_ms=median(works, 1))


def _row(draw: random.Random, words: list[str], weights: list[float], number: int) -> SearchRow:
    title = " ".join(["Invoice", *draw.choices(words, cum_weights=weights, k=4)])
    text = " ".join(draw.choices(words, cum_weights=weights, k=8)) if number % 3 == 0 else ""
    agent = AGENTS[number % len(AGENTS)]
    return SearchRow(draw.randbytes(32), "contribution", agent, agent, 1_700_000_000_000 + number, title, text)
