"""What founders may wish to change about an organisation or network, and what a resolution must say for it."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import gcd

from meshnode.core.decisions import Charter, Held, held_by
from meshnode.core.folded import Folded
from meshnode.runtime.office import Office
from meshnode.runtime.refusals import Code, Refusal
from meshproto.fold.entries import is_accepted
from meshproto.fold.knowledge import EVERYTHING, Knowledge
from meshproto.fold.places import NETWORK, ORGANISATION, PERSON, read_agent
from meshproto.records.encoding import Value
from meshproto.records.ids import AgentId, ScopeId, short
from meshproto.records.limits import MAX_INT
from meshproto.types import authority
from meshproto.types.catalogue import SCHEMAS

JOINS = ("open", "invite")
SENSITIVE = tuple(sorted(set(SCHEMAS) - {"resolution", "rotate"}))
"""Types that may need a decision of the founders; what decides cannot be among them."""
LARGEST_DEN = 10**6

_CHANGED = ("join", "quorum", "log_records", "log_bytes", "face", "units", "add_founders", "drop_founders")
_CHANGED_TYPES = ("sensitive", "insensitive")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody proposes to the founders; what is None or empty stays as it is."""

    remove: tuple[AgentId, ...] = ()
    """Who loses everything held in the scope."""
    dissolve: bool = False
    join: str | None = None
    quorum: str | None = None
    """Such as `2/3`."""
    log_records: int | None = None
    log_bytes: int | None = None
    face: AgentId | None = None
    units: tuple[tuple[str, int], ...] = ()
    """Units of the network's own, each with its number of decimals."""
    add_founders: tuple[AgentId, ...] = ()
    drop_founders: tuple[AgentId, ...] = ()
    """Founders who are to be founders no longer, and keep what else they hold."""
    sensitive: tuple[str, ...] = ()
    """Types that from now on need a decision."""
    insensitive: tuple[str, ...] = ()
    """Types that no longer need one."""

    @property
    def changes_charter(self) -> bool:
        """Whether anything in the charter is to be another."""
        return any(getattr(self, name) not in (None, ()) for name in (*_CHANGED, *_CHANGED_TYPES))


def facts_of(office: Office, scope: ScopeId, wish: Wish, memory: Folded, now: Charter) -> dict[str, Value]:
    """The facts of the resolution that a wish takes. Call it while `memory` is steady. Raises Refusal."""
    if wish.dissolve:
        if wish.changes_charter or wish.remove:
            raise Refusal(Code.BAD_REQUEST, "to dissolve is a decision of its own")
        return authority.resolution("dissolve", prev=now.stop)
    if not wish.changes_charter and not wish.remove:
        raise Refusal(Code.BAD_REQUEST, "nothing is proposed", "meshnode decision propose --help")
    held = {each: _held(office, scope, each, memory) for each in wish.remove}
    lasting = [each for each in wish.remove if not _is_wholly_ended(each, held[each], now, memory)]
    dropped = tuple(dict.fromkeys((*wish.drop_founders, *lasting)))
    about = [one.record for each in held.values() for one in each]
    about += [one.record for each in wish.drop_founders for one in held_by(each, scope, memory) if _founds(one)]
    if not wish.changes_charter and not dropped:
        return authority.resolution("remove", prev=now.stop, about=about)
    changes = _amendment(office, scope, wish, dropped, memory, now)
    return authority.resolution("charter", prev=now.stop, about=about, charter=changes)


def _held(office: Office, scope: ScopeId, agent: AgentId, memory: Folded) -> list[Held]:
    held = held_by(agent, scope, memory)
    if not held:
        raise Refusal(Code.CONFLICT, f"{_name(office, agent)} holds nothing there")
    return held


def _founds(held: Held) -> bool:
    return held.entry.role == "founder"


def _is_wholly_ended(agent: AgentId, held: Iterable[Held], now: Charter, memory: Folded) -> bool:
    """Whether somebody decides no longer once all that is held is ended: what names him without an accept stays."""
    knowledge = Knowledge(memory)
    named = [target for target, founders in now.namings if agent in founders]
    return agent not in now.founders or all(is_accepted(each, agent, EVERYTHING, knowledge) for each in named)


