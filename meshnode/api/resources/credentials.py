"""The portable CV: what the owner contributed, who confirmed it, and where they stand, as signed credentials."""

from collections.abc import Iterable, Mapping
from hashlib import sha256
from types import MappingProxyType

import trio

from meshnode.api.edge import Call, Nothing
from meshnode.api.models.credentials import Cv, CvRequest
from meshnode.api.models.evaluations import Attestation
from meshnode.api.models.networks import Member
from meshnode.api.models.shared import Agent, Scope
from meshnode.api.models.work import Contribution
from meshnode.api.paging import LARGEST_PAGE
from meshnode.api.resources.contributions import list_contributions
from meshnode.api.resources.evaluations import show_evaluation
from meshnode.api.resources.networks import members_of, networks_here
from meshnode.api.shapes import Names, time_text
from meshnode.api.site import Site
from meshnode.credentials.cv import MEMBERSHIP, WORK, Issuer, Signed, credential, decimal, presentation
from meshnode.credentials.keys import method_of
from meshnode.credentials.proof import Json
from meshnode.runtime.office import Office
from meshnode.runtime.refusals import Code, Refusal
from meshnode.runtime.requests.amounts import day
from meshproto.records.ids import from_text, to_text

MOST = 5_000
"""Contributions in one presentation: some 10 MB with their evidence."""
STANDING = ("active", "left")
NONE: Mapping[str, str] = MappingProxyType({})


class _Told:
    """What goes into one presentation, and what is counted of it."""

    def __init__(self, office: Office, *, texts: bool) -> None:
        self.office, self.texts = office, texts
        self.contributions = self.confirmations = 0

    def named(self, what: Agent | Scope) -> dict[str, Json]:
        """Somebody or something by its id, and by its name if names are told."""
        told: dict[str, Json] = {"id": f"urn:cid:{what.id}"}
        return {**told, "name": what.name} if self.texts and what.name else told

    def me(self) -> dict[str, Json]:
        """The owner, of whom all of it is said."""
        return self.named(Names(self.office).agent(self.office.me))

    def signed(self, records: Iterable[str]) -> list[Signed]:
        """The records with what proves them; those under one signature once, from the earliest on."""
        found: dict[bytes, Signed] = {}
        for text in records:
            run = self.office.truth.proof_run(from_text(text))
            if run is None:
                continue
            tip = sha256(run.headers[-1]).digest()
            if tip not in found or len(run.headers) > len(found[tip].headers):
                found[tip] = Signed(tip, run.headers, run.signature)
        return [found[tip] for tip in sorted(found)]


async def make_cv(site: Site, call: Call[CvRequest]) -> Cv:
    """Sign a presentation of the owner's work and memberships."""
    office, body = site.office, call.body
    identity = office.node.identity
    asked = {name: value for name, value in (("challenge", body.challenge), ("domain", body.domain)) if value}
    issuer, told = Issuer(identity.key, time_text(office.node.now()), asked), _Told(office, texts=body.texts)
    by_scope: dict[str, list[Contribution]] = {}
    for entry in await _work(site, call):
        by_scope.setdefault(entry.scope.id, []).append(entry)
    credentials = [await _work_credential(site, call, told, entries, issuer) for entries in by_scope.values()]
    if not (body.agreement or body.project):
        credentials += await _memberships(site, call, told, issuer)
    return Cv(
        presentation=presentation(credentials, issuer),
        credentials=len(credentials),
        contributions=told.contributions,
        confirmations=told.confirmations,
        key=method_of(identity.key.public),
    )


async def _work(site: Site, call: Call[CvRequest]) -> list[Contribution]:
    """What the owner contributed, the latest first: what counts, outside the notebook. Raises Refusal."""
    body = call.body
    first, last = (day(each) if each else "" for each in (body.first, body.last))
    chosen = {name: getattr(body, name) for name in ("network", "agreement", "project") if getattr(body, name)}
    query = {"who": to_text(site.office.me), "limit": str(LARGEST_PAGE), **chosen}
    found: list[Contribution] = []
    cursor: str | None = ""
    while cursor is not None:
        page = await list_contributions(site, _asked(call, query={**query, "cursor": cursor}))
        found += [each for each in page.items if _counts(each, first, last)]
        cursor = page.next
        if len(found) > MOST:
            hint = "choose a network, a project or a period: meshnode cv export --help"
            raise Refusal(Code.TOO_LARGE, f"there are more than {MOST:,} contributions to tell of", hint)
    return once(found)


