"""Who has which colour: the owner always the first, so that one finds oneself on every drawing."""

from collections.abc import Iterable, Mapping

from meshnode.client.answers import Agent
from meshnode.dashboard.wording import name

COLOURS = 6


def colours_of(agents: Iterable[Agent]) -> Mapping[str, int]:
    """A colour for each agent's id, the others in the order of their names; beyond six they begin again."""
    known = {each["id"]: each for each in agents}
    others = sorted((each for each in known.values() if not each["me"]), key=lambda each: (name(each), each["id"]))
    found = {key: 0 for key, each in known.items() if each["me"]}
    return found | {each["id"]: 1 + place % (COLOURS - 1) for place, each in enumerate(others)}
