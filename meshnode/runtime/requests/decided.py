"""What became of decisions of founders so far: the votes, what was done about them, and what comes next in words."""

from typing import NamedTuple

from meshnode.core.decisions import Charter, Decision, charter_now, decision_of
from meshnode.core.rows import AgreementEntry
from meshnode.runtime.office import Office
from meshnode.runtime.refusals import Code, Refusal
from meshnode.runtime.unwritten import quoted
from meshnode.views.rows import EntryRow, RestingRow, VoteRow
from meshproto.records.ids import RecordId, short, to_text

NAMING_STATES = ("open", "carried", "done")
"""States of decisions by which somebody is, or would be, named a founder."""


class Told(NamedTuple):
    """A decision with what was said of it and done about it."""

    decision: Decision
    entry: EntryRow
    votes: tuple[VoteRow, ...]
    resting: tuple[RestingRow, ...]
    newcomers: tuple[bytes, ...]
    """Whom it names founders and who have not accepted that yet."""


def told_of(office: Office, record: RecordId) -> Told:
    """One decision. Raises Refusal."""
    entry = office.lookups.entry(record)
    told = None if entry is None or entry.type != "resolution" else _told(office, entry)
    if told is None:
        if entry is not None and office.truth.entry(AgreementEntry, (entry.scope,)) is not None:
            why = f"{short(record)} is no decision of founders, but stands in an agreement"
            raise Refusal(Code.NOT_FOUND, why, f"meshnode agreement show {to_text(record)}")
        raise Refusal(Code.NOT_FOUND, f"{short(record)} is no decision", "meshnode decision ls --all")
    return told


def all_told(office: Office, scope: bytes | None) -> list[Told]:
    """The decisions of one scope, or of all, by time."""
    found = (_told(office, entry) for entry in office.lookups.resolutions(scope))
    return [each for each in found if each is not None]


def may_vote(office: Office, told: Told, agent: bytes = b"") -> bool:
    """Whether the vote of the owner, or of an organisation, is awaited, or an accept of being named a founder."""
    decision, who = told.decision, agent or office.me
    if decision.state not in ("open", "declined", "carried", "done"):
        return False
    return who in told.newcomers or (decision.state in ("open", "declined") and who in decision.awaited)


def charter_of(office: Office, scope: bytes) -> Charter | None:
    """The charter of an organisation or network as it is now; None if it is neither."""
    with office.folded.steady():
        return charter_now(scope, office.folded)


def advice(office: Office, told: Told) -> tuple[str, str]:
    """What became of a decision in words, and the command that comes next; empty where there is none."""
    decision, text = told.decision, to_text(told.decision.record)
    name = scope_name(office, decision.scope)
    propose = f"meshnode decision propose {quoted(name)} --help"
    match decision.state:
        case "open":
            votes = f"{len(decision.accepted)} of {decision.needed} accepts so far"
            waits = names(office, decision.awaited)
            return f"{votes}, waiting for {waits}", f"meshnode decision vote {text}"
        case "declined":
            return "so many founders declined it that the others are too few", propose
        case "stale":
            return "the founders have changed the charter since: propose it anew", propose
        case "carried":
            return "carried; what it says is still to be done", f"meshnode decision carry-out {text}"
        case "contested":
            rivals = ", ".join(short(each) for each in decision.rivals)
            return (
                f"the founders carried {rivals}, too: neither holds until they carry a third, which names both",
                propose,
            )
        case "settled":
            return "a later decision took its place", f"meshnode decision ls {quoted(name)} --all"
        case _ if told.newcomers:
            return f"in force; {names(office, told.newcomers)} still to accept", f"meshnode decision vote {text}"
        case _:
            return "in force", ""


def must_decide(office: Office, scope: bytes, now: Charter | None, agent: bytes = b"") -> Charter:
    """Refuse a proposal of who does not decide there, or where nothing is decided any more. Raises Refusal."""
    name = scope_name(office, scope)
    if now is None:
        raise Refusal(Code.BAD_REQUEST, f"{name} has no founders who decide", "meshnode network ls")
    if now.dissolved:
        raise Refusal(Code.CONFLICT, f"{name} was dissolved", f"meshnode decision show {to_text(now.dissolved)}")
    if (agent or office.me) not in now.founders:
        why = f"only the founders of {name} decide: {names(office, now.founders)}"
        raise Refusal(
            Code.NOT_AUTHORISED, why, for_them(office, now.founders) or f"meshnode decision ls {quoted(name)}"
        )
    return now


def for_them(office: Office, agents: tuple[bytes, ...]) -> str:
    """The hint for whoever acts for one of some agents; empty if the owner does not."""
    acts = [each for each in agents if each in office.mandates.acts_for(office.me)]
    return f"say that you do it for them: --as {quoted(scope_name(office, acts[0]))}" if acts else ""


def names(office: Office, agents: tuple[bytes, ...]) -> str:
    """Some agents in a sentence."""
    return ", ".join(office.name(each) or short(each) for each in agents) or "nobody"


def scope_name(office: Office, scope: bytes) -> str:
    """How a scope is named in a command."""
    return office.name(scope) or to_text(scope)


def _told(office: Office, entry: EntryRow) -> Told | None:
    votes, resting = office.lookups.votes(entry.record), office.lookups.resting_on(entry.record)
    latest = {each.agent: each.decision for each in votes}
    declined = frozenset(agent for agent, said in latest.items() if said == "decline")
    with office.folded.steady():
        decision = decision_of(entry.record, office.folded, declined, len(resting))
    if decision is None:
        return None
    agreed = {each.agent for each in votes if each.decision == "accept"}
    named = decision.charter.get("founders", ()) if decision.state in NAMING_STATES else ()
    return Told(decision, entry, votes, resting, tuple(each for each in named if each not in agreed))
