"""Brings an identity back on a machine that has nothing of it: from recovery keys, and a peer or a bundle.

First a home is made that waits (its key on the disk, nothing signed); then a node of it fetches what its owner had
signed, and the recovery keys make the new key the root. Killed anywhere, the same command finishes it with the same
key: a rotate is signed once, as the first record of a log that nobody else writes.
"""

import secrets
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import trio
from mnemonic import Mnemonic

from meshnode.app.compose import Network, Opened, open_node
from meshnode.app.endings import Ending, Exit, refusals_end
from meshnode.app.exchange import NodeExchange
from meshnode.app.init import fingerprint_words, signing_seed
from meshnode.config.load import Loaded
from meshnode.config.places import Places
from meshnode.core.author import Pen, sign_genesis
from meshnode.core.drafts import SignedRecords
from meshnode.core.effects import Regained, Synced
from meshnode.core.events import Regain, SyncNow
from meshnode.core.flight import is_person, network_facts
from meshnode.core.ports import Batch
from meshnode.core.rows import JoinedEntry, LocalRow, NoteEntry, PeerEntry
from meshnode.exchange.bundle_in import BundleRefused, check_bundle, portions
from meshnode.exchange.files import FileTrouble
from meshnode.runtime import notes
from meshnode.runtime.chance import SystemChance
from meshnode.runtime.devices import ACTIVE
from meshnode.runtime.lines.consents import Consent
from meshnode.runtime.lines.pairing import RecoveryLine, read_recovery
from meshnode.runtime.refusals import Code, Refusal
from meshnode.store.home import Home
from meshnode.store.keyfile import SEED_SIZE
from meshnode.store.sealed import MainKey
from meshnode.store.store import open_store
from meshnode.views.names import slug
from meshproto.records.encoding import decode
from meshproto.records.ids import NONE, AgentId, ScopeId, to_text
from meshproto.records.record import Record
from meshproto.records.signatures import SigningKey
from meshproto.types.identity import NONCE_SIZE, network
from meshproto.types.recovery import recovery_digest, recovery_seed

FETCH_SECONDS = 60.0
"""How long a peer may take to answer with what there is of the owner."""


class Source(NamedTuple):
    """Where the records come from, and what they are looked for by. `notebook` is empty where a new one is needed."""

    agent: AgentId
    networks: tuple[tuple[ScopeId, str], ...] = ()
    """Networks to take part in again, each with its short name, as far as that is known beforehand."""
    notebook: bytes = b""
    secret: bytes = b""
    peer: str = ""
    addresses: tuple[str, ...] = ()
    bundle: Path | None = None
    consents: tuple[Consent, ...] = ()
    """Recovery keys of somebody trusted that have signed already."""


class Recovered(NamedTuple):
    """What came back, as it is told once."""

    agent: str
    name: str
    fingerprint: str
    ended: int
    """Devices that sign no more."""
    networks: int
    records: int
    key: str
    data: str


def holder_of(words: Sequence[str]) -> SigningKey:
    """The recovery key that 12 words stand for. Raises Ending."""
    listed = Mnemonic("english")
    try:
        entropy = bytes(listed.to_entropy([*words]))
    except (ValueError, LookupError) as error:
        cause = "these are no recovery words: one is another one, or they stand in another order"
        raise Ending(Exit.VERIFICATION, cause, "meshnode id recover --help") from error
    return SigningKey(recovery_seed(entropy))


def source_of(line: str | None, bundle: Path | None, holders: Sequence[SigningKey]) -> Source:
    """Who is to be recovered, and from where. Raises Ending."""
    if bundle is not None:
        return _in_bundle(bundle, holders)
    try:
        read: RecoveryLine = read_recovery(line or "")
    except Refusal as refusal:
        raise Ending(Exit.USAGE, refusal.detail, refusal.hint) from refusal
    return Source(read.agent, secret=read.secret, peer=read.peer, addresses=read.addresses)


