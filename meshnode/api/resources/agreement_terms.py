"""From terms as people write them, with names, to the facts of a version."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from meshnode.api.models.agreements import (
    AckTerms,
    AgreementRequest,
    DisputeTerms,
    DutyTerms,
    EquationTerms,
    RightsTerms,
)
from meshnode.api.models.terms import MoneyRequest
from meshnode.api.resources.leaving import without
from meshnode.core.details import Unfit, canonical_licence
from meshnode.runtime.office import Office
from meshnode.runtime.refusals import Code, Refusal
from meshnode.runtime.requests.somebody import find_agent
from meshproto.records.encoding import Value
from meshproto.records.ids import AgentId, digest33, ext
from meshproto.types.schema import Facts

MANUAL = "meshnode agreement new --help"
DIGEST_HEX = 64
_BY_AGENT = ("pay", "parts", "rate", "owed", "cap")
"""Where pairs stand in an equation whose first is somebody."""
_EVERYONE = "*"
DROPPABLE = (
    *("until", "notice_days", "worth", "covers", "audience", "named", "ballots", "responsibility", "rights", "dispute"),
    *("leaver", "doc", "equation"),
)
"""Terms that a version may do without."""
_ONCE = ("prev", "leaves")
"""Terms that say how a version follows those before it."""
_USUAL: Mapping[str, Value] = {
    "ack": {"min": 1, "by": "parties"},
    "approval": "all",
    "amendment": "all",
    "income_confirm": "none",
    "late": "next",
}


class Finder:
    """Finds who and what terms name; each name once."""

    def __init__(self, office: Office, agent: bytes) -> None:
        """`agent` is whoever signs: `me` in the terms."""
        self._office, self._me = office, agent or office.me
        self._found: dict[str, AgentId] = {}

    async def agent(self, who: str) -> AgentId:
        """Somebody. Raises Refusal."""
        if who.strip().casefold() == "me":
            return AgentId(self._me)
        if who not in self._found:
            self._found[who] = await find_agent(self._office, who, hint="meshnode id card add --help")
        return self._found[who]

    async def agents(self, people: Sequence[str]) -> list[Value]:
        """Some people, each once, in the order of their ids. Raises Refusal."""
        return [*sorted({bytes(await self.agent(each)) for each in people})]

    async def project(self, text: str) -> bytes:
        """How a project is named weakly. Raises Refusal."""
        return ext((await self._office.find_project(text)).project)

    async def network(self, text: str) -> bytes:
        """How a network is named weakly. Raises Refusal."""
        return ext(await self._office.find_network(text))

    async def background(self, text: str) -> bytes:
        """How something brought along is named weakly: any record by its id. Raises Refusal."""
        return ext(await self._office.find(text))


async def facts_of(office: Office, body: AgreementRequest, agent: bytes, before: Sequence[Mapping[str, Any]]) -> Facts:
    """The facts of a first version, or of one that follows those `before`. Raises Refusal."""
    find = Finder(office, agent)
    today = datetime.fromtimestamp(office.node.now() / 1000, UTC).date().isoformat()
    facts: Facts = {name: value for name, value in before[0].items() if name not in _ONCE} if before else {**_USUAL}
    facts.setdefault("from", today)
    for name in body.drop:
        if name not in DROPPABLE:
            raise Refusal(Code.BAD_REQUEST, f"{name!r} cannot be left out: one of {', '.join(DROPPABLE)}", MANUAL)
        for fact in {"equation": ("value_equation",), "doc": ("doc", "prevails")}.get(name, (name,)):
            facts.pop(fact, None)
    facts.update(_plain(body))
    facts.update(await _people(body, find))
    if body.equation is not None:
        facts["value_equation"] = await _equation(body.equation, find)
    if body.leaves and body.parties is None:
        gone = {await find.agent(each.who) for each in body.leaves}
        facts = without(office, facts, gone, body, agent or office.me)
    if "parties" not in facts:
        raise Refusal(Code.BAD_REQUEST, "an agreement has parties: say who, and what they are", MANUAL)
    return facts


def _plain(body: AgreementRequest) -> Facts:
    """What names nobody."""
    facts: Facts = {
        "from": body.from_,
        "until": body.until,
        "notice_days": body.notice_days,
        "income_confirm": body.income_confirm,
        "late": body.late,
        "worth": _money(body.worth),
        "approval": _rule(body.approval),
        "amendment": _rule(body.amendment),
        "prevails": body.prevails,
    }
    if body.ballots is not None:
        facts["ballots"] = {"budget": body.ballots.budget, "rounds": [*body.ballots.rounds]}
    if body.leaver is not None:
        facts["leaver"] = {"good": body.leaver.good, "bad": body.leaver.bad}
    if body.doc is not None:
        facts["doc"] = {"sha256": _digest(body.doc)}
        facts["prevails"] = body.prevails or "doc"
    return {name: value for name, value in facts.items() if value is not None}


async def _people(body: AgreementRequest, find: Finder) -> Facts:
    """What names people, projects and networks. Raises Refusal."""
    facts: Facts = {}
    if body.parties is not None:
        roles: dict[bytes, list[str]] = {}
        for party in body.parties:
            borne = roles.setdefault(await find.agent(party.who), [])
            borne += [each for each in party.roles if each not in borne]
        facts["parties"] = [[each, [*borne]] for each, borne in sorted(roles.items())]
    if body.named is not None:
        facts["named"] = await find.agents(body.named)
    if body.covers is not None:
        facts["covers"] = [*sorted({await find.project(each) for each in body.covers})]
    if body.audience is not None:
        facts["audience"] = [*sorted({await find.network(each) for each in body.audience})]
    if body.ack is not None:
        facts["ack"] = await _ack(body.ack, find)
    if body.responsibility is not None:
        facts["responsibility"] = [await _duty(each, find) for each in body.responsibility]
    if body.rights is not None:
        facts["rights"] = await _rights(body.rights, find)
    if body.leaves is not None:
        leavers = {await find.agent(each.who): each.how for each in body.leaves}
        facts["leaves"] = [[agent, how] for agent, how in sorted(leavers.items())]
    if body.dispute is not None:
        facts["dispute"] = await _dispute(body.dispute, find)
    return facts


async def _ack(ack: AckTerms, find: Finder) -> Value:
    by: Value = ack.by if isinstance(ack.by, str) else await find.agents(ack.by)
    found: Facts = {"min": ack.min, "by": by}
    if ack.ratings is not None:
        found["ratings"] = [[*each] for each in ack.ratings]
    return found


async def _duty(duty: DutyTerms, find: Finder) -> Value:
    found: Facts = {
        "to": await find.agent(duty.to),
        "scope": duty.scope,
        "final": await find.agent(duty.final),
        "liability": duty.liability,
    }
    if duty.deputies:
        found["deputies"] = await find.agents(duty.deputies)
    if duty.cap is not None:
        found["cap"] = _money(duty.cap)
    return found


async def _rights(rights: RightsTerms, find: Finder) -> Value:
    results: Facts = {"ownership": rights.results.ownership, "effective": rights.results.effective}
    if rights.results.owner is not None:
        results["owner"] = await find.agent(rights.results.owner)
    if rights.results.licence is not None:
        try:
            results["licence"] = canonical_licence(rights.results.licence)
        except Unfit as unfit:
            raise Refusal(Code.BAD_REQUEST, f"rights.results.licence: {unfit.why}", unfit.hint) from unfit
    if rights.results.on is not None:
        results["on"] = rights.results.on
    found: Facts = {"results": results}
    if rights.background:
        found["background"] = [*sorted({await find.background(each) for each in rights.background})]
    if rights.attribution:
        found["attribution"] = True
    return found


async def _dispute(dispute: DisputeTerms, find: Finder) -> Value:
    found: Facts = {"quorum": [*dispute.quorum]}
    if dispute.mediators:
        found["mediators"] = await find.agents(dispute.mediators)
    if dispute.reserve:
        found["reserve"] = True
    return found


async def _equation(equation: EquationTerms, find: Finder) -> Value:
    return {"cur": equation.cur, "steps": [await _with_ids(each, find) for each in equation.steps]}


async def _with_ids(value: Any, find: Finder, key: str = "") -> Any:
    """The same with ids in place of names. Raises Refusal."""
    if key in _BY_AGENT and isinstance(value, list):
        return [await _pair(each, find) for each in value]
    if key == "agent" and isinstance(value, str):
        return await find.agent(value)
    if key == "project" and isinstance(value, list):
        return [await find.project(each) if isinstance(each, str) else each for each in value]
    if isinstance(value, dict):
        return {name: await _with_ids(each, find, name) for name, each in value.items()}
    if isinstance(value, list):
        return [await _with_ids(each, find) for each in value]
    return value


async def _pair(pair: Any, find: Finder) -> Any:
    match pair:
        case [str(who), figure] if who != _EVERYONE:
            return [await find.agent(who), figure]
        case _:
            return pair


def _rule(rule: str | int | None) -> Value:
    """How many suffice, or a word."""
    return {"k": rule} if isinstance(rule, int) else rule


def _money(money: MoneyRequest | None) -> Value:
    return None if money is None else {"amt": money.amt, "cur": money.cur}


def _digest(text: str) -> bytes:
    try:
        raw = bytes.fromhex(text)
    except ValueError:
        raw = b""
    if len(text) != DIGEST_HEX or len(raw) != DIGEST_HEX // 2:
        raise Refusal(Code.BAD_REQUEST, "doc: a text is named by its SHA-256, 64 hexadecimal digits", MANUAL)
    return digest33(raw)
