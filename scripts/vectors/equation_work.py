"""Preview files at the limit of the work they may make: 08-equations 10.3."""

from meshproto.records.reasons import Reason
from scripts.vectors.cases import Case
from scripts.vectors.equation_files import BY_HOURS, FEBRUARY, File, case, file, refused, work

EMPTY: File = {"pool": 0, "to": FEBRUARY}


def cases() -> list[Case]:
    """Pairs of files: the last that is allowed, and the first that is not."""
    return [
        *_pair("rounds", [_equal(rounds) for rounds in (125, 126)]),
        *_pair("rounds with one that looks back", [_reopened(rounds) for rounds in (110, 111)]),
        *_pair("rounds over which what is rejected was held", [_rejected(parties) for parties in (200, 201)]),
    ]


def _pair(what: str, files: list[File]) -> list[Case]:
    allowed, too_much = files
    return [
        case(f"as many {what} as are allowed", allowed, *("" for _ in allowed["rounds"])),
        refused(f"more {what} than are allowed", too_much, Reason.Q_WORK, "rounds"),
    ]


def _crowd(count: int) -> list[str]:
    return [f"p{number:03d}" for number in range(count)]


def _equal(rounds: int) -> File:
    return file([{"do": "equal"}] * 4, *[EMPTY] * rounds, parties=_crowd(250))


def _reopened(rounds: int) -> File:
    return file([{"do": "equal"}] * 4, *[EMPTY] * (rounds - 1), {**EMPTY, "restates": 0}, parties=_crowd(250))


def _rejected(parties: int) -> File:
    said = [{"on": "w", "by": "p001", "verdict": "confirm"}]
    first = {**EMPTY, "contributions": [work("w", "p000", "1")], "attestations": said}
    disputed = {**first, "disputes": [{"id": "d", "target": "w"}]}
    rejected = {**EMPTY, "resolved": [["d", "reject"]]}
    return file([BY_HOURS], disputed, *[EMPTY] * 98, rejected, parties=_crowd(parties), reserve=True)
