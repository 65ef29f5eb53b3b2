"""What is in dispute in an agreement, who decides that, and what was decided so far (09-agreements 2.3)."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from meshnode.runtime.office import Office
from meshnode.runtime.requests.decided import names
from meshnode.runtime.unwritten import quoted
from meshnode.views.dealings import dealings, ids_of, standing_version
from meshproto.fold.concerns import concern_of
from meshproto.fold.leaving import followed_by
from meshproto.fold.lineage import read_stand
from meshproto.fold.lineages import version_of
from meshproto.fold.memory import Memory
from meshproto.fold.sharing import chain_of
from meshproto.fold.standing import SETTLED, row_of
from meshproto.fold.tallies import CONTESTED, NO, YES, Told, tally
from meshproto.fold.versions import Versions
from meshproto.records.ids import ScopeId, short, to_text
from meshproto.records.reasons import Reason
from meshproto.types.accounts import losers_of
from meshproto.types.agreement import approvers_of, electors_of, parties_of
from meshproto.types.rulings import PICK

OPEN, CARRIED, DECLINED, STALE, OVERRULED = "open", "carried", "declined", "stale", "overruled"
"""States of resolutions as people are told them; `contested` is that of the fold."""
_PAYMENTS = ("settlement", "commitment")


class Ballot(NamedTuple):
    """What an elector says of a resolution: how far accepted, or declined."""

    agent: bytes
    level: int
    declined: bool


class Ruling(NamedTuple):
    """A resolution and what became of it."""

    record: bytes
    scope: ScopeId
    agent: bytes
    facts: dict[str, Any]
    told: Told
    state: str
    """`open`, `declined` (too few are left), `stale` (decided otherwise since), `contested`, `carried`, `overruled`."""
    ballots: tuple[Ballot, ...]
    needed: int

    @property
    def awaited(self) -> tuple[bytes, ...]:
        """Whose word is still missing, or contested."""
        if self.state not in (OPEN, "contested"):
            return ()
        return tuple(each.agent for each in self.ballots if each.level != YES and not each.declined)

    @property
    def rivals(self) -> tuple[bytes, ...]:
        """Others that were carried, too, and say otherwise."""
        return self.told.ids if self.told.reason is Reason.R_RIVAL else ()


class Dispute(NamedTuple):
    """Something on which nothing holds until it is decided."""

    kind: str
    """`versions` or `distributions` to choose from; `signature`, `settlement` or `commitment` to be upheld."""
    about: tuple[bytes, ...]
    agent: bytes
    """Whose signature or payment it is; empty where something is to be chosen."""
    target: bytes
    """What was signed; the record itself if it is no signature."""
    under: bytes
    """The version whose electors decide; empty where nobody but the agent can help it."""
    electors: tuple[bytes, ...] = ()
    needed: int = 0


def rulings_of(scope: ScopeId, memory: Memory) -> list[Ruling]:
    """The resolutions of an agreement, by id. The caller holds the fold steady."""
    standing = _standing(scope, memory)
    return [_ruling(scope, each, standing, memory) for each in ids_of(scope, "resolution", memory)]


def concerned_by(ruling: Ruling, memory: Memory) -> set[bytes]:
    """What a resolution is about; of a signature also what was signed."""
    about: list[bytes] = ruling.facts["about"]
    signed = [target for each in about if isinstance(target := memory.get("accept", each), bytes)]
    return {*about, *signed}


def _standing(scope: ScopeId, memory: Memory) -> dict[bytes, list[bytes]]:
    """By record the carried resolutions that stand on it: those about it that no other of them names."""
    carried: dict[bytes, list[bytes]] = {}
    gone: dict[bytes, set[bytes]] = {}
    for each in ids_of(scope, "resolution", memory):
        if read_stand(memory, each).state == CARRIED:
            facts = concern_of(memory, each).facts
            for subject in facts["about"]:
                carried.setdefault(subject, []).append(each)
                gone.setdefault(subject, set()).update(facts["prev"])
    return {key: [each for each in found if each not in gone[key]] for key, found in carried.items()}


def _ruling(scope: ScopeId, record: bytes, on: Mapping[bytes, list[bytes]], memory: Memory) -> Ruling:
    said, stand = concern_of(memory, record), read_stand(memory, record)
    electors, needed = electors_of(version_of(memory, said.facts["agreement"]).facts)
    ballots = tuple(_ballot(record, each, memory) for each in electors)
    standing = {name for each in said.facts["about"] for name in on.get(each, ())}
    state = stand.state
    if state == CARRIED and record not in standing:
        state = OVERRULED
    elif state == OPEN and not standing <= {*said.facts["prev"]}:
        state = STALE
    elif state == OPEN and sum(not each.declined for each in ballots) < needed:
        state = DECLINED
    return Ruling(record, scope, said.agent, said.facts, stand, state, ballots, needed)


def _ballot(record: bytes, agent: bytes, memory: Memory) -> Ballot:
    level = tally(record, agent, memory)
    declines = next(memory.scan("declines", record + agent), None)
    return Ballot(agent, level, level == NO and declines is not None)


# What is in dispute.


def disputes_of(scope: ScopeId, memory: Memory) -> list[Dispute]:
    """What waits for a decision in an agreement. The caller holds the fold steady."""
    versions = Versions(scope, memory)
    return [*_choices(versions, scope), *_bonds(versions, scope)]


def rivals_of(record: bytes, memory: Memory) -> tuple[bytes, ...]:
    """What a pick of a version or distribution is about: itself, and the first of those that cannot be beside it."""
    stand = read_stand(memory, record)
    if stand.reason not in (Reason.K_CONFLICT, Reason.R_RIVAL) or row_of(memory, record).type == "resolution":
        return ()
    if row_of(memory, record).type == "distribution" and stand.reason is Reason.K_CONFLICT:
        return ()  # its version is in conflict, not itself
    firsts = [each for each in stand.ids if before(each, memory).isdisjoint(stand.ids)]
    return tuple(sorted((record, *firsts)))


def passed_with(record: bytes, scope: ScopeId, memory: Memory) -> tuple[bytes, ...]:
    """What another pick is about of something that was passed over; empty if nobody picked another instead."""
    said = [concern_of(memory, each).facts for each in _standing(scope, memory).get(record, ())]
    subjects = {each for facts in said if facts.get("pick", record) != record for each in facts["about"]}
    if not subjects:
        return ()
    earlier = before(record, memory)
    others = [each for each in subjects - {record} - earlier if before(each, memory).isdisjoint(subjects)]
    return tuple(sorted((record, *others)))


def before(record: bytes, memory: Memory) -> set[bytes]:
    """What a version follows, or a distribution has in its chain."""
    if row_of(memory, record).type == "agreement":
        return followed_by(record, memory)
    return {*chain_of(record, memory)[:-1]}


def rests_on(distribution: bytes, memory: Memory) -> set[bytes]:
    """A distribution with its chain, and the versions by which these share."""
    line = {distribution, *before(distribution, memory)}
    return line.union(*(_grounds(each, memory) for each in line))


def decided_under(about: Iterable[bytes], memory: Memory) -> bytes:
    """The newest version that versions or distributions all rest on; empty if there is none."""
    # SPEC 04-fold 4.5: `agreement` is one of those
    # that all which have any share, and none of these follows it
    shared = set.intersection(*(_grounds(each, memory) for each in about))
    newest = [each for each in shared if not any(each in followed_by(other, memory) for other in shared)]
    return min(newest, default=b"")


def _grounds(record: bytes, memory: Memory) -> set[bytes]:
    if row_of(memory, record).type == "agreement":
        return followed_by(record, memory)
    version: bytes = concern_of(memory, record).facts["agreement"]
    return {version, *followed_by(version, memory)}


def _choices(versions: Versions, scope: ScopeId) -> Iterator[Dispute]:
    memory = versions.memory
    found: dict[tuple[bytes, ...], str] = {}
    for type_, kind in (("agreement", "versions"), ("distribution", "distributions")):
        ids = sorted(versions.facts) if type_ == "agreement" else ids_of(scope, type_, memory)
        rivals = {each: about for each in ids if (about := rivals_of(each, memory))}
        for each, about in rivals.items():
            if before(each, memory).isdisjoint(rivals):  # what comes after one in conflict goes with it
                found.setdefault(about, kind)
    for about, kind in found.items():
        yield _with_electors(Dispute(kind, about, b"", about[0], decided_under(about, memory)), memory)


def _with_electors(dispute: Dispute, memory: Memory) -> Dispute:
    if not dispute.under:
        return dispute
    electors, needed = electors_of(version_of(memory, dispute.under).facts)
    return dispute._replace(electors=tuple(electors), needed=needed)


def _bonds(versions: Versions, scope: ScopeId) -> Iterator[Dispute]:
    """Signatures and payments that are contested, where something hangs on that."""
    memory = versions.memory
    for target, signers in _signers(versions, scope):
        if read_stand(memory, target).state not in ("contested", "proposed", "declared"):
            continue
        for agent in signers:
            if versions.tally(target, agent) == CONTESTED:
                shaken = [key[-32:] for key, _ in memory.scan("accepts", target + agent)]
                about = tuple(each for each in shaken if row_of(memory, each).status not in SETTLED)
                yield _bond("signature", about, agent, target, scope, memory)
    for type_ in _PAYMENTS:
        for one in dealings(scope, type_, memory):
            if not row_of(memory, one.record).counts and not versions.rulings.is_upheld(one.record):
                yield _bond(type_, (one.record,), one.agent, one.record, scope, memory)


def _signers(versions: Versions, scope: ScopeId) -> Iterator[tuple[bytes, list[bytes]]]:
    """What is signed in an agreement, with those whose signature of it counts."""
    memory = versions.memory
    for version, facts in sorted(versions.facts.items()):
        bound = [each for prev in facts.get("prev", ()) for each in parties_of(versions.facts[prev])]
        yield version, sorted({*parties_of(facts), *bound})
    for one in dealings(scope, "distribution", memory):
        yield one.record, sorted({*approvers_of(versions.facts[one.facts["agreement"]]), *losers_of(one.facts)})
    for type_, sides in (("settlement", ("from", "to")), ("commitment", ("provider", "receiver"))):
        for one in dealings(scope, type_, memory):
            yield one.record, sorted({one.facts[each] for each in sides})


def _bond(kind: str, about: tuple[bytes, ...], agent: bytes, target: bytes, scope: ScopeId, memory: Memory) -> Dispute:
    if row_of(memory, target).type in _PAYMENTS:
        under = standing_version(scope, memory)
    else:
        under = decided_under([target], memory)
    if not under or agent not in parties_of(version_of(memory, under).facts):
        return Dispute(kind, about, agent, target, b"")
    return _with_electors(Dispute(kind, about, agent, target, under), memory)


# In words.


def decide(scope: bytes, option: str, record: bytes) -> str:
    """The command that proposes a resolution."""
    command = f"meshnode agreement decide {to_text(scope)}"
    return f"{command} --{option} {to_text(record)}"


def sign(office: Office, record: bytes, agent: bytes = b"") -> str:
    """The command that accepts one."""
    return f"meshnode agreement sign {to_text(record)}{as_option(office, agent)}"


def as_option(office: Office, agent: bytes) -> str:
    """The option that says for whom, where that is not the owner."""
    return "" if agent in (b"", office.me) else f" --as {quoted(office.name(agent) or to_text(agent))}"


def mine_of(office: Office, agents: Iterable[bytes]) -> list[bytes]:
    """Those of some agents for whom the owner signs."""
    acting = office.acts_as()
    return [each for each in agents if each in acting]


def outcome_says(facts: Mapping[str, Any]) -> str:
    """What a resolution says by its facts, in words."""
    if facts["outcome"] == PICK:
        others = ", ".join(short(each) for each in facts["about"] if each != facts["pick"])
        return f"pick {short(facts['pick'])}, not {others}"
    return f"{facts['outcome']} {', '.join(short(each) for each in facts['about'])}"


def ruling_says(office: Office, ruling: Ruling) -> tuple[str, str]:
    """How a resolution stands, and the command that comes next; empty where there is none."""
    given = sum(each.level == YES for each in ruling.ballots)
    mine = mine_of(office, ruling.awaited)
    show = f"meshnode agreement show {to_text(ruling.scope)}"
    match ruling.state:
        case "open" if not ruling.awaited:
            return f"{given} of {ruling.needed} accept it; the version by which they decide is not in force", show
        case "open":
            waits = names(office, ruling.awaited)
            says = f"{given} of {ruling.needed} accept it so far, waiting for {waits}"
            return says, sign(office, ruling.record, *mine[:1])
        case "declined":
            return "so many declined it that the others are too few", show
        case "stale":
            return "it was decided otherwise since: propose it anew", show
        case "contested":
            waits = names(office, ruling.awaited)
            return f"it rests on a vote that is not certain ({waits}): only they can give it again", sign(
                office, ruling.record, *mine[:1]
            )
        case "overruled":
            return "a later decision took its place", show
        case _ if ruling.rivals:
            rivals = ", ".join(short(each) for each in ruling.rivals)
            return f"{rivals} was carried, too, and says otherwise: neither holds until a third names both", show
        case _:
            return "decided", ""


def dispute_says(office: Office, dispute: Dispute) -> str:
    """What is in dispute, in words."""
    if not dispute.agent:
        listed = ", ".join(short(each) for each in dispute.about)
        why = "all were signed" if dispute.kind == "versions" else "all were approved for the same money"
        return f"{dispute.kind} {listed} cannot be beside each other, and {why}: nothing is paid before one is picked"
    name = names(office, (dispute.agent,))
    what = f"signature of {short(dispute.target)}" if dispute.kind == "signature" else dispute.kind
    said = f"the {what} by {name} is contested ({short(dispute.about[0])})"
    if not dispute.under:
        return f"{said}: only {name} can make up for that, by signing once more"
    return f"{said}: {name} signs once more, or it is upheld"


def commands_of(office: Office, dispute: Dispute, scope: bytes) -> list[str]:
    """The commands that decide a dispute, for the owner or for those who decide; none where only the agent can."""
    if not dispute.under:
        return []
    mine = mine_of(office, dispute.electors)
    as_ = as_option(office, mine[0]) if mine else ""
    if not dispute.agent:
        return [decide(scope, "pick", each) + as_ for each in dispute.about]
    return [decide(scope, word, dispute.about[0]) + as_ for word in ("uphold", "reject")]
