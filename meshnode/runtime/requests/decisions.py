"""Decisions of founders: propose one, vote on it, carry it out once enough of them have accepted.

A proposal is a resolution that its author accepts in the same step. Whoever gives the last accept that is needed also
carries it out: what it ends is ended and what it orders is signed, resting on it. What changes the charter needs no
such step.
"""

import contextlib

from meshnode.core.decisions import CARRIED, CONTESTED, OPEN, SETTLED, STALE, still_to_end
from meshnode.core.drafts import Draft
from meshnode.runtime.office import Ids, Office, Rows
from meshnode.runtime.refusals import Code, Refusal
from meshnode.runtime.requests.charters import Wish, facts_of
from meshnode.runtime.requests.decided import Told, advice, charter_of, for_them, may_vote, must_decide, names, told_of
from meshnode.runtime.requests.networks import seen_of
from meshnode.runtime.requests.orders import drafts_of
from meshnode.runtime.requests.work import words
from meshproto.records.encoding import Value
from meshproto.records.ids import RecordId, ScopeId, short, to_text
from meshproto.types import authority

VOTES = ("accept", "decline", "object")


async def propose(office: Office, scope: ScopeId, wish: Wish, text: str, rows: Rows = (), *, agent: bytes = b"") -> Ids:
    """Sign a proposal to the founders; `settle` does the rest. Raises Refusal.

    Here and below, `agent` is the organisation that is a founder and for which is signed; empty for the owner.
    """
    await office.certain()
    now = must_decide(office, scope, charter_of(office, scope), agent)
    with office.folded.steady():
        facts = facts_of(office, scope, wish, office.folded, now)
    draft = Draft(scope, "resolution", facts, words(text=text) or None, agent=agent)
    return await office.node.write([draft], local=rows)


async def vote(
    office: Office, record: RecordId, verdict: str, text: str = "", rows: Rows = (), *, agent: bytes = b""
) -> Ids:
    """Accept, decline, or object to a proposal; or accept being named a founder. Raises Refusal."""
    if verdict not in VOTES:
        raise Refusal(Code.BAD_REQUEST, f"{verdict!r} is no vote: one of {', '.join(VOTES)}")
    await office.certain()
    told = told_of(office, record)
    _must_vote(office, told, agent)
    facts: dict[str, Value] = {"target": record, "decision": verdict}
    draft = Draft(ScopeId(told.decision.scope), "countersign", facts, words(text=text) or None, agent=agent)
    return await office.node.write([draft], local=rows)


async def settle(office: Office, record: RecordId, *, own: bool = False, agent: bytes = b"") -> Told:
    """Carry out a decision if it waits for that; with `own` first accept what was proposed here.

    Does nothing where nothing is to be done, so it can be repeated. Raises Refusal.
    """
    await office.certain()
    told = told_of(office, record)
    if own and told.decision.state == OPEN and (agent or office.me) in told.decision.awaited:
        await vote(office, record, "accept", agent=agent)
        await office.certain()
        told = told_of(office, record)
    if told.decision.state == CARRIED and told.decision.scope in office.mandates.acts_for():
        with contextlib.suppress(Refusal):  # Then another founder does it, or the same command tells why not.
            await carry_out(office, record)
        await office.certain()
        told = told_of(office, record)
    return told


async def carry_out(office: Office, record: RecordId, rows: Rows = ()) -> Ids:
    """Do what a carried decision says. Raises Refusal."""
    await office.certain()
    told = told_of(office, record)
    if told.decision.state != CARRIED:
        what, then = advice(office, told)
        early = "too early to carry it out: " if told.decision.state == OPEN else ""
        raise Refusal(Code.CONFLICT, early + what, then)
    return await office.node.write(_acts(office, told), local=rows)


def _acts(office: Office, told: Told) -> list[Draft]:
    """What carries a decision out."""
    decision, scope = told.decision, ScopeId(told.decision.scope)
    if decision.orders:
        return drafts_of(office, told)
    with office.folded.steady():
        targets = still_to_end(decision, office.folded)
    facts = authority.revoke(targets, reason="end", seen=seen_of(office, scope, targets))
    return [Draft(scope, "revoke", facts, agent=scope, order=decision.record)]


def _must_vote(office: Office, told: Told, agent: bytes) -> None:
    """Refuse a vote that would have no effect, or a bad one. Raises Refusal."""
    who, whose = agent or office.me, f"{office.name(agent) or short(agent)} has" if agent else "you have"
    decision, show = told.decision, f"meshnode decision show {to_text(told.decision.record)}"
    if may_vote(office, told, agent):
        return
    if decision.state in (STALE, SETTLED, CONTESTED):
        raise Refusal(Code.CONFLICT, *advice(office, told))
    if who in decision.accepted:
        raise Refusal(Code.CONFLICT, f"{whose} accepted it, which cannot be taken back: propose the contrary", show)
    if who in decision.electors:
        raise Refusal(Code.CONFLICT, f"it is decided: {advice(office, told)[0]}", show)
    verb = f"{names(office, (agent,))} does" if agent else "you do"
    why = f"{verb} not vote on this; its founders do: {names(office, decision.electors)}"
    raise Refusal(Code.NOT_AUTHORISED, why, for_them(office, decision.electors) or show)
