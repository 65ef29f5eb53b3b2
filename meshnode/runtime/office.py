"""The owner's office: what every request needs at hand, and the few things all of them do.

Names and abbreviated ids become ids here, and here it is decided into which scope something is signed.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple, TypeVar

import trio

from meshnode.core.effects import NotWritten
from meshnode.core.folded import Folded
from meshnode.core.mandates import Denied, Mandates
from meshnode.core.rows import (
    AgreementEntry,
    AnswerEntry,
    BlockEntry,
    FollowEntry,
    Forget,
    JoinedEntry,
    LocalRow,
    PeerEntry,
)
from meshnode.core.summing import Sums, answer
from meshnode.runtime.devices import Devices
from meshnode.runtime.following import Following
from meshnode.runtime.freshness import Freshness
from meshnode.runtime.joining import Joins
from meshnode.runtime.keyed import name_of
from meshnode.runtime.known import Known
from meshnode.runtime.lookups import Lookups
from meshnode.runtime.naming import plain_id, read_abbreviation, the_one, whole_id
from meshnode.runtime.node import RunningNode
from meshnode.runtime.pairings import Pairings
from meshnode.runtime.projector import Projector
from meshnode.runtime.refusals import Code, Refusal
from meshnode.runtime.rootkeys import RootKeys
from meshnode.runtime.settings import RuntimeSettings
from meshnode.runtime.unwritten import About, quoted, refusal_of
from meshnode.runtime.watching.room import Room, room_of
from meshnode.store.reading import Reader
from meshnode.views.names import like, slug
from meshnode.views.rows import EntryRow, ProjectRow
from meshproto.fold.retelling import Retelling
from meshproto.fold.standing import Standing, Status
from meshproto.fold.states import SETTLED_TYPES
from meshproto.records.encoding import decode
from meshproto.records.ids import AgentId, RecordId, ScopeId, log_id, short, to_text

CANDIDATES = 64
"""Ids looked at for an abbreviation; more than fit on a screen help nobody."""

Ids = tuple[RecordId, ...]
"""What a write made, in order."""
Rows = tuple[LocalRow | Forget, ...]
"""Local rows that are committed along with a write."""

T = TypeVar("T")


class Placed(NamedTuple):
    """Where something is signed into, and for which project."""

    scope: ScopeId
    project: ProjectRow | None


@dataclass(slots=True)
class Office:
    """One node as its owner's requests see it."""

    node: RunningNode
    truth: Reader
    """Read in the event loop's thread."""
    lookups: Lookups
    folded: Folded
    """Read in the event loop's thread, and only inside `steady`."""
    mandates: Mandates
    """By which entries the owner signs; asked in the event loop's thread."""
    projector: Projector
    joins: Joins
    devices: Devices
    pairings: Pairings
    rootkeys: RootKeys
    following: Following
    notebook: ScopeId
    settings: RuntimeSettings
    slow_lookups: Lookups
    """A reader of its own for questions that may take long, used in a worker thread."""
    slow_folded: Folded
    """The same of what is folded."""
    sums: Sums
    """What the core wants to know of distributions that it is to sign."""
    _slow_turn: trio.CapacityLimiter = field(default_factory=lambda: trio.CapacityLimiter(1))
    retelling: Retelling = field(default_factory=Retelling)
    """What was told to explain distributions; used inside `work_out` only."""
    _fold_turn: trio.CapacityLimiter = field(default_factory=lambda: trio.CapacityLimiter(1))
    _keys: dict[str, trio.Lock] = field(default_factory=dict)
    _names: Known = field(init=False)
    _freshness: Freshness = field(init=False)
    known: Known = field(init=False)
    """What requests found out about agents and scopes: it may change with the views, and by the owner's choices."""

    def __post_init__(self) -> None:
        self._freshness = Freshness(self.node, self.projector, lambda: self.lookups.views.arrival)
        self._names = Known(self.projector.advanced)
        self.known = Known(self.projector.advanced, self.node.chosen)

    @property
    def me(self) -> AgentId:
        """The owner."""
        return self.node.me

    async def fresh(self, upto: int | None = None) -> Lookups:
        """The lookups, once they show what was written before, or after a moment all the same.

        `upto` is the last arrival that matters to whoever asks; all that was written here if it is not given. Raises
        Refusal if the views are broken.
        """
        await self._freshness.until_fresh(upto)
        return self.lookups

    async def certain(self) -> Lookups:
        """The lookups, for who is to be refused by what they show, or signs by it: a busy machine is waited for."""
        await self._freshness.until_certain()
        return self.lookups

    async def standing(self, record: bytes, entry: EntryRow | None = None) -> Standing | None:
        """What a record is worth, as of the last slice; None if it was not folded yet. `entry` is it, if at hand."""
        entry = entry or self.lookups.entry(record)
        if entry is None or entry.status != "yes" or entry.type in SETTLED_TYPES:
            return await self.projector.standing(record)
        return Standing(Status.YES, state=entry.state, flags=tuple(entry.flags.split()))  # nothing causes what is well

    def lag(self) -> int:
        """How many records the views lack."""
        return self._freshness.lag

    def name(self, agent: bytes) -> str:
        """What an agent is called; the genesis tells it before the views do."""
        # That nobody has told it yet is not remembered: the genesis may come any time.
        return self._names.get(agent, lambda: self._look_up_name(agent)) or self._look_up_name(agent)

    def _look_up_name(self, agent: bytes) -> str:
        shown = self.lookups.name(agent)
        if shown:
            return shown
        raw = self.truth.private(agent)
        content = decode(raw, text="utf8") if raw is not None else None
        name = content.get("name") if isinstance(content, dict) else None
        return name if isinstance(name, str) else ""

    async def slowly(self, question: Callable[[Lookups], T]) -> T:
        """Ask something that may take long, in a worker thread."""
        return await trio.to_thread.run_sync(question, self.slow_lookups, limiter=self._slow_turn)

    async def work_out(self, question: Callable[[Folded], T]) -> T:
        """Ask the fold something that may take long, in a worker thread, inside `steady`: one question at a time."""
        return await trio.to_thread.run_sync(_steadily, question, self.slow_folded, limiter=self._fold_turn)

    async def work_out_sums(self) -> None:
        """Work out what the core was missing when it refused to sign a distribution."""
        for each in self.sums.asked():
            self.sums.tell(each, await self.work_out(partial(answer, each)))

    # What is chosen about others.

    def followed(self) -> tuple[FollowEntry, ...]:
        """Who is followed."""
        return self.truth.rows(FollowEntry)

    def blocked(self) -> tuple[BlockEntry, ...]:
        """Who is blocked."""
        return self.truth.rows(BlockEntry)

    def is_blocked(self, agent: bytes) -> bool:
        """Whether somebody is blocked."""
        return self.truth.entry(BlockEntry, (agent,)) is not None

    def relayed(self) -> list[JoinedEntry]:
        """The networks that are carried for their members."""
        return [row for row in self.truth.rows(JoinedEntry) if row.relayed and not row.left]

    def rooms(self) -> list[Room]:
        """How full each bound is, in words."""
        shown = [each for each in self.node.fullness() if each.about != self.notebook]
        return [room_of(each, lambda about: self.name(about) or short(about)) for each in shown]

    def is_partial(self, network: ScopeId) -> bool:
        """Whether there was no room for all of a network that is relayed."""
        full = [each for each in self.node.fullness() if each.name == "relayed" and each.about == network]
        return any(each.held >= each.limit for each in full)

    # Writing.

    async def once(self, key: str, request: bytes, write: Callable[[Rows], Awaitable[Ids]]) -> Ids:
        """Do a write, unless the same key has done it already: then return what that made.

        `write` is given the rows that must be committed with it. Raises Refusal if the key did something else.
        """
        if not key:
            return await write(())
        name = name_of(key)
        lock = self._keys.setdefault(name, trio.Lock())
        try:
            async with lock:
                found = self.truth.entry(AnswerEntry, (name,))
                if found is None:
                    return await write((AnswerEntry(name, request, (), self.node.now()),))
        finally:
            if not lock.statistics().tasks_waiting:
                self._keys.pop(name, None)
        if found.request != request:
            raise Refusal(Code.KEY_REUSED, "this Idempotency-Key came with another request", "use a fresh key")
        return tuple(RecordId(each) for each in found.ids)

    def noted(self, key: str) -> Rows:
        """What is noted of what a key has done, as `once` gives it to be written; empty if there is nothing."""
        found = self.truth.entry(AnswerEntry, (name_of(key),)) if key else None
        return () if found is None else (found,)

    async def settled(self, key: str, request: bytes, do: Callable[[], Awaitable[Ids]]) -> Ids:
        """Do something that cannot be committed together with its answer, unless the same key has done it already.

        What it returns is noted right after it was done; nothing means that it is not finished, and is not noted. Who
        asks again after a crash just in between does it again, so it must be harmless then. Raises Refusal.
        """

        async def write(rows: Rows) -> Ids:
            ids = await do()
            notes = [row._replace(ids=ids) for row in rows if isinstance(row, AnswerEntry) and ids]
            if notes:
                await self.node.write((), local=notes)
            return ids

        return await self.once(key, request, write)

    # Finding.

    async def find(self, text: str) -> RecordId:
        """The record that a whole or abbreviated id means. Raises Refusal."""
        whole = whole_id(text)
        if whole is not None:
            return the_one(text, [whole] if self.truth.has(whole) else [], self._kind)
        given = read_abbreviation(text)
        if given.end:
            await self.fresh()
            rows = await self.slowly(lambda lookups: lookups.ending_in(given.end, CANDIDATES))
            found = [RecordId(each) for each in rows if given.fits(each)]
        else:
            found = list(self.truth.beginning_with(*given.bounds(), CANDIDATES))
        return the_one(text, found, self._kind)

    async def _named(self, look: Callable[[Lookups], list[T]], *, at_once: bool) -> list[T]:
        """What is called something, once the views are fresh.

        `at_once`: as far as it is shown, if that is anything and nothing was named, and nobody let in or out, since.
        """
        if not at_once:
            return look(await self.fresh())
        shown = self.projector.reached >= self.node.named
        return (look(self.lookups) if shown else []) or look(await self.fresh(self.node.named))

    async def find_network(self, text: str, *, at_once: bool = False) -> ScopeId:
        """The network that a name, a short name or an id means; the notebook by its name. Raises Refusal.

        `at_once`: whoever asks reads nothing else in the views, so there is no need to wait for what has no name.
        """
        given, wanted = plain_id(text) if at_once else None, slug(text)
        if given is not None and self.truth.network(given) is not None:
            if self.projector.reached < self.node.named:
                await self.fresh(self.node.named)
            return ScopeId(given)
        named = await self._named(
            lambda lookups: [ScopeId(row.record) for row in lookups.networks() if wanted and slug(row.name) == wanted],
            at_once=at_once,
        )
        joined = {row.network for row in self.truth.rows(JoinedEntry) if not row.left}
        here = [each for each in named if each in joined] or named
        if len(here) == 1:
            return here[0]
        if here:
            listed = ", ".join(short(each) for each in here)
            raise Refusal(Code.AMBIGUOUS, f"several networks are called {text}: {listed}", "use the id")
        by_id = await self._by_id(text)
        if by_id is not None and self.truth.network(by_id) is not None:
            return ScopeId(by_id)
        hint = f"meshnode network create {quoted(text)} --open"
        near = like(text, (row.name for row in self.lookups.networks()))
        raise Refusal(Code.UNKNOWN_NETWORK, f"there is no network {text!r} here{near}", hint)

    async def find_organisation(self, text: str) -> ScopeId:
        """The organisation that a name, a short name or an id means. Raises Refusal."""
        lookups = await self.fresh()
        rows = lookups.organisations()
        named = [ScopeId(row.record) for row in rows if slug(text) and slug(lookups.name(row.record)) == slug(text)]
        carried = {row.network for row in self.truth.rows(JoinedEntry) if not row.left}
        here = [each for each in named if each in carried] or named
        if len(here) == 1:
            return here[0]
        if here:
            listed = ", ".join(short(each) for each in here)
            raise Refusal(Code.AMBIGUOUS, f"several organisations are called {text}: {listed}", "use the id")
        by_id = await self._by_id(text)
        if by_id is not None and any(row.record == by_id for row in rows):
            return ScopeId(by_id)
        near = like(text, (lookups.name(row.record) for row in rows))
        raise Refusal(Code.NOT_FOUND, f"there is no organisation {text!r} here{near}", "meshnode org ls")

    async def find_agreement(self, text: str) -> ScopeId:
        """The agreement that a title, a short name, or the id of anything in it means. Raises Refusal."""
        called = await self.agreement_called(text)
        if called is not None:
            return called
        by_id = await self._by_id(text)
        record = None if by_id is None else self.truth.record(by_id)
        if record is not None and self.truth.entry(AgreementEntry, (record.home,)) is not None:
            return record.home
        near = like(text, (row.title for row in reversed(self.lookups.versions())))
        raise Refusal(Code.NOT_FOUND, f"there is no agreement {text!r} here{near}", "meshnode agreement ls")

    async def agreement_called(self, text: str) -> ScopeId | None:
        """The agreement with a title or short name; None if none is called so. Raises Refusal if several are."""
        lookups = await self.fresh()
        wanted = slug(text)
        called = dict.fromkeys(row.scope for row in lookups.versions() if wanted and slug(row.title) == wanted)
        named = [ScopeId(each) for each in called if self.truth.entry(AgreementEntry, (each,)) is not None]
        standing = {row.scope for row in lookups.versions() if row.state != "proposed"}
        # Of a title that was proposed more than once, people mean the one that all have signed.
        named = [each for each in named if each in standing] if len(standing.intersection(named)) == 1 else named
        if len(named) > 1:
            listed = ", ".join(short(each) for each in named)
            raise Refusal(Code.AMBIGUOUS, f"several agreements are called {text}: {listed}", "use the id")
        return named[0] if named else None

    async def acting(self, text: str | None) -> bytes:
        """For whom a request is signed: an organisation by name or id; empty for the owner.

        Raises Refusal, also if the owner does not sign for it: nothing else is looked at then.
        """
        if not text:
            return b""
        agent = await self.find_organisation(text)
        await self.certain()
        self.credentials(agent)
        return agent

    def acts_as(self) -> list[bytes]:
        """For whom the owner signs: oneself, and organisations."""
        return [self.me, *self.mandates.acts_for()]

    def credentials(self, agent: bytes = b"") -> tuple[RecordId, ...]:
        """By which records this device speaks for the owner, or for an organisation. Raises Refusal if it does not."""
        found = self.mandates.credentials(agent)
        if isinstance(found, Denied):
            said = About(self.truth, self.name, agent)
            raise refusal_of(NotWritten(found.why, to_text(found.by) if found.by else ""), said)
        return found

    async def find_project(self, text: str, scope: bytes | None = None, *, at_once: bool = False) -> ProjectRow:
        """The project that a title, a short name or an id means, rather one in `scope`. Raises Refusal.

        `at_once` as in `find_network`.
        """
        named = await self._named(lambda lookups: lookups.projects_called(text), at_once=at_once)
        lookups = self.lookups
        here = [row for row in named if row.scope == scope] or named
        if len(here) == 1:
            return here[0]
        if here:
            listed = ", ".join(f"{short(row.project)} in {lookups.name(row.scope)}" for row in here)
            raise Refusal(Code.AMBIGUOUS, f"several projects are called {text}: {listed}", "use the id")
        by_id = await self._by_id(text)
        project = None if by_id is None else lookups.project(lookups.project_of_edit(by_id) or by_id)
        if project is None:
            hint = f"meshnode project create {quoted(text)}"
            near = like(text, (row.title for row in lookups.projects()))
            raise Refusal(Code.UNKNOWN_PROJECT, f"there is no project {text!r}{near}", hint)
        return project

    async def place(self, network: str | None, project: str | None, agent: bytes = b"") -> Placed:
        """Where work goes: into `network`, else the project's, else the default one, else the notebook.

        `agent` is the organisation for which it is signed; that has no notebook. Raises Refusal.
        """
        scope = await self.find_network(network, at_once=True) if network else None
        chosen = await self.find_project(project, scope, at_once=True) if project else None
        if scope is None and chosen is not None:
            scope = ScopeId(chosen.scope)
        if scope is None and self.settings.default_network:
            scope = await self.find_network(self.settings.default_network, at_once=True)
        placed = Placed(scope or self.notebook, chosen)
        if agent and placed.scope == self.notebook:
            why = f"{self.name(agent) or short(agent)} has no notebook: say into which network it goes"
            raise Refusal(Code.BAD_REQUEST, why, "meshnode network ls")
        self.must_write_in(placed.scope, agent)
        return placed

    def must_write_in(self, scope: bytes, agent: bytes = b"") -> None:
        """Refuse what the owner would sign, for itself or `agent`, where it counts for nobody. Raises Refusal."""
        if scope == self.me or self.truth.network(scope) is None:
            return
        joined = self.truth.entry(JoinedEntry, (scope,))
        if joined is None or joined.left or joined.leaving or joined.relayed:
            name = self.name(scope) or short(scope)
            verb = "have left" if joined is not None and (joined.left or joined.leaving) else "have not joined"
            body = f", and {self.name(agent) or short(agent)} has not joined it" if agent else ""
            why = f"you {verb} {name}{body}: what you signed there would count for nobody"
            raise Refusal(Code.NOT_AUTHORISED, why, self._way_in(scope, agent))
        if agent:
            return  # the core knows by which role
        told = self.node.standings.get(scope)
        if told is not None and not told.is_open and told.needs_role and not told.roles:
            name = self.name(scope) or short(scope)
            why = f"you have no role in {name}: what you signed there would count for nobody"
            raise Refusal(Code.NOT_AUTHORISED, why, f"meshnode network members {quoted(name)}")
        facts = self.truth.network(scope)
        is_open = told.is_open if told is not None else facts is not None and facts.open
        if facts is not None and (self.me in facts.founders or not is_open):
            return
        log = self.truth.log(log_id(scope, self.node.identity.key.public))
        if log is None or not log.counted:
            name = self.name(scope) or short(scope)
            why = f"you have not joined {name} yet: it waits for a member to connect"
            raise Refusal(Code.NOT_AUTHORISED, why, "meshnode peer ls")

    def _way_in(self, network: bytes, agent: bytes = b"") -> str:
        """What to do to join a network, for an organisation too: by name if its members can be reached from here."""
        facts, told = self.truth.network(network), self.node.standings.get(ScopeId(network))
        if not (told.is_open if told is not None else facts is None or facts.open):
            return "ask a steward there for an invitation, and join by it: meshnode network join --help"
        if not self.peers_in(network):
            return "ask a member for the line of `meshnode network ls`, and join by it: meshnode network join --help"
        named = f" --as {quoted(self.name(agent) or to_text(agent))}" if agent else ""
        return f"meshnode network join {quoted(self.name(network) or to_text(network))}{named}"

    def peers_in(self, network: bytes) -> list[PeerEntry]:
        """The peers known here whose owners stand in a network, as far as they told where they are."""
        members = set(self.truth.agents_in_scope(network)) - {self.me}
        return [row for row in self.truth.rows(PeerEntry) if row.agent in members and row.addresses]

    def writes_in(self, scope: bytes, agent: bytes = b"") -> bool:
        """Whether what the owner, or `agent`, signs there counts, as far as the lists tell: at home, or as a member."""
        if scope == (agent or self.me):
            return True
        joined = self.truth.entry(JoinedEntry, (scope,))
        return joined is not None and not joined.left and self.lookups.standing_in(agent or self.me, scope) is not None

    def mine(self, record: RecordId, agent: bytes = b"") -> EntryRow:
        """The entry of a record of the owner's, or of `agent`. Raises Refusal if it is another's or not shown yet."""
        entry = self.lookups.entry(record)
        if entry is None:
            raise Refusal(Code.NOT_FOUND, f"{short(record)} is not in the lists yet", "try again in a moment")
        if entry.agent != (agent or self.me):
            author = self.lookups.name(entry.agent) or "somebody else"
            why = f"{short(record)} was signed by {author}; only {author} can change it"
            acts = entry.agent in self.mandates.acts_for()
            hint = f"say that you do it for them: --as {quoted(author)}" if acts else ""
            raise Refusal(Code.NOT_YOURS, why, "it is your own: leave out --as" if entry.agent == self.me else hint)
        return entry

    async def _by_id(self, text: str) -> RecordId | None:
        """The record that a text means as an id, None if it can be none. Raises Refusal if it means several."""
        try:
            return await self.find(text)
        except Refusal as refusal:
            if refusal.code is Code.AMBIGUOUS:
                raise
            return None

    def _kind(self, record: RecordId) -> str:
        entry = self.lookups.entry(record)
        return entry.type if entry else "record"


def _steadily(question: Callable[[Folded], T], folded: Folded) -> T:
    with folded.steady():
        return question(folded)
