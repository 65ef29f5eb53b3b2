"""What people ask of the views: the few questions that all requests share, over the generic reader of the store."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeVar

from meshnode.store.querying import MAX_IN, Is, ViewReader, Where
from meshnode.views.names import slug
from meshnode.views.rows import (
    AgreementRow,
    ContributionRow,
    EntryRow,
    ForkRow,
    HealingRow,
    MemberRow,
    NetworkRow,
    PersonRow,
    ProfileRow,
    ProjectRow,
    RestingRow,
    Row,
    VoteRow,
)
from meshproto.records.ids import EXT, ext, to_text
from meshproto.records.reasons import Reason

LIVING = ("yes", "aside")
"""Statuses of records that have an effect, or would have if a member's record reached them."""
EDITS_READ = 10_000
"""Edits of projects read for a list; far more than people make."""
FORKED_READ = 1_000
"""Records of forks read for a list: whoever forks on purpose must not make others read without end."""

RESOLUTIONS_READ = 1_000
"""Resolutions read for a list; founders seldom decide."""

VERSIONS_READ = 10_000
"""Versions of agreements read for a list."""

ORGANISATIONS_READ = 10_000
"""Organisations among which one is looked for; far more than anybody deals with."""

ENTRIES_AT_ONCE = 5_000
"""Entries read with one question where all of them are looked at."""

R = TypeVar("R", bound=Row)
E = TypeVar("E", ProjectRow, ProfileRow)


class Totals(NamedTuple):
    """What stands in one project: contributions that are valid and not retracted, and their time."""

    contributions: int
    seconds: int


class Counts(NamedTuple):
    """The entries of one scope."""

    records: int
    valid: int
    pending: int


