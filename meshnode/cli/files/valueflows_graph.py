"""What was contributed, agreed, paid and is owed, in the vocabulary of ValueFlows 1.0.

The document is JSON-LD with its context in it, so nothing has to be loaded from anywhere to read it. Everything
bears the id of the record behind it, as `urn:cid:`; numbers are decimals as they were signed, never floats.

    a contribution        EconomicEvent (work, transfer …), one for each co-author
    an agreement          Agreement
    an income, a payment  EconomicEvent: transfer
    tax in an income      Claim, triggered by it, on whoever holds it
    a share in force      Claim, triggered by the income, settled by payments
    what is still owed    Commitment: transfer, a clause of the agreement
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, TypeAlias

from meshnode.words.money import is_exponent

if TYPE_CHECKING:
    from meshnode.client.agreement_answers import AgreementBrief
    from meshnode.client.answers import Agent, Quantity
    from meshnode.client.money_answers import Distribution, Income, Settlement, Transfer
    from meshnode.client.work_answers import Contribution, Money

Node: TypeAlias = "dict[str, object]"

ONTOLOGY = "https://w3id.org/valueflows/ont/vf#"
_LINKS = (
    *("action", "provider", "receiver", "hasUnit", "resourceConformsTo", "clauseOf", "realizationOf"),
    *("reciprocalRealizationOf", "triggeredBy", "settles", "corrects"),
)
_TIMES = ("hasBeginning", "hasEnd", "hasPointInTime", "created", "due")
CONTEXT: Node = {
    "@version": 1.1,
    "@vocab": ONTOLOGY,
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    **{name: {"@type": "@vocab" if name == "action" else "@id"} for name in _LINKS},
    **{name: {"@type": "xsd:dateTimeStamp"} for name in _TIMES},
    "hasNumericalValue": {"@type": "xsd:decimal"},
    "finished": {"@type": "xsd:boolean"},
    "omUnitIdentifier": {"@type": "xsd:anyURI"},
}
"""What the names mean; a test holds each against the ontology's own file."""
ACTIONS = {
    "work": "work", "care": "work", "idea": "produce", "data": "produce", "cite": "cite", "use": "use",
    "consume": "consume", "material": "transfer", "money": "transfer", "introduction": "deliverService",
    "deliver": "deliverService",
}  # fmt: skip
"""Kinds of contributions as actions of the vocabulary."""
_OM = "http://www.ontology-of-units-of-measure.org/resource/om-2/"
UNITS = {
    "SEC": ("second", "second-Time"), "MIN": ("minute", "minute-Time"), "HUR": ("hour", "hour"), "DAY": ("day", "day"),
    "KGM": ("kilogram", "kilogram"), "GRM": ("gram", "gram"), "LTR": ("litre", "litre"), "MTR": ("metre", "metre"),
    "KMT": ("kilometre", "kilometre"), "C62": ("one", "one"),
}  # fmt: skip
"""Codes of UN/ECE Recommendation 20 by their name, and by that of the ontology of units of measure."""


