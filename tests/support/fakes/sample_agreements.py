"""Agreements as a node tells of them."""

import msgspec

from meshnode.api.models import agreements as g
from meshnode.api.models import rulings as r
from meshnode.api.models.terms import Money
from tests.support.fakes.sample_people import ANA, AT, BEN, text_id

WORTH = Money(500_000, "EUR", 2)


def brief(state: str = "proposed") -> g.AgreementBrief:
    """One in a list, which waits for the owner's signature while it is proposed."""
    awaits = [text_id("logo")] if state == "proposed" else []
    says = "in force" if state == "in_force" else "proposed; waiting for Ana"
    return g.AgreementBrief(text_id("logo"), "Logo", state, says, _next(state), [ANA, BEN], WORTH, AT, awaits)


def agreement(state: str = "proposed", *, changed: bool = False) -> g.Agreement:
    """An agreement of Ana's and Ben's, which Ben has signed."""
    mine = "signed" if state == "in_force" else ""
    return g.Agreement(
        id=text_id("logo"),
        version=text_id("second") if changed else text_id("logo"),
        title="Logo",
        summary="For the bakery",
        state=state,
        says="in force" if state == "in_force" else "proposed; waiting for Ana",
        next=_next(state),
        proposer=BEN,
        at=AT,
        worth=WORTH,
        currency="EUR",
        doc="ab" * 32,
        signatures=[
            g.Signature(
                ANA, ["provider"], mine, False, text_id("mine") if mine else "", AT if mine else "", "", "", None
            ),
            g.Signature(BEN, ["client"], "signed", False, text_id("accept"), AT, "Gladly", "", None),
        ],
        rights=[g.Right("what is made", "the client", "CC-BY-4.0", "once it is paid")],
        sections=[g.ContractSection("Parties", ["Ana López: provider", "Ben: client"])],
        changes=[g.ContractSection("Time and bounds", ["+ Worth up to 5,000.00 EUR."])] if changed else [],
        seen="01" + "cd" * 32,
        versions=[g.AgreementVersion(text_id("logo"), "Logo", BEN, AT, state, [], [], [] if mine else [ANA])],
        awaits=[] if mine else [text_id("logo")],
        warnings=["nobody answers to Ben for anything"],
    )


def _next(state: str) -> str:
    return "" if state == "in_force" else f"meshnode agreement sign {text_id('logo')}"


def in_conflict(state: str = "", **more: object) -> g.Agreement:
    """An agreement with two versions in conflict; with `state` also what Ana proposed to pick, which waits for Ben."""
    one = agreement("in_force")
    one.state, one.says = "conflict", "in conflict"
    pick = f"meshnode agreement decide {one.id} --pick"
    one.next = f"{pick} {one.id}"
    records = [one.id, text_id("second")]
    commands = [f"{pick} {each}" for each in records]
    one.disputes = [r.Dispute("versions", records, one.id, None, [ANA, BEN], 2, "versions x, y clash", commands)]
    if state:
        one.decisions = [msgspec.structs.replace(ruling(state), **more)]
    return one


def ruling(state: str = "open") -> r.Ruling:
    """What Ana proposed and accepts."""
    votes = [r.RulingVote(ANA, "yes"), r.RulingVote(BEN, "yes" if state == "carried" else "")]
    says = "decided" if state == "carried" else "1 of 2 accept it so far, waiting for Ben"
    following = "" if state == "carried" else f"meshnode agreement sign {text_id('ruling')}"
    about = [text_id("logo"), text_id("second")]
    return r.Ruling(
        text_id("ruling"), "pick", about, about[0], ANA, AT, "The first", state, says, "pick this, not that",
        votes, 2, [], [], False, following,
    )  # fmt: skip
