"""What a page leaves out, in words: no list is read without a bound, and none is cut without saying so."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple


class Rest(NamedTuple):
    """What a page has of a list, and where all of it stands."""

    which: str
    """Which of it: `{}` is how many."""
    all_by: str
    """The command that tells all, or the request where there is none."""


RESTS: Mapping[str, Rest] = {
    "/agreements": Rest("the first {} agreements", "meshnode agreement ls"),
    "/balances": Rest("the balances of {} people, yours among them", "meshnode balance"),
    "/distributions": Rest("the latest {} distributions, and those that wait for you", "meshnode distribution ls"),
    "/forks": Rest("the first {} forks", "GET /v1/forks"),
    "/incomes": Rest("the latest {} incomes, and those that wait for you", "meshnode income ls"),
    "/logs": Rest("{} logs, yours before those of others", "GET /v1/logs"),
    "/networks": Rest("the first {} networks", "meshnode network ls"),
    "/peers": Rest("the first {} nodes", "meshnode peer ls"),
    "/plan": Rest("{} payments that would settle it, yours among them", "meshnode plan"),
    "/projects": Rest("the first {} projects", "meshnode project ls"),
    "/settlements": Rest("the latest {} payments, and those that wait for you", "meshnode settlement ls"),
    "/timers": Rest("the first {} timers", "meshnode start"),
}
"""What is said of each list that pages ask for, by its path."""


def said_of(cut: Mapping[str, int]) -> Iterable[tuple[str, str]]:
    """What a page has of each list that was cut, and by what all is told."""
    return [(RESTS[path].which.format(f"{count:,}"), RESTS[path].all_by) for path, count in sorted(cut.items())]