def once(entries: list[Contribution]) -> list[Contribution]:
    """The same, but work that stands in several places once: where it was acknowledged, else where it was first."""
    shared = {each.id: each.shared_from for each in entries}
    chosen: dict[str, Contribution] = {}
    for each in entries:
        first = each.id
        while shared.get(first):
            first = shared[first]
        if (found := chosen.get(first)) is None or _rank(each) < _rank(found):
            chosen[first] = each
    kept = {each.id for each in chosen.values()}
    return [each for each in entries if each.id in kept]


def _rank(entry: Contribution) -> tuple[bool, str, str]:
    return entry.claim != "acknowledged", entry.at, entry.id


def _counts(entry: Contribution, first: str, last: str) -> bool:
    if entry.status != "yes" or entry.claim in ("retracted", "rejected") or entry.scope.kind == "notebook":
        return False
    return entry.day_to >= first and (not last or entry.day_from <= last)


async def _work_credential(
    site: Site, call: Call[CvRequest], told: _Told, entries: list[Contribution], issuer: Issuer
) -> dict[str, Json]:
    """All work in one network or under one agreement."""
    listed: list[Json] = []
    records: list[str] = []
    for entry in entries:
        words = (await show_evaluation(site, _asked(call, path={"id": entry.id}))).attestations
        confirming = [each for each in words if each.verdict == "confirm"]
        listed.append(_contribution(told, entry, confirming))
        records += [entry.id, *(each.id for each in confirming)]
        told.contributions += 1
        told.confirmations += len(confirming)
        await trio.lowlevel.checkpoint()
    where = "agreement" if entries[0].scope.kind == "agreement" else "network"
    subject = {**told.me(), where: told.named(entries[0].scope), "contribution": listed}
    return credential(WORK, subject, told.signed(records), issuer)


def _contribution(told: _Told, entry: Contribution, words: list[Attestation]) -> dict[str, Json]:
    quantity = entry.quantity
    found: dict[str, Json] = {
        "id": f"urn:cid:{entry.id}",
        "kind": entry.kind,
        "from": entry.day_from,
        "to": entry.day_to,
        "quantity": decimal(quantity.n, quantity.s),
        "unit": quantity.u,
        "standing": entry.claim,
    }
    if entry.corrected:
        found["corrected"] = True
    mine = to_text(told.office.me)
    if part := next((each.part for each in entry.shares if each.agent.id == mine), None):
        found["partsOf1000"] = part
    if told.texts:
        texts = {"title": entry.title, "text": entry.text, "project": entry.project.title if entry.project else ""}
        found |= {name: text for name, text in texts.items() if text}
    if words:
        found["confirmedBy"] = [
            {**told.named(each.agent), "record": f"urn:cid:{each.id}", "as": each.role, "at": each.at} for each in words
        ]
    return found


async def _memberships(site: Site, call: Call[CvRequest], told: _Told, issuer: Issuer) -> list[dict[str, Json]]:
    """Where the owner stands or stood, a credential for each network."""
    office, network = told.office, call.body.network
    wanted = [await office.find_network(network)] if network else networks_here(office)
    credentials = []
    for scope in wanted:
        if scope == office.notebook:
            continue
        members = await members_of(site, scope)
        own = [each for each in members if each.agent.id == to_text(office.me) and each.state in STANDING]
        if own:
            roles: list[Json] = [_role(each) for each in own]
            subject = {**told.me(), "network": told.named(Names(office).scope(scope)), "membership": roles}
            records = [each.record for each in own if each.record]
            credentials.append(credential(MEMBERSHIP, subject, told.signed(records), issuer))
    return credentials


def _role(member: Member) -> dict[str, Json]:
    found: dict[str, Json] = {"role": member.role, "standing": member.state, "since": member.since}
    return {**found, "record": f"urn:cid:{member.record}"} if member.record else found


def _asked(call: Call[CvRequest], path: Mapping[str, str] = NONE, query: Mapping[str, str] = NONE) -> Call[Nothing]:
    """A request of the same caller, as another handler takes it."""
    return Call(path=path, query=query, body=Nothing(), key="", digest=b"", caller=call.caller)
