"""How agreements stand: their versions, who has signed, whose turn it is, and what comes next in words."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple, cast

from meshnode.core.rows import AgreementEntry
from meshnode.runtime.office import Office
from meshnode.runtime.refusals import Code, Refusal
from meshnode.runtime.requests import ruled
from meshnode.runtime.requests.decided import names
from meshnode.runtime.unwritten import quoted
from meshnode.terms.contract import Readable, Section, contract
from meshnode.views.rows import AgreementRow
from meshproto.fold.duties import VACANT, vacant_duties
from meshproto.fold.lineage import read_stand
from meshproto.fold.lineages import read_version, version_of
from meshproto.fold.memory import Memory
from meshproto.fold.standing import SETTLED, row_of
from meshproto.fold.tallies import YES, Told
from meshproto.fold.versions import Versions
from meshproto.records.encoding import decode
from meshproto.records.ids import RecordId, ScopeId, ext, short, to_text
from meshproto.records.reasons import Reason
from meshproto.types.agreement import parties_of

ENDED = ("superseded", "ended")
"""States of versions that ask nothing of anybody."""


class Signature(NamedTuple):
    """What a party said of a version: `signed`, `contested`, `declined`, or nothing yet."""

    agent: bytes
    state: str
    record: bytes = b""
    reason: str = ""
    """Why a signature is contested."""
    leaves: bool = False
    """Whether it is of somebody who was a party before, and is none by this version."""


class Version(NamedTuple):
    """One version with what was said of it."""

    record: RecordId
    row: AgreementRow
    facts: Mapping[str, Any]
    told: Told
    signatures: tuple[Signature, ...]
    awaited: tuple[bytes, ...]
    """Whose signature is missing, where nobody's decline is in the way."""
    vacant: tuple[tuple[bytes, str], ...] = ()
    """To whom, and for what, nobody answers by it any more; only where it is in force."""


class Agreement(NamedTuple):
    """One agreement: its versions by time, and the one by which it is shown."""

    scope: ScopeId
    versions: tuple[Version, ...]
    standing: Version

    @property
    def proposals(self) -> list[Version]:
        """The versions that wait for somebody."""
        return [each for each in self.versions if each.told.state == "proposed"]

    def version(self, record: bytes) -> Version | None:
        """One of the versions."""
        return next((each for each in self.versions if each.record == record), None)


def agreement_of(office: Office, scope: ScopeId) -> Agreement:
    """One agreement as it stands. Raises Refusal if it is not folded yet, or not valid."""
    rows = office.lookups.versions(scope)
    with office.folded.steady():
        memory = office.folded
        decided = Versions(scope, memory)
        versions = tuple(_version(row, decided) for row in rows if read_version(memory, row.record) is not None)
        standing = cast(bytes, memory.get("governs", scope) or scope)
    shown = next((each for each in versions if each.record == standing), None)
    if shown is None:
        why = f"{short(scope)} is not here yet as a whole, or was never valid"
        raise Refusal(Code.NOT_FOUND, why, f"meshnode why {to_text(scope)}")
    return Agreement(scope, versions, shown)


def agreements_here(office: Office, after: tuple[object, ...] = ()) -> Iterator[Agreement]:
    """The agreements of which a valid first version is here, by time; those behind a place (`place_of`), or all."""
    for row in sorted(office.truth.rows(AgreementEntry), key=lambda row: (row.at, row.agreement)):
        scope = ScopeId(row.agreement)
        if after and (row.at, row.agreement) <= after:
            continue
        with office.folded.steady():
            is_valid = read_version(office.folded, scope) is not None
        if is_valid and office.lookups.versions(scope):
            yield agreement_of(office, scope)


def place_of(office: Office, agreement: Agreement) -> tuple[int, bytes]:
    """Where an agreement stands among those that are here."""
    entry = office.truth.entry(AgreementEntry, (agreement.scope,))
    return (entry.at if entry is not None else 0), agreement.scope


def awaited_of(office: Office, agreement: Agreement) -> list[tuple[Version, bytes]]:
    """What waits for the owner's signature, each with for whom."""
    mine = office.acts_as()
    return [(version, agent) for version in agreement.proposals for agent in version.awaited if agent in mine]


def advice(office: Office, agreement: Agreement, version: Version) -> tuple[str, str]:
    """How a version stands in words, and the command that comes next; empty where there is none."""
    text, scope = to_text(version.record), to_text(agreement.scope)
    match version.told.state:
        case "proposed":
            return _proposed(office, agreement, version, text)
        case "contested" if version.told.reason is Reason.R_DECIDED:
            decided = ", ".join(short(each) for each in version.told.ids)
            return f"passed over: it was decided otherwise ({decided})", f"meshnode agreement show {scope}"
        case "contested":
            shaken = ", ".join(names(office, (each.agent,)) for each in version.signatures if each.state == "contested")
            record = next((each.record for each in version.signatures if each.state == "contested"), version.record)
            says = f"contested: it rests on a signature that is not certain ({shaken or short(record)})"
            return says, _decided_by(office, agreement.scope, version) or f"meshnode why {to_text(record)}"
        case "conflict":
            rivals = ", ".join(short(each) for each in version.told.ids)
            why = f"in conflict: {rivals} was signed by all as well, so nothing is paid by either"
            says = f"{why} until one is picked, or a third version follows both"
            return says, _decided_by(office, agreement.scope, version)
        case "superseded":
            return "superseded by a later version", f"meshnode agreement show {scope}"
        case "ended":
            return f"ended: no work or income after {version.facts['until']} belongs to it", ""
        case _ if agreement.proposals:
            ids = ", ".join(short(each.record) for each in agreement.proposals)
            first = to_text(agreement.proposals[-1].record)
            says = f"{_in_force(office, version.vacant)}; a change of it is proposed ({ids})"
            return says, f"meshnode agreement show {first}"
        case _:
            return _in_force(office, version.vacant), ""


