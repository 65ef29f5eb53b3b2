"""What all requests about agreements share: which record is meant, where it stands, and for whom one signs there."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from meshnode.core.drafts import Draft
from meshnode.runtime.naming import SHOWN, plain_id
from meshnode.runtime.office import Ids, Office, Rows
from meshnode.runtime.refusals import Code, Refusal
from meshnode.runtime.unwritten import quoted
from meshnode.views.dealings import (
    Dealing,
    accepted_by,
    agreements,
    dealing,
    dealings,
    declined_by,
    last_shared,
    takes_part,
)
from meshproto.fold.lineage import scope_of
from meshproto.fold.standing import read_row
from meshproto.records.encoding import Value
from meshproto.records.ids import RecordId, ScopeId, short, to_text
from meshproto.types import identity

_WAITING = {"distribution": "proposed", "income": "declared", "settlement": "declared"}
"""The state in which something waits for somebody's word, of what is meant by the title of an agreement, too."""
ANSWERS = ("accept", "decline", "object")


async def find_dealing(office: Office, text: str, type_: str, listed: str) -> Dealing:
    """The record of an agreement that an id means; `listed` is the command that lists such. Raises Refusal.

    The title of an agreement means the one of this type that waits there, else the only one.
    """
    by_title = type_ in _WAITING and plain_id(text) is None
    called = await office.agreement_called(text) if by_title else None
    record = await office.find(text) if called is None else RecordId(_the_one_in(office, called, type_, listed))
    await office.fresh()
    with office.folded.steady():
        found = dealing(record, office.folded)
    stored = office.truth.record(record)
    if stored is None or stored.type != type_:
        raise Refusal(Code.NOT_FOUND, f"{short(record)} is no {type_}", listed)
    if found is None:
        why = f"{short(record)} is a {type_}, but has no effect in any agreement here"
        raise Refusal(Code.NOT_FOUND, why, f"meshnode why {to_text(record)}")
    return found


def _the_one_in(office: Office, scope: ScopeId, type_: str, listed: str) -> bytes:
    """The record of a type that somebody means by the title of an agreement. Raises Refusal."""
    with office.folded.steady():
        found = dealings(scope, type_, office.folded)
        last = last_shared(scope, office.folded) if type_ == "distribution" else b""
    meant = [each for each in found if each.state == _WAITING[type_]] or [each for each in found if each.record == last]
    meant = meant or found
    name = office.name(scope) or short(scope)
    if not meant:
        raise Refusal(Code.NOT_FOUND, f"there is no {type_} in {name} yet", f"{listed} {quoted(name)}")
    if len(meant) > 1:
        ids = ", ".join(short(each.record) for each in meant[:SHOWN])
        more = f" and {len(meant) - SHOWN} more" if len(meant) > SHOWN else ""
        raise Refusal(Code.AMBIGUOUS, f"{name} has several {type_}s: {ids}{more}", f"{listed} {quoted(name)}")
    return meant[0].record


class Work(NamedTuple):
    """A contribution that others may speak of: one under an agreement (`agreed`), or in a network."""

    record: RecordId
    agent: bytes
    facts: Mapping[str, Any]
    scope: ScopeId
    agreed: bool


async def find_work(office: Office, text: str) -> Work:
    """The contribution that an id means, where it can be spoken of. Raises Refusal."""
    record = await office.find(text)
    await office.fresh()
    stored = office.truth.record(record)
    if stored is None or stored.type != "contribution":
        raise Refusal(Code.NOT_FOUND, f"{short(record)} is no contribution", "meshnode contribution ls")
    with office.folded.steady():
        row = read_row(office.folded, record)
    if row is None or not row.valid:
        why = f"{short(record)} is a contribution, but has no effect here"
        raise Refusal(Code.NOT_FOUND, why, f"meshnode why {to_text(record)}")
    agreement = home_of(office, record)
    if not agreement and (office.truth.network(stored.home) is None or stored.home == office.notebook):
        why = f"{short(record)} stands where nobody else speaks of it"
        raise Refusal(Code.BAD_REQUEST, why, "share it first: meshnode share --help")
    return Work(record, stored.author, stored.facts, agreement or ScopeId(stored.home), bool(agreement))