class Lookups:
    """Questions about what is projected. A record that has not been projected yet is not there."""

    def __init__(self, views: ViewReader) -> None:
        self.views = views

    def entry(self, record: bytes) -> EntryRow | None:
        """One record of any type."""
        return _only(self.views.of(EntryRow, record))

    def flags(self, records: Sequence[bytes]) -> dict[bytes, list[str]]:
        """The flags of records, of those that have any."""
        pieces = (records[start : start + MAX_IN] for start in range(0, len(records), MAX_IN))
        rows = (row for each in pieces for row in self.views.select(EntryRow, Where("record", Is.ONE_OF, each)))
        return {row.record: row.flags.split() for row in rows if row.flags}

    def ending_in(self, letters: str, most: int) -> list[bytes]:
        """Ids whose text ends in these letters, by time; of more than `most`, at least that many.

        All are looked at, since nothing sorts them by their ends.
        """
        found: list[bytes] = []
        after: tuple[int, bytes] | None = None
        while True:
            page = self.views.select(
                EntryRow, Where("at", Is.AT_LEAST, 0), order="at", limit=ENTRIES_AT_ONCE, after=after
            )
            found += [row.record for row in page if to_text(row.record).endswith(letters)]
            if len(page) < ENTRIES_AT_ONCE or len(found) > most:
                return found
            after = (page[-1].at, page[-1].record)

    def contribution(self, record: bytes) -> ContributionRow | None:
        """One contribution."""
        return _only(self.views.of(ContributionRow, record))

    def restating(self, earlier: bytes, agent: bytes, scope: bytes) -> ContributionRow | None:
        """Where somebody restates an earlier contribution in a scope, given as `of` names it, and retracted it not."""
        same = (Where("restates", Is.EQUAL, earlier), Where("agent", Is.EQUAL, agent), Where("scope", Is.EQUAL, scope))
        return _only(self.views.select(ContributionRow, *same, Where("claim", Is.OTHER, "retracted"), limit=1))

    def project(self, project: bytes) -> ProjectRow | None:
        """What a project looks like, named by its first record, or from outside its network by `ext` of that."""
        if project[:1] == EXT and len(project) == 33:
            return next((each for each in self.projects() if ext(each.project) == project), None)
        return shown(self.project_heads(project))

    def project_heads(self, project: bytes) -> tuple[ProjectRow, ...]:
        """The edits of a project that nobody superseded."""
        return self.views.select(ProjectRow, Where("project", Is.EQUAL, project), Where("head", Is.EQUAL, 1))

    def project_of_edit(self, record: bytes) -> bytes | None:
        """The project that a record is an edit of."""
        row = _only(self.views.of(ProjectRow, record))
        return None if row is None else row.project

    def projects(self, scope: bytes | None = None) -> list[ProjectRow]:
        """What all projects, or those of one scope, look like; by title."""
        where = [Where("head", Is.EQUAL, 1)] + ([] if scope is None else [Where("scope", Is.EQUAL, scope)])
        heads: dict[bytes, list[ProjectRow]] = {}
        for row in self.views.select(ProjectRow, *where, limit=EDITS_READ):
            heads.setdefault(row.project, []).append(row)
        found = [each for rows in heads.values() if (each := shown(rows)) is not None]
        return sorted(found, key=lambda row: (row.title.casefold(), row.record))

    def projects_called(self, name: str) -> list[ProjectRow]:
        """The projects that somebody means by a title or a short name."""
        wanted = slug(name)
        return [row for row in self.projects() if wanted and row.slug == wanted]

    def totals(self, project: bytes) -> Totals:
        """What stands in a project."""
        where = (
            Where("project", Is.EQUAL, project),
            Where("claim", Is.OTHER, "retracted"),
            Where("status", Is.ONE_OF, LIVING),
        )
        return Totals(self.views.count(ContributionRow, *where), self.views.total(ContributionRow, "seconds", *where))

    def name(self, agent: bytes) -> str:
        """What an agent or agreement is called: by a profile, else by the genesis; empty if nothing tells."""
        profile = self.profile(agent)
        if profile is not None and profile.name:
            return profile.name
        person = _only(self.views.of(PersonRow, agent))
        if person is not None:
            return person.name
        network = self.network(agent)
        if network is not None:
            return network.name
        version = _only(self.views.of(AgreementRow, agent))
        return version.title if version else ""

    def profile(self, agent: bytes) -> ProfileRow | None:
        """What an agent's own profile looks like."""
        return shown(self.profile_heads(agent))

    def profile_heads(self, agent: bytes) -> tuple[ProfileRow, ...]:
        """The edits of an agent's own profile that nobody superseded."""
        where = (Where("agent", Is.EQUAL, agent), Where("scope", Is.EQUAL, agent), Where("head", Is.EQUAL, 1))
        return self.views.select(ProfileRow, *where)

    def network(self, network: bytes) -> NetworkRow | None:
        """One network."""
        return _only(self.views.of(NetworkRow, network))

    def networks(self) -> tuple[NetworkRow, ...]:
        """All networks known here, by time."""
        return self.views.select(NetworkRow, order="at")

    def organisations(self) -> tuple[PersonRow, ...]:
        """The organisations known here, by time."""
        where = Where("kind", Is.EQUAL, "organization")
        return self.views.select(PersonRow, where, order="at", limit=ORGANISATIONS_READ)

    def members(self, network: bytes) -> list[MemberRow]:
        """Who stands in a network, each agent once (as founder if they are one), by time."""
        active = Where("standing", Is.EQUAL, "active")
        rows = self.views.select(MemberRow, Where("network", Is.EQUAL, network), active, order="at")
        first: dict[bytes, MemberRow] = {}
        for row in sorted(rows, key=lambda row: (row.role != "founder", row.at, row.record)):
            first.setdefault(row.agent, row)
        return list(first.values())

    def standings(self, network: bytes) -> tuple[MemberRow, ...]:
        """Every grant and accept by which somebody stands, stood or is to stand in a network, by time."""
        return self.views.select(MemberRow, Where("network", Is.EQUAL, network), order="at")

    def standing_in(self, agent: bytes, network: bytes) -> MemberRow | None:
        """How an agent stands in a network."""
        return next((row for row in self.members(network) if row.agent == agent), None)

    def resolutions(self, scope: bytes | None = None) -> tuple[EntryRow, ...]:
        """What founders proposed, in all scopes or one, by time."""
        where = [Where("type", Is.EQUAL, "resolution")] + ([Where("scope", Is.EQUAL, scope)] if scope else [])
        return self.views.select(EntryRow, *where, order="at", limit=RESOLUTIONS_READ)

    def votes(self, target: bytes) -> tuple[VoteRow, ...]:
        """What was said of a resolution, or of a record in an agreement, by time."""
        return self.views.select(VoteRow, Where("target", Is.EQUAL, target), order="at")

    def version(self, record: bytes) -> AgreementRow | None:
        """One version of an agreement."""
        return _only(self.views.of(AgreementRow, record))

    def versions(self, scope: bytes | None = None) -> tuple[AgreementRow, ...]:
        """The versions of all agreements, or of one, by time."""
        where = [Where("scope", Is.EQUAL, scope)] if scope else []
        return self.views.select(AgreementRow, *where, order="at", limit=VERSIONS_READ)

    def resting_on(self, resolution: bytes) -> tuple[RestingRow, ...]:
        """The records that rest on a resolution, by time."""
        return self.views.select(RestingRow, Where("resolution", Is.EQUAL, resolution), order="at")

    def forks(self) -> tuple[ForkRow, ...]:
        """Records of forks, by number, as many as are told at all."""
        return self.views.select(ForkRow, order="seq", limit=FORKED_READ)

    def forks_of(self, agent: bytes) -> tuple[ForkRow, ...]:
        """Records of forks by one author."""
        return self.views.select(ForkRow, Where("agent", Is.EQUAL, agent), limit=FORKED_READ)

    def rivals(self, record: bytes) -> tuple[ForkRow, ...]:
        """The records of the fork that a record belongs to, itself among them; empty if it belongs to none."""
        row = _only(self.views.of(ForkRow, record))
        if row is None:
            return ()
        return self.views.select(ForkRow, Where("log", Is.EQUAL, row.log), Where("seq", Is.EQUAL, row.seq))

    def healings(self, log: bytes) -> tuple[HealingRow, ...]:
        """What joined branches of a log, by number."""
        return self.views.select(HealingRow, Where("log", Is.EQUAL, log), order="seq")

    def contested(self, agents: Sequence[bytes], most: int) -> tuple[EntryRow, ...]:
        """The oldest contested records of some agents, at most `most`; without rivals, which nobody can stand by.

        Of more than MAX_IN agents, those of the first are told.
        """
        where = (
            Where("status", Is.EQUAL, "contested"),
            Where("agent", Is.ONE_OF, agents[:MAX_IN]),
            Where("reason", Is.OTHER, Reason.R_RIVAL.value),
        )
        return self.views.select(EntryRow, *where, order="at", limit=most)

    def pending(self) -> int:
        """How many records wait for their past."""
        return self.views.count(EntryRow, Where("status", Is.EQUAL, "pending"))

    def counts(self, scope: bytes) -> Counts:
        """The entries of one scope by status."""
        found = self.views.tally(EntryRow, "status", Where("scope", Is.EQUAL, scope))
        return Counts(sum(found.values()), found.get("yes", 0), found.get("pending", 0))


def shown(heads: Iterable[E]) -> E | None:
    """The edit that is displayed: of the heads the one with the greatest (at, record)."""
    return max(heads, key=lambda row: (row.at, row.record), default=None)


def _only(rows: Sequence[R]) -> R | None:
    return rows[0] if rows else None
