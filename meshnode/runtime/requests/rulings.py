"""Deciding what is in dispute in an agreement: propose a resolution, accept or decline one."""

from collections.abc import Sequence

from meshnode.core.drafts import Draft
from meshnode.runtime.office import Ids, Office, Rows
from meshnode.runtime.refusals import Code, Refusal
from meshnode.runtime.requests import ruled
from meshnode.runtime.requests.decided import for_them, names
from meshnode.runtime.requests.ruled import CARRIED, OPEN, Dispute, Ruling
from meshnode.runtime.requests.work import words
from meshproto.fold.lineages import version_of
from meshproto.fold.memory import Memory
from meshproto.fold.standing import row_of
from meshproto.fold.tallies import YES
from meshproto.records.encoding import Value
from meshproto.records.ids import RecordId, ScopeId, short, to_text
from meshproto.types import identity, rulings
from meshproto.types.agreement import electors_of
from meshproto.types.rulings import PICK
from meshproto.types.schema import Facts

ANSWERS = ("accept", "decline")
_CHOICES = ("agreement", "distribution")


async def propose(
    office: Office, scope: ScopeId, outcome: str, record: bytes, text: str = "", rows: Rows = (), *, agent: bytes = b""
) -> Ids:
    """Write down a resolution about a record, for the owner or the organisation `agent`. Raises Refusal.

    It is accepted by `answer`, like those of others.
    """
    if outcome not in rulings.OUTCOMES:
        raise Refusal(Code.BAD_REQUEST, f"{outcome!r} is no outcome: one of {', '.join(rulings.OUTCOMES)}")
    await office.projector.caught_up()
    with office.folded.steady():
        facts, under = _facts(scope, outcome, record, office.folded)
        electors, _ = electors_of(version_of(office.folded, under).facts)
        same = [
            each
            for each in ruled.rulings_of(scope, office.folded)
            if each.state == OPEN and all(each.facts.get(name) == facts.get(name) for name in _SAME)
        ]
    _must_decide(office, scope, electors, agent)
    if same:
        raise Refusal(Code.EXISTS, f"{short(same[0].record)} proposes the same", ruled.sign(office, same[0].record))
    draft = Draft(scope, "resolution", facts, words(text=text) or None, agent=agent)
    return await office.node.write([draft], local=rows)


async def answer(
    office: Office, ruling: Ruling, decision: str, text: str = "", rows: Rows = (), *, agent: bytes = b""
) -> Ids:
    """Accept or decline a resolution, for the owner or the organisation `agent`. Raises Refusal."""
    if decision not in ANSWERS:
        raise Refusal(Code.BAD_REQUEST, f"{decision!r} is no answer: one of {', '.join(ANSWERS)}")
    _must_be_asked(office, ruling, agent)
    facts: dict[str, Value] = {**identity.accept(ruling.record), "decision": decision}
    draft = Draft(ruling.scope, "countersign", facts, words(text=text) or None, agent=agent)
    return await office.node.write([draft], local=rows)


def ruling_of(office: Office, record: bytes) -> Ruling | None:
    """One resolution of an agreement; None if it is none that is valid."""
    stored = office.truth.record(RecordId(record))
    if stored is None or stored.type != "resolution":
        return None
    with office.folded.steady():
        found = ruled.rulings_of(ScopeId(stored.home), office.folded)
    return next((each for each in found if each.record == record), None)


_SAME = ("outcome", "agreement", "about", "pick", "prev")


def _facts(scope: ScopeId, outcome: str, record: bytes, memory: Memory) -> tuple[Facts, bytes]:
    """What a resolution is to say, and by which version it is decided. Raises Refusal."""
    chosen = _choice(scope, record, memory) if outcome == PICK else _bond(scope, outcome, record, memory)
    named = [
        each.record
        for each in ruled.rulings_of(scope, memory)
        # also what was overruled: it must not come back when a vote on what overruled it becomes contested
        if each.told.state != OPEN and not {*each.facts["about"]}.isdisjoint(chosen.about)
    ]
    pick = record if outcome == PICK else None
    return rulings.ruling(outcome, chosen.under, chosen.about, pick=pick, prev=named), chosen.under


