"""Terms of a version with which somebody leaves: what else speaks of them, and who takes over."""

from collections.abc import Collection, Container
from typing import Any

from meshnode.api.models.agreements import AgreementRequest
from meshnode.runtime.office import Office
from meshnode.runtime.refusals import Code, Refusal
from meshnode.runtime.unwritten import quoted
from meshproto.records.encoding import Value
from meshproto.records.ids import short
from meshproto.types.schema import Facts


def without(
    office: Office, facts: dict[str, Any], gone: Collection[bytes], said: AgreementRequest, proposer: bytes
) -> Facts:
    """Terms without those who leave, as far as nothing else was said. Raises Refusal if somebody must take over."""
    if proposer in gone:
        why = "who leaves is no party of the new version: one of the others proposes it, and you sign it"
        command = f"meshnode agreement amend AGREEMENT --leaves {quoted(_name(office, proposer))}"
        raise Refusal(Code.BAD_REQUEST, why, f"let one of them run: {command}")
    parties: list[Any] = facts.get("parties", [])
    left = {**facts, "parties": [party for party in parties if party[0] not in gone]}
    still = [each for each in gone if _is_in(facts.get("value_equation"), each)]
    if said.named is None and still:  # an equation may speak of who is a party or named: what is owed is paid on
        left["named"] = [*sorted({*facts.get("named", ()), *still})]
    if said.responsibility is None and "responsibility" in facts:
        duties = [*_duties(office, facts["responsibility"], gone)]
        left["responsibility"] = duties
        if not duties:
            del left["responsibility"]
    if said.ack is None and not isinstance(facts["ack"]["by"], str):
        left["ack"] = {**facts["ack"], "by": [each for each in facts["ack"]["by"] if each not in gone]}
    return left


def _duties(office: Office, duties: list[Any], gone: Container[bytes]) -> list[Value]:
    """Who answers to whom among those who stay. Raises Refusal where nobody would."""
    kept: list[Value] = []
    for each in duties:
        if each["to"] in gone:
            continue
        if each["final"] in gone:
            to = _name(office, each["to"])
            why = f"{_name(office, each['final'])} answers to {to} for {each['scope']}: say who does from now on"
            raise Refusal(Code.BAD_REQUEST, why, f"name all who answer anew: --answers WHO:{quoted(to)}")
        deputies = [one for one in each.get("deputies", ()) if one not in gone]
        plain = {name: value for name, value in each.items() if name != "deputies"}
        kept.append({**plain, "deputies": deputies} if deputies else plain)
    return kept


def _is_in(terms: object, agent: bytes) -> bool:
    """Whether an equation speaks of somebody anywhere."""
    if isinstance(terms, dict):
        return any(_is_in(each, agent) for each in terms.values())
    return any(_is_in(each, agent) for each in terms) if isinstance(terms, list | tuple) else terms == agent


def _name(office: Office, agent: bytes) -> str:
    return office.name(agent) or short(agent)
