"""What the owner is told when the core has not written something: what is wrong, for whom, and what helps.

The core knows ids; names come in here. Where something is signed for an organisation, or in the name of a network,
the refusal names it, and the command that helps is one for it.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from meshnode.core.drafts import Draft
from meshnode.core.effects import NotWritten, Outcome
from meshnode.core.ports import Ledger
from meshnode.runtime.refusals import Code, Refusal
from meshproto.records.ids import IdError, RecordId, from_text, short, to_text

Naming = Callable[[bytes], str]
"""What an agent is called; empty if nothing tells."""


def quoted(text: str) -> str:
    """A text as one word of a shell command."""
    return "'" + text.replace("'", "'\\''") + "'"


class About(NamedTuple):
    """What was to be written: for whom, the owner if empty, and into which scope, if that is one."""

    ledger: Ledger
    naming: Naming
    agent: bytes = b""
    scope: bytes = b""

    def name(self, agent: bytes) -> str:
        """Somebody, or a network, in a sentence."""
        return self.naming(agent) or short(agent)

    def word(self, agent: bytes) -> str:
        """Somebody, or a network, as a word of a command."""
        return quoted(self.naming(agent) or to_text(agent))

    def home(self, record: RecordId | None) -> bytes:
        """The scope of a record, empty if it is not here."""
        found = self.ledger.record(record) if record is not None else None
        return bytes(found.home) if found is not None else b""

    def is_network(self, agent: bytes) -> bool:
        """Whether it is a network for which is signed."""
        found = self.ledger.record(agent)
        return found is not None and found.facts.get("kind") == "network"


class Undecided(Refusal):
    """What was to be signed needs a decision of founders; these drafts, all for one body, can be proposed to them."""

    def __init__(self, refusal: Refusal, drafts: Sequence[Draft]) -> None:
        super().__init__(refusal.code, refusal.detail, refusal.hint)
        self.drafts = tuple(drafts)


def about(drafts: Sequence[Draft], ledger: Ledger, naming: Naming) -> About:
    """What these drafts are about."""
    agents, scopes = {each.agent for each in drafts}, {bytes(each.scope) for each in drafts}
    agent = agents.pop() if len(agents) == 1 else b""
    return About(ledger, naming, agent, scopes.pop() if len(scopes) == 1 else b"")


def refusal_of(outcome: Outcome, said: About | None = None) -> Refusal:
    """What to tell the owner when the core did not do what was asked."""
    assert isinstance(outcome, NotWritten), f"answered by {outcome}"
    code, detail, hint = _NOT_WRITTEN[outcome.why]
    shown = outcome.detail
    if said is not None and said.agent and outcome.why in _IN_A_NAME:
        detail, hint = _IN_A_NAME[outcome.why](said, _record(outcome.detail))
        shown = ""
    elif outcome.detail:
        hint = hint.replace(" ID", f" {outcome.detail}")
    if said is not None and outcome.why == "unfounded":
        shown = ", ".join(_called(each, said) for each in outcome.detail.split(", "))
    if outcome.unknown:
        code = Code.OUTCOME_UNKNOWN
    return Refusal(code, f"{detail} ({shown})" if shown else detail, hint)


def _record(text: str) -> RecordId | None:
    try:
        return from_text(text)
    except IdError:
        return None


def _called(text: str, said: About) -> str:
    record = _record(text)
    return text if record is None else said.naming(record) or text


def _shows(said: About) -> str:
    """The command that shows who signs for an organisation or network."""
    verb = "network members" if said.is_network(said.agent) else "org show"
    return f"meshnode {verb} {said.word(said.agent)}"


def _mandate(said: About, by: RecordId | None) -> tuple[str, str]:
    return f"nobody has let you sign for {said.name(said.agent)}", _shows(said)


def _dismissed(said: About, by: RecordId | None) -> tuple[str, str]:
    name = said.name(said.agent)
    why = f"your mandate to sign for {name} was ended, so nothing more that you signed in its name would count"
    return why, _shows(said)


def _offered(said: About, by: RecordId | None) -> tuple[str, str]:
    verb = "network accept" if said.is_network(said.agent) else "org accept"
    return f"you have not accepted yet to sign for {said.name(said.agent)}", f"meshnode {verb} {said.word(said.agent)}"


def _beyond(said: About, by: RecordId | None) -> tuple[str, str]:
    name, home = said.name(said.agent), said.home(by)
    if home == said.scope != said.agent:
        why = f"the role of {name} in {said.name(home)} does not reach so far"
        return why, f"meshnode network members {said.word(home)}"
    return f"what you were given for {name} does not reach so far", _shows(said)


def _role(said: About, by: RecordId | None) -> tuple[str, str]:
    scope = said.scope or bytes(by or b"")
    why = f"{said.name(said.agent)} has no role in {said.name(scope)} that allows this"
    return why, f"meshnode network join {said.word(scope)} --as {said.word(said.agent)}"


def _stranger(said: About, by: RecordId | None) -> tuple[str, str]:
    scope, name = said.scope or bytes(by or b""), said.name(said.agent)
    why = f"you have not joined {said.name(scope)} for {name}: what you signed there in its name would count for nobody"
    return why, f"meshnode network join {said.word(scope)} --as {said.word(said.agent)}"


def _order(said: About, by: RecordId | None) -> tuple[str, str]:
    why = f"the charter of {said.name(said.agent)} asks for a decision of its founders first"
    return why, f"propose it to them: meshnode decision propose {said.word(said.agent)} --help"


def _dissolved(said: About, by: RecordId | None) -> tuple[str, str]:
    body = said.home(by) or said.agent
    return f"{said.name(body)} was dissolved", f"meshnode decision ls {said.word(body)} --all"


_IN_A_NAME: dict[str, Callable[[About, RecordId | None], tuple[str, str]]] = {
    "mandate": _mandate,
    "dismissed": _dismissed,
    "offered": _offered,
    "beyond": _beyond,
    "role": _role,
    "stranger": _stranger,
    "order": _order,
    "dissolved": _dissolved,
}
"""Words and hint where something is signed for somebody else; the record is the one that says so, if any does."""

_NOT_WRITTEN: dict[str, tuple[Code, str, str]] = {
    "copied": (
        Code.COPIED_HOME,
        "this home was copied or restored, and no peer that held its records has answered yet",
        "connect to such a peer, or if no newer copy exists: meshnode up --i-have-the-newest-copy",
    ),
    "scope": (Code.NOT_AUTHORISED, "this network cannot be written in", "meshnode network ls"),
    "unfounded": (
        Code.CONFLICT,
        "nothing counts there before all its founders have accepted it, and these have not",
        "meshnode sync",
    ),
    "stranger": (
        Code.NOT_AUTHORISED,
        "you have not joined this network, so nothing you wrote there would count",
        "join it by the line that a member has from `meshnode network ls`",
    ),
    "missing": (Code.NOT_FOUND, "what it names is not here, so it would count nowhere", "meshnode sync"),
    "pending": (
        Code.CONFLICT,
        "what it names waits itself for records that are not here, so it would count nowhere",
        "meshnode sync",
    ),
    "foreign": (
        Code.BAD_REQUEST,
        "what it names stands in another network, which the readers of this one may not know",
        "state it again in this network first: meshnode share --help",
    ),
    "quota": (Code.NOT_AUTHORISED, "the network's allowance for one log is used up", "meshnode network ls"),
    "draft": (Code.BAD_REQUEST, "what was to be written does not fit into a record", ""),
    "refused": (Code.BAD_REQUEST, "records that came along were refused", ""),
    "waiting": (
        Code.NOT_AUTHORISED,
        "this device waits to be let in by another device of yours",
        "meshnode id device ls",
    ),
    "revoked": (
        Code.NOT_AUTHORISED,
        "this device was ended by its owner, so nothing it signs counts any more",
        "meshnode id device ls",
    ),
    "replaced": (
        Code.NOT_AUTHORISED,
        "this device was replaced: its owner recovered or rotated the identity, so nothing it signs counts any more",
        "meshnode id device ls",
    ),
    "device": (Code.NOT_AUTHORISED, "this device was never let in by its owner", "meshnode id device ls"),
    "mandate": (Code.NOT_AUTHORISED, "nobody has let you act for them", "meshnode org ls"),
    "dismissed": (
        Code.NOT_AUTHORISED,
        "your mandate to sign for them was ended, so nothing more that you signed in their name would count",
        "meshnode org ls",
    ),
    "offered": (Code.NOT_AUTHORISED, "you have not accepted yet to sign for them", "meshnode org ls"),
    "beyond": (Code.NOT_AUTHORISED, "what you were given does not reach so far", "meshnode why ID"),
    "party": (
        Code.NOT_AUTHORISED,
        "nobody for whom you sign takes part in this agreement",
        "meshnode agreement ls",
    ),
    "role": (Code.NOT_AUTHORISED, "you have no role in this network that allows this", "meshnode network ls"),
    "order": (
        Code.NEEDS_DECISION,
        "its charter asks for a decision of its founders first",
        "propose it to them: meshnode decision propose --help",
    ),
    "unfolded": (Code.BUSY, "the lists here are behind what has come in", "try again in a moment"),
    "unsummed": (Code.BUSY, "what comes of it is being worked out", "try again in a moment"),
    "void": (Code.CONFLICT, "it would be void for ever", "meshnode distribution new --help"),
    "moved": (Code.CONFLICT, "more has come in since, and another sum comes of it", "look at it again"),
    "dissolved": (Code.NOT_AUTHORISED, "it was dissolved", "meshnode why ID"),
    "busy": (Code.BUSY, "the disk is behind with earlier requests", "try again in a moment"),
    "store": (Code.OUTCOME_UNKNOWN, "the store failed", "restart the node and repeat the request"),
}
"""The words of `NotWritten.why`, for people."""
