"""Explanations and notices as objects of JSON."""

from meshproto.equation.confirming import Head
from meshproto.equation.earlier import written
from meshproto.equation.explain import Origin, Part, Why, shown
from meshproto.equation.notices import Notice
from meshproto.equation.preview.answer import NAMES


def told_why(why: Why) -> dict[str, object]:
    """Why one step of one distribution changed an amount."""
    found: dict[str, object] = {
        "entry": why.entry,
        "path": written(why.path),
        "do": NAMES[type(why.step)],
        "amount": why.amount,
        "parts": [_part(each) for each in why.parts],
        "origins": [_origin(each) for each in why.origins],
    }
    if why.held:
        found["held"] = why.held
    if why.rejected:
        found["rejected"] = why.rejected
    return found


def told_notice(notice: Notice) -> dict[str, object]:
    """A notice, with the path of the step and the names it is about where there are any."""
    found: dict[str, object] = {"concern": notice.concern.value}
    if notice.path is not None:
        found["path"] = written(notice.path)
    if notice.names:
        found["names"] = [each.decode() for each in notice.names]
    return found


def _part(part: Part) -> dict[str, object]:
    found: dict[str, object] = {
        "amount": part.amount,
        "of": part.of,
        "weight": shown(part.weight),
        "quota": shown(part.quota),
        "odd": part.odd,
    }
    if part.tied:
        found["tied"] = [each.decode() for each in part.tied]
    if part.room is not None:
        found["room"] = part.room
    if part.undone:
        found["undone"] = True
    if part.owed is not None:
        found["owed"] = shown(part.owed)
    if part.agreed is not None:
        found["agreed"] = {"ratio": shown(part.agreed.ratio), "of": part.agreed.base, "gross": part.agreed.of_gross}
    return found


def _origin(origin: Origin) -> dict[str, object]:
    found: dict[str, object] = {"amount": origin.amount}
    if origin.held:
        found["held"] = origin.held
    standing = origin.standing
    if standing is None:
        return {"ballot": origin.source.decode(), **found}
    return {
        "on": origin.source.decode(),
        **found,
        "unit": origin.unit,
        "claim": shown(standing.claim),
        "confirmed": shown(standing.confirmed),
        "quality": shown(standing.quality),
        "attestations": [_head(each) for each in origin.heads],
    }


def _head(head: Head) -> dict[str, object]:
    found: dict[str, object] = {"by": head.by.decode(), "figure": shown(head.figure)}
    if head.rejects:
        found["rejects"] = True
    if head.rating is not None:
        found["rating"] = head.rating
    return found
