"""Records as such: raw bytes, why, verification, forks, erasure, imports and exports."""

from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

import trio

from meshnode.api.breath import Breath
from meshnode.api.edge import Call, Nothing
from meshnode.api.models.records import (
    Branch,
    Erased,
    ErasureRequest,
    Exported,
    ExportRequest,
    Fork,
    ImportAnswer,
    ImportBatch,
    ImportRequest,
    RecordAnswer,
    Standing,
    Undone,
    Verified,
    Why,
)
from meshnode.api.models.shared import Check, Page
from meshnode.api.paging import page_of
from meshnode.api.shapes import Names, absolute, time_text
from meshnode.api.site import Site
from meshnode.runtime.answers.explanations import RIVALS, ROTATED, Explanation, explain, explain_fork
from meshnode.runtime.forks import describe, gathered
from meshnode.runtime.freshness import FRESH_SECONDS
from meshnode.runtime.naming import text_of_id
from meshnode.runtime.office import Office
from meshnode.runtime.refusals import Code, Refusal
from meshnode.runtime.requests import erasures
from meshnode.views.rows import ForkRow
from meshproto.fold import standing as fold_standing
from meshproto.records.ids import LogId, RecordId, ScopeId, short, to_text
from meshproto.records.log import check_run
from meshproto.records.reasons import Reason, Refused
from meshproto.records.record import Record, check_private


async def show_record(site: Site, call: Call[Nothing]) -> RecordAnswer:
    """One record with everything that proves it."""
    office = site.office
    found = await office.find(call.path["id"])
    await office.fresh(office.node.written_about(found))
    entry, names = office.lookups.entry(found), Names(office)
    standing = _standing_model(await office.standing(found, entry))
    whole = office.truth.whole(found)
    assert whole is not None, "what was found by its id is stored"
    record, proof, raw = whole
    text = text_of_id(found)
    signed = "" if proof is None else text if len(proof.headers) == 1 else to_text(sha256(proof.headers[-1]).digest())
    return RecordAnswer(
        id=text,
        type=record.type,
        raw=b64encode(record.raw).decode(),
        header=_header(record),
        signature=proof.signature.hex() if proof else "",
        signed=signed,
        scope=names.scope(record.home),
        agent=names.agent(record.author),
        at=time_text(record.at),
        standing=standing,
        part=entry.part if entry else "",
        private=_plain(check_private(record, raw)) if raw is not None else None,
        held_by=[names.agent(each) for each in office.node.holders(found)],
        signed_by=names.signer_of(record),
    )


async def why(site: Site, call: Call[Nothing]) -> Why:
    """Why a record stands as it does, in words."""
    office = site.office
    lookups = await office.fresh()
    record = await office.find(call.path["id"])
    found = await office.standing(record)
    standing = _standing_model(found)
    detail = found.detail if found else ""
    told = _of_rotation(office, record, found) or explain(standing.status, standing.reason, detail)
    rivals = sorted(lookups.rivals(record))
    fork = _fork(office, rivals, Names(office)) if rivals else None
    names, stored = Names(office), _stored(office, record)
    return Why(
        id=to_text(record),
        standing=standing,
        text=told.text,
        fix=told.fix,
        fork=fork,
        agent=names.agent(stored.author),
        signed_by=names.signer(record),
    )


def _of_rotation(office: Office, record: RecordId, found: fold_standing.Standing | None) -> Explanation | None:
    """The explanation of what is contested because its author has another root key now."""
    if found is None or found.reason is not Reason.C_REVOKED:
        return None
    stored = office.truth.record(record)
    enders = [office.truth.record(each) for each in found.ids]
    if stored is None or not all(each is not None and each.type == "rotate" for each in enders):
        return None
    return RIVALS if office.rootkeys.rivals(stored.author) else ROTATED


async def verify(site: Site, call: Call[Nothing]) -> Verified:
    """Check a record from its stored bytes, as a stranger would."""
    office = site.office
    await office.fresh()
    record = _stored(office, await office.find(call.path["id"]))
    checks = [_check_bytes(record), _check_signature(office, record), _check_part(office, record)]
    standing = await _standing(office, record.id)
    state = "ok" if standing.status == "yes" else "warn"
    text = "valid" if state == "ok" else f"{standing.status} {standing.reason}".rstrip()
    checks.append(Check(name="standing", state=state, text=text))
    return Verified(id=to_text(record.id), ok=all(check.state != "fail" for check in checks), checks=checks)


async def list_forks(site: Site, call: Call[Nothing]) -> Page[Fork]:
    """The logs in which one key signed two records with the same number."""
    groups = gathered((await site.office.fresh()).forks())
    page, following = page_of(call, groups, lambda group: (group[0].seq, group[0].log))
    return Page(await _told(site.office, page), following)


async def forks_here(office: Office) -> list[Fork]:
    """All forks known here."""
    return await _told(office, gathered((await office.fresh()).forks()))


async def _told(office: Office, groups: Sequence[list[ForkRow]]) -> list[Fork]:
    names, items = Names(office), []
    breath = Breath()
    for group in groups:
        items.append(_fork(office, group, names))
        await breath.take()  # each takes some reads
    return items


async def erase(site: Site, call: Call[ErasureRequest]) -> Erased:
    """Order that private parts be removed everywhere."""
    office, body = site.office, call.body
    targets, agent = [await office.find(text) for text in body.targets], await office.acting(body.as_)
    ids = await office.once(
        call.key, call.digest, lambda rows: erasures.erase(office, targets, body.basis, rows, agent=agent)
    )
    texts = [to_text(each) for each in ids]
    with trio.move_on_after(FRESH_SECONDS):
        await office.projector.scrubbed()  # nothing of it stands in any file here then, unless that takes long
    return Erased(
        id=texts[0],
        ids=texts,
        targets=[to_text(each) for each in targets],
        copies=[to_text(each) for each in await erasures.copies(office, targets, agent)],
    )


