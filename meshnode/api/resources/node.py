"""The node itself: health, status, doctor, state, sync, log file, stop."""

import time

import trio

from meshnode.api.edge import Call, Nothing
from meshnode.api.models.node import (
    Doctor,
    Health,
    LogFile,
    NetworkStanding,
    NodeStatus,
    ScopeState,
    StateAnswer,
    Stopping,
    SyncAnswer,
    SyncedFile,
    SyncedPeer,
    SyncFileRequest,
    SyncRequest,
)
from meshnode.api.models.shared import Check
from meshnode.api.resources.networks import networks_here, standing_of
from meshnode.api.resources.people import agent_of_peer, find_peer
from meshnode.api.resources.records import forks_here
from meshnode.api.settings import LONGEST_WAIT_MS
from meshnode.api.shapes import Names, absolute, check_model, time_text
from meshnode.api.site import Site
from meshnode.core.effects import Done, Synced
from meshnode.core.events import SyncNow, TrustThisCopy
from meshnode.core.rows import PeerEntry, TimerEntry
from meshnode.runtime.refusals import Code, Refusal
from meshnode.runtime.requests.taking_part import scopes_here
from meshnode.runtime.unwritten import refusal_of
from meshproto.records.ids import ScopeId, to_text

API_VERSION = "v1"


async def health(site: Site, call: Call[Nothing]) -> Health:
    """Whether the node keeps its promises."""
    return health_of(site)


def health_of(site: Site) -> Health:
    """The health with its reasons, from the last look of the watch."""
    troubles = site.watch.troubles
    node = site.office.node
    state = "stopping" if node.stopping.is_set() else "degraded" if troubles else "ok"
    return Health(
        status=state,
        version=site.version,
        api=API_VERSION,
        pid=site.pid,
        reasons=[check_model(each) for each in troubles],
    )


async def status(site: Site, call: Call[Nothing]) -> NodeStatus:
    """How the node is."""
    office = site.office
    lookups, node, names = await office.fresh(), office.node, Names(office)
    counts = await site.counts()
    site.watch.look()
    return NodeStatus(
        version=site.version,
        pid=site.pid,
        started=time_text(node.started_at),
        home=str(site.home),
        agent=names.agent(office.me),
        fingerprint=site.fingerprint_of(office.me),
        peer=node.peer,
        listening=list(node.listening),
        discovery=site.discovery,
        socket=str(site.socket),
        url=site.url,
        peers_connected=len(node.presence.connected),
        peers_known=len(office.truth.rows(PeerEntry)),
        networks=[_standing(site, network) for network in networks_here(office) if network != office.notebook],
        records=counts.records,
        logs=counts.logs,
        pending=lookups.pending(),
        arrival=node.arrival,
        projected=lookups.views.arrival,
        running_timers=len(office.truth.rows(TimerEntry)),
        bytes_on_disk=site.bytes_on_disk(),
        keys=site.protection(),
        health=health_of(site),
        counters=node.counters(),
    )


async def doctor(site: Site, call: Call[Nothing]) -> Doctor:
    """Every check of the running node."""
    site.watch.look()
    checks = [check_model(each) for each in site.watch.findings]
    whole = not site.office.projector.broken
    open_forks = [fork for fork in await forks_here(site.office) if not fork.healed] if whole else []
    checks += [Check(name="fork", state="warn", text=fork.text, fix=fork.fix) for fork in open_forks]
    if whole and not open_forks:
        checks.append(Check(name="fork", state="ok", text="no log has branches that nothing has joined"))
    return Doctor(checks=checks + [check_model(each) for each in await site.examine()])


async def state(site: Site, call: Call[Nothing]) -> StateAnswer:
    """The state of every scope, with the digest that is alike on every node with the same records."""
    office = site.office
    await office.projector.caught_up()
    wanted = call.flag("digests") if "digests" in call.query else True
    digests = await office.projector.digests() if wanted else {}
    here = [ScopeId(office.me), *networks_here(office), *scopes_here(office)]
    counted = await office.slowly(lambda lookups: [lookups.counts(scope) for scope in here])
    names, scopes = Names(office), []
    for scope, counts in zip(here, counted, strict=True):
        shown, partial = names.scope(scope), office.is_partial(scope)
        scopes.append(
            ScopeState(
                id=to_text(scope),
                kind=shown.kind,
                name=shown.name,
                records=counts.records,
                valid=counts.valid,
                pending=counts.pending,
                digest="" if partial else digests.get(scope, b"").hex(),
                partial=partial,
            )
        )
    return StateAnswer(scopes=scopes)


async def sync(site: Site, call: Call[SyncRequest]) -> SyncAnswer:
    """Compare with peers now, and wait until it is done or the wait is over."""
    office, body = site.office, call.body
    peer = find_peer(office, body.peer) if body.peer else None
    start, before = time.monotonic(), {each.peer: each.received for each in office.node.presence.connected.values()}
    done: Synced | None = None
    with trio.move_on_after(min(max(body.wait_ms, 0), LONGEST_WAIT_MS) / 1000):
        outcome = await office.node.ask(lambda ticket: SyncNow(ticket, peer))
        if not isinstance(outcome, Synced):
            raise refusal_of(outcome)
        done = outcome
    took = int((time.monotonic() - start) * 1000)
    asked = [peer] if peer else sorted({*before, *(done.level + done.failed if done is not None else ())})
    items = []
    for each in asked:
        held = office.node.presence.of_peer(each)
        received = max(0, (held.received if held else 0) - before.get(each, 0))
        how = "in sync" if done is not None and each in done.level else "behind" if held else "unreachable"
        items.append(
            SyncedPeer(peer=each, agent=agent_of_peer(office, each), state=how, received=received, milliseconds=took)
        )
    return SyncAnswer(peers=items, received=done.received if done is not None else sum(each.received for each in items))


async def sync_file(site: Site, call: Call[SyncFileRequest]) -> SyncedFile:
    """Exchange records with a file."""
    return await site.exchange.exchange_file(absolute(call.body.path))


async def log_file(site: Site, call: Call[Nothing]) -> LogFile:
    """Where the log stands."""
    return LogFile(path=str(site.log_file))


async def stop(site: Site, call: Call[Nothing]) -> Stopping:
    """Stop the node; the answer comes before it has stopped."""
    site.office.node.stopping.set()
    return Stopping()


async def trust(site: Site, call: Call[Nothing]) -> Health:
    """The owner says that no newer copy of this home exists."""
    outcome = await site.office.node.ask(TrustThisCopy)
    if not isinstance(outcome, Done):
        raise Refusal(Code.CONFLICT, f"the node answered {type(outcome).__name__}")
    site.watch.look()
    return health_of(site)


def _standing(site: Site, network: ScopeId) -> NetworkStanding:
    office = site.office
    members = office.lookups.members(network)
    present = {each.agent for each in office.node.presence.connected.values()}
    return NetworkStanding(
        id=to_text(network),
        name=office.name(network),
        standing=standing_of(office, network),
        members=len(members),
        connected=len(present & {row.agent for row in members}),
    )
