"""What a charter calls sensitive: acts that the founders decide on before they are signed.

A resolution orders a record by the digest of its facts. The facts and texts themselves stand in the private part of the
resolution, so that every founder can read what is voted on, and whoever carries it out signs exactly that.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from meshnode.core.drafts import Draft
from meshnode.runtime.office import Ids, Office, Rows
from meshnode.runtime.refusals import Code, Refusal
from meshnode.runtime.requests.decided import Told, charter_of, must_decide
from meshnode.runtime.requests.work import words
from meshproto.records.encoding import Value, decode
from meshproto.records.ids import RecordId, ScopeId, to_text
from meshproto.types import authority

ID_SIZE = 32


class Ordered(NamedTuple):
    """One act that a decision orders; `facts` are None where the text of the decision is not here."""

    type: str
    facts: dict[str, Value] | None = None
    private: dict[str, Value] | None = None
    record: bytes | None = None
    """The record that was signed for it, once there is one."""
    scope: bytes = b""
    """Where it is signed, empty for the scope of the decision."""


async def propose_order(
    office: Office, body: ScopeId, drafts: Sequence[Draft], text: str, rows: Rows = (), *, agent: bytes = b""
) -> Ids:
    """Propose to the founders that drafts be signed in the name of their scope. Raises Refusal.

    `agent` is the organisation that is a founder and proposes it; empty for the owner.
    """
    await office.certain()
    now = must_decide(office, body, charter_of(office, body), agent)
    orders: list[Value] = [[each.type, authority.order_digest(each.facts)] for each in drafts]
    told: list[Value] = [
        {
            "type": each.type,
            "facts": each.facts,
            **({"private": each.private} if each.private else {}),
            **({"scope": each.scope} if each.scope != body else {}),
        }
        for each in drafts
    ]
    facts = authority.resolution("order", prev=now.stop, orders=orders)
    draft = Draft(body, "resolution", facts, {**words(text=text), "orders": told}, agent=agent)
    return await office.node.write([draft], local=rows)


def is_ordered(told: Told, draft: Draft) -> bool:
    """Whether a decision orders just this to be signed."""
    return (draft.type, authority.order_digest(draft.facts)) in told.decision.orders


def ordered_by(office: Office, told: Told) -> list[Ordered]:
    """What a decision orders, and what of it was done."""
    wanted = {(type_, digest): Ordered(type_) for type_, digest in told.decision.orders}
    for each in _written_down(office, told.decision.record):
        place = each.type, authority.order_digest(each.facts or {})
        if place in wanted:
            wanted[place] = each
    for row in told.resting:
        record = office.truth.record(row.record)
        place = (row.type, authority.order_digest(record.facts)) if record is not None else ("", b"")
        if record is not None and place in wanted:
            wanted[place] = wanted[place]._replace(facts=record.facts, record=row.record)
    return list(wanted.values())


def drafts_of(office: Office, told: Told) -> list[Draft]:
    """What is still to be signed for a decision that orders. Raises Refusal."""
    scope, record = ScopeId(told.decision.scope), told.decision.record
    open_ones = [each for each in ordered_by(office, told) if each.record is None]
    if any(each.facts is None for each in open_ones):
        why = "what it orders is not here: its text has not arrived yet, or was erased"
        raise Refusal(Code.CONFLICT, why, f"meshnode decision show {to_text(record)}")
    return [
        Draft(ScopeId(each.scope or scope), each.type, each.facts, each.private, agent=scope, order=record)
        for each in open_ones
        if each.facts is not None
    ]


def _written_down(office: Office, record: bytes) -> list[Ordered]:
    """The acts in the private part of a resolution; it may be anybody's, so any shape is possible."""
    raw = office.truth.private(RecordId(record))
    content = decode(raw, text="utf8") if raw is not None else None
    orders = content.get("orders") if isinstance(content, Mapping) else None
    return [each for each in map(_read_order, orders if isinstance(orders, list) else []) if each is not None]


def _read_order(said: Value) -> Ordered | None:
    match said:
        case {"type": str(type_), "facts": dict(facts), **rest}:
            private, scope = rest.get("private"), rest.get("scope")
            return Ordered(
                type_,
                facts,
                private if isinstance(private, dict) else None,
                scope=scope if isinstance(scope, bytes) and len(scope) == ID_SIZE else b"",
            )
    return None