def recover(
    places: Places,
    loaded: Loaded,
    source: Source,
    holders: Sequence[SigningKey],
    main_key: MainKey | None = None,
    meeting: Network | None = None,
) -> Recovered:
    """Recover an identity into this home; returns when it is done and, as far as a peer answers, told.

    Raises Ending, and what `endings.KNOWN` names.
    """
    prepare(places, source, main_key)
    return trio.run(partial(finish, places, loaded, source, holders, main_key, meeting))


def prepare(places: Places, source: Source, main_key: MainKey | None = None) -> None:
    """Make the home, with a key of its own, that waits to be the owner's. Raises Ending, HomeError, StoreError."""
    with Home(places.data) as home:
        signing_seed(home, main_key)
        store = open_store(home.records)
        try:
            reader = store.reader()
            agent, grant = (reader.entry(NoteEntry, (name,)) for name in (notes.AGENT, notes.GRANT))
            if agent is not None and agent.value == source.agent:
                return  # an attempt that was cut short, or one that succeeded
            if agent is not None or grant is not None:
                raise Ending(Exit.CONFLICT, f"there is an identity in {places.data} already", "meshnode whoami")
            home.stamp()
            store.writer.commit(_waiting(source))
        finally:
            store.close()


async def finish(
    places: Places,
    loaded: Loaded,
    source: Source,
    holders: Sequence[SigningKey],
    main_key: MainKey | None = None,
    meeting: Network | None = None,
) -> Recovered:
    """Fetch what there is, and make this home's key the root. Raises Ending, and what `endings.KNOWN` names."""
    with refusals_end():
        async with open_node(places, loaded, main_key=main_key, network=meeting) as opened:
            return await _come_back(opened, places, source, holders)


async def _come_back(opened: Opened, places: Places, source: Source, holders: Sequence[SigningKey]) -> Recovered:
    office, devices = opened.office, opened.office.devices
    regained: tuple[ScopeId, ...] = ()
    if source.bundle is not None:
        await NodeExchange(opened).take_in("bundle", source.bundle, {}, dry_run=False)
    else:
        regained = await _fetch(opened, source, holders)
    await office.projector.caught_up()
    if opened.reader.record(source.agent) is None:
        why = "nothing of this identity is there"
        raise Refusal(Code.UNREACHABLE, why, "meshnode id recover --help")
    ended = 0
    if devices.standing() is not None:
        granted = [each for each in devices.all() if each.grant and each.state == ACTIVE]
        turned = office.rootkeys.turn(opened.node.identity.key, holders, ends=granted, consents=source.consents)
        await office.node.write([], ready=turned.records, local=turned.rows)
        ended = len(turned.ended)
    else:
        await office.rootkeys.affirm(regained)
    await office.projector.caught_up()
    await _take_up(opened)
    if source.bundle is None:
        await office.node.ask(lambda ticket: SyncNow(ticket, None))
    joined = [row for row in opened.reader.rows(JoinedEntry) if not row.left and not row.relayed]
    return Recovered(
        agent=to_text(source.agent),
        name=office.name(source.agent),
        fingerprint=fingerprint_words(source.agent),
        ended=ended,
        networks=len(joined) - 1,  # the notebook is one of them
        records=opened.reader.counts().records,
        key=str(opened.home.device_key),
        data=str(places.data),
    )


async def _fetch(opened: Opened, source: Source, holders: Sequence[SigningKey]) -> tuple[ScopeId, ...]:
    """Take in all that a peer holds of the owner's networks: what is not known here cannot be kept in force.

    Returns these networks.
    """
    node, holder = opened.node, holders[0] if holders else None
    with trio.move_on_after(FETCH_SECONDS):
        found = await node.ask(lambda ticket: Regain(ticket, source.secret, source.peer, source.addresses, holder))
        if not isinstance(found, Regained):
            why = "these are not the recovery words of this identity, or the line is too old"
            raise Refusal(Code.VERIFICATION_FAILED, why, "meshnode id vouch --help")
        while True:
            is_founded = all(opened.reader.network(each) is not None for each in found.networks)
            outcome = await node.ask(lambda ticket: SyncNow(ticket, None))
            is_here = is_founded and opened.reader.record(node.me) is not None
            if is_here and isinstance(outcome, Synced) and outcome.level:
                return found.networks
            await trio.sleep(0.2)
    raise Refusal(Code.UNREACHABLE, "the peer of this line does not answer, or knows nothing", "meshnode doctor")


