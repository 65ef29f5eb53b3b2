"""From rows and ids to the pieces of models that several resources share."""

from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

import msgspec

from meshnode.api.models.shared import Agent, Check, Scope, Signer
from meshnode.api.models.terms import Money
from meshnode.api.models.work import Written
from meshnode.core.rows import AgreementEntry
from meshnode.runtime.answers.signers import signer_of
from meshnode.runtime.forks import is_forked
from meshnode.runtime.office import Office
from meshnode.runtime.refusals import Code, Refusal
from meshnode.runtime.requests.cascades import faces
from meshnode.runtime.watching.finding import Finding
from meshproto.records.encoding import decode
from meshproto.records.ids import RecordId, short, to_text
from meshproto.records.record import Record
from meshproto.types.currencies import EXPONENTS

STREAM = "stream"


def time_text(milliseconds: int) -> str:
    """RFC 3339 in UTC; a claimed time beyond the year 9999 is shown as its end."""
    try:
        moment = datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (OverflowError, ValueError, OSError):
        moment = datetime.max.replace(tzinfo=UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def absolute(path: str) -> Path:
    """A path that a request names; it must not depend on where the node happens to run. Raises Refusal."""
    found = Path(path)
    if not found.is_absolute() or "\0" in path:
        raise Refusal(Code.BAD_REQUEST, f"{path!r} is not an absolute path")
    return found


def check_model(finding: Finding) -> Check:
    """A finding of the watch or the doctor."""
    return Check(name=finding.name, state=finding.state, text=finding.text, fix=finding.fix)


class Names:
    """Looks up who and where, each once for one answer."""

    def __init__(self, office: Office, *, faces: bool = False) -> None:
        self._office = office
        self._tells_faces = faces
        """Whether it matters who acts for networks: in agreements, and where money goes."""
        self._agents: dict[bytes, Agent] = {}

    def agent(self, agent: bytes) -> Agent:
        """Somebody, with their name as far as it is known."""
        if agent not in self._agents:
            told = self._office.known.get((Agent, agent), lambda: _agent(self._office, agent))
            faces = ", ".join(sorted(self._faces.get(agent, ())))
            self._agents[agent] = msgspec.structs.replace(told, face_of=faces) if faces else told
        return self._agents[agent]

    @cached_property
    def _faces(self) -> dict[bytes, list[str]]:
        found: dict[bytes, list[str]] = {}
        if not self._tells_faces:
            return found
        for face, network in faces(self._office):
            found.setdefault(face, []).append(self._office.name(network) or short(network))
        return found

    def signer(self, record: bytes) -> Signer | None:
        """Who signed a record in the name of its author; None where that was the author."""
        found = self._office.truth.record(RecordId(record))
        return None if found is None else self.signer_of(found)

    def signer_of(self, record: Record) -> Signer | None:
        """The same of a record at hand."""
        signer = signer_of(record, self._office.truth.record)
        if signer is None:
            return None
        return Signer(self.agent(signer.agent), signer.role, to_text(signer.mandate))

    def scope(self, scope: bytes) -> Scope:
        """A stream, the notebook, a network or an agreement."""
        known = self._office.known.get((Scope, scope), lambda: _scope(self._office, scope))
        # What has come only now to be a network or an agreement moves nothing.
        return known if known.kind != STREAM else _scope(self._office, scope)


def _agent(office: Office, agent: bytes) -> Agent:
    forked = is_forked(agent, office.truth, office.lookups)
    return Agent(to_text(agent), office.name(agent), agent == office.me, forked, office.is_blocked(agent))


def _scope(office: Office, scope: bytes) -> Scope:
    truth = office.truth
    kind = "network" if truth.network(scope) is not None else STREAM
    kind = "agreement" if truth.entry(AgreementEntry, (scope,)) is not None else kind
    kind = "notebook" if scope == office.notebook else kind
    return Scope(id=to_text(scope), kind=kind, name=office.name(scope))


def written(office: Office, record: RecordId) -> Written:
    """A record that was just signed."""
    found = office.node.record(record)
    assert found is not None, "what was answered is stored"
    names = Names(office)
    return Written(
        id=to_text(record),
        type=found.type,
        scope=names.scope(found.home),
        agent=names.agent(found.author),
        signed_by=names.signer_of(found),
    )


def text_of(office: Office, record: bytes, name: str) -> str:
    """A text of a record's private part; empty if it is not here, or was erased."""
    raw = office.truth.private(RecordId(record))
    content = decode(raw, text="utf8") if raw is not None else None
    text = content.get(name) if isinstance(content, dict) else None
    return text if isinstance(text, str) else ""


def money_model(amt: int, cur: str) -> Money:
    """An amount with the decimals that the protocol lists."""
    return Money(amt=amt, cur=cur, exp=EXPONENTS.get(cur))