def _amendment(
    office: Office, scope: ScopeId, wish: Wish, dropped: tuple[AgentId, ...], memory: Folded, now: Charter
) -> dict[str, Value]:
    """What the charter is to say anew. Raises Refusal."""
    place = read_agent(memory, scope)
    if place is not None and place.kind != NETWORK and _only_for_networks(wish):
        raise Refusal(Code.BAD_REQUEST, "an organisation has no way to join, allowance, units or face")
    changes: dict[str, Value] = {}
    if wish.join is not None:
        changes["join"] = _one_of(wish.join, JOINS)
    if wish.quorum is not None:
        changes["quorum"] = [*quorum_of(wish.quorum)]
    for name, value in (("log_records", wish.log_records), ("log_bytes", wish.log_bytes)):
        if value is not None:
            changes[name] = _at_least_one(name, value)
    if wish.face is not None:
        changes["face"] = _face(office, wish.face, memory)
    if wish.units:
        changes["units"] = [{"code": code, "exp": exp} for code, exp in wish.units]
    if wish.add_founders or dropped:
        changes["founders"] = [*_founders(office, scope, wish.add_founders, dropped, memory, now)]
    if wish.sensitive or wish.insensitive:
        changes["sensitive"] = [*_sensitive(wish, now)]
    return changes


def _only_for_networks(wish: Wish) -> bool:
    given = (wish.join, wish.log_records, wish.log_bytes, wish.face)
    return any(each is not None for each in given) or bool(wish.units)


def quorum_of(text: str) -> tuple[int, int]:
    """The share that `2/3` means, in lowest terms: more than a half, at most all. Raises Refusal."""
    num, slash, den = text.partition("/")
    if not slash or not all(each.isascii() and each.isdigit() and len(each) < 8 for each in (num, den)):
        raise Refusal(Code.BAD_REQUEST, f"{text!r} is no share such as 2/3")
    n, d = int(num), int(den)
    if not 0 < d <= LARGEST_DEN or not d < 2 * n <= 2 * d:
        raise Refusal(Code.BAD_REQUEST, f"{text} of the founders is not more than a half and at most all of them")
    return n // gcd(n, d), d // gcd(n, d)


def _founders(
    office: Office,
    scope: ScopeId,
    added: tuple[AgentId, ...],
    dropped: tuple[AgentId, ...],
    memory: Folded,
    now: Charter,
) -> list[bytes]:
    for each in added:
        agent = read_agent(memory, each)
        if each in now.founders:
            raise Refusal(Code.EXISTS, f"{_name(office, each)} is a founder already")
        if agent is None or agent.kind not in (PERSON, ORGANISATION):
            raise Refusal(Code.BAD_REQUEST, f"{_name(office, each)} is neither a person nor an organisation")
        if office.truth.network(scope) is not None and not held_by(each, scope, memory):
            hint = "invite them first: meshnode network invite --help"
            raise Refusal(Code.CONFLICT, f"{_name(office, each)} is no member there", hint)
    for each in dropped:
        if each not in now.founders:
            raise Refusal(Code.CONFLICT, f"{_name(office, each)} is no founder there")
    kept = [each for each in now.founders if each not in dropped]
    if not kept and not added:
        why = "nobody would be left to decide anything: end it instead"
        raise Refusal(Code.BAD_REQUEST, why, "meshnode decision propose --help")
    return sorted({*kept, *added})


def _sensitive(wish: Wish, now: Charter) -> list[str]:
    for each in (*wish.sensitive, *wish.insensitive):
        _one_of(each, SENSITIVE)
    kept = [each for each in now.fields.get("sensitive", []) if each not in wish.insensitive]
    return sorted({*kept, *wish.sensitive})


def _face(office: Office, agent: AgentId, memory: Folded) -> bytes:
    place = read_agent(memory, agent)
    if place is None or place.kind != ORGANISATION:
        raise Refusal(Code.BAD_REQUEST, f"{_name(office, agent)} is no organisation, so it cannot be a face")
    return agent


def _one_of(value: str, known: tuple[str, ...]) -> str:
    if value not in known:
        raise Refusal(Code.BAD_REQUEST, f"{value!r} is not one of {', '.join(known)}")
    return value


def _at_least_one(name: str, value: int) -> int:
    if not 1 <= value <= MAX_INT:
        raise Refusal(Code.BAD_REQUEST, f"{name} is a number from 1 on")
    return value


def _name(office: Office, agent: bytes) -> str:
    return office.name(agent) or short(agent)
