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
from meshproto.equation.preview.answer import settle, told
from meshproto.equation.preview.reading import read_preview
from meshproto.fold.fold import Fold
from meshproto.fold.forks import forks_of
from meshproto.fold.memory import DictMemory
from meshproto.fold.standing import Standing
from meshproto.fold.state import digests
from meshproto.fold.statements import statement
from meshproto.lines.cards import CardLine
from meshproto.lines.reading import AskLine, kind_of, read_line
from meshproto.records.encoding import decode, encode
from meshproto.records.forks import check_fork_proof
from meshproto.records.log import check_run
from meshproto.records.reasons import Reason, Refused
from meshproto.records.record import Record, check_private, read_header, references
from meshproto.records.signatures import verify_bytes
from meshproto.types.catalogue import check_facts

Question: TypeAlias = dict[str, Any]
Answer: TypeAlias = dict[str, object]


def answer(question: Question) -> Answer:
    """Answer one question: `{"ok": …}` or `{"reason": code}`, for a preview with the path as `detail`.

    An unknown `op` is a KeyError: the asker is wrong.
    """
    try:
        return {"ok": _OPERATIONS[question["op"]](question)}
    except Refused as refusal:
        where = {"detail": refusal.detail} if question["op"] == "equation" else {}
        return {"reason": refusal.reason.value, **where}


def converse(lines: Iterable[str]) -> Iterator[str]:
    """Answer line by line."""
    for line in lines:
        yield json.dumps(answer(json.loads(line)), separators=(",", ":"), sort_keys=True)


def main() -> None:
    """Answer standard input on standard output until it ends."""
    for line in converse(sys.stdin):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()


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


def _facts(question: Question) -> object:
    refusal = check_facts(read_header(_bytes(question, "input")))
    if refusal is not None:
        raise refusal
    return True


def _fold(question: Question) -> object:
    memory = DictMemory()
    fold = Fold(memory)
    records = [read_header(bytes.fromhex(each)) for each in question["headers"]]
    for record in records:
        fold.add(record)
    found = digests(memory)
    return {
        "standings": {each.id.hex(): _standing(fold.standing(each.id)) for each in records},
        "forks": [
            {"reason": Reason.F_FORK.value, "log": log.hex(), "seq": seq, "ids": [each.hex() for each in ids]}
            for scope in sorted(found)
            for (log, seq), ids in forks_of(scope, memory).items()
        ],
        "digests": {scope.hex(): found[scope].hex() for scope in sorted(found)},
    }


def _statement(question: Question) -> object:
    memory = DictMemory()
    fold = Fold(memory)
    for each in question["headers"]:
        fold.add(read_header(bytes.fromhex(each)))
    found = statement(_bytes(question, "agent"), question["from"], question["to"], memory)
    accounts = [{"scope": each.scope.hex(), "cur": each.cur, "digest": each.digest.hex()} for each in found.accounts]
    return {"accounts": accounts, "digest": found.digest.hex()}


def _line(question: Question) -> object:
    text = question["input"]
    line = read_line(text)
    told: dict[str, object] = {"kind": kind_of(text), **{name: _shown(said) for name, said in line._asdict().items()}}
    match line:
        case AskLine(facts):
            told["facts"] = encode(facts).hex()
        case CardLine():
            told |= {
                "records": [each.id.hex() for each in line.records],
                "privates": [each.hex() for each, _ in line.privates],
            }
            del told["runs"], told["signature"]
        case _:
            pass
    return told


def _shown(said: object) -> object:
    match said:
        case bytes():
            return said.hex()
        case tuple():
            return [*said]
        case _:
            return said


def _equation(question: Question) -> object:
    # A text that is half a surrogate pair has no bytes; what is made of it here is no UTF-8 either.
    _, rounds = settle(read_preview(question["input"].encode("utf-8", "surrogatepass")))
    return {"rounds": [told(each) for each in rounds]}


def _standing(standing: Standing | None) -> dict[str, object]:
    assert standing is not None  # it was added
    told: dict[str, object] = {"status": standing.status.name.lower()}
    if standing.reason is not None:
        told |= {"reason": standing.reason.value, "ids": [each.hex() for each in standing.ids]}
    if standing.detail:
        told["detail"] = standing.detail
    if standing.state:
        told["state"] = standing.state
    if standing.flags:
        told["flags"] = [*standing.flags]
    return told


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
    "facts": _facts,
    "fold": _fold,
    "equation": _equation,
    "statement": _statement,
    "line": _line,
}

if __name__ == "__main__":
    main()