def home_of(office: Office, record: bytes) -> ScopeId:
    """The agreement that a folded record stands in; empty if it stands in none."""
    with office.folded.steady():
        row = read_row(office.folded, record)
        return ScopeId(scope_of(office.folded, row.home) if row is not None else b"")


async def acting_in(office: Office, scope: ScopeId, as_: str | None) -> bytes:
    """For whom something is signed in an agreement: empty for the owner. Raises Refusal."""
    await office.fresh()
    agent = await office.acting(as_)
    must_take_part(office, scope, agent)
    return agent


def must_take_part(office: Office, scope: ScopeId, agent: bytes) -> None:
    """Refuse to sign, for the owner or `agent`, in an agreement that does not name them. Raises Refusal."""
    acting = office.mandates.acts_for()
    with office.folded.steady():
        if takes_part(agent or office.me, scope, office.folded):
            return
        others = [each for each in acting if takes_part(each, scope, office.folded)]
    name = office.name(scope) or short(scope)
    mine = "you take" if not agent else f"{office.name(agent) or short(agent)} takes"
    hint = f"say that you do it for them: --as {quoted(office.name(others[0]))}" if others and not agent else ""
    raise Refusal(Code.NOT_AUTHORISED, f"{mine} no part in {name}", hint or "meshnode agreement ls")


async def answer(
    office: Office,
    record: bytes,
    said: str,
    rows: Rows = (),
    *,
    as_: str | None = None,
    text: str = "",
    asked: Sequence[bytes] | None = None,
) -> Ids:
    """Accept, decline or object to a record of an agreement; of `asked`, if told, only whose word counts may.

    Raises Refusal.
    """
    if said not in ANSWERS:
        raise Refusal(Code.BAD_REQUEST, f"{said!r} is no answer", f"one of {', '.join(ANSWERS)}")
    scope = home_of(office, record)
    agent = await acting_in(office, scope, as_)
    if asked is not None:
        _must_be_asked(office, agent, asked)
        _must_be_new(office, record, agent or office.me, said)
    facts: dict[str, Value] = {**identity.accept(record), "decision": said}
    return await sign(office, scope, "countersign", facts, rows, agent=agent, private={"text": text} if text else None)


def _must_be_asked(office: Office, agent: bytes, asked: Sequence[bytes]) -> None:
    """Refuse what would be signed without any effect. Raises Refusal."""
    if (agent or office.me) in asked:
        return
    if not asked:
        raise Refusal(Code.BAD_REQUEST, "nobody is asked here: it counts as it is", "meshnode inbox")
    names = ", ".join(office.name(each) or short(each) for each in asked)
    mine = [each for each in office.acts_as() if each in asked and each != agent]
    hint = "meshnode inbox"
    if mine:
        own = "that is for you to say: leave out --as"
        hint = own if mine[0] == office.me else f"say that you do it for them: --as {quoted(office.name(mine[0]))}"
    raise Refusal(Code.NOT_AUTHORISED, f"your word is not asked for here: it is for {names} to say", hint)


def _must_be_new(office: Office, record: bytes, who: bytes, said: str) -> None:
    """Refuse a word that was given already, and a no after a yes. Raises Refusal."""
    with office.folded.steady():
        accepted = accepted_by(record, who, office.folded)
        declined = declined_by(record, who, office.folded)
    if accepted:
        why = "you have said yes to it already" + ("" if said == "accept" else ", which cannot be taken back")
        raise Refusal(Code.CONFLICT, why, f"meshnode records show {to_text(accepted[0])}")
    if declined and said != "accept":
        raise Refusal(Code.CONFLICT, "you have said no to it already", "you may still say yes")


async def sign(
    office: Office,
    scope: ScopeId,
    type_: str,
    facts: Any,
    rows: Rows,
    *,
    agent: bytes,
    private: dict[str, Value] | None = None,
) -> Ids:
    """Sign one record in an agreement. Raises Refusal."""
    return await office.node.write([Draft(scope, type_, facts, private, agent=agent)], local=rows)


def scopes_here(office: Office) -> list[ScopeId]:
    """The agreements that are folded here."""
    with office.folded.steady():
        return [ScopeId(each) for each in agreements(office.folded)]
