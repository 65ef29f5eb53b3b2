"""What waits for the owner: signatures, votes, work to confirm, money to approve or to have got. Oldest first."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import chain
from typing import Any, NamedTuple

import trio

from meshnode.runtime.answers.shared_out import net_of
from meshnode.runtime.lookups import Lookups
from meshnode.runtime.office import Office
from meshnode.runtime.requests import agreed, beyond, decided, ruled
from meshnode.runtime.requests.distributions import may_approve, told_by
from meshnode.runtime.requests.incomes import confirmers
from meshnode.runtime.requests.ruled import Ruling
from meshnode.runtime.requests.settlements import other_side
from meshnode.runtime.unwritten import quoted
from meshnode.store.querying import Beside, Is, Where
from meshnode.terms.wording import money
from meshnode.views.dealings import Dealing, accepted_by, dealings, declined_by, takes_part, terms_now
from meshnode.views.rows import AttestedRow, ContributionRow, ShareRow
from meshproto.fold.memory import Memory
from meshproto.records.ids import RecordId, ScopeId, short, to_text
from meshproto.types.agreement import attesters_of

WORKS_AT_ONCE = 200
"""Claimed contributions of an agreement looked at together."""
MOST_WORKS = 1_000
"""Contributions of an agreement that wait for the owner: the oldest, so that others come up as these are answered."""


class Waiting(NamedTuple):
    """One thing that waits for the owner, or for an organisation that the owner signs for (`agent`)."""

    kind: str
    """`sign`, `vote`, `decide`, `attest`, `approve`, `confirm-income`, `confirm-payment` or `reaffirm`."""
    record: bytes
    scope: bytes
    agent: bytes
    about: str
    since: int
    """When what waits was signed, by its author's clock; milliseconds UTC."""
    command: str


Unattested = tuple[ContributionRow, list[bytes]]
"""Claimed work with who may attest it and has not."""


class _Seen(NamedTuple):
    """What the fold tells of one agreement that may wait for those for whom the owner signs."""

    rulings: list[Ruling]
    attesters: list[bytes]
    """Who may attest work there, of those for whom the owner signs."""
    distributions: list[tuple[Dealing, int, list[bytes]]]
    """Those proposed, each with what it shares out, and who may approve it and has not answered."""
    incomes: list[tuple[Dealing, list[bytes]]]
    payments: list[tuple[Dealing, bytes]]
    """Those declared, each with the other side."""


async def waiting(office: Office) -> list[Waiting]:
    """All that waits. What is long in long histories is looked for beside the event loop."""
    found, scopes, mine = [*_votes(office), *_shaken(office)], [], office.acts_as()
    for agreement in agreed.agreements_here(office):
        found += _signatures(office, agreement)
        scopes.append(agreement.scope)
        await trio.lowlevel.checkpoint()  # each takes some reads
    for scope in scopes:
        seen = await office.work_out(partial(_seen, scope, mine))
        told = chain(
            _rulings(office, scope, seen),
            _works(office, scope, await _unattested(office, scope, seen.attesters)),
            _distributions(office, scope, seen),
            _incomes(office, scope, seen),
            _payments(office, scope, seen),
        )
        for each in told:
            found.append(each)
            await trio.lowlevel.checkpoint()
    return sorted(found, key=lambda each: (each.since, each.record, each.agent))


async def _unattested(office: Office, scope: ScopeId, attesters: Sequence[bytes]) -> list[Unattested]:
    """Claimed work of an agreement that waits for somebody's word, the oldest first: at most MOST_WORKS."""
    found: dict[bytes, Unattested] = {}
    for agent in attesters:
        for row in await _unanswered(office, scope, agent):
            found.setdefault(row.record, (row, []))[1].append(agent)
    return sorted(found.values(), key=lambda each: (each[0].at, each[0].record))[:MOST_WORKS]


