"""Agreements: proposed, shown, signed, declined, amended and ended."""

from collections.abc import Sequence

from meshnode.api.breath import Breath
from meshnode.api.edge import Call, Nothing
from meshnode.api.mistyped import meant
from meshnode.api.models.agreements import (
    Agreement,
    AgreementBrief,
    AgreementRequest,
    AgreementVersion,
    ContractSection,
    EndRequest,
    Right,
    Signature,
    SignatureRequest,
)
from meshnode.api.models.rulings import RulingRequest
from meshnode.api.models.shared import Agent, Page
from meshnode.api.models.terms import Money
from meshnode.api.paging import LARGEST_PAGE, USUAL_PAGE, read_place, written_place
from meshnode.api.resources.agreement_terms import MANUAL, facts_of
from meshnode.api.resources.rulings import decided_in
from meshnode.api.shapes import Names, time_text
from meshnode.api.site import Site
from meshnode.runtime.office import Ids, Office, Rows
from meshnode.runtime.refusals import Code, Refusal
from meshnode.runtime.requests import agreed, agreements, rulings
from meshnode.runtime.requests.agreed import Version
from meshnode.runtime.requests.beyond import doubts_about
from meshnode.runtime.requests.ruled import Ruling
from meshnode.terms.contract import Section, changes, rights_of, seen
from meshnode.terms.warnings import warnings_of
from meshproto.records.encoding import EncodeError
from meshproto.records.ids import NONE, RecordId, ScopeId, to_text
from meshproto.records.limits import MAX_INT
from meshproto.records.reasons import Reason, Refused
from meshproto.records.record import build_record
from meshproto.types.catalogue import check_facts
from meshproto.types.currencies import EXPONENTS
from meshproto.types.schema import Facts


async def list_agreements(site: Site, call: Call[Nothing]) -> Page[AgreementBrief]:
    """The agreements that the owner may read, with `all` also those that have ended; by time."""
    office = site.office
    await office.fresh()
    everything, limit = call.flag("all"), call.number("limit", USUAL_PAGE, LARGEST_PAGE)
    breath = Breath()
    found = []
    for each in agreed.agreements_here(office, read_place(call, (0, b""))):
        if everything or each.standing.told.state != "ended":
            found.append(each)
            await breath.take()  # each takes some reads
        if len(found) > limit:
            break
    names, page = Names(office, faces=True), found[:limit]
    following = written_place(agreed.place_of(office, page[-1])) if len(found) > limit else None
    return Page([_brief(office, names, each) for each in page], following)


async def propose(site: Site, call: Call[AgreementRequest]) -> Agreement:
    """Write down the first version of an agreement, and sign it unless that is not wanted."""
    office, body = site.office, call.body
    agent = await office.acting(body.as_)

    async def write(rows: Rows) -> Ids:
        facts = await facts_of(office, body, agent, ())
        _must_fit(office, facts, agent or office.me)
        return await agreements.propose(office, facts, body.title or "", body.summary or "", agent, rows)

    (record,) = await office.once(call.key, call.digest, write)
    await _sign_own(office, ScopeId(record), record, agent, wanted=body.sign)
    return await _model(office, agreed.agreement_of(office, ScopeId(record)))


async def show_agreement(site: Site, call: Call[Nothing]) -> Agreement:
    """One agreement: the version that stands, or the one whose id was given."""
    office = site.office
    scope = await office.find_agreement(call.path["id"])
    found = agreed.agreement_of(office, scope)
    meant, ruling = await _meant(office, call.path["id"], found), await _ruling(office, call.path["id"])
    return await _model(office, found, meant, ruling)


async def amend(site: Site, call: Call[AgreementRequest]) -> Agreement:
    """Propose a version that follows those that stand now; it takes effect once enough have signed."""
    return await _follow(site, call.path["id"], call.body, call)


async def end(site: Site, call: Call[EndRequest]) -> Agreement:
    """Propose a version with which the agreement ends on a day."""
    body = AgreementRequest(until=call.body.until, summary=call.body.summary, as_=call.body.as_)
    return await _follow(site, call.path["id"], body, call)


async def decide(site: Site, call: Call[RulingRequest]) -> Agreement:
    """Propose a resolution about what is in dispute, and accept it unless that is not wanted."""
    office, body = site.office, call.body
    agent = await office.acting(body.as_)
    scope = await office.find_agreement(call.path["id"])
    about = await office.find(body.record)

    async def write(rows: Rows) -> Ids:
        return await rulings.propose(office, scope, body.outcome, about, body.text, rows, agent=agent)

    (record,) = await office.once(call.key, call.digest, write)
    await office.projector.caught_up()
    ruling = rulings.ruling_of(office, record)
    if body.accept and ruling is not None and (agent or office.me) in ruling.awaited:
        await rulings.answer(office, ruling, "accept", agent=agent)
    return await _model(office, await agreements.fresh_agreement(office, scope), ruling=ruling)


