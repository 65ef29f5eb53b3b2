"""Mutated time sheets, git output and options: only documented refusals, bounded time, and records that fit.

A failing input is printed by its seed: `MESHNODE_FUZZ_SEED=N` before the same command repeats it alone.
"""

import itertools
import os
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from meshnode.exchange.csv_source import CsvOptions, find_in_csv
from meshnode.exchange.drafts import Lot, contribution
from meshnode.exchange.entries import MAX_NOTICES, Fate, Findings, ImportRefused, Notebook
from meshnode.exchange.git_log import CommitReader, GitOptions, Harvest
from meshnode.exchange.options import check_names, csv_options, git_options, wishes
from meshproto.records.encoding import encode
from meshproto.records.ids import ScopeId
from meshproto.records.limits import MAX_PRIVATE
from tests.support.sheets import NOW, SECRET, SHEETS

SAMPLES = [path.read_bytes() for path in sorted(SHEETS.iterdir())]
SIGNS = [
    b'"',
    b'""',
    b"\r",
    b"\n",
    b"\r\n",
    b"\0",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b";",
    b"\t",
    b" ",
    b"sep=;\n",
    b"-",
    b"'",
]
WORDS = (
    "24:00|12:00 AM|1:60:00|-0:01|PT9999999999H|1,5|99999999999999999999999999|2026-02-29|31/12/2026|02:30:00|=1+1|"
    "sep=;|2024-03-31|2024-10-27|+99:99|Z|٣:٠٠|1：30|NaN|Total,|Time (h)|Start Date|Duration (h)|a@b.c|1e9|²|1900-01-00"
)
TOKENS = [*SIGNS, *(word.encode() for word in WORDS.split("|")), "Dauer (h)".encode("utf-16-le"), b"\xc3\x28"]
MAPPINGS = ["title=#1", "start=#2,hours=#3", "date=Date,hours=Hours,title=Notes", "a=b", "title=#999"]
ZONES = ["UTC", "Europe/Madrid", "America/St_Johns", "Pacific/Apia", "Africa/Casablanca", "Asia/Tehran"]
FLOOR = 100
"""Inputs at least."""
SLOWEST = 3.0
"""Seconds for one input of at most 64 KB, on a busy machine. They take a few milliseconds."""


def mutated(chance: random.Random, raw: bytes) -> bytes:
    """Change some bytes, cut, repeat, and put in what is known to be trouble; the header is often left whole."""
    data = bytearray(raw)
    first = raw.find(b"\n") + 1 if chance.random() < 0.8 else 0
    for _ in range(chance.choice([1, 1, 2, 3, 5, 12])):
        place = chance.randint(min(first, len(data)), len(data))
        match chance.randrange(6):
            case 0:
                data[place:place] = chance.choice(TOKENS)
            case 1:
                del data[place : place + chance.randint(1, 20)]
            case 2 if place < len(data):
                data[place] = chance.randrange(256)
            case 3:
                data[place:place] = data[first:place] * chance.randint(1, 3)
            case 4:
                data[place : place + chance.randint(0, 12)] = chance.choice(TOKENS)
            case _:
                data[place:place] = chance.choice(TOKENS) * chance.randint(1, 200)
    return bytes(data[:65_536])


def some_options(chance: random.Random) -> CsvOptions:
    """Options as users combine them, some of them wrong."""
    return CsvOptions(
        mapping=chance.choice(MAPPINGS) if chance.random() < 0.2 else None,
        date_format=chance.choice([None, None, "dmy", "mdy", "ymd", "%d%d"]),
        tz=chance.choice(ZONES),
        encoding=chance.choice(["utf-16", "cp1250", "latin-1"]) if chance.random() < 0.1 else None,
        delimiter=chance.choice([";", "tab"]) if chance.random() < 0.1 else None,
        emails=chance.choice([(), (), (), ("a@b.c",), ("ben@ortiz.example",)]),
        max_hours=chance.choice([1, 12, 744]),
        keep_duplicates=chance.random() < 0.2,
    )


