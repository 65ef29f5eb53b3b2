"""Checking a bundle or a fork proof, with nothing but the file: no node, no home, no network."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from meshnode.cli.desk import Desk
from meshnode.cli.exits import Exit, Failure
from meshnode.cli.output import Out
from meshnode.words.safe_text import clean
from meshnode.words.shown import count, short_id, size, standing
from meshproto.bundle.items import MAGIC
from meshproto.bundle.report import BundleReport, Fork, Pact, verify_bundle
from meshproto.records.forks import MAGIC as FORK_MAGIC
from meshproto.records.forks import MAX_PROOF, ForkProof, check_fork_proof
from meshproto.records.ids import to_text
from meshproto.records.reasons import Reason, Refused

_CHUNK = 1 << 20

_WORDS = {
    "B": "the file is damaged",
    "E": "a record in it is not encoded as it must be",
    "H": "a record in it is not formed as it must be",
    "L": "records in it do not follow each other",
    "S": "a signature in it does not hold",
    "V": "a private part in it is not the one that was signed",
    "Z": "it does not prove a fork",
}
"""What the first letter of a reason code means for a file."""
_TORN = "the file ends too early"


def verify_file(desk: Desk, path: Path) -> Exit:
    """Check a file whole and print what it holds; raises Failure (15) with the reason if anything does not hold."""
    try:
        with path.open("rb") as file:
            start = file.read(64)
    except OSError as error:
        raise Failure(Exit.FAILURE, f"{clean(str(path))} cannot be read ({error.strerror})") from error
    try:
        if start.startswith(MAGIC) or MAGIC.startswith(start):
            _show_bundle(desk, path, verify_bundle(_chunks(path, desk.out)))
        elif FORK_MAGIC.encode() in start:
            _show_proof(desk, path, check_fork_proof(_whole(path)))
        else:
            # A backup and a home that moves begin so; both are encrypted.
            hint = "meshnode backup verify FILE" if start.startswith(b"meshnode ") else ""
            raise Failure(Exit.VERIFICATION, f"{clean(str(path))} is neither a bundle nor a fork proof", hint)
    except Refused as refused:
        raise _failure(path, refused) from refused
    return Exit.OK


def _chunks(path: Path, out: Out) -> Iterator[bytes]:
    total = max(path.stat().st_size, 1)
    done = 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk
            done += len(chunk)
            out.progress(f"checking … {100 * done // total} %")
    out.progress_done()


def _whole(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MAX_PROOF + 1)


def _failure(path: Path, refused: Refused) -> Failure:
    words = _TORN if refused.reason is Reason.B_TORN else _WORDS.get(refused.reason.value[0], "it is refused")
    detail = f" {clean(refused.detail)}" if refused.detail else ""
    cause = f"{clean(str(path))} is not genuine: {words} ({refused.reason.value}{detail})"
    return Failure(Exit.VERIFICATION, cause, "get the file again from where it came", code=refused.reason.value)


def _show_bundle(desk: Desk, path: Path, report: BundleReport) -> None:
    if desk.out.as_json:
        desk.out.give("verify", {"path": str(path), "kind": "bundle", "ok": True, **_bundle_answer(report)})
        return
    desk.out.ok(f"A whole and genuine bundle   {clean(str(path))}   {size(report.size)}")
    standings = ", ".join(f"{number} {standing(status.name.lower())}" for status, number in report.standings.items())
    parts = [f"{report.private_held} held", f"{report.private_erased} erased", f"{report.private_missing} missing"]
    desk.out.fields(
        [
            ("made", _moment(report.at).astimezone().strftime("%Y-%m-%d %H:%M")),
            ("records", f"{report.records:,} in {count(report.logs, 'log')} ({standings})"),
            ("people", str(len(report.agents))),
            ("networks", str(len(report.networks))),
            ("agreements", str(len(report.pacts)) if report.pacts else ""),
            ("texts", ", ".join(parts)),
            *(
                ("state", f"{short_id(to_text(scope))}  {digest.hex()[:32]}…")
                for scope, digest in report.digests.items()
            ),
        ]
    )
    for pact in report.pacts:
        _show_pact(desk.out, pact)
    for fork in report.forks:
        desk.out.warn(f"fork: one key signed number {fork.seq} {len(fork.ids)} times: {_ids(fork.ids)}")


def _show_pact(out: Out, pact: Pact) -> None:
    """Print what an agreement comes to, as it was worked out anew here."""
    from meshnode.words.money import show_money, tell_money
    from meshproto.types.currencies import EXPONENTS

    out.line(f"  agreement {short_id(to_text(pact.scope))}", "bold")
    for each in pact.distributions:
        amount = show_money(each.amount, clean(each.cur), EXPONENTS.get(each.cur))
        out.line(f"    {each.state}  {amount}  {short_id(to_text(each.record))}  digest {each.digest[1:].hex()[:16]}…")
    for (agent, cur), balance in pact.balances.items():
        exp = EXPONENTS.get(cur)
        entitled, open_ = tell_money(balance.entitled, exp), tell_money(balance.open, exp)
        out.line(f"    {short_id(to_text(agent))}  {clean(cur)} entitled {entitled}, open {open_}")


def _pact_answer(pact: Pact) -> dict[str, object]:
    return {
        "agreement": to_text(pact.scope),
        "distributions": [
            {
                "id": to_text(each.record),
                "state": each.state,
                "cur": each.cur,
                "amt": each.amount,
                "digest": each.digest[1:].hex(),
            }
            for each in pact.distributions
        ],
        "balances": [
            {"agent": to_text(agent), "cur": cur, **each._asdict(), "open": each.open}
            for (agent, cur), each in pact.balances.items()
        ],
    }


def _bundle_answer(report: BundleReport) -> dict[str, object]:
    return {
        "made": _moment(report.at).isoformat().replace("+00:00", "Z"),
        "bytes": report.size,
        "records": report.records,
        "logs": report.logs,
        "agents": [to_text(agent) for agent in report.agents],
        "networks": [to_text(network) for network in report.networks],
        "private": {"held": report.private_held, "erased": report.private_erased, "missing": report.private_missing},
        "standings": {status.name.lower(): number for status, number in report.standings.items()},
        "forks": [_fork_answer(fork) for fork in report.forks],
        "agreements": [_pact_answer(each) for each in report.pacts],
        "state": {to_text(scope): digest.hex() for scope, digest in report.digests.items()},
    }


def _fork_answer(fork: Fork) -> dict[str, object]:
    return {"scope": to_text(fork.scope), "seq": fork.seq, "ids": [to_text(one) for one in fork.ids]}


def _show_proof(desk: Desk, path: Path, proof: ForkProof) -> None:
    key = proof.left.records[0].key.hex()
    scope, ids = to_text(proof.home), [to_text(one) for one in proof.ids]
    signed = [_moment(half.records[0].at) for half in (proof.left, proof.right)]
    if desk.out.as_json:
        fields = {
            "path": str(path),
            "kind": "fork",
            "ok": True,
            "key": key,
            "scope": scope,
            "seq": proof.seq,
            "ids": ids,
            "at": [each.isoformat().replace("+00:00", "Z") for each in signed],
        }
        desk.out.give("verify", fields)
        return
    desk.out.ok(f"A genuine proof of a fork   {clean(str(path))}")
    desk.out.line(f"  The key below signed two different records with the number {proof.seq} in the same stream.")
    desk.out.line("  An old copy restored does that too; it proves no bad intent.")
    told = [f"{each}   {at.astimezone():%Y-%m-%d %H:%M}" for each, at in zip(ids, signed, strict=True)]
    desk.out.fields([("key", key), ("in", scope), ("one", told[0]), ("other", told[1])])
    desk.out.line("  The times are those of its own clock.")


def _moment(at: int) -> datetime:
    """Return a claimed time, as far as a calendar goes."""
    try:
        return datetime.fromtimestamp(at / 1000, UTC)
    except (OverflowError, ValueError, OSError):
        return datetime.max.replace(tzinfo=UTC)


def _ids(ids: tuple[bytes, ...]) -> str:
    return ", ".join(short_id(to_text(one)) for one in ids)
