"""How full each bound is that the owner can do something about: what others take up here, and what one may write."""

from typing import NamedTuple

from meshnode.core.parts import Parts
from meshproto.records.ids import log_id

NEARLY = 0.9
"""From this share of a bound on it is told of whom or what that is reached."""


class Fullness(NamedTuple):
    """One bound. `about` is an agent or a network, empty where it concerns all."""

    name: str
    """`others` (their private parts), `author` (those of one), `relayed` (records of a network that is only relayed),
    `strangers` (records of non-members), `allowance` or `allowance-bytes` (what the owner has written, as against the
    charter)."""
    held: int
    limit: int
    about: bytes = b""

    @property
    def is_nearly_full(self) -> bool:
        """Whether the owner should know."""
        return self.held >= NEARLY * self.limit


def fullness(parts: Parts) -> list[Fullness]:
    """Every such bound; of single authors only those that have nearly reached theirs."""
    settings = parts.ground.settings
    found = [Fullness("others", parts.bounds.total, settings.parts_of_others)]
    bound = settings.parts_per_author
    found += [Fullness("author", held, bound, agent) for agent, held in parts.bounds.above(NEARLY * bound)]
    for scope, carried in parts.scopes.carried.items():
        if scope in parts.policy.relayed:
            found.append(Fullness("relayed", parts.scopes.relayed_bytes(scope), settings.relayed_bytes, scope))
        else:
            found += _allowance(parts, scope)
        if carried.facts is not None and carried.facts.open:
            strangers = parts.intake.strangers(scope)
            found.append(Fullness("strangers", strangers, settings.stranger_records, scope))
    return found


def _allowance(parts: Parts, scope: bytes) -> list[Fullness]:
    """How much of what a network allows each log the owner has used up."""
    now = parts.ground.flight.log(log_id(scope, parts.ground.identity.key.public))
    if now is None:
        return []
    records, size = parts.scopes.allowance(now.scope)
    return [
        Fullness("allowance", max(now.tips.values()), records, scope),
        Fullness("allowance-bytes", now.size, size, scope),
    ]