class Graph:
    """The nodes of a document, each once."""

    def __init__(self, organisations: set[str]) -> None:
        self._organisations = organisations
        self.nodes: dict[str, Node] = {}

    def document(self) -> Node:
        """The whole document."""
        return {"@context": CONTEXT, "@graph": [*self.nodes.values()]}

    def work(self, entry: Contribution) -> None:
        """A contribution: an event for each author, whose parts add up to what was given."""
        parts = [(each["agent"], each["part"]) for each in entry["shares"]]
        for agent, part in parts or [(entry["agent"], 1000)]:
            name = urn(entry["id"]) + (f"#{agent['id']}" if parts else "")
            quantity = ACTIONS.get(entry["kind"], "transfer") in ("work", "use")
            self._put(
                name,
                "EconomicEvent",
                action=ACTIONS.get(entry["kind"], "transfer"),
                provider=self._agent(agent),
                receiver=self._receiver(entry),
                realizationOf=self._agreement(entry["scope"]["id"], entry["scope"]["name"])
                if entry["scope"]["kind"] == "agreement"
                else None,
                **{"effortQuantity" if quantity else "resourceQuantity": self._given(entry, part)},
                **_when(entry["day_from"], entry["day_to"]),
                created=entry["at"],
                note=entry["title"],
                resourceClassifiedAs=entry["classes"],
            )

    def agreement(self, one: AgreementBrief) -> None:
        """An agreement."""
        self._put(urn(one["id"]), "Agreement", name=one["title"], created=one["at"])

    def income(self, one: Income) -> None:
        """Money that came in, or went back."""
        payer, holder = one["payer"], one["holder"]
        ends = (payer, holder) if one["gross"]["amt"] >= 0 else (holder, payer)
        self._put(
            urn(one["id"]),
            "EconomicEvent",
            action="transfer",
            provider=self._agent(ends[0]) if ends[0] is not None else None,
            receiver=self._agent(ends[1]) if ends[1] is not None else None,
            reciprocalRealizationOf=self._agreement(one["agreement"]["id"], one["agreement"]["name"]),
            corrects=urn(one["refunds"]) if one["refunds"] else None,
            **self._money({**one["gross"], "amt": abs(one["gross"]["amt"])}),
            hasPointInTime=_moment(one["on"]),
            created=one["at"],
            note=f"{one['state']} income",
        )
        self._tax(one)

    def _tax(self, one: Income) -> None:
        """What of an income is tax, which its holder owes to a state that no record names; of a refund the reverse."""
        amount = one["tax"]["amt"]
        if amount:
            holder = self._agent(one["holder"])
            self._put(
                f"{urn(one['id'])}#tax",
                "Claim",
                action="transfer",
                provider=holder if amount > 0 else None,
                receiver=holder if amount < 0 else None,
                **self._money({**one["tax"], "amt": abs(amount)}),
                triggeredBy=urn(one["id"]),
                created=one["at"],
                note="tax",
            )

    def shares(self, one: Distribution, holder: Agent | None) -> None:
        """What each may claim by a distribution in force; `holder` has the money, if only one has."""
        incomes = one["incomes"]
        for line in one["lines"]:
            amount = line["amt"] + line["held"]
            if amount > 0:
                self._put(
                    f"{urn(one['id'])}#{line['agent']['id']}",
                    "Claim",
                    action="transfer",
                    provider=self._agent(holder) if holder is not None else None,
                    receiver=self._agent(line["agent"]),
                    **self._money({**one["pool"], "amt": amount}),
                    triggeredBy=urn(incomes[0]) if len(incomes) == 1 else None,
                    created=one["at"],
                    note=f"share of a distribution of {one['agreement']['name']}",
                )

    def payment(self, one: Settlement, claims: list[str]) -> None:
        """A payment, with the claims that it settles, at least in part."""
        self._put(
            urn(one["id"]),
            "EconomicEvent",
            action="transfer",
            provider=self._agent(one["payer"]),
            receiver=self._agent(one["payee"]),
            reciprocalRealizationOf=self._agreement(one["agreement"]["id"], one["agreement"]["name"]),
            settles=[each for each in claims if each in self.nodes],
            **self._money(one["amount"]),
            hasPointInTime=_moment(one["on"]),
            created=one["at"],
            note=f"{one['state']} payment",
        )

    def owed(self, plan: Iterable[Transfer]) -> None:
        """The payments that would settle everything."""
        for number, one in enumerate(plan, 1):
            agreement = self._agreement(one["agreement"]["id"], one["agreement"]["name"])
            self._put(
                f"{agreement}#owed-{number}",
                "Commitment",
                action="transfer",
                provider=self._agent(one["payer"]),
                receiver=self._agent(one["payee"]),
                **self._money(one["amount"]),
                clauseOf=agreement,
                finished=False,
            )

    def _put(self, node: str, kind: str, /, **fields: object) -> str:
        given = {key: value for key, value in fields.items() if value not in (None, "", [])}
        self.nodes.setdefault(node, {"@id": node, "@type": kind, **given})
        return node

    def _agent(self, agent: Agent) -> str:
        kind = "Organization" if agent["id"] in self._organisations else "Person"
        return self._put(urn(agent["id"]), kind, name=agent["name"])

    def _receiver(self, entry: Contribution) -> str | None:
        """Whom it was for: the one who benefits, else the network."""
        if len(entry["beneficiaries"]) == 1:
            return self._agent(entry["beneficiaries"][0])
        if entry["scope"]["kind"] == "network":
            return self._put(urn(entry["scope"]["id"]), "Organization", name=entry["scope"]["name"])
        return None

    def _agreement(self, record: str, title: str) -> str:
        return self._put(urn(record), "Agreement", name=title)

    def _given(self, entry: Contribution, part: int) -> Node:
        """How much of a contribution is one author's, exactly."""
        value = entry["value"]
        if entry["kind"] == "money" and value is not None:
            scaled = {"n": value["amt"], "s": value["exp"] or 0 if is_exponent(value["exp"]) else 0}
            return self._measure(scaled["n"] * part, scaled["s"] + 3, self._currency(value))
        quantity = entry["quantity"]
        return self._measure(quantity["n"] * part, quantity["s"] + 3, self._unit(quantity))

    def _money(self, money: Money) -> Node:
        digits = (money["exp"] or 0) if is_exponent(money["exp"]) else 0
        currency = self._put(f"urn:meshnode:currency:{money['cur']}", "ResourceSpecification", name=money["cur"])
        measure = self._measure(money["amt"], digits, self._currency(money))
        return {"resourceConformsTo": currency, "resourceQuantity": measure}

    def _unit(self, quantity: Quantity) -> str:
        label, om = UNITS.get(quantity["u"], (quantity["u"], ""))
        identifier = _OM + om if om else None
        name = f"urn:meshnode:unit:{quantity['u']}"
        return self._put(name, "Unit", label=label, symbol=quantity["u"], omUnitIdentifier=identifier)

    def _currency(self, money: Money) -> str:
        minor = "" if is_exponent(money["exp"]) else "-minor"
        return self._put(
            f"urn:meshnode:unit:{money['cur']}{minor}", "Unit", label=money["cur"] + minor, symbol=money["cur"]
        )

    def _measure(self, n: int, scale: int, unit: str) -> Node:
        return {"@type": "Measure", "hasNumericalValue": plain(n, scale), "hasUnit": unit}


def urn(record: str) -> str:
    """How a record or an agent is named."""
    return f"urn:cid:{record}"


def plain(n: int, scale: int) -> str:
    """n·10^-scale without zeroes that say nothing: `12.5`."""
    digits = str(abs(n)).rjust(scale + 1, "0")
    whole, part = (digits[:-scale], digits[-scale:].rstrip("0")) if scale else (digits, "")
    return f"{'-' if n < 0 else ''}{whole}{f'.{part}' if part else ''}"


def _when(first: str, last: str) -> Node:
    if first == last:
        return {"hasPointInTime": _moment(first)}
    return {"hasBeginning": _moment(first), "hasEnd": f"{last}T23:59:59Z"}


def _moment(day: str) -> str:
    """The beginning of a day: the vocabulary knows moments with a zone only, and days were signed without one."""
    return f"{day}T00:00:00Z"
