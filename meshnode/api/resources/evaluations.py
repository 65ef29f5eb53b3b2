"""What people say of others' work: attestations, answers about shares, ballots."""

from msgspec import structs

from meshnode.api.edge import Call, Nothing
from meshnode.api.models.evaluations import (
    AnswerRequest,
    Attestation,
    AttestationRequest,
    Ballot,
    BallotRequest,
    CastBallot,
    Evaluation,
    Points,
    ShareAnswer,
)
from meshnode.api.models.shared import Page, Quantity
from meshnode.api.paging import page_of
from meshnode.api.resources.work import quantity_of
from meshnode.api.shapes import Names, text_of, time_text, written
from meshnode.api.site import Site
from meshnode.runtime.answers.contributed import doubles, twins
from meshnode.runtime.answers.evaluated import Evaluated, Word, evaluated
from meshnode.runtime.office import Office
from meshnode.runtime.requests.evaluations import Said, attest, ballot, left_to_give
from meshnode.runtime.requests.taking_part import Work, answer, find_dealing, find_work
from meshnode.views.dealings import Dealing, dealings, terms_now
from meshproto.records.ids import ScopeId, to_text
from meshproto.types.agreement import parties_of


async def show_evaluation(site: Site, call: Call[Nothing]) -> Evaluation:
    """How a contribution stands under its agreement, and what was said of it."""
    return await _shown(site.office, call.path["id"])


async def add_attestation(site: Site, call: Call[AttestationRequest]) -> Evaluation:
    """Say of a contribution what one has seen of it."""
    office, body = site.office, call.body
    said = Said(
        quantity=None if (body.seconds, body.quantity) == (None, None) else quantity_of(body.seconds, body.quantity),
        rating=body.rating,
        rejects=body.reject,
        note=body.note,
        role=body.role,
    )
    await office.once(call.key, call.digest, lambda rows: attest(office, body.contribution, said, rows, as_=body.as_))
    return await _shown(office, body.contribution)


async def answer_share(site: Site, call: Call[AnswerRequest]) -> Evaluation:
    """Accept or decline one's share in a contribution."""
    office, body = site.office, call.body
    work = await find_dealing(office, call.path["id"], "contribution", "meshnode contribution ls")
    await office.once(
        call.key,
        call.digest,
        lambda rows: answer(office, work.record, body.answer, rows, as_=body.as_, text=body.text),
    )
    return await _shown(office, call.path["id"])


async def cast_ballot(site: Site, call: Call[BallotRequest]) -> CastBallot:
    """Share out points in a round."""
    office, body = site.office, call.body
    scope = await office.find_agreement(body.agreement)
    points = [(each.who, each.points) for each in body.points]
    ids = await office.once(
        call.key, call.digest, lambda rows: ballot(office, scope, body.round, points, rows, as_=body.as_)
    )
    await office.projector.caught_up()
    round_, budget, left = left_to_give(office, scope, ids[0])
    return CastBallot(**structs.asdict(written(office, ids[0])), round=round_, budget=budget, left=left)


async def list_ballots(site: Site, call: Call[Nothing]) -> Page[Ballot]:
    """The ballots of an agreement, or of one round of it, by round and time."""
    office = site.office
    scope = await office.find_agreement(call.query.get("agreement", ""))
    await office.fresh()
    round_, names = call.query.get("round"), Names(office)
    with office.folded.steady():
        found = dealings(scope, "allocation", office.folded)
        terms = terms_now(scope, office.folded)
    gone = {name for each in found for name in each.facts.get("supersedes", ())}
    parties, budget = parties_of(terms), terms.get("ballots", {}).get("budget", 0)
    items = [
        _ballot(office, names, scope, each, each.record not in gone and each.agent in parties, budget)
        for each in found
        if round_ in (None, each.facts["round"])
    ]
    return Page(*page_of(call, items, lambda each: (each.round, each.at, each.id)))


async def _shown(office: Office, text: str) -> Evaluation:
    await office.projector.caught_up()  # What was just written must show.
    return _evaluation_model(office, await find_work(office, text))


def _evaluation_model(office: Office, work: Work) -> Evaluation:
    """How a contribution stands, as the API tells it."""
    names, found = Names(office), evaluated(office, work)
    few = found.state == "claimed" and found.confirming < found.needed
    qty = found.confirmed
    return Evaluation(
        contribution=to_text(work.record),
        agreement=names.scope(found.scope),
        state=found.state,
        reason=f"A-FEW {found.confirming}/{found.needed}" if few else "",
        confirming=found.confirming,
        needed=found.needed,
        confirmed=None if qty is None else Quantity(qty.n, qty.s, qty.u),
        attesters=[names.agent(each) for each in found.attesters],
        attestations=_attestations(office, names, found),
        shares=[ShareAnswer(names.agent(agent), said) for agent, said in found.answers],
        may_attest=bool(found.asked),
        doubles=_doubles(office, work),
    )


def _doubles(office: Office, work: Work) -> list[str]:
    row = office.lookups.contribution(work.record)
    found = {*doubles(office.lookups, row), *twins(office.lookups, row)} if row is not None else ()
    return [to_text(each) for each in sorted(found)]


def _attestations(office: Office, names: Names, found: Evaluated) -> list[Attestation]:
    told = [_attestation(office, names, each) for each in found.words]
    return sorted(told, key=lambda each: (each.at, each.id))


def _attestation(office: Office, names: Names, word: Word) -> Attestation:
    facts, record = word.said.facts, office.truth.record(word.record)
    qty = facts.get("qty")
    return Attestation(
        id=to_text(word.record),
        agent=names.agent(word.said.agent),
        role=facts["as"],
        verdict=facts["verdict"],
        quantity=Quantity(qty["n"], qty["s"], qty["u"]) if qty else None,
        rating=facts.get("rating"),
        note=text_of(office, word.record, "note"),
        at=time_text(record.at if record else 0),
        counts=word.counts,
        signed_by=names.signer(word.record),
    )


def _ballot(office: Office, names: Names, scope: ScopeId, one: Dealing, counts: bool, budget: int) -> Ballot:
    record, points = office.truth.record(one.record), one.facts["points"]
    return Ballot(
        id=to_text(one.record),
        agreement=names.scope(scope),
        agent=names.agent(one.agent),
        round=one.facts["round"],
        points=[Points(names.agent(agent), number) for agent, number in points],
        at=time_text(record.at if record else 0),
        counts=counts and sum(number for _, number in points) <= budget,
    )
