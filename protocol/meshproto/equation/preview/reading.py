"""Reading a preview file: its rounds, and the whole (08-equations 10.2, 10.3)."""

from typing import NamedTuple

from meshproto.equation.inputs import Attestation, Ballot, Contribution, Correction, Dispute, Resolution, Round
from meshproto.equation.preview.checks import check_whole
from meshproto.equation.preview.equations import read_ack, read_steps
from meshproto.equation.preview.limits import MAX_ATTESTATIONS, MAX_CONTRIBUTIONS, MAX_PARTS, MAX_ROUNDS
from meshproto.equation.preview.places import CURRENCY, Place
from meshproto.equation.preview.strict_json import parse
from meshproto.equation.terms import Late, Terms
from meshproto.records.limits import MAX_INT
from meshproto.records.reasons import Reason
from meshproto.types.value import COMPENSATIONS, KINDS, STREAMS, Measure, Money


class Preview(NamedTuple):
    """What a file says: the terms of an agreement and what happened, round by round."""

    terms: Terms
    rounds: tuple[Round, ...]


def read_preview(text: bytes) -> Preview:
    """Read a preview file. Raises Refused with an I-* or Q-* code; its detail is the path of what is wrong."""
    top = Place(parse(text))
    fields = top.fields("cur", "parties", "steps", "ack", "late", "reserve", "rounds")
    terms = Terms(
        cur=fields.needed("cur", lambda cur: cur.matching(CURRENCY)),
        parties=fields.needed("parties", lambda parties: parties.set(Place.agent, 1)),
        steps=fields.needed("steps", read_steps),
        ack=fields.needed("ack", read_ack),
        late=Late(fields.needed("late", lambda late: late.word(*Late))),
        reserve=fields.needed("reserve", Place.boolean),
    )
    rounds = fields.needed("rounds", lambda rounds: tuple(_round(each) for each in rounds.items(1, MAX_ROUNDS)))
    check_whole(terms, rounds)
    return Preview(terms, rounds)


def _round(place: Place) -> Round:
    fields = place.fields(
        "pool",
        "to",
        "contributions",
        "attestations",
        "corrections",
        "ballots",
        "disputes",
        "resolved",
        "refunds",
        "restates",
        "consents",
    )
    return Round(
        pool=fields.needed("pool", Place.integer),
        to=fields.needed("to", Place.date),
        contributions=fields.optional(
            "contributions", lambda each: tuple(map(_contribution, each.items(0, MAX_CONTRIBUTIONS))), ()
        ),
        attestations=fields.optional(
            "attestations", lambda each: tuple(map(_attestation, each.items(0, MAX_ATTESTATIONS))), ()
        ),
        corrections=fields.optional(
            "corrections", lambda each: tuple(map(_correction, each.items(0, MAX_CONTRIBUTIONS))), ()
        ),
        ballots=fields.optional("ballots", lambda each: tuple(map(_ballot, each.items())), ()),
        disputes=fields.optional("disputes", lambda each: tuple(map(_dispute, each.items())), ()),
        resolved=fields.optional("resolved", lambda each: tuple(map(_resolution, each.items())), ()),
        refunds=fields.optional("refunds", _place, None),
        restates=fields.optional("restates", _place, None),
        consents=fields.optional("consents", lambda each: each.set(Place.agent), frozenset()),
    )


def _place(place: Place) -> int | None:
    return place.integer(0)


def _contribution(place: Place) -> Contribution:
    fields = place.fields(
        "id",
        "agent",
        "kind",
        "qty",
        "value",
        "comp",
        "stream",
        "class",
        "project",
        "when",
        "shares",
        "declined",
        "beneficiaries",
    )
    found = Contribution(
        id=fields.needed("id", Place.name),
        agent=fields.needed("agent", Place.agent),
        kind=fields.needed("kind", lambda kind: kind.word(*KINDS)),
        qty=fields.needed("qty", lambda qty: qty.measure(1)),
        value=fields.optional("value", _cost, None),
        comp=fields.optional("comp", lambda comp: comp.word(*COMPENSATIONS), None),
        stream=fields.optional("stream", lambda stream: stream.word(*STREAMS), None),
        classes=fields.optional("class", lambda classes: classes.set(Place.name), frozenset()),
        project=fields.optional("project", _name, None),
        when=fields.optional("when", _when, None),
        shares=fields.optional("shares", _parts, ()),
        declined=fields.optional("declined", lambda declined: declined.set(Place.agent), frozenset()),
        beneficiaries=fields.optional("beneficiaries", lambda each: each.set(Place.agent), frozenset()),
    )
    if found.when is not None and found.when[0] > found.when[1]:
        raise place.refused(Reason.I_RULE, "when")
    if found.shares:
        parts = dict(found.shares)
        if sum(parts.values()) > MAX_PARTS or found.agent not in parts:
            raise place.refused(Reason.I_RULE, "shares")
    return found


def _name(place: Place) -> bytes | None:
    return place.name()


def _cost(place: Place) -> Money | None:
    return place.money(0)


def _when(place: Place) -> tuple[str, str] | None:
    fields = place.fields("from", "to")
    return fields.needed("from", Place.date), fields.needed("to", Place.date)


def _parts(place: Place) -> tuple[tuple[bytes, int], ...]:
    return tuple(place.pairs(Place.agent, lambda part: part.integer(1, MAX_PARTS)).items())


def _attestation(place: Place) -> Attestation:
    fields = place.fields("on", "by", "verdict", "qty", "rating")
    return Attestation(
        on=fields.needed("on", Place.name),
        by=fields.needed("by", Place.agent),
        confirms=fields.needed("verdict", lambda verdict: verdict.word("confirm", "reject")) == "confirm",
        qty=fields.optional("qty", _attested, None),
        rating=fields.optional("rating", _rating, None),
    )


def _attested(place: Place) -> Measure | None:
    return place.measure(0)


def _rating(place: Place) -> int | None:
    return place.integer(1, 5)


def _correction(place: Place) -> Correction:
    fields = place.fields("target", "kind", "qty", "value")
    found = Correction(
        target=fields.needed("target", Place.name),
        retracts=fields.needed("kind", lambda kind: kind.word("delta", "retract")) == "retract",
        qty=fields.optional("qty", _signed, None),
        value=fields.optional("value", _signed_money, None),
    )
    if found.retracts is not (found.qty is None and found.value is None):
        raise place.refused(Reason.I_RULE, "kind")
    return found


def _signed(place: Place) -> Measure | None:
    return place.measure(-MAX_INT)


def _signed_money(place: Place) -> Money | None:
    return place.money(-MAX_INT)


def _ballot(place: Place) -> Ballot:
    giver, points = place.items(2, 2, Reason.I_FIELD)
    found = Ballot(
        giver.agent(), tuple(points.pairs(Place.agent, lambda point: point.integer(0, MAX_PARTS), 0).items())
    )
    if sum(point for _, point in found.points) > MAX_PARTS:
        raise place.refused(Reason.I_RULE)
    return found


def _dispute(place: Place) -> Dispute:
    fields = place.fields("id", "target")
    return Dispute(fields.needed("id", Place.name), fields.needed("target", Place.name))


def _resolution(place: Place) -> Resolution:
    dispute, outcome = place.items(2, 2, Reason.I_FIELD)
    return Resolution(dispute.name(), outcome.word("uphold", "reject") == "uphold")
