"""Lists that are worked out as a whole and told a page at a time, in an order that does not change as they grow."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from meshnode.api.edge import Call, Nothing
from meshnode.runtime.refusals import Code, Refusal
from meshproto.records.encoding import Value, encode
from meshproto.records.encoding import decode as decoded
from meshproto.records.reasons import Refused

T = TypeVar("T")
Place = tuple[int | str | bytes, ...]
"""Where an item stands: lists are ordered by it, and no two items of a list have the same."""

USUAL_PAGE = 30
LARGEST_PAGE = 500


def page_of(
    call: Call[Nothing], items: Sequence[T], place: Callable[[T], Place], *, latest: bool = False
) -> tuple[list[T], str | None]:
    """The items that `limit` and `cursor` of a request ask for, and the cursor of the next page. Raises Refusal.

    `latest` turns the order round.
    """
    limit = call.number("limit", USUAL_PAGE, LARGEST_PAGE)
    ordered = sorted(items, key=place, reverse=latest)
    after = read_place(call, place(ordered[0])) if ordered else ()
    found = [each for each in ordered if (place(each) < after if latest else place(each) > after)] if after else ordered
    return found[:limit], written_place(place(found[limit - 1])) if len(found) > limit else None


def written_place(place: Place) -> str:
    """A place as a cursor."""
    told: list[Value] = [*place]
    return encode(told).hex()


def read_place(call: Call[Nothing], like: Place) -> Place:
    """The place that the cursor of a request names, of the same kind as another; empty without one. Raises Refusal."""
    text = call.query.get("cursor", "")
    if not text:
        return ()
    try:
        found = decoded(bytes.fromhex(text), text="utf8")
    except (ValueError, Refused):
        found = None
    if not isinstance(found, list) or [type(each) for each in found] != [type(each) for each in like]:
        raise Refusal(Code.BAD_REQUEST, f"{text[:64]!r} is no cursor", "take it from `next` of the page before")
    return tuple(each for each in found if isinstance(each, int | str | bytes))