async def sign(site: Site, call: Call[SignatureRequest]) -> Agreement:
    """Sign or decline a version or a resolution."""
    office, body = site.office, call.body
    agent = await office.acting(body.as_)
    text = body.version or call.path["id"]
    scope = await office.find_agreement(text)
    found = agreed.agreement_of(office, scope)
    ruling = await _ruling(office, text)
    if ruling is not None:
        return await _vote(office, call, ruling, agent)
    meant = await _meant(office, text, found)
    chosen = (
        meant
        if meant is not None and body.version
        else agreements.version_for(office, found, meant.record if meant is not None else b"", agent)
    )
    shown = _hex(body.seen)

    async def write(rows: Rows) -> Ids:
        return await agreements.answer(office, chosen, body.decision, body.text, agent, rows, shown=shown)

    await office.once(call.key, call.digest, write)
    fresh = await agreements.fresh_agreement(office, scope)
    return await _model(office, fresh, fresh.version(chosen.record))


async def _vote(office: Office, call: Call[SignatureRequest], ruling: Ruling, agent: bytes) -> Agreement:
    body = call.body

    async def write(rows: Rows) -> Ids:
        return await rulings.answer(office, ruling, body.decision, body.text, rows, agent=agent)

    await office.once(call.key, call.digest, write)
    return await _model(office, await agreements.fresh_agreement(office, ruling.scope), ruling=ruling)


async def _ruling(office: Office, text: str) -> Ruling | None:
    """The resolution that somebody names by its id; None if they name something else."""
    if await office.agreement_called(text) is not None:
        return None
    try:
        return rulings.ruling_of(office, await office.find(text))
    except Refusal:
        return None


async def _follow(
    site: Site, text: str, body: AgreementRequest, call: Call[AgreementRequest] | Call[EndRequest]
) -> Agreement:
    office = site.office
    agent = await office.acting(body.as_)
    scope = await office.find_agreement(text)
    found = agreed.agreement_of(office, scope)
    prev = agreements.before(found)

    async def write(rows: Rows) -> Ids:
        facts = await facts_of(office, body, agent, [each.facts for each in prev])
        facts["prev"] = [*sorted(bytes(each.record) for each in prev)]
        _must_fit(office, facts, agent or office.me, scope)
        title, summary = agreed.texts_of(office, prev[0])
        texts = body.title or title, summary if body.summary is None else body.summary
        return await agreements.amend(office, found, facts, texts, agent, rows)

    (record,) = await office.once(call.key, call.digest, write)
    await _sign_own(office, scope, record, agent, wanted=body.sign)
    fresh = agreed.agreement_of(office, scope)
    return await _model(office, fresh, fresh.version(record))


async def _sign_own(office: Office, scope: ScopeId, record: RecordId, agent: bytes, *, wanted: bool) -> None:
    """Sign what was just proposed, unless that was done before the answer got lost. Raises Refusal."""
    fresh = await agreements.fresh_agreement(office, scope)
    version = fresh.version(record)
    if wanted and version is not None and (agent or office.me) in version.awaited:
        await agreements.answer(office, version, "accept", agent=agent)
        await office.projector.caught_up()


async def _meant(office: Office, text: str, found: agreed.Agreement) -> Version | None:
    """The version that somebody names by its id; None if they name the agreement as a whole."""
    if await office.agreement_called(text) is not None:
        return None
    try:
        record = await office.find(text)
    except Refusal:
        return None
    return found.version(record) if bytes(record) != bytes(found.scope) else None


def _must_fit(office: Office, facts: Facts, agent: bytes, scope: bytes = NONE) -> None:
    """Refuse terms that make no version, with the path of what is wrong. Raises Refusal."""
    key = office.node.identity.key.public
    try:
        record = build_record(
            scope=scope, key=key, seq=1, prev=NONE, deps=[], at=0, type="agreement", agent=agent, auth=[], facts=facts,
            private=None,
        )  # fmt: skip
    except (EncodeError, Refused) as error:
        raise Refusal(Code.BAD_REQUEST, f"the terms do not fit into a record: {error}", MANUAL) from error
    wrong = check_facts(record)
    if wrong is not None:
        path = wrong.detail.replace("value_equation", "equation", 1)
        rule = _WRONG.get(path.split("[")[0]) if wrong.reason is Reason.I_RULE else ""
        why = rule or _REASONS.get(wrong.reason.value, wrong.reason.value)
        raise Refusal(Code.BAD_REQUEST, f"{path or 'terms'}: {why}{meant(wrong, facts)} ({wrong.reason.value})", MANUAL)


