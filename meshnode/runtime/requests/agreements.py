"""Agreements: proposed, signed, declined, amended and ended."""

from collections.abc import Mapping

from meshnode.core.drafts import Draft
from meshnode.runtime.office import Ids, Office, Rows
from meshnode.runtime.refusals import Code, Refusal
from meshnode.runtime.requests.agreed import Agreement, Signature, Version, agreement_of, sections_of
from meshnode.runtime.requests.decided import names
from meshnode.runtime.requests.work import words
from meshnode.terms.contract import seen
from meshproto.fold.duties import answers
from meshproto.fold.versions import Versions
from meshproto.records.encoding import Value
from meshproto.records.ids import NONE, RecordId, ScopeId, short, to_text
from meshproto.types import identity

NO_SCOPE = ScopeId(NONE)
"""The first version of an agreement begins a scope of its own."""
DECISIONS = ("accept", "decline")


async def propose(
    office: Office, facts: Mapping[str, Value], title: str, summary: str = "", agent: bytes = b"", rows: Rows = ()
) -> Ids:
    """Write down the first version of an agreement, for the owner or the organisation `agent`. Raises Refusal.

    It is signed by `countersign`, like every version.
    """
    draft = Draft(NO_SCOPE, "agreement", dict(facts), words(title=title, summary=summary), agent=agent)
    return await office.node.write([draft], local=rows)


async def amend(
    office: Office,
    agreement: Agreement,
    facts: Mapping[str, Value],
    texts: tuple[str, str],
    agent: bytes = b"",
    rows: Rows = (),
) -> Ids:
    """Write down a version that follows those that stand now. Raises Refusal."""
    title, summary = texts
    draft = Draft(agreement.scope, "agreement", dict(facts), words(title=title, summary=summary), agent=agent)
    return await office.node.write([draft], local=rows)


async def countersign(
    office: Office,
    version: RecordId,
    decision: str = "accept",
    text: str = "",
    agent: bytes = b"",
    rows: Rows = (),
    *,
    shown: bytes = b"",
) -> Ids:
    """Accept or decline a version, or anything else in an agreement that asks for it. Raises Refusal.

    `shown` is the digest of what was shown to whoever signs.
    """
    record = office.truth.record(version)
    assert record is not None  # the caller has found it
    facts: dict[str, Value] = {**identity.accept(version), "decision": decision}
    if shown:
        facts["seen_digest"] = shown
    draft = Draft(record.home, "countersign", facts, words(text=text) if text else None, agent=agent)
    return await office.node.write([draft], local=rows)


async def answer(
    office: Office,
    version: Version,
    decision: str,
    text: str = "",
    agent: bytes = b"",
    rows: Rows = (),
    *,
    shown: bytes = b"",
) -> Ids:
    """Sign or decline a version, for the owner or the organisation `agent`. Raises Refusal."""
    if decision not in DECISIONS:
        raise Refusal(Code.BAD_REQUEST, f"{decision!r} is no answer: one of {', '.join(DECISIONS)}")
    who = agent or office.me
    show = f"meshnode agreement show {to_text(version.record)}"
    _must_be_asked(office, version, who, decision, show)
    digest = seen(sections_of(office, version))
    if shown and shown != digest:
        raise Refusal(Code.CONFLICT, "it reads otherwise by now than what was shown to you", show)
    return await countersign(office, version.record, decision, text, agent, rows, shown=digest)


def _must_be_asked(office: Office, version: Version, who: bytes, decision: str, show: str) -> None:
    """Refuse an answer that nobody waits for. Raises Refusal."""
    mine = next((each for each in version.signatures if each.agent == who), None)
    name = "you" if who == office.me else office.name(who) or short(who)
    if mine is None:
        asked = [each.agent for each in version.signatures]
        others = [each for each in office.acts_as() if each in asked]
        why = f"{name} are no party of this version" if who == office.me else f"{name} is no party of this version"
        hint = f"sign for them: --as {names(office, (others[0],))}" if others else show
        raise Refusal(Code.NOT_AUTHORISED, why, hint)
    have = "have" if who == office.me else "has"
    if decision == "decline" and version.told.state == "in_force" and who in _answerable(version):
        if _has_given_up(office, mine, version) and not _answers(office, version, who):
            raise Refusal(Code.CONFLICT, f"{name} {have} given up already what {name} answered for by it", show)
        return  # It gives up what it answers for (09-agreements 2.5).
    if decision == "decline" and mine.state == "declined":
        raise Refusal(Code.CONFLICT, f"{name} {have} declined it already", "you may still sign it")
    if mine.state == "signed" and not (version.told.state == "in_force" and _has_given_up(office, mine, version)):
        why = f"{name} {have} signed it, which cannot be taken back"
        other = f"meshnode agreement amend {to_text(version.row.scope)} --help"
        told = f"{why}: propose another version, and ask the others to decline this one"
        raise Refusal(Code.CONFLICT, *((told, other) if decision == "decline" else (why, show)))
    if decision == "decline" and version.told.state != "proposed":
        raise Refusal(Code.CONFLICT, f"it is not proposed any more, but {version.told.state}", show)


def _answerable(version: Version) -> list[bytes]:
    """Who answers for anything."""
    return [each["final"] for each in version.facts.get("responsibility", ())]


def _answers(office: Office, version: Version, who: bytes) -> bool:
    """Whether somebody who is to answer for anything by a version does so, and has not given that up."""
    with office.folded.steady():
        return answers(version.record, who, Versions(version.row.scope, office.folded))


def _has_given_up(office: Office, mine: Signature, version: Version) -> bool:
    """Whether somebody declined a version that stands, so that another signature takes that back."""
    with office.folded.steady():
        return next(iter(office.folded.scan("declines", version.record + mine.agent)), None) is not None


def version_for(office: Office, agreement: Agreement, record: bytes, agent: bytes) -> Version:
    """The version somebody means to answer: a certain one, else the one that waits for them. Raises Refusal."""
    version = agreement.version(record) if record and record != agreement.scope else None
    if version is not None:
        return version
    waiting = [each for each in agreement.proposals if (agent or office.me) in each.awaited]
    if len(waiting) > 1:
        listed = ", ".join(to_text(each.record) for each in waiting)
        raise Refusal(Code.AMBIGUOUS, f"several versions wait for you: {listed}", "say which of them")
    return waiting[0] if waiting else agreement.proposals[-1] if agreement.proposals else agreement.standing


def before(agreement: Agreement) -> list[Version]:
    """The versions that a new one follows: the standing one, or all that are in conflict."""
    rivals = [each for each in agreement.versions if each.told.state == "conflict"]
    return rivals or [agreement.standing]


async def fresh_agreement(office: Office, scope: ScopeId) -> Agreement:
    """An agreement once the lists show what was just written in it. Raises Refusal."""
    await office.projector.caught_up()
    return agreement_of(office, scope)
