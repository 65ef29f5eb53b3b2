"""Founders, charters, electors (2.3) and roots (3.3), by the text."""

from collections.abc import Collection
from typing import Any, NamedTuple

from meshproto.records.record import Record
from tests.support.reference.world import World

CHANGING = ("charter", "dissolve")


class Charter(NamedTuple):
    """A charter in a set of records, and how one gets there."""

    fields: dict[str, Any]
    stop: frozenset[bytes]
    namings: list[tuple[bytes, list[bytes]]]
    """Each genesis or resolution on the way that sets founders, with these."""
    dissolved: bytes
    """The resolution that dissolves the scope, if one does."""


def charter(world: World, scope: bytes, ids: Collection[bytes]) -> Charter:
    """The charter of a scope in a set of records."""
    fields = dict(world.records[scope].facts["charter"])
    stop, dissolved = frozenset[bytes](), b""
    namings = [(scope, fields["founders"])]
    while True:
        found = [
            each
            for each in world.within(ids, "resolution")
            if each.home == scope
            and each.facts["outcome"] in CHANGING
            and frozenset(each.facts["prev"]) == stop
            and carried(world, each, ids)
        ]
        if not found:
            return Charter(fields, stop, namings, dissolved)
        stop, dissolved = frozenset(each.id for each in found), b""
        if len(found) == 1:
            new = found[0].facts.get("charter", {})
            fields |= new
            if "founders" in new:
                namings.append((found[0].id, new["founders"]))
            dissolved = found[0].id if found[0].facts["outcome"] == "dissolve" else b""


def carried(world: World, resolution: Record, ids: Collection[bytes]) -> bool:
    """Whether enough electors accept a resolution in a set of records."""
    electors = electors_of(world, resolution)
    count = len(world.pairs(resolution.id, ids) & set(electors))
    num, den = charter(world, resolution.home, world.past[resolution.id]).fields["quorum"]
    return count >= 1 and count * den >= num * len(electors)


def electors_of(world: World, resolution: Record, ids: Collection[bytes] | None = None) -> list[bytes]:
    """The electors of a resolution; those among them who still stand in another set of records, if one is given."""
    found = charter(world, resolution.home, world.past[resolution.id])
    sets = [world.past[resolution.id], *([] if ids is None else [ids])]
    return [
        each
        for each in found.fields["founders"]
        if all(
            any(each in names and not revocations(world, (which, each), some) for which, names in found.namings)
            for some in sets
        )
    ]


def revocations(world: World, handle: tuple[bytes, ...], ids: Collection[bytes]) -> list[bytes]:
    """The revokes and rotates among these that effectively revoke a handle."""
    found = [
        each.id
        for each in world.within(ids, "revoke")
        if any(world.handle(target) == handle for target in each.facts["targets"])
    ]
    return sorted(
        found
        + [each.id for each in world.within(ids, "rotate") if handle in [(end,) for end in world.listed(each, "ends")]]
    )


def path(world: World, tenure: bytes) -> list[bytes]:
    """The tenures from the genesis to this one."""
    record = world.records[tenure]
    return [tenure] if record.type == "agent" else [*path(world, record.facts["after"]), tenure]


def votes(world: World, rotate: bytes) -> int:
    """How many recovery keys signed a rotate."""
    return len(world.records[rotate].facts["keys"])


def rotates(world: World, person: bytes, ids: Collection[bytes]) -> list[Record]:
    """The valid rotates of a person among these."""
    return [each for each in world.within(ids, "rotate") if each.home == person]


def winners(world: World, person: bytes, ids: Collection[bytes]) -> list[bytes]:
    """The tenures that no rotate among these follows or beats."""
    known, found, ahead = rotates(world, person, ids), [], [person]
    while ahead:
        here = ahead.pop()
        next_ = [each.id for each in known if each.facts["after"] == here]
        most = max((votes(world, each) for each in next_), default=0)
        ahead += [each for each in next_ if votes(world, each) == most]
        found += [] if next_ else [here]
    return sorted(found)


def compare(world: World, rotate: Record, tenure: bytes) -> int:
    """1 if a rotate ends a tenure, 0 if it ties with it, -1 if neither."""
    way = path(world, tenure)
    if rotate.id in way or rotate.facts["after"] not in way:
        return -1
    if rotate.facts["after"] == tenure:
        return 1
    rival = way[way.index(rotate.facts["after"]) + 1]
    mine, other = votes(world, rotate.id), votes(world, rival)
    return 1 if mine > other else 0 if mine == other else -1