async def _model(
    office: Office, found: agreed.Agreement, version: Version | None = None, ruling: Ruling | None = None
) -> Agreement:
    names, shown = Names(office, faces=True), version or found.standing
    if version is None and found.standing.told.state == "proposed" and found.proposals:
        shown = found.proposals[-1]
    sections = agreed.sections_of(office, shown)
    earlier = [found.version(each) for each in shown.facts.get("prev", ())]
    changed = [changes(agreed.sections_of(office, each), sections) for each in earlier if each is not None]
    says, following = agreed.advice(office, found, shown)
    title, summary = agreed.texts_of(office, shown)
    with office.folded.steady():
        warnings = warnings_of(found.scope, shown.facts, office.folded, agreed.readable(office), shown.vacant)
    warnings += doubts_about(office, shown.record, shown.awaited)
    disputes, decisions = await decided_in(office, names, found.scope)
    return Agreement(
        id=to_text(found.scope),
        version=to_text(shown.record),
        title=title,
        summary=summary,
        state=shown.told.state,
        says=says,
        next=following,
        proposer=names.agent(shown.row.agent),
        at=time_text(shown.row.at),
        worth=_money(shown.facts.get("worth")),
        currency=shown.facts.get("value_equation", {}).get("cur", ""),
        doc=shown.facts["doc"]["sha256"][1:].hex() if "doc" in shown.facts else "",
        signatures=[_signature(office, names, shown, each) for each in shown.signatures],
        rights=[Right(*each) for each in rights_of(shown.facts, agreed.readable(office))],
        sections=_sections(sections),
        changes=_sections([each for one in changed for each in one]),
        seen=seen(sections).hex(),
        versions=[_version(office, names, each) for each in found.versions],
        awaits=[to_text(each.record) for each, _ in agreed.awaited_of(office, found)],
        warnings=warnings,
        resolution=to_text(ruling.record) if ruling is not None else "",
        disputes=disputes,
        decisions=decisions,
    )


def _brief(office: Office, names: Names, found: agreed.Agreement) -> AgreementBrief:
    says, following = agreed.advice(office, found, found.standing)
    waiting = agreed.awaited_of(office, found)
    if waiting:
        following = agreed.advice(office, found, waiting[-1][0])[1]
    return AgreementBrief(
        id=to_text(found.scope),
        title=agreed.texts_of(office, found.standing)[0],
        state=found.standing.told.state,
        says=says,
        next=following,
        parties=[names.agent(agent) for agent, _ in found.standing.facts["parties"]],
        worth=_money(found.standing.facts.get("worth")),
        at=time_text(found.standing.row.at),
        awaits=[to_text(each.record) for each, _ in waiting],
        declined=_declined(names, found.standing),
    )


def _declined(names: Names, version: Version) -> list[Agent]:
    """Who said no to a version, while that keeps it from being in force."""
    if version.told.state != "proposed":
        return []
    return [names.agent(each.agent) for each in version.signatures if each.state == "declined"]


def _sections(sections: Sequence[Section]) -> list[ContractSection]:
    return [ContractSection(each.title, [*each.lines]) for each in sections]


def _signature(office: Office, names: Names, version: Version, signed: agreed.Signature) -> Signature:
    borne: dict[bytes, list[str]] = dict(version.facts["parties"])
    record = office.truth.record(signed.record) if signed.record else None
    return Signature(
        agent=names.agent(signed.agent),
        roles=borne.get(signed.agent, []),
        state=signed.state,
        leaves=signed.leaves,
        record=to_text(signed.record) if signed.record else "",
        at=time_text(record.at) if record is not None else "",
        text=agreed.said(office, signed.record),
        reason=signed.reason,
        signer=names.signer(signed.record) if signed.record else None,
    )


def _version(office: Office, names: Names, version: Version) -> AgreementVersion:
    return AgreementVersion(
        id=to_text(version.record),
        title=agreed.texts_of(office, version)[0],
        proposer=names.agent(version.row.agent),
        at=time_text(version.row.at),
        state=version.told.state,
        prev=[to_text(each) for each in version.facts.get("prev", ())],
        rivals=[to_text(each) for each in version.told.ids] if version.told.state == "conflict" else [],
        awaited=[names.agent(each) for each in version.awaited],
        declined=_declined(names, version),
    )


def _money(money: object) -> Money | None:
    match money:
        case {"amt": int(amt), "cur": str(cur)} if amt <= MAX_INT:
            return Money(amt, cur, EXPONENTS.get(cur))
        case _:
            return None


def _hex(text: str | None) -> bytes:
    try:
        return bytes.fromhex(text or "")
    except ValueError:
        raise Refusal(Code.BAD_REQUEST, "seen: it is the digest that stands in the answer") from None


_REASONS = {
    "I-FIELD": "it is missing, or not of the kind that stands there",
    "I-VALUE": "this value is not allowed there",
    "I-LIST": "the list is too long or too short, or names something twice",
    "I-RULE": "it contradicts something else in the terms",
    "Q-KEY": "there is no such key",
}
_WRONG = {
    "parties": "whoever proposes an agreement is a party of it",
    "ack.min": "so many cannot confirm: there are fewer who may",
    "ack.by": "whoever confirms is a party, or named",
    "approval": "an arbiter approves only where a party is one",
    "approval.k": "so many cannot approve: there are fewer who may",
    "amendment.k": "so many cannot agree to a change: there are fewer parties",
    "until": "it ends before it begins",
    "responsibility": "who answers is a party, to a party or somebody named, once for each matter; capped has a cap",
    "leaves": "whoever leaves was a party before",
    "rights.results.owner": "an owner is named exactly where ownership is `named`",
    "rights.results.on": "a day is named exactly where it is effective on_date",
    "dispute.quorum": "more than half, and not more than all",
}
"""What the paths of rules mean, for people."""