def _in_force(office: Office, vacant: Iterable[tuple[bytes, str]]) -> str:
    """That a version is in force, and to whom nobody answers by it any more."""
    told = " and ".join(f"to {names(office, (to,))} for {matter}" for to, matter in vacant)
    return f"in force, but nobody answers {told} any more" if told else "in force"


def sections_of(office: Office, version: Version) -> list[Section]:
    """A version as it reads."""
    title, summary = texts_of(office, version)
    return contract(version.facts, readable(office), title, summary)


def texts_of(office: Office, version: Version) -> tuple[str, str]:
    """Title and summary; the first version's where a later one has none."""
    row = version.row
    first = office.lookups.version(row.scope)
    return row.title or (first.title if first else ""), row.summary or (first.summary if first else "")


def readable(office: Office) -> Readable:
    """How ids are called here."""
    known = {ext(row.project): row.title for row in office.lookups.projects()}
    known.update({ext(row.record): row.name for row in office.lookups.networks()})

    def other(named: bytes) -> str:
        return known.get(named) or (named[-32:].hex()[:12] + "…")

    return Readable(lambda agent: office.name(agent) or short(agent), other)


def said(office: Office, record: bytes) -> str:
    """The words that go with a signature."""
    raw = office.truth.private(RecordId(record)) if record else None
    content = decode(raw, text="utf8") if raw is not None else None
    text = content.get("text") if isinstance(content, dict) else None
    return text if isinstance(text, str) else ""


def _version(row: AgreementRow, decided: Versions) -> Version:
    memory = decided.memory
    facts = version_of(memory, row.record).facts
    told = read_stand(memory, row.record)
    parties = parties_of(facts)
    leavers = {each for prev in facts.get("prev", ()) for each in _parties_of(prev, memory)}.difference(parties)
    signatures = (
        *(_signature(row.record, each, decided) for each in parties),
        *(_signature(row.record, each, decided)._replace(leaves=True) for each in sorted(leavers)),
    )
    awaited: tuple[bytes, ...] = ()
    if told.state == "proposed":
        asked = leavers if not told.ids or _need_leavers(facts, memory) else ()
        missing = {*told.ids, *asked}
        awaited = tuple(each.agent for each in signatures if each.agent in missing and not each.state)
    vacant = tuple(vacant_duties(decided)) if VACANT in told.flags else ()
    return Version(RecordId(row.record), row, facts, told, signatures, awaited, vacant)


def _need_leavers(facts: Mapping[str, Any], memory: Memory) -> bool:
    """Whether all who stay are too few for a change, so that whoever goes must agree to it as well."""
    staying = {*parties_of(facts)}
    for prev in facts.get("prev", ()):
        before = read_version(memory, prev)
        parties = parties_of(before.facts) if before is not None else []
        amendment = before.facts["amendment"] if before is not None else "all"
        needed = len(parties) if isinstance(amendment, str) else amendment["k"]
        if needed > len(staying.intersection(parties)):
            return True
    return False


def _parties_of(version: bytes, memory: Memory) -> list[bytes]:
    found = read_version(memory, version)
    return parties_of(found.facts) if found is not None else []


def _signature(version: bytes, agent: bytes, decided: Versions) -> Signature:
    memory = decided.memory
    accepts = [key[-32:] for key, _ in memory.scan("accepts", version + agent)]
    if accepts and decided.tally(version, agent) == YES:
        settled = [each for each in accepts if row_of(memory, each).status in SETTLED]
        return Signature(agent, "signed", (settled or accepts)[0])
    if accepts:
        limited = memory.get("beyond", accepts[0])
        return Signature(agent, "contested", accepts[0], "beyond the mandate of who signed" if limited else "")
    declines = [key[-32:] for key, _ in memory.scan("declines", version + agent)]
    return Signature(agent, "declined", declines[-1]) if declines else Signature(agent, "")


def _proposed(office: Office, agreement: Agreement, version: Version, text: str) -> tuple[str, str]:
    declined = tuple(each.agent for each in version.signatures if each.state == "declined")
    if declined:
        why = f"proposed; {names(office, declined)} declined it"
        return why, f"meshnode agreement amend {to_text(agreement.scope)} --help"
    mine = [agent for agent in version.awaited if agent in office.acts_as()]
    if not version.awaited:
        return (
            "proposed; the version before it is not in force yet",
            f"meshnode agreement show {to_text(agreement.scope)}",
        )
    as_ = f" --as {quoted(office.name(mine[0]) or to_text(mine[0]))}" if mine and mine[0] != office.me else ""
    return f"proposed; waiting for {names(office, version.awaited)}", f"meshnode agreement sign {text}{as_}"


def _decided_by(office: Office, scope: ScopeId, version: Version) -> str:
    """The command that decides what is in dispute about a version: a vote that is awaited, else a proposal."""
    with office.folded.steady():
        disputes = ruled.disputes_of(scope, office.folded)
        rulings = ruled.rulings_of(scope, office.folded)
        about = {each.record: ruled.concerned_by(each, office.folded) for each in rulings}
    for ruling in rulings:
        if ruling.state == ruled.OPEN and version.record in about[ruling.record] and ruling.awaited:
            return ruled.ruling_says(office, ruling)[1]
    mine = [each for each in disputes if version.record in (*each.about, each.target)]
    commands = ruled.commands_of(office, mine[0], scope) if mine else []
    picks = [each for each in commands if to_text(version.record) in each]
    return next(iter(picks or commands), "")
