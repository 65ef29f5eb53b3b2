"""The line protocol of a reader: one question per line in, one answer per line out.

Other implementations speak it too, and so can be compared with this one on any input. Questions and answers
are JSON; bytes are lower-case hex. protocol/spec/07-pipe.md lists them. Run as `python -m meshproto.pipe`.
"""

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeAlias

from meshproto.bundle.items import End, ErasedItem, PrivateItem, RunItem
from meshproto.bundle.reader import BundleReader
from meshproto.records.encoding import decode
from meshproto.records.forks import check_fork_proof
from meshproto.records.log import check_run
from meshproto.records.reasons import Refused
from meshproto.records.record import Record, check_private, read_header, references
from meshproto.records.signatures import verify_bytes

Question: TypeAlias = dict[str, Any]
Answer: TypeAlias = dict[str, object]


def answer(question: Question) -> Answer:
    """Answer one question: `{"ok": …}` or `{"reason": code}`. An unknown `op` is a KeyError: the asker is wrong."""
    try:
        return {"ok": _OPERATIONS[question["op"]](question)}
    except Refused as refusal:
        return {"reason": refusal.reason.value}


def converse(lines: Iterable[str]) -> Iterator[str]:
    """Answer line by line."""
    for line in lines:
        yield json.dumps(answer(json.loads(line)), separators=(",", ":"), sort_keys=True)


def main() -> None:
    """Answer standard input on standard output until it ends."""
    for line in converse(sys.stdin):
        print(line, flush=True)


def _value(question: Question) -> object:
    decode(_bytes(question, "input"), text=question.get("text", "ascii"), nil=question.get("nil", False))
    return True


def _header(question: Question) -> object:
    return _told(read_header(_bytes(question, "input")))


def _told(record: Record) -> dict[str, object]:
    return {
        "id": record.id.hex(),
        "home": record.home.hex(),
        "log": record.log.hex(),
        "author": record.author.hex(),
        "seq": record.seq,
        "type": record.type,
        "references": [each.hex() for each in references(record)],
    }


def _run(question: Question) -> object:
    run = check_run([bytes.fromhex(each) for each in question["headers"]], _bytes(question, "signature"))
    return {"log": run.records[0].log.hex(), "ids": [each.id.hex() for each in run.records]}


def _private(question: Question) -> object:
    check_private(read_header(_bytes(question, "header")), _bytes(question, "input"))
    return True


def _fork_proof(question: Question) -> object:
    proof = check_fork_proof(_bytes(question, "input"))
    return {"log": proof.left.records[0].log.hex(), "seq": proof.seq, "ids": [each.hex() for each in proof.ids]}


def _bundle(question: Question) -> object:
    reader = BundleReader()
    told = {"runs": 0, "records": 0, "privates": 0, "erased": 0}
    for item in reader.feed(_bytes(question, "input")):
        match item:
            case RunItem(run):
                told["runs"] += 1
                told["records"] += len(run.records)
            case PrivateItem():
                told["privates"] += 1
            case ErasedItem(ids):
                told["erased"] += len(ids)
            case _:
                pass
    end: End = reader.close()
    return {**told, "root": end.root.hex()}


def _signature(question: Question) -> object:
    parts = (_bytes(question, name) for name in ("key", "context", "message", "signature"))
    return verify_bytes(*parts)


def _bytes(question: Question, name: str) -> bytes:
    return bytes.fromhex(question[name])


_OPERATIONS: dict[str, Callable[[Question], object]] = {
    "value": _value,
    "header": _header,
    "run": _run,
    "private": _private,
    "forkproof": _fork_proof,
    "bundle": _bundle,
    "signature": _signature,
}

if __name__ == "__main__":
    main()