async def start_import(site: Site, call: Call[ImportRequest]) -> ImportAnswer:
    """Take in records from elsewhere."""
    body = call.body
    return await site.exchange.take_in(body.kind, absolute(body.path), body.options, body.dry_run)


async def list_imports(site: Site, call: Call[Nothing]) -> Page[ImportBatch]:
    """The imports so far."""
    return Page(*page_of(call, site.exchange.batches(), lambda each: (each.at, each.batch)))


async def undo_import(site: Site, call: Call[Nothing]) -> Undone:
    """Take an import back."""
    return await site.exchange.undo(call.path["batch"])


async def export(site: Site, call: Call[ExportRequest]) -> Exported:
    """Write a bundle, or the proof of a fork."""
    office, body = site.office, call.body
    path = absolute(body.path)
    if body.kind == "bundle":
        scope = await _network_or_agreement(office, body.scope) if body.scope else None
        return await site.exchange.write_bundle(path, scope)
    if body.kind == "fork":
        return await site.exchange.write_fork(path, await _forked_log(office, body.log))
    raise Refusal(Code.BAD_REQUEST, f"{body.kind!r} cannot be exported", "one of bundle, fork")


async def _network_or_agreement(office: Office, text: str) -> ScopeId:
    """What a bundle is to hold: a network, or an agreement. Raises Refusal."""
    try:
        return await office.find_network(text)
    except Refusal as refusal:
        if refusal.code is not Code.UNKNOWN_NETWORK:
            raise
        try:
            return await office.find_agreement(text)
        except Refusal as none:
            raise refusal if none.code is Code.NOT_FOUND else none from None


async def _forked_log(office: Office, named: str | None) -> LogId:
    """The log whose fork is meant: by its hexadecimal name, or the only one. Raises Refusal."""
    lookups = await office.fresh()
    logs = sorted({row.log for row in lookups.forks()})
    if named:
        logs = [log for log in logs if log.hex().startswith(named.lower())]
    if len(logs) == 1:
        return LogId(logs[0])
    if logs:
        listed = ", ".join(log.hex()[:16] for log in logs)
        raise Refusal(Code.AMBIGUOUS, f"several logs have forked: {listed}", "name one with --log")
    raise Refusal(Code.NOT_FOUND, "no such fork is known here", "meshnode doctor")


def _stored(office: Office, record: RecordId) -> Record:
    found = office.truth.record(record)
    assert found is not None, "what was found by its id is stored"
    return found


async def _standing(office: Office, record: RecordId) -> Standing:
    return _standing_model(await office.standing(record))


def _standing_model(found: fold_standing.Standing | None) -> Standing:
    if found is None:
        return Standing(status="new", label="", reason="", causes=[])
    return Standing(
        status=found.status.name.lower(),
        label=found.state,
        reason=str(found.reason) if found.reason else "",
        causes=[to_text(each) for each in found.ids],
    )


def _check_bytes(record: Record) -> Check:
    # The record was read strictly from the stored bytes, and its id computed from them; the store compared both.
    return Check(name="encoding", state="ok", text=f"{len(record.raw)} bytes, canonical; their SHA-256 is the id")


def _check_signature(office: Office, record: Record) -> Check:
    proof = office.truth.proof_run(record.id)
    if proof is None:
        return Check(name="signature", state="fail", text="there is no signature on it", fix="meshnode doctor")
    try:
        run = check_run(proof.headers, proof.signature)
    except Refused as refused:
        return Check(name="signature", state="fail", text=f"refused: {refused}", fix="meshnode doctor")
    by = f"on record {run.records[-1].seq}" if len(run.records) > 1 else "on it"
    return Check(name="signature", state="ok", text=f"the signature {by} holds, by key {record.key.hex()[:16]}…")


def _check_part(office: Office, record: Record) -> Check:
    if record.private is None:
        return Check(name="text", state="ok", text="it has no private part")
    raw = office.truth.private(record.id)
    if raw is None:
        gone = office.truth.erased(record.id)
        return Check(name="text", state="ok" if gone else "warn", text="erased" if gone else "not here yet")
    try:
        check_private(record, raw)
    except Refused as refused:
        return Check(name="text", state="fail", text=f"refused: {refused}", fix="meshnode doctor")
    return Check(name="text", state="ok", text="the private part is the one the record names")


def _fork(office: Office, group: list[ForkRow], names: Names) -> Fork:
    fork = describe(group, office.truth, office.lookups)
    agent, scope = names.agent(fork.agent), names.scope(fork.scope)
    told = explain_fork(
        fork, agent.name or short(fork.agent), scope.name or short(fork.scope), mine=fork.agent == office.me
    )
    return Fork(
        log=fork.log.hex(),
        key=fork.key.hex(),
        scope=scope,
        agent=agent,
        seq=fork.seq,
        branches=[
            Branch(
                id=to_text(each.first),
                at=time_text(each.at),
                last=to_text(each.last),
                until=time_text(each.until),
                records=each.records,
            )
            for each in fork.branches
        ],
        cause=str(fork.cause),
        text=told.text,
        fix=told.fix,
        healed=fork.healed,
    )


def _header(record: Record) -> dict[str, Any]:
    names = ("v", "scope", "key", "seq", "prev", "deps", "at", "type", "agent", "auth", "facts", "private")
    return {name: _plain(getattr(record, name)) for name in names}


def _plain(value: object) -> Any:
    """A decoded value as JSON: ids of records as text, other bytes as hexadecimal."""
    kind = type(value)
    if kind is str or kind is int:  # most of them are
        return value
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value