async def _unanswered(office: Office, scope: ScopeId, agent: bytes) -> list[ContributionRow]:
    """Claimed work of others of which somebody has said nothing, the oldest first: at most MOST_WORKS."""
    found: list[ContributionRow] = []
    after: tuple[int, bytes] | None = None
    while len(found) < MOST_WORKS:
        rows = await office.slowly(partial(_claimed, scope, agent, after))
        found += [row for row in rows if agent not in _beneficiaries(office, row)]
        if len(rows) < WORKS_AT_ONCE:
            break
        after = rows[-1].at, rows[-1].record
    return found[:MOST_WORKS]


def _claimed(
    scope: ScopeId, agent: bytes, after: tuple[int, bytes] | None, lookups: Lookups
) -> tuple[ContributionRow, ...]:
    """A page of claimed work in which somebody has no share and of which they said nothing."""
    where = (
        Where("scope", Is.EQUAL, scope),
        Where("claim", Is.EQUAL, "claimed"),
        Where("agent", Is.OTHER, agent),
        # Who has very much work here that others leave unanswered would wait for the fold to tell so of each.
        Where("record", Is.WITHOUT, Beside(AttestedRow, "subject", "agent", agent)),
        Where("record", Is.WITHOUT, Beside(ShareRow, "record", "agent", agent)),
    )
    return lookups.views.select(ContributionRow, *where, order="at", limit=WORKS_AT_ONCE, after=after)


# What the fold tells, asked in a worker thread.


def _seen(scope: ScopeId, mine: Sequence[bytes], memory: Memory) -> _Seen:
    terms = terms_now(scope, memory)
    return _Seen(
        ruled.rulings_of(scope, memory),
        [each for each in attesters_of(terms) if each in mine],
        [*_unapproved(scope, mine, memory)],
        [*_unconfirmed(scope, terms, mine, memory)],
        [*_unpaid(scope, mine, memory)],
    )


def _unapproved(scope: ScopeId, mine: Sequence[bytes], memory: Memory) -> Iterator[tuple[Dealing, int, list[bytes]]]:
    for each in _of(scope, "distribution", "proposed", memory):
        asked = may_approve(told_by(scope, each, memory), mine)
        silent = [one for one in asked if not declined_by(each.record, one, memory)]
        if silent:
            yield each, net_of(each.facts, memory), silent


def _unconfirmed(
    scope: ScopeId, terms: Mapping[str, Any], mine: Sequence[bytes], memory: Memory
) -> Iterator[tuple[Dealing, list[bytes]]]:
    for each in _of(scope, "income", "declared", memory):
        others = [one for one in confirmers(terms, each) if one in mine and one != each.agent]
        silent = [one for one in others if not _answered(each, one, memory)]
        if silent:
            yield each, silent


def _unpaid(scope: ScopeId, mine: Sequence[bytes], memory: Memory) -> Iterator[tuple[Dealing, bytes]]:
    for each in _of(scope, "settlement", "declared", memory):
        other = other_side(each)
        if other in mine and takes_part(other, scope, memory) and not declined_by(each.record, other, memory):
            yield each, other


def _of(scope: ScopeId, type_: str, state: str, memory: Memory) -> list[Dealing]:
    return [each for each in dealings(scope, type_, memory) if each.state == state]


def _answered(one: Dealing, agent: bytes, memory: Memory) -> bool:
    return bool(accepted_by(one.record, agent, memory)) or declined_by(one.record, agent, memory)


# In words.


def _signatures(office: Office, agreement: agreed.Agreement) -> Iterator[Waiting]:
    for version, agent in agreed.awaited_of(office, agreement):
        title, _ = agreed.texts_of(office, version)
        name, command = title or short(version.record), f"meshnode agreement sign {to_text(version.record)}"
        about = name if bytes(version.record) == bytes(agreement.scope) else f"a change of {name}"
        at, signing = version.row.at, f"{command}{_for(office, agent)}"
        yield Waiting("sign", version.record, agreement.scope, agent, about, at, signing)


