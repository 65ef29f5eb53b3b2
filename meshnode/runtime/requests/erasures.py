"""Erasure: order that the private parts of records be removed, here and on every node that hears of it."""

from collections.abc import Iterator
from functools import partial

from meshnode.core.drafts import Draft
from meshnode.core.events import Found, Looked
from meshnode.runtime.office import Ids, Office, Rows
from meshnode.runtime.refusals import Code, Refusal
from meshnode.runtime.unwritten import quoted
from meshnode.store.querying import Is, Where
from meshnode.views.rows import ContributionRow, Part
from meshproto.records.ids import RecordId, ScopeId, ext, short
from meshproto.records.limits import MAX_LIST
from meshproto.records.record import Record, ids_in
from meshproto.types import repair

BASES = ("art17", "consent", "mistake", "legal")
COPIES_TOLD = 100
"""Copies of erased texts that are told of; nobody reads a longer list."""


async def erase(office: Office, targets: list[RecordId], basis: str, rows: Rows = (), *, agent: bytes = b"") -> Ids:
    """Order the erasure of private parts, one order for each scope in which it is signed.

    One may erase what one wrote, and what names one among its facts; so may an organisation, `agent`. Raises Refusal.
    """
    if not 0 < len(targets) <= MAX_LIST:
        raise Refusal(Code.BAD_REQUEST, f"between 1 and {MAX_LIST} records can be erased at once")
    if basis not in BASES:
        raise Refusal(Code.BAD_REQUEST, f"{basis!r} is no basis", f"one of {', '.join(BASES)}")
    await office.fresh()
    records = [_erasable(office, target, agent) for target in dict.fromkeys(targets)]
    records += [each for record in records for each in await _replacements(office, record, agent)]
    left = [record for record in {each.id: each for each in records}.values() if not await _is_gone(office, record)]
    if not left:
        gone = ", ".join(short(record.id) for record in records)
        raise Refusal(Code.EXISTS, f"the text of {gone} was erased before: there is nothing left to erase")
    orders = list(_orders(office, left, agent))
    ids = await office.node.write([_draft(scope, named, basis, agent) for scope, named in orders], local=rows)
    # What is named weakly is known here, so nobody need look for it.
    found = (Found(order, tuple(each.id for each in named)) for order, (_, named) in zip(ids, orders, strict=True))
    await office.node.ask(partial(Looked, found=tuple(found)))
    return ids


async def copies(office: Office, targets: list[RecordId], agent: bytes = b"") -> list[RecordId]:
    """The author's contributions elsewhere that say the same as these, `share`d from them or from where they came."""
    rows = [row for row in map(office.lookups.contribution, targets) if row is not None]
    names = [*map(ext, targets), *(row.restates for row in rows if row.restates)]
    where = (
        Where("restates", Is.ONE_OF, names),
        Where("agent", Is.EQUAL, agent or office.me),
        Where("part", Is.EQUAL, Part.HELD),
    )
    found = await office.slowly(lambda lookups: lookups.views.select(ContributionRow, *where, limit=COPIES_TOLD))
    return [RecordId(row.record) for row in found if row.record not in targets]


def _erasable(office: Office, target: RecordId, agent: bytes) -> Record:
    """The record, if its private part is the owner's to erase, or that of `agent`. Raises Refusal."""
    record, who = office.truth.record(target), agent or office.me
    if record is None:
        raise Refusal(Code.NOT_FOUND, f"{short(target)} is not here")
    if record.author != who and who not in ids_in(record.facts):
        name = office.name(record.author) or short(record.author)
        whom = (office.name(agent) or short(agent)) if agent else "you"
        why = f"{short(target)} was signed by {name} and does not name {whom}"
        acts = record.author in office.mandates.acts_for()
        hint = f"say that you do it for them: --as {quoted(name)}" if acts else ""
        hint = "it is your own: leave out --as" if record.author == office.me else hint
        raise Refusal(Code.NOT_YOURS, f"{why}: only its author, or who is named in it, may have its text erased", hint)
    if record.private is None:
        raise Refusal(Code.BAD_REQUEST, f"{short(target)} has no text that could be erased")
    return record


async def _replacements(office: Office, record: Record, agent: bytes) -> list[Record]:
    """The author's corrections whose texts are shown instead of the record's own."""
    if record.author != (agent or office.me):
        return []
    found = map(office.truth.record, await office.projector.replacements(record.id))
    return [each for each in found if each is not None and each.private is not None]


async def _is_gone(office: Office, record: Record) -> bool:
    """Whether the text was erased here, by an order that counts everywhere."""
    return office.truth.erased(record.id) and await office.projector.ordered(record)


def _orders(office: Office, records: list[Record], agent: bytes) -> Iterator[tuple[ScopeId, list[Record]]]:
    """Where orders are signed, and what each names: one for each scope, more only if that is too much for one."""
    by_scope: dict[ScopeId, list[Record]] = {}
    for record in records:
        by_scope.setdefault(_scope_of_order(office, record, agent), []).append(record)
    for scope, named in by_scope.items():
        for start in range(0, len(named), MAX_LIST):
            yield scope, named[start : start + MAX_LIST]


def _scope_of_order(office: Office, record: Record, agent: bytes) -> ScopeId:
    """Where the order is signed: in the record's own scope, if its author writes there, else in the author's stream.

    A record that does not count is named from the stream too: naming it in its own scope would bring it in there, or
    keep the order itself from counting.
    """
    stream = ScopeId(agent or office.me)
    entry = office.lookups.entry(record.id)
    if entry is None or entry.status != "yes" or not office.writes_in(record.home, agent):
        return stream
    return record.home


def _draft(scope: ScopeId, named: list[Record], basis: str, agent: bytes) -> Draft:
    """The order; what stands elsewhere it names so that only who holds the record knows what is meant."""
    names = [record.id if record.home == scope else ext(record.id) for record in named]
    return Draft(scope, "erasure", repair.erasure(names, basis=basis), agent=agent)
