"""What waits for the owner: signatures, votes, work to confirm, money to approve or to have got. Oldest first."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from meshnode.runtime.office import Office
from meshnode.runtime.requests import agreed, decided, ruled
from meshnode.runtime.requests.distributions import may_approve, told_of
from meshnode.runtime.shared_out import net_of
from meshnode.runtime.unwritten import quoted
from meshnode.store.querying import Is, Where
from meshnode.terms.wording import money
from meshnode.views.dealings import Dealing, accepted_by, dealings, declined_by, takes_part, terms_now
from meshnode.views.rows import ContributionRow
from meshproto.fold.attesting import counts_now, heads_of
from meshproto.fold.memory import Memory
from meshproto.records.ids import RecordId, ScopeId, short, to_text
from meshproto.types.agreement import attesters_of, bearers, parties_of

MOST_WORKS = 200
"""Claimed contributions of an agreement looked at: the newest, for who has thousands waits for nobody's patience."""


class Waiting(NamedTuple):
    """One thing that waits for the owner, or for an organisation that the owner signs for (`agent`)."""

    kind: str
    """`sign`, `vote`, `decide`, `attest`, `approve`, `confirm-income` or `confirm-payment`."""
    record: bytes
    scope: bytes
    agent: bytes
    about: str
    since: int
    """When what waits was signed, by its author's clock; milliseconds UTC."""
    command: str


def waiting(office: Office) -> list[Waiting]:
    """All that waits."""
    found = [*_signatures(office), *_votes(office)]
    for agreement in agreed.agreements_here(office):
        scope = agreement.scope
        found += [*_rulings(office, scope), *_works(office, scope), *_distributions(office, scope)]
        found += [*_incomes(office, scope), *_payments(office, scope)]
    return sorted(found, key=lambda each: (each.since, each.record, each.agent))


def _signatures(office: Office) -> Iterator[Waiting]:
    for agreement in agreed.agreements_here(office):
        for version, agent in agreed.awaited_of(office, agreement):
            title, _ = agreed.texts_of(office, version)
            yield Waiting(
                "sign",
                version.record,
                agreement.scope,
                agent,
                title or short(version.record),
                version.row.at,
                f"meshnode agreement sign {to_text(version.record)}{_for(office, agent)}",
            )


def _votes(office: Office) -> Iterator[Waiting]:
    for told in decided.all_told(office, None):
        if decided.may_vote(office, told):
            decision = told.decision
            text = to_text(decision.record)
            about = f"{decision.outcome} in {decided.scope_name(office, decision.scope)}"
            command = f"meshnode decision show {text}"
            yield Waiting("vote", decision.record, decision.scope, office.me, about, told.entry.at, command)


def _rulings(office: Office, scope: ScopeId) -> Iterator[Waiting]:
    with office.folded.steady():
        found = ruled.rulings_of(scope, office.folded)
    for each in found:
        record = office.truth.record(RecordId(each.record))
        for agent in ruled.mine_of(office, each.awaited):
            about, command = ruled.outcome_says(each.facts), ruled.sign(office, each.record, agent)
            yield Waiting("decide", each.record, scope, agent, about, record.at if record else 0, command)


def _works(office: Office, scope: ScopeId) -> Iterator[Waiting]:
    claimed = (Where("scope", Is.EQUAL, scope), Where("claim", Is.EQUAL, "claimed"))
    rows = office.lookups.views.select(ContributionRow, *claimed, order="at", newest_first=True, limit=MOST_WORKS)
    mine = agreed.acts_as(office)
    for row in rows:
        with office.folded.steady():
            agents = [each for each in attesters_of(terms_now(scope, office.folded)) if each in mine]
            said = heads_of(row.record, counts_now(office.folded), office.folded) if agents else {}
        about = row.title or short(row.record)
        for agent in agents:
            if agent not in said and agent not in _interested(office, row):
                command = f"meshnode attest {to_text(row.record)}{_for(office, agent)}"
                yield Waiting("attest", row.record, scope, agent, about, row.at, command)


def _interested(office: Office, row: ContributionRow) -> set[bytes]:
    record = office.truth.record(RecordId(row.record))
    facts = record.facts if record is not None else {}
    return {row.agent, *(agent for agent, _ in facts.get("shares", ())), *facts.get("beneficiaries", ())}


def _distributions(office: Office, scope: ScopeId) -> Iterator[Waiting]:
    mine = agreed.acts_as(office)
    for each in _of(office, scope, "distribution", "proposed"):
        told = told_of(office, scope, each)
        with office.folded.steady():
            pool = money(net_of(each.facts, office.folded), each.facts["carry"]["cur"])
            silent = [one for one in may_approve(told, mine) if not declined_by(each.record, one, office.folded)]
        for agent in silent:
            about = f"how {pool} is shared, up to {each.facts['to']}"
            command = f"meshnode distribution approve {to_text(each.record)}{_for(office, agent)}"
            yield _waits(office, "approve", each, scope, agent, about, command)


def _incomes(office: Office, scope: ScopeId) -> Iterator[Waiting]:
    mine = agreed.acts_as(office)
    for each in _of(office, scope, "income", "declared"):
        with office.folded.steady():
            terms = terms_now(scope, office.folded)
            how = terms["income_confirm"]
            asked = bearers(terms, "client") if how == "client" else parties_of(terms) if how == "party" else []
            silent = [one for one in asked if one in mine and not _answered(each, one, office.folded)]
        for agent in silent:
            if agent != each.agent:
                command = f"meshnode income confirm {to_text(each.record)}{_for(office, agent)}"
                about = f"{'a refund' if 'refunds' in each.facts else 'an income'} {_of_day(each.facts, 'gross')}"
                yield _waits(office, "confirm-income", each, scope, agent, about, command)


def _payments(office: Office, scope: ScopeId) -> Iterator[Waiting]:
    mine = agreed.acts_as(office)
    for each in _of(office, scope, "settlement", "declared"):
        other = each.facts["to"] if each.agent == each.facts["from"] else each.facts["from"]
        with office.folded.steady():
            may = other in mine and takes_part(other, scope, office.folded)
            may = may and not declined_by(each.record, other, office.folded)
        if may:
            command = f"meshnode settlement confirm {to_text(each.record)}{_for(office, other)}"
            side, agent = ("by", each.facts["from"]) if other == each.facts["to"] else ("to", each.facts["to"])
            about = f"a payment {_of_day(each.facts, 'amount')} {side} {office.name(agent) or short(agent)}"
            yield _waits(office, "confirm-payment", each, scope, other, about, command)


def _answered(one: Dealing, agent: bytes, memory: Memory) -> bool:
    return bool(accepted_by(one.record, agent, memory)) or declined_by(one.record, agent, memory)


def _of_day(facts: Mapping[str, Any], name: str) -> str:
    """Which money, and when; people confirm the amount."""
    return f"of {money(abs(facts[name]['amt']), facts[name]['cur'])} on {facts['on']}"


def _of(office: Office, scope: ScopeId, type_: str, state: str) -> list[Dealing]:
    with office.folded.steady():
        return [each for each in dealings(scope, type_, office.folded) if each.state == state]


def _waits(office: Office, kind: str, one: Dealing, scope: ScopeId, agent: bytes, about: str, command: str) -> Waiting:
    record = office.truth.record(RecordId(one.record))
    return Waiting(kind, one.record, scope, agent, about, record.at if record else 0, command)


def _for(office: Office, agent: bytes) -> str:
    """The option that says for whom, where that is not the owner."""
    return "" if agent == office.me else f" --as {quoted(office.name(agent) or to_text(agent))}"
