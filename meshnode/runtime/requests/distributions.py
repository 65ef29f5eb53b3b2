"""Sharing out what came in: drawn up from all that is known here, shown, signed, and approved by those who must."""

from collections.abc import Container
from dataclasses import dataclass
from typing import Any, NamedTuple

from meshnode.core.details import Unfit, check_money
from meshnode.core.drafts import Draft
from meshnode.core.folded import Folded
from meshnode.runtime.office import Ids, Office, Rows
from meshnode.runtime.refusals import Code, Refusal
from meshnode.runtime.requests.amounts import day, local_day
from meshnode.runtime.requests.incomes import confirmers
from meshnode.runtime.requests.taking_part import acting_in, find_dealing
from meshnode.views.cuts import Drawn, LeftOut, draw_up, imagine, left_out, unacknowledged
from meshnode.views.dealings import (
    Dealing,
    awaiting,
    dealings,
    declined_by,
    last_shared,
    standing_version,
    terms_now,
    to_share,
)
from meshproto.fold.authority import Verdict
from meshproto.fold.concerns import concern_of
from meshproto.fold.lineages import version_of
from meshproto.fold.memory import Memory
from meshproto.fold.tallies import NO, tally
from meshproto.records.ids import ScopeId, short, to_text
from meshproto.types.accounts import losers_of
from meshproto.types.agreement import approvers_of, parties_of
from meshproto.types.value import Money

LISTED = "meshnode distribution ls"
VOID = {
    "D-CHAIN": "it does not follow what it says it follows",
    "D-INCOME": "it shares an income that may not be shared there",
    "D-INPUTS": "it leaves out, or invents, what its author knew",
    "D-LINES": "what it gives is not what the equation makes of it",
    "D-SUM": "its rest, or its digest, is not that of the sums",
}
"""Why a distribution is void, in words."""
NOTHING = LeftOut((), (), ())
MOST_TRIES = 4
"""Times that signing is tried while more keeps coming in; at the first one its sums are only asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Which distribution; what is left out is chosen: all confirmed incomes, up to today, after the last in force."""

    incomes: tuple[str, ...] = ()
    to: str | None = None
    after: str | None = None
    reopens: str | None = None
    """An earlier one that is shared again, with what has come since: it takes the consent of all who lose by it."""
    beside: bool = False
    """Though others wait for approval, of which at most one can come into force."""
    suppose: Money | None = None
    """This much in place of what came in, to see what each would get; it can only be looked at."""


class Preview(NamedTuple):
    """A distribution as it would be, with what whoever asks for it should see before signing."""

    scope: ScopeId
    drawn: Drawn
    unconfirmed: tuple[bytes, ...]
    """Contributions that too few have confirmed: they share nothing yet."""
    undeclared: tuple[bytes, ...]
    """Incomes that are not confirmed yet."""


async def preview(office: Office, scope: ScopeId, wish: Wish) -> Preview:
    """Work out what a distribution would be now. Raises Refusal."""
    facts = await _chosen(office, scope, wish)
    pool = wish.suppose.amt if wish.suppose else None
    drawn, unconfirmed, waiting = await office.work_out(lambda folded: _drawn_up(scope, facts, pool, folded))
    if isinstance(drawn, Verdict):
        told = ", ".join(short(each) for each in drawn.ids)
        words = VOID.get(drawn.reason or "", "it breaks a rule")
        why = f"it would be void: {words} ({', '.join(filter(None, (drawn.reason, told)))})"
        raise Refusal(Code.CONFLICT, why, "meshnode distribution new --help")
    return Preview(scope, drawn, tuple(unconfirmed), tuple(waiting))


def _drawn_up(
    scope: ScopeId, facts: dict[str, Any], pool: int | None, folded: Folded
) -> tuple[Drawn | Verdict, list[bytes], list[bytes]]:
    """What a distribution would be, with contributions and incomes that are not confirmed yet."""
    terms = terms_now(scope, folded)
    waiting = [
        each.record
        for each in dealings(scope, "income", folded)
        if each.state == "declared"
        and each.facts["net"]["cur"] == terms["value_equation"]["cur"]
        and not any(declined_by(each.record, one, folded) for one in confirmers(terms, each))
    ]
    drawn = draw_up(scope, facts, folded) if pool is None else imagine(scope, facts, pool, folded)
    return drawn, unacknowledged(scope, terms, folded), waiting


async def propose(
    office: Office, scope: ScopeId, wish: Wish, seen: bytes, rows: Rows = (), *, as_: str | None = None
) -> Ids:
    """Sign a distribution whose outcome somebody has seen: `seen` is its digest (33 bytes). Raises Refusal."""
    agent = await acting_in(office, scope, as_)
    facts = await _chosen(office, scope, wish)
    with office.folded.steady():
        if (agent or office.me) not in parties_of(terms_now(scope, office.folded)):
            raise Refusal(
                Code.NOT_AUTHORISED, "only a party of the agreement shares out", "meshnode agreement show --help"
            )
    draft = Draft(scope, "distribution", {**facts, "result_digest": seen}, agent=agent)
    for tried in range(1, MOST_TRIES + 1):
        await office.projector.caught_up()
        try:
            return await office.node.write([draft], local=rows)
        except Refusal as refusal:
            if refusal.code is not Code.BUSY or tried == MOST_TRIES:
                raise
            await office.work_out_sums()
    raise AssertionError("the last try has answered or raised")


