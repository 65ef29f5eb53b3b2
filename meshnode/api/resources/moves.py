"""Networks with their charters; networks that split and merge."""

from meshnode.api.edge import Call, Nothing
from meshnode.api.models.decisions import Merged, MergeRequest
from meshnode.api.models.networks import Network, NetworkDetail, SplitRequest
from meshnode.api.resources.decisions import change_model, decision_model
from meshnode.api.resources.networks import JOINS, find_agent, network_model
from meshnode.api.shapes import Names
from meshnode.api.site import Site
from meshnode.core.decisions import DONE, OPEN
from meshnode.runtime.lines.reach import reachable_first, write_line
from meshnode.runtime.office import Ids, Office, Rows
from meshnode.runtime.refusals import Code, Refusal
from meshnode.runtime.requests import decided, decisions, moves, networks
from meshnode.runtime.requests.charters import Wish
from meshnode.runtime.requests.decided import Told
from meshproto.records.encoding import decode
from meshproto.records.ids import RecordId, ScopeId, ext, short, to_text


async def show_network(site: Site, call: Call[Nothing]) -> NetworkDetail:
    """One network: who decides there, what its charter says, what it was split off."""
    office = site.office
    network = await office.find_network(call.path["id"])
    charter, names = decided.charter_of(office, network), Names(office)
    if charter is None:
        raise Refusal(Code.CONFLICT, f"the founding of {short(network)} is not here yet", "meshnode sync")
    told = decided.all_told(office, network)
    return NetworkDetail(
        network=network_model(office, network),
        purpose=_purpose(office, network),
        charter=change_model(names, {**charter.fields, "founders": charter.founders}),
        needed=charter.needed,
        unaccepted=[names.agent(each) for each in charter.unaccepted],
        forked_from=_forked_from(office, network),
        dissolved_by=to_text(charter.dissolved) if charter.dissolved else "",
        open_decisions=sum(1 for each in told if each.decision.state == OPEN),
    )


async def split(site: Site, call: Call[SplitRequest]) -> Network:
    """Found a network for the people of another one, or for some; `line` is what those invited by name join by."""
    office, body = site.office, call.body
    old = await office.find_network(call.path["id"])
    if body.join is not None and body.join not in JOINS:
        raise Refusal(Code.BAD_REQUEST, "`join` must be `open` or `invite`", "meshnode network split --help")
    is_open = (body.join or network_model(office, old).join) == "open"
    chosen = frozenset([await find_agent(office, each, old) for each in body.only]) if body.only else None
    charter = networks.Charter(body.name, body.purpose, is_open=is_open, forked_from=old)

    async def found(rows: Rows) -> Ids:
        return (RecordId(await moves.found(office, old, charter, rows)),)

    async def move() -> Ids:
        # Founded once; whom a crash kept from being invited is invited then.
        founded, *_ = await office.once(f"{call.key} founded" if call.key else "", call.digest, found)
        await moves.move_people(office, old, charter, ScopeId(founded), chosen)
        return (founded,)

    (founded,) = await office.settled(call.key, call.digest, move)
    new = ScopeId(founded)
    answer = network_model(office, new)
    answer.line = answer.line or write_line(new, reachable_first(office.node.listening))
    return answer


async def merge(site: Site, call: Call[MergeRequest]) -> Merged:
    """Invite the people of a network into another one, and propose to dissolve it; may be repeated."""
    office, body = site.office, call.body
    old, new = await office.find_network(call.path["id"]), await office.find_network(body.into)
    invited = 0

    async def move() -> Ids:
        nonlocal invited
        decided.must_decide(office, old, decided.charter_of(office, old))
        invited = await moves.move_into(office, old, new)
        record = _proposed(office, old)
        return (record,) if record else await decisions.propose(office, old, Wish(dissolve=True), body.text)

    (record,) = await office.settled(call.key, call.digest, move)
    told: Told = await decisions.settle(office, record, own=True)
    return Merged(network_model(office, new), invited, decision_model(office, Names(office), told))


def _proposed(office: Office, network: ScopeId) -> RecordId | None:
    """The proposal to dissolve a network that is open already."""
    found = (each.decision for each in decided.all_told(office, network))
    open_ones = [each.record for each in found if each.outcome == "dissolve" and each.state in (OPEN, DONE)]
    return RecordId(open_ones[0]) if open_ones else None


def _purpose(office: Office, network: ScopeId) -> str:
    raw = office.truth.private(network)
    content = decode(raw, text="utf8") if raw is not None else None
    text = content.get("purpose") if isinstance(content, dict) else None
    return text if isinstance(text, str) else ""


def _forked_from(office: Office, network: ScopeId) -> str:
    genesis = office.truth.record(network)
    origin = genesis.facts.get("forked_from") if genesis is not None else None
    known = [row.record for row in office.lookups.networks() if ext(row.record) == origin]
    return to_text(known[0]) if known else ""