def check(found: Findings) -> None:
    """What must hold of whatever was found."""
    lot = Lot(ScopeId(b"s" * 32), "batch", found.origin)
    for entry in found.entries:
        draft = contribution(entry, None, lot)
        assert len(encode(draft.private)) < MAX_PRIVATE - 100
        encode(draft.facts)
        assert entry.quantity.n > 0
        assert entry.first <= entry.last
    for fate in Fate:
        assert sum(notice.fate is fate for notice in found.notices) <= MAX_NOTICES


def each_seed(name: str, seconds: float, tell: Callable[[str], None]) -> Iterator[int]:
    """The one seed asked for, or all from a new one on until the time is over; tells at the end how many."""
    if "MESHNODE_FUZZ_SEED" in os.environ:
        yield int(os.environ["MESHNODE_FUZZ_SEED"])
        return
    end, first = time.monotonic() + seconds, random.SystemRandom().randrange(2**48)
    for seed in itertools.count(first):
        if seed - first >= FLOOR and time.monotonic() > end:
            break
        yield seed
    tell(f"fuzz: {seed - first} {name}, from seed {first}")


@contextmanager
def told(seed: int) -> Iterator[None]:
    """Print the seed of whatever fails; a refusal in words is no failure."""
    began = time.monotonic()
    try:
        yield
        assert time.monotonic() - began < SLOWEST
    except ImportRefused as refused:
        assert refused.text  # noqa: PT017  # most inputs are refused, and that must be explained
    except BaseException:
        print(f"MESHNODE_FUZZ_SEED={seed}")
        raise


@pytest.mark.campaign
def test_mutated_sheets_are_read_or_refused_in_time(
    campaign_seconds: Callable[[str], float], tell: Callable[[str], None]
) -> None:
    for seed in each_seed("sheets", campaign_seconds("fuzz/sheets"), tell):
        chance = random.Random(seed)
        with told(seed):
            check(find_in_csv(mutated(chance, chance.choice(SAMPLES)), "x.csv", some_options(chance), NOW, SECRET))


@pytest.mark.campaign
def test_mutated_git_output_is_read_or_refused(
    campaign_seconds: Callable[[str], float], tell: Callable[[str], None]
) -> None:
    one = [b"a" * 40, b"b" * 40, b"a@b.c", b"a@b.c", b"1700000000 +0100", b"1 +0000", b"T\n\nx"]
    commit = b"\n" + b"".join(field + b"\0" for field in one)
    for seed in each_seed("pieces of git output", campaign_seconds("fuzz/git"), tell):
        chance = random.Random(seed)
        raw, reader, harvest = mutated(chance, commit * 4), CommitReader(), Harvest(GitOptions(("a@b.c",)), NOW)
        with told(seed):
            for start in range(0, len(raw), 700):
                harvest.add(reader.feed(raw[start : start + 700]))
            reader.end()
            check(harvest.findings("x", [], Notebook()))


@pytest.mark.campaign
def test_any_options_are_understood_or_refused(
    campaign_seconds: Callable[[str], float], tell: Callable[[str], None]
) -> None:
    extra = ["email", "map", "per", "each", "since", "kind", "merges", "all"]
    names = [field.name for field in fields(CsvOptions)] + extra
    long = "9" * 5000
    values: list[Any] = [
        "",
        "x",
        "day",
        "2026-03-02",
        "30m",
        long,
        0,
        -1,
        2**70,
        True,
        [],
        ["a", "b"],
        [1],
        "\0",
        "\ud800",
    ]
    for seed in each_seed("options of imports", campaign_seconds("fuzz/options"), tell):
        chance = random.Random(seed)
        given: dict[str, Any] = {chance.choice(names): chance.choice(values) for _ in range(chance.randint(0, 4))}
        kind = chance.choice(["git", "csv"])
        with told(seed):
            check_names(kind, given)
            wishes(given)
            git_options(given, ("a@b.c",)) if kind == "git" else csv_options(given)


def test_every_zone_the_fuzzer_uses_is_here() -> None:
    assert [ZoneInfo(name).key for name in ZONES] == ZONES