def _votes(office: Office) -> Iterator[Waiting]:
    for told in decided.all_told(office, None):
        if decided.may_vote(office, told):
            decision = told.decision
            text = to_text(decision.record)
            about = f"{decision.outcome} in {decided.scope_name(office, decision.scope)}"
            command = f"meshnode decision show {text}"
            yield Waiting("vote", decision.record, decision.scope, office.me, about, told.entry.at, command)


def _shaken(office: Office) -> Iterator[Waiting]:
    for each in beyond.shaken(office):
        about = f"a contested {'signature' if each.type == 'countersign' else each.type}"
        yield Waiting(
            "reaffirm", each.record, each.scope, each.agent, about, each.at, f"meshnode reaffirm {to_text(each.record)}"
        )


def _rulings(office: Office, scope: ScopeId, seen: _Seen) -> Iterator[Waiting]:
    for each in seen.rulings:
        record = office.truth.record(RecordId(each.record))
        for agent in ruled.mine_of(office, each.awaited):
            about, command = ruled.outcome_says(each.facts), ruled.sign(office, each.record, agent)
            yield Waiting("decide", each.record, scope, agent, about, record.at if record else 0, command)


def _works(office: Office, scope: ScopeId, works: Sequence[Unattested]) -> Iterator[Waiting]:
    for row, agents in works:
        about = row.title or short(row.record)
        for agent in agents:
            command = f"meshnode attest {to_text(row.record)}{_for(office, agent)}"
            yield Waiting("attest", row.record, scope, agent, about, row.at, command)


def _beneficiaries(office: Office, row: ContributionRow) -> Sequence[bytes]:
    record = office.truth.record(RecordId(row.record))
    return record.facts.get("beneficiaries", ()) if record is not None else ()


def _distributions(office: Office, scope: ScopeId, seen: _Seen) -> Iterator[Waiting]:
    for each, net, silent in seen.distributions:
        about = f"how {money(net, each.facts['carry']['cur'])} is shared, up to {each.facts['to']}"
        for agent in silent:
            command = f"meshnode distribution approve {to_text(each.record)}{_for(office, agent)}"
            yield _waits(office, "approve", each, scope, agent, about, command)


def _incomes(office: Office, scope: ScopeId, seen: _Seen) -> Iterator[Waiting]:
    for each, silent in seen.incomes:
        about = f"{'a refund' if 'refunds' in each.facts else 'an income'} {_of_day(each.facts, 'gross')}"
        for agent in silent:
            command = f"meshnode income confirm {to_text(each.record)}{_for(office, agent)}"
            yield _waits(office, "confirm-income", each, scope, agent, about, command)


def _payments(office: Office, scope: ScopeId, seen: _Seen) -> Iterator[Waiting]:
    for each, other in seen.payments:
        command = f"meshnode settlement confirm {to_text(each.record)}{_for(office, other)}"
        side, agent = ("by", each.facts["from"]) if other == each.facts["to"] else ("to", each.facts["to"])
        about = f"a payment {_of_day(each.facts, 'amount')} {side} {office.name(agent) or short(agent)}"
        yield _waits(office, "confirm-payment", each, scope, other, about, command)


def _of_day(facts: Mapping[str, Any], name: str) -> str:
    """Which money, and when; people confirm the amount."""
    return f"of {money(abs(facts[name]['amt']), facts[name]['cur'])} on {facts['on']}"


def _waits(office: Office, kind: str, one: Dealing, scope: ScopeId, agent: bytes, about: str, command: str) -> Waiting:
    record = office.truth.record(RecordId(one.record))
    return Waiting(kind, one.record, scope, agent, about, record.at if record else 0, command)


def _for(office: Office, agent: bytes) -> str:
    """The option that says for whom, where that is not the owner."""
    return "" if agent == office.me else f" --as {quoted(office.name(agent) or to_text(agent))}"
