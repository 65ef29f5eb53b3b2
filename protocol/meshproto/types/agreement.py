"""What people agree on: `agreement`, each version of which is a record of its own."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, cast

from meshproto.records.encoding import Value
from meshproto.records.ids import DIGEST, EXT
from meshproto.records.limits import MAX_LIST
from meshproto.records.reasons import Reason, Refused
from meshproto.records.record import Record
from meshproto.types.licences import licence
from meshproto.types.schema import (
    Check,
    Facts,
    Field,
    Schema,
    array,
    below,
    boolean,
    code,
    code_or,
    day,
    either,
    ids,
    integer,
    mapping,
    matching,
    money,
    pairs,
    ratio,
    record_id,
    tagged,
    text,
)
from meshproto.types.value import SHARES_TOTAL, Money

ROLES = ("provider", "client", "holder", "arbiter", "commons")
DECIDERS = ("provider", "holder")
"""Roles whose bearers approve distributions; if nobody bears one, all parties do."""
LIABILITIES = ("several", "joint", "joint_and_several", "capped")
MAX_PREV = 16
"""Most versions that one supersedes: as many siblings may be settled by one."""

_EXT_OR_ID: Check = either(tagged(EXT), record_id)
_RESPONSIBILITY = mapping(
    Field("to", record_id),
    Field("scope", matching(r"[a-z][a-z0-9_-]{0,31}")),
    Field("final", record_id),
    Field("deputies", ids(), optional=True),
    Field("liability", code(*LIABILITIES)),
    Field("cap", money(0), optional=True),
)
_RESULTS = mapping(
    Field("ownership", code("per_author", "joint", "named", "client")),
    Field("owner", record_id, optional=True),
    Field("licence", licence, optional=True),
    Field("effective", code("on_creation", "on_payment", "on_date")),
    Field("on", day, optional=True),
)
_RIGHTS = mapping(
    Field("background", ids(_EXT_OR_ID), optional=True),
    Field("results", _RESULTS),
    Field("attribution", boolean, optional=True),
)


_ACK = mapping(
    Field("min", integer(0, MAX_LIST)),
    Field("by", code_or(ids(least=1), "parties", "client")),
    Field("ratings", array(ratio, least=5, most=5), optional=True),
)
_COUNT = mapping(Field("k", integer(1, MAX_LIST)))
_DISPUTE = mapping(
    Field("mediators", ids(), optional=True),
    Field("quorum", ratio),
    Field("reserve", boolean, optional=True),
)


def _any_map(value: Value) -> None:
    if not isinstance(value, dict):
        raise Refused(Reason.I_FIELD)


def _author_is_a_party(record: Record) -> None:
    if record.agent not in parties_of(record.facts):
        raise Refused(Reason.I_RULE, "parties")


def _begins_or_follows(record: Record) -> None:
    if ("prev" in record.facts) is not bool(record.scope):
        raise Refused(Reason.I_RULE, "prev")


def _ends_after_it_begins(record: Record) -> None:
    facts = record.facts
    if "until" in facts and facts["until"] < facts["from"]:
        raise Refused(Reason.I_RULE, "until")


def _text_prevails_if_there_is_one(record: Record) -> None:
    if ("doc" in record.facts) is not ("prevails" in record.facts):
        raise Refused(Reason.I_RULE, "prevails")


def _somebody_is_responsible(record: Record) -> None:
    facts = record.facts
    parties, known = parties_of(facts), {*parties_of(facts), *facts.get("named", ())}
    finals: dict[tuple[bytes, str], list[str]] = {}
    for index, each in enumerate(facts.get("responsibility", ())):
        here = f"responsibility[{index}]"
        answerable = {each["final"], *each.get("deputies", ())} <= {*parties}
        if not answerable or each["to"] not in known or ("cap" in each) is not (each["liability"] == "capped"):
            raise Refused(Reason.I_RULE, here)
        others = finals.setdefault((each["to"], each["scope"]), [])
        others.append(each["liability"])
        # SPEC 02-types 12: for one `to` and `scope` there is one entry, unless all of them say joint_and_several
        if len(others) > 1 and {*others} != {"joint_and_several"}:
            raise Refused(Reason.I_RULE, here)


def _rights_are_complete(record: Record) -> None:
    results = record.facts.get("rights", {}).get("results")
    if results is None:
        return
    if ("owner" in results) is not (results["ownership"] == "named"):
        raise Refused(Reason.I_RULE, "rights.results.owner")
    if ("on" in results) is not (results["effective"] == "on_date"):
        raise Refused(Reason.I_RULE, "rights.results.on")


def _enough_can_acknowledge(record: Record) -> None:
    if not {*attesters_of(record.facts)} <= {*participants_of(record.facts)}:
        raise Refused(Reason.I_RULE, "ack.by")
    if record.facts["ack"]["min"] > len(attesters_of(record.facts)):
        raise Refused(Reason.I_RULE, "ack.min")


def _enough_can_decide(record: Record) -> None:
    facts = record.facts
    approval, amendment = facts["approval"], facts["amendment"]
    if approval == "arbiter":
        if not bearers(facts, "arbiter"):
            raise Refused(Reason.I_RULE, "approval")
    elif approval != "all" and approval["k"] > len(approvers_of(facts)):
        raise Refused(Reason.I_RULE, "approval.k")
    if amendment != "all" and amendment["k"] > len(parties_of(facts)):
        raise Refused(Reason.I_RULE, "amendment.k")


def _mediators_decide_by_majority(record: Record) -> None:
    num, den = record.facts.get("dispute", {}).get("quorum", (1, 1))
    if not den < 2 * num <= 2 * den:
        raise Refused(Reason.I_RULE, "dispute.quorum")


def _equation_is_sound(record: Record) -> None:
    facts = record.facts
    if "value_equation" in facts:
        # The engine takes longer to load than most records to check; whoever only signs hours does without.
        from meshproto.types.equations import check_equation

        try:
            check_equation(facts["value_equation"], {*parties_of(facts), *facts.get("named", ())})
        except Refused as refusal:
            raise below("value_equation", refusal) from None


AGREEMENT = Schema(
    (
        Field("parties", pairs(array(code(*ROLES), least=1, most=len(ROLES)), least=1)),
        Field("from", day),
        Field("ack", _ACK),
        Field("approval", code_or(_COUNT, "all", "arbiter")),
        Field("amendment", code_or(_COUNT, "all")),
        Field("income_confirm", code("none", "client", "party")),
        Field("late", code("next", "catch_up", "exclude")),
        Field("prev", ids(least=1, most=MAX_PREV), optional=True),
        Field("until", day, optional=True),
        Field("covers", ids(tagged(EXT)), optional=True),
        Field("audience", ids(tagged(EXT)), optional=True),
        Field("named", ids(), optional=True),
        Field("worth", money(0), optional=True),
        Field("notice_days", integer(0, 3650), optional=True),
        Field("doc", mapping(Field("sha256", tagged(DIGEST))), optional=True),
        Field("prevails", code("doc", "data"), optional=True),
        Field("responsibility", array(_RESPONSIBILITY), optional=True),
        Field("rights", _RIGHTS, optional=True),
        Field("ballots", mapping(Field("budget", integer(1, SHARES_TOTAL)), Field("rounds", array(text(32)))), True),
        Field("dispute", _DISPUTE, optional=True),
        Field(
            "leaver",
            mapping(Field("good", code("keep", "once")), Field("bad", code("keep", "drop_unpaid"))),
            optional=True,
        ),
        Field("leaves", pairs(code("good", "bad"), least=1), optional=True),
        Field("value_equation", _any_map, optional=True),
    ),
    (
        _author_is_a_party,
        _begins_or_follows,
        _ends_after_it_begins,
        _text_prevails_if_there_is_one,
        _somebody_is_responsible,
        _rights_are_complete,
        _enough_can_acknowledge,
        _enough_can_decide,
        _mediators_decide_by_majority,
        _equation_is_sound,
    ),
)


def parties_of(facts: Mapping[str, Any]) -> list[bytes]:
    """Who is bound once all have signed, by id."""
    return [agent for agent, _ in facts["parties"]]


def bearers(facts: Mapping[str, Any], *roles: str) -> list[bytes]:
    """The parties that bear one of some roles, by id."""
    return [agent for agent, borne in facts["parties"] if not {*roles}.isdisjoint(borne)]


def approvers_of(facts: Mapping[str, Any]) -> list[bytes]:
    """Who approves distributions, by id: those who provide or hold, else all parties; or the arbiters."""
    if facts["approval"] == "arbiter":
        return bearers(facts, "arbiter")
    return bearers(facts, *DECIDERS) or parties_of(facts)


def attesters_of(facts: Mapping[str, Any]) -> list[bytes]:
    """Whose attestations count, by id."""
    by = facts["ack"]["by"]
    if by == "parties":
        return parties_of(facts)
    return bearers(facts, "client") if by == "client" else cast(list[bytes], by)


def electors_of(facts: Mapping[str, Any]) -> tuple[list[bytes], int]:
    """Who decides what is in dispute under a version, by id, and how many of them must agree."""
    dispute = facts.get("dispute", {})
    electors: list[bytes] = dispute.get("mediators", []) or parties_of(facts)
    num, den = dispute.get("quorum", (1, 1))
    return electors, -(-num * len(electors) // den)


def participants_of(facts: Mapping[str, Any]) -> Iterator[bytes]:
    """Who may read and write in the scope of an agreement by one of its versions."""
    found = {*parties_of(facts), *facts.get("named", ()), *facts.get("dispute", {}).get("mediators", ())}
    yield from sorted(found)


def agreement(
    parties: Mapping[bytes, Sequence[str]],
    *,
    from_: str,
    ack: Mapping[str, Any],
    approval: str | int = "all",
    amendment: str | int = "all",
    income_confirm: str = "none",
    late: str = "next",
    prev: Iterable[bytes] = (),
    named: Iterable[bytes] = (),
    worth: Money | None = None,
    value_equation: Mapping[str, Value] | None = None,
    **more: Value,
) -> Facts:
    """Facts of a version of an agreement; a number as `approval` or `amendment` is how many suffice.

    `more` are further facts as they stand in the record. Title and summary go into its private part.
    """
    facts: Facts = {
        "parties": [[each, [*roles]] for each, roles in sorted(parties.items())],
        "from": from_,
        "ack": dict(ack),
        "approval": approval if isinstance(approval, str) else {"k": approval},
        "amendment": amendment if isinstance(amendment, str) else {"k": amendment},
        "income_confirm": income_confirm,
        "late": late,
        **more,
    }
    lists = {"prev": sorted({*prev}), "named": sorted({*named})}
    facts.update({name: [*each] for name, each in lists.items() if each})
    if worth is not None:
        facts["worth"] = worth.facts()
    return facts if value_equation is None else {**facts, "value_equation": dict(value_equation)}