async def _chosen(office: Office, scope: ScopeId, wish: Wish) -> dict[str, Any]:
    """The facts that are chosen and not computed. Raises Refusal."""
    await office.projector.caught_up()  # What was confirmed a moment ago must be in it.
    after = await find_dealing(office, wish.after, "distribution", LISTED) if wish.after else None
    named = [await find_dealing(office, each, "income", "meshnode income ls") for each in wish.incomes]
    if wish.reopens and named:
        raise Refusal(Code.BAD_REQUEST, "what is shared again has its incomes already", "leave the income out")
    again = await find_dealing(office, wish.reopens, "distribution", LISTED) if wish.reopens else None
    with office.folded.steady():
        memory = office.folded
        if "value_equation" not in terms_now(scope, memory):
            raise Refusal(
                Code.BAD_REQUEST, "this agreement shares no money: it has no equation", "meshnode agreement ls"
            )
        prev = after.record if after else last_shared(scope, memory)
        waiting = awaiting(scope, prev, memory)
        incomes = sorted(each.record for each in named) or sorted(to_share(scope, prev, memory))
        version = standing_version(scope, memory)
        day_before = concern_of(memory, prev).facts["to"] if prev else ""
        currency = terms_now(scope, memory)["value_equation"]["cur"]
    if wish.suppose is not None:
        _must_be_supposable(wish, wish.suppose, currency)
        incomes = []
    elif waiting and not wish.beside:
        hint = f"meshnode distribution show {to_text(waiting[0].record)}"
        why = f"{short(waiting[0].record)} waits for approval: only one of them can come into force"
        raise Refusal(Code.EXISTS, why, hint)
    if again is not None:
        incomes = []
    elif not incomes and wish.suppose is None:
        hint = _what_lacks(scope, memory, office)
        raise Refusal(Code.CONFLICT, "no confirmed income is left to share", hint)
    to = day(wish.to) if wish.to else max(local_day(office.node.now()), day_before)
    facts: dict[str, Any] = {"agreement": version, "incomes": incomes, "to": to}
    chain = {"prev": prev} if prev else {}
    return {**facts, **chain, **({"restates": again.record} if again is not None else {})}


def _what_lacks(scope: ScopeId, memory: Memory, office: Office) -> str:
    """What to do where nothing is left to share: to have an income confirmed, or to declare one."""
    with office.folded.steady():
        declared = [each.record for each in dealings(scope, "income", memory) if each.state == "declared"]
    return f"meshnode income show {to_text(declared[0])}" if declared else "meshnode income add --help"


def _must_be_supposable(wish: Wish, money: Money, currency: str) -> None:
    """Refuse to suppose what cannot be, or besides something else. Raises Refusal."""
    if wish.incomes or wish.reopens:
        raise Refusal(Code.BAD_REQUEST, "what is supposed stands in place of incomes", "leave the incomes out")
    try:
        check_money(money)
    except Unfit as unfit:
        raise Refusal(Code.BAD_REQUEST, unfit.why, unfit.hint) from unfit
    if money.cur != currency:
        raise Refusal(Code.BAD_REQUEST, f"this agreement shares {currency}, not {money.cur}", f"suppose {currency}")


class Approver(NamedTuple):
    """Somebody whose approval counts, and how far it is given: no, contested or yes."""

    agent: bytes
    level: int
    declined: bool
    """Whether they said no, which may become a yes."""


class Told(NamedTuple):
    """A distribution with what became of it; `needed` of the approvers suffice."""

    scope: ScopeId
    shared: Dealing
    approvers: tuple[Approver, ...]
    needed: int
    outside: LeftOut


async def outside_of(office: Office, scope: ScopeId, distribution: bytes) -> LeftOut:
    """What is known here and in no cut up to a distribution."""
    return await office.work_out(lambda folded: left_out(scope, distribution, folded))


def told_of(office: Office, scope: ScopeId, shared: Dealing, outside: LeftOut = NOTHING) -> Told:
    """How a distribution stands, with what was found to be `outside` of it."""
    with office.folded.steady():
        return told_by(scope, shared, office.folded)._replace(outside=outside)


def told_by(scope: ScopeId, shared: Dealing, memory: Memory) -> Told:
    """How a distribution stands by the fold alone. The caller holds it steady."""
    terms = version_of(memory, shared.facts["agreement"]).facts
    agents = approvers_of(terms)
    losing = [each for each in losers_of(shared.facts) if each not in agents]
    levels = tuple(_approver(shared.record, each, memory) for each in (*agents, *losing))
    approval = terms["approval"]
    needed = len(agents) if isinstance(approval, str) else approval["k"]
    if losers_of(shared.facts):  # who loses by it must agree, whoever else does
        needed = max(needed, len(levels)) if isinstance(approval, str) else needed + len(losing)
    return Told(scope, shared, levels, needed, NOTHING)


def _approver(shared: bytes, agent: bytes, memory: Memory) -> Approver:
    level = tally(shared, agent, memory)
    return Approver(agent, level, level == NO and declined_by(shared, agent, memory))


def may_approve(told: Told, acting: Container[bytes]) -> list[bytes]:
    """Those of some for whom the owner acts who can still approve a distribution."""
    return [each.agent for each in told.approvers if each.level == NO and each.agent in acting]
