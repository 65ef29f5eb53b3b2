"""The largest preview files that are allowed, each hard in its own way."""

import json
import subprocess
import sys
from math import gcd
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

PRIMES = [999983, 999979, 999961, 999959, 999953, 999931, 999917, 999907, 999883, 999863]


PREVIEW = """
import os, resource, sys
from meshnode.cli.main import main
code = main(["equation", "preview", sys.argv[1], "--json"], {}, sys.stdin, open(os.devnull, "w"), sys.stderr)
used = resource.getrusage(resource.RUSAGE_SELF)
# Not ru_maxrss: that begins with what the process held that started this one.
most = next(line for line in open("/proc/self/status") if line.startswith("VmHWM:")).split()[1]
print(int(code), used.ru_utime + used.ru_stime, int(most) * 1024)
"""


class Spent(NamedTuple):
    """What a preview took: processor time in seconds, and the most memory it held."""

    seconds: float
    bytes: int


def spent(text: bytes) -> Spent:
    """What `equation preview FILE --json` takes as a process, from its start to its end."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "file.json"
        path.write_bytes(text)
        done = subprocess.run([sys.executable, "-c", PREVIEW, path], capture_output=True, text=True, check=True)
    code, seconds, most = done.stdout.split()
    assert code == "0", done.stderr
    return Spent(float(seconds), int(most))


def largest_files() -> dict[str, bytes]:
    """Files just below the limits, by what makes them hard."""
    return {
        "many contributions": _file(parties=100, contributions=4900, rounds=1),
        "many rounds": _file(parties=20, contributions=260, rounds=200),
        "large denominators": _file(parties=36, contributions=540, rounds=4, hostile=True),
        "many steps": _steps(),
        "caps that fill up one after another": _caps(),
        "many refunds": _refunds(),
    }


def _file(*, parties: int, contributions: int, rounds: int, hostile: bool = False) -> bytes:
    chance = Random(5)
    names = [f"p{number:03d}" for number in range(parties)]
    rates = [[name, _ratio(chance, place)] for place, name in enumerate(names)]
    weight = {"unit": "HUR", "rate": rates[:30], "quality": True}
    step: dict[str, Any] = {"do": "pro_rata", "weights": [weight]}
    if hostile:
        mix = [{"part": [1, 8], "weights": [weight]} for _ in range(7)]
        owed = [["*", {"n": 2**53 - 111, "s": 6, "u": "SEC"}]]
        step = {"do": "pro_rata", "mix": [*mix, {"part": [1, 8], "ballots": "round"}]}
        step["factor"] = {"done": {"unit": "HUR"}, "owed": owed}
    told, number = [], 0
    for place in range(rounds):
        brought = []
        for _ in range(contributions // rounds):
            agent, other = names[number % parties], names[(number + 1) % parties]
            qty = {"n": chance.randrange(1, 10**9), "s": chance.randrange(7), "u": chance.choice(["HUR", "MIN", "SEC"])}
            one: dict[str, Any] = {"id": f"c{number}", "agent": agent, "kind": "work", "qty": qty}
            if hostile:
                one["shares"] = [[agent, chance.randrange(1, 500)], [other, chance.randrange(1, 500)]]
            brought.append(one)
            number += 1
        said = [
            {
                "on": each["id"],
                "by": names[(7 + int(each["id"][1:])) % parties],
                "verdict": "confirm",
                "rating": chance.randrange(1, 6),
            }
            for each in brought
        ]
        ballots = (
            [[name, [[other, chance.randrange(1, 100)] for other in names[:8]]] for name in names] if hostile else []
        )
        told.append(
            {
                "pool": 10**12 + place,
                "to": "2026-01-31",
                "contributions": brought,
                "attestations": said,
                "ballots": ballots,
            }
        )
    ratings = [_ratio(chance, place) for place in range(5)]
    return _whole(names, [step], told, late="catch_up" if hostile else "next", ratings=ratings)


def _steps() -> bytes:
    names = [f"p{number:03d}" for number in range(256)]
    steps = [
        {"do": "percent", "of": "gross", "pay": [[name, [1, prime]] for name in names[:10]]} for prime in PRIMES[:8]
    ]
    return _whole(
        names, [*steps, {"do": "equal"}], [{"pool": 10**12 + place, "to": "2026-01-31"} for place in range(41)]
    )


def _caps() -> bytes:
    names = [f"p{number:03d}" for number in range(250)]
    caps = [[name, {"amt": 10**9 + 4 * place * place}] for place, name in enumerate(names)]
    ballots = [["p000", [[name, 3 if place else 1] for place, name in enumerate(names)]], ["p001", [["p000", 1]]]]
    step = {"do": "pro_rata", "mix": [{"part": [1, 1], "ballots": "round"}], "cap": caps}
    rounds = [{"pool": 3 * 10**11, "to": "2026-01-31", "ballots": ballots} for _ in range(17)]
    return _whole(names, [step], rounds)


def _refunds() -> bytes:
    names = [f"p{number:03d}" for number in range(8)]
    rounds: list[dict[str, Any]] = [{"pool": 10**6, "to": "2026-01-31"} for _ in range(80)]
    rounds += [{"pool": -7, "to": "2026-01-31", "refunds": place} for place in range(40)]
    return _whole(names, [{"do": "equal"}, {"do": "residual", "agent": "x"}], rounds)


def _whole(names: list[str], steps: list[Any], rounds: list[Any], late: str = "next", ratings: Any = None) -> bytes:
    ack = {"min": 1, "by": "parties", "ratings": ratings or [[1, 1]] * 5}
    terms = {"cur": "EUR", "parties": names, "steps": steps, "ack": ack, "late": late, "reserve": True}
    return json.dumps({**terms, "rounds": rounds}, separators=(",", ":")).encode()


def _ratio(chance: Random, place: int) -> list[int]:
    den = PRIMES[place % len(PRIMES)] - 2 * (place // len(PRIMES))
    num = chance.randrange(1, den)
    while gcd(num, den) != 1:
        num += 1
    return [num, den]
