"""The owner's devices: list them, let one in, end one."""

from meshnode.api.edge import Call, Nothing
from meshnode.api.models.devices import (
    ConfirmRequest,
    Device,
    DeviceStanding,
    Pairing,
    PairingRequest,
    RecoveryLine,
    RecoveryLineRequest,
    RevokeRequest,
)
from meshnode.api.models.shared import Page
from meshnode.api.paging import page_of
from meshnode.api.shapes import Names, time_text
from meshnode.api.site import Site
from meshnode.core.rows import JoinedEntry
from meshnode.runtime.devices import Device as Kept
from meshnode.runtime.lines import vouching
from meshnode.runtime.lines.pairing import write_pairing, write_recovery
from meshnode.runtime.office import Office
from meshnode.runtime.pairings import PAIRING_SECONDS
from meshnode.runtime.refusals import Code, Refusal
from meshnode.runtime.requests.somebody import nobody, with_id
from meshproto.records.ids import AgentId, to_text

REASONS = ("lost", "compromise", "end")
_STATES = {"waiting": "waiting", "revoked": "revoked", "replaced": "replaced"}


async def list_devices(site: Site, call: Call[Nothing]) -> Page[Device]:
    """The owner's devices, those that were ended among them."""
    office = site.office
    await office.fresh()
    page, following = page_of(call, office.devices.all(), lambda each: (int(bool(each.grant)), each.at, each.key))
    return Page([_device(office, each) for each in page], following)


async def own_standing(site: Site, call: Call[Nothing]) -> DeviceStanding:
    """Whether this device may sign, and what it shows while it waits to be let in."""
    return standing_of_device(site.office)


def standing_of_device(office: Office) -> DeviceStanding:
    """How this device stands."""
    denied = office.devices.standing()
    state = "active" if denied is None else _STATES.get(denied.why, "unknown")
    words = office.devices.words() if state == "waiting" else ""
    return DeviceStanding(state=state, words=words, key=office.node.identity.key.public.hex())


async def open_pairing(site: Site, call: Call[PairingRequest]) -> Pairing:
    """Print a line for a new device, and look out for it."""
    await site.office.fresh()
    line = await site.office.pairings.begin(call.body.name)
    return _pairing(site.office, write_pairing(line))


async def show_pairing(site: Site, call: Call[Nothing]) -> Pairing:
    """Whether a new device is awaited, and which ask."""
    return _pairing(site.office)


async def close_pairing(site: Site, call: Call[Nothing]) -> None:
    """Look out for no device any more."""
    await site.office.pairings.close()


async def confirm(site: Site, call: Call[ConfirmRequest]) -> Device:
    """Let in the device that shows these words."""
    office, words = site.office, "-".join(call.body.words.lower().replace("-", " ").split())
    ids = await office.once(call.key, call.digest, lambda rows: office.pairings.confirm(words, rows))
    await office.projector.caught_up()
    return next(_device(office, each) for each in office.devices.all() if each.grant == ids[0])


async def revoke(site: Site, call: Call[RevokeRequest]) -> Device:
    """End a device."""
    office, reason, which = site.office, call.body.reason, call.path["id"]
    if reason not in REASONS:
        raise Refusal(Code.BAD_REQUEST, f"a reason is one of {', '.join(REASONS)}", "meshnode id device --help")
    await office.fresh()
    key = office.devices.find(which).key
    await office.once(call.key, call.digest, lambda rows: office.devices.revoke(which, reason, rows))
    await office.projector.caught_up()
    return next(_device(office, each) for each in office.devices.all() if each.key == key)


async def vouch(site: Site, call: Call[RecoveryLineRequest]) -> RecoveryLine:
    """Write the line by which somebody who lost every device finds back to the networks shared with them."""
    office = site.office
    await office.fresh()
    agent = await _mate(office, call.body.who)
    shared = [row.network for row in office.truth.rows(JoinedEntry) if not row.left and not row.relayed]
    networks = [each for each in shared if each != office.notebook and office.lookups.standing_in(agent, each)]
    line = await vouching.vouch(office.node, AgentId(agent))
    names = Names(office)
    return RecoveryLine(
        agent=names.agent(agent), line=write_recovery(line), networks=[office.name(each) for each in networks]
    )


async def _mate(office: Office, who: str) -> bytes:
    """The person with whom a network is shared that a name or an id means. Raises Refusal."""
    joined = [row.network for row in office.truth.rows(JoinedEntry) if not row.left and not row.relayed]
    mates = {row.agent for each in joined for row in office.lookups.members(each)} - {bytes(office.me)}
    named = sorted(each for each in mates if office.name(each).casefold() == who.strip().casefold())
    if len(named) > 1:
        ids = ", ".join(to_text(each) for each in named)
        raise Refusal(Code.AMBIGUOUS, f"several are called {who}: {ids}", "use the id")
    found = named[0] if named else await with_id(office, who)
    if found is None:
        raise nobody(office, who)
    if found not in mates:
        raise Refusal(Code.NOT_FOUND, f"you share no network with {who}", "meshnode network ls")
    return found


def _pairing(office: Office, line: str = "") -> Pairing:
    pairings = office.pairings
    return Pairing(line=line, is_open=pairings.is_open, asking=pairings.asking(), seconds=PAIRING_SECONDS)


def _device(office: Office, kept: Kept) -> Device:
    return Device(
        name=kept.name,
        key=kept.key.hex(),
        grant=to_text(kept.grant) if kept.grant else None,
        state=kept.state,
        ended_by=to_text(kept.ended_by) if kept.ended_by else None,
        since=time_text(kept.at),
        this=kept.key == office.node.identity.key.public,
    )