async def _take_up(opened: Opened) -> None:
    """Write what makes the owner's notebook and networks usable again on this device."""
    await opened.office.following.settle()
    for row in opened.reader.rows(JoinedEntry):
        if not row.left and opened.reader.network(row.network) is not None:
            await opened.office.joins.stand_in(ScopeId(row.network))


def _waiting(source: Source) -> Batch:
    """What a home remembers whose key is to become the root."""
    now, chance = time.time_ns() // 1_000_000, SystemChance()
    notebook, made = source.notebook, SignedRecords()
    if not notebook:
        # The old one was on the lost devices only. Its key signs this one record and is forgotten.
        once = Pen(NONE, SigningKey(secrets.token_bytes(SEED_SIZE)), now, chance)
        facts = network(founders=[source.agent], nonce=chance.token(NONCE_SIZE), is_open=False)
        notebook, made = sign_genesis(once, facts, {"name": notes.NOTEBOOK})
    rows: list[LocalRow] = [
        NoteEntry(notes.AGENT, source.agent),
        NoteEntry(notes.NOTEBOOK, notebook),
        NoteEntry(notes.GRANT, b""),
        JoinedEntry(notebook, now, slug=notes.NOTEBOOK),
        *(JoinedEntry(each, now, slug=name) for each, name in source.networks),
    ]
    if source.peer:
        rows.append(PeerEntry(source.peer, addresses=source.addresses, added=True, source="hand"))
    return Batch(1, runs=made.runs, privates=made.privates, local=tuple(rows))


def _in_bundle(path: Path, holders: Sequence[SigningKey]) -> Source:
    """Find in a bundle who is committed to these recovery keys. Raises Ending."""
    try:
        check_bundle(path, lambda _: False)
        runs = [run for portion in portions(path) for run in portion.runs]
        names = {record: _name_in(raw) for portion in portions(path) for record, raw in portion.privates}
    except (FileTrouble, BundleRefused) as error:
        raise Ending(Exit.VERIFICATION, str(error), "meshnode id recover --help") from error
    first = [run.records[0] for run in runs]
    agents = [each for each in first if not each.scope and is_person(each) and _commits(each, holders)]
    agents += [each for each in first if each.type == "rotate" and _commits(each, holders)]
    owners = {AgentId(each.home) for each in agents}
    if len(owners) != 1:
        cause = "nobody in this file is committed to these recovery keys"
        raise Ending(Exit.VERIFICATION, cause, "meshnode id recover --help")
    (agent,) = owners
    own: set[bytes] = {each.home for each in first if each.agent == agent}
    found = [each for each in first if each.id in own and network_facts(each) is not None]
    notebook = next((each.id for each in found if _is_notebook(each, agent)), b"")
    joined = tuple((ScopeId(each.id), slug(names.get(each.id, ""))) for each in found if each.id != notebook)
    return Source(agent, joined, notebook, bundle=path)


def _commits(record: Record, holders: Sequence[SigningKey]) -> bool:
    committed = record.facts.get("recovery", {}).get("digests", [])
    return all(b"\x01" + recovery_digest(each.public) in committed for each in holders)


def _is_notebook(genesis: Record, agent: bytes) -> bool:
    facts = network_facts(genesis)
    return facts is not None and not facts.open and facts.founders == (agent,)


def _name_in(raw: bytes) -> str:
    content = decode(raw, text="utf8")
    name = content.get("name") if isinstance(content, dict) else None
    return name if isinstance(name, str) else ""
