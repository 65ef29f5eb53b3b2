"""By which entries something is signed for a network while the node is stopped: the role there, and this device's.

The answer is that of the running node (`meshnode.core.mandates`), over what it folded last. What came in after that is
not known here, so where it could matter the node must look first.
"""

from meshnode.cli.desk import Desk
from meshnode.cli.exits import Exit, Failure
from meshnode.cli.offline_places import Placed
from meshnode.core.drafts import Draft
from meshnode.core.mandates import Denied, Mandates
from meshnode.core.ports import Identity
from meshnode.core.rows import WaitEntry
from meshnode.store.reading import Reader
from meshnode.store.views import open_views
from meshnode.words.safe_text import clean
from meshproto.records.ids import log_id

UNFOLDED = 1_000
"""Records behind which the lists may be for a look at each of them; after a crash in a long sync they are more."""

DECIDING = ("revoke", "rotate", "resolution", "countersign")
"""Types that may end what somebody signs by."""


def mandated(desk: Desk, reader: Reader, identity: Identity, placed: Placed, draft: Draft) -> Draft:
    """The draft with the entries it is signed by, and the accepts it must name. Raises Failure if none let it be."""
    log = log_id(placed.scope, identity.key.public)
    tip = max(reader.tips(log), key=lambda each: each.seq).id
    views = open_views(desk.places.data / "views.db")
    try:
        _check_folded(reader, views.progress.arrival, identity, placed.scope)
        answer = Mandates(identity, views.folded()).answer(draft, tip)
    finally:
        views.close()
    if isinstance(answer, Denied):
        raise _refused(answer, placed)
    unsound = {row.log for row in reader.rows(WaitEntry)}
    deps = [each for each in answer.deps if _is_sound(reader, each, unsound)]
    if not all(_is_sound(reader, each, unsound) for each in answer.auth):
        raise _behind()
    return draft._replace(auth=answer.auth, deps=(*draft.deps, *deps))


def _check_folded(reader: Reader, arrival: int, identity: Identity, scope: bytes) -> None:
    """Refuse if others' records are not folded of which one may say that the owner has no role, or has one."""
    behind = reader.records_after(arrival, UNFOLDED)
    others = [record for _, record in behind if record.key != identity.key.public]
    facts = reader.network(scope)
    is_new = any(record.id == scope for record in others)
    is_founder = facts is not None and identity.agent in facts.founders
    if len(behind) == UNFOLDED or any(each.type in DECIDING for each in others) or (is_new and not is_founder):
        raise _behind()


def _is_sound(reader: Reader, record: bytes, unsound: set[bytes]) -> bool:
    place = reader.place(record)
    return place is not None and place.log not in unsound


def _behind() -> Failure:
    cause = "the node was stopped before it had looked at all that came in, which may say who may sign there"
    return Failure(Exit.CONFLICT, cause, "meshnode up", code="behind")


def _refused(denied: Denied, placed: Placed) -> Failure:
    name = clean(placed.name)
    causes = {
        "role": f"you have no role in {name}: what you signed there would count for nobody",
        "beyond": f"your role in {name} does not reach so far",
        "dissolved": f"{name} was dissolved",
    }
    cause = causes.get(denied.why, "this device may not sign for you any more")
    return Failure(Exit.NOT_AUTHORISED, cause, "meshnode up, then meshnode network ls")
