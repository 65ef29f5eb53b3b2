"""Erasure: order that the private parts of records be removed, here and on every node that hears of it."""

from meshnode.core.events import Draft
from meshnode.runtime.office import Ids, Office, Rows
from meshnode.runtime.refusals import Code, Refusal
from meshproto.records.ids import RecordId, ScopeId, short
from meshproto.records.limits import MAX_LIST
from meshproto.types import repair

BASES = ("art17", "consent", "mistake", "legal")


async def erase(office: Office, targets: list[RecordId], basis: str, rows: Rows = ()) -> Ids:
    """Order the erasure of private parts of the owner's records, one order for each scope. Raises Refusal."""
    if not 0 < len(targets) <= MAX_LIST:
        raise Refusal(Code.BAD_REQUEST, f"between 1 and {MAX_LIST} records can be erased at once")
    if basis not in BASES:
        raise Refusal(Code.BAD_REQUEST, f"{basis!r} is no basis", f"one of {', '.join(BASES)}")
    await office.fresh()
    by_scope: dict[bytes, list[bytes]] = {}
    for target in dict.fromkeys(targets):
        entry = office.mine(target)
        if entry.part == "none":
            raise Refusal(Code.BAD_REQUEST, f"{short(target)} has no text that could be erased")
        by_scope.setdefault(entry.scope, []).append(target)
    drafts = [Draft(ScopeId(scope), "erasure", repair.erasure(ids, basis=basis)) for scope, ids in by_scope.items()]
    return await office.node.write(drafts, local=rows)