def _choice(scope: ScopeId, record: bytes, memory: Memory) -> Dispute:
    """What a pick of a version or distribution is about. Raises Refusal."""
    show = f"meshnode agreement show {to_text(scope)}"
    if row_of(memory, record).type not in _CHOICES:
        raise Refusal(Code.BAD_REQUEST, f"{short(record)} is neither a version nor a distribution", show)
    about = ruled.rivals_of(record, memory) or ruled.passed_with(record, scope, memory)
    if not about:
        first = next((each for each in ruled.before(record, memory) if ruled.passed_with(each, scope, memory)), None)
        if first is not None:
            why = f"{short(record)} follows {short(first)}, which was passed over: pick that"
            raise Refusal(Code.CONFLICT, why, ruled.decide(scope, PICK, first))
        raise Refusal(Code.CONFLICT, f"nothing is to be picked: {short(record)} is in no conflict with another", show)
    return Dispute("", about, b"", record, ruled.decided_under(about, memory))


def _bond(scope: ScopeId, outcome: str, record: bytes, memory: Memory) -> Dispute:
    """The contested signature or payment that is meant by its id, or by that of what was signed. Raises Refusal."""
    found = [each for each in ruled.disputes_of(scope, memory) if each.agent]
    meant = [each for each in found if record in each.about] or [each for each in found if record == each.target]
    show = f"meshnode agreement show {to_text(scope)}"
    if not meant:
        raise Refusal(Code.CONFLICT, f"nothing is to be decided: {short(record)} is no contested signature", show)
    if len(meant) > 1:
        listed = ", ".join(to_text(each.about[0]) for each in meant)
        raise Refusal(Code.AMBIGUOUS, f"several signatures of it are contested: {listed}", "say which of them")
    if not meant[0].under:
        why = "only who signed can make up for that, by signing once more: nobody had agreed yet who decides"
        raise Refusal(Code.CONFLICT, f"{short(record)} cannot be decided about; {why}", show)
    about = (record,) if record in meant[0].about else meant[0].about
    already = [each for each in ruled.rulings_of(scope, memory) if _says(each, outcome, about)]
    if already:
        raise Refusal(Code.CONFLICT, f"that was decided already ({short(already[0].record)})", show)
    return meant[0]._replace(about=about)


def _says(ruling: Ruling, outcome: str, about: Sequence[bytes]) -> bool:
    """Whether a resolution that holds says the same of all of it."""
    holds = ruling.state == CARRIED and not ruling.rivals
    return holds and ruling.facts["outcome"] == outcome and {*about} <= {*ruling.facts["about"]}


def _must_decide(office: Office, scope: ScopeId, electors: Sequence[bytes], agent: bytes) -> None:
    """Refuse whoever does not decide. Raises Refusal."""
    if (agent or office.me) in electors:
        return
    verb = f"{names(office, (agent,))} does" if agent else "you do"
    why = f"{verb} not decide this; these do: {names(office, tuple(electors))}"
    raise Refusal(
        Code.NOT_AUTHORISED, why, for_them(office, tuple(electors)) or f"meshnode agreement show {to_text(scope)}"
    )


def _must_be_asked(office: Office, ruling: Ruling, agent: bytes) -> None:
    """Refuse an answer that would have no effect, or that nobody waits for. Raises Refusal."""
    _must_decide(office, ruling.scope, [each.agent for each in ruling.ballots], agent)
    show = f"meshnode agreement show {to_text(ruling.scope)}"
    who = agent or office.me
    if ruling.state in (ruled.STALE, ruled.OVERRULED):
        raise Refusal(Code.CONFLICT, *ruled.ruling_says(office, ruling))
    if any(each.agent == who and each.level == YES for each in ruling.ballots):
        has = "you have" if who == office.me else f"{names(office, (who,))} has"
        raise Refusal(Code.CONFLICT, f"{has} accepted it, which cannot be taken back: propose the contrary", show)
