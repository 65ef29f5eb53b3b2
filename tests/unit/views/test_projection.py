"""Rows for people, from real records folded for real."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import permutations

import pytest

from meshnode.views.claims import Evidence, More, read_more
from meshnode.views.projection import rows_of
from meshnode.views.rows import (
    TABLES,
    AttestedRow,
    ContributionRow,
    EntryRow,
    EvidenceRow,
    ForkRow,
    MemberRow,
    NetworkRow,
    Part,
    PersonRow,
    ProfileRow,
    ProjectRow,
    RecognitionRow,
    RestingRow,
    Row,
    SearchRow,
    ShareRow,
    SourceRow,
    VoteRow,
)
from meshnode.views.words import touched_by_part
from meshproto.fold.fold import Fold
from meshproto.fold.memory import DictMemory
from meshproto.records.encoding import Value
from meshproto.records.ids import ext
from meshproto.records.limits import MAX_INT
from meshproto.records.record import Record, check_private
from meshproto.types import authority, coordination, evaluation, identity, repair, value
from meshproto.types.schema import Facts
from meshproto.types.value import Measure, Money
from scripts.vectors.cases import key
from scripts.vectors.deals import Deal
from scripts.vectors.decisions import decide, four
from scripts.vectors.membership import shed
from scripts.vectors.tale import Tale
from tests.support.deals import lost_phone
from tests.support.scribe import Scribe


@dataclass
class Table:
    """All rows of some records, kept as the store keeps them: replaced by record at every change."""

    memory: DictMemory = field(default_factory=DictMemory)
    records: dict[bytes, Record] = field(default_factory=dict)
    parts: dict[bytes, Mapping[str, Value]] = field(default_factory=dict)
    gone: set[bytes] = field(default_factory=set)
    rows: dict[bytes, list[Row]] = field(default_factory=dict)

    def private(self, record_id: bytes) -> Mapping[str, Value] | None:
        return None if record_id in self.gone else self.parts.get(record_id)

    def erased(self, record_id: bytes) -> bool:
        return record_id in self.gone

    def record(self, record_id: bytes) -> Record | None:
        return self.records.get(record_id)

    def take(self, records: Iterable[Record]) -> "Table":
        for record in records:
            self.records[record.id] = record
            for change in Fold(self.memory).add(record):
                self._project(change.id)
        return self

    def part(self, record: Record, raw: bytes) -> None:
        self.parts[record.id] = check_private(record, raw)
        for each in touched_by_part(record):
            self._project(each)

    def all(self, scribe: Scribe) -> "Table":
        self.take(scribe.records)
        for record in scribe.records:
            if record.id in scribe.privates:
                self.part(record, scribe.privates[record.id])
        return self

    def of(self, kind: type[Row]) -> list[Row]:
        return [row for rows in self.rows.values() for row in rows if type(row) is kind]

    def _project(self, record_id: bytes) -> None:
        standing = Fold(self.memory).standing(record_id)
        assert standing is not None
        self.rows[record_id] = rows_of(self.records[record_id], standing, self)


def work(
    n: int = 3600, u: str = "SEC", project: bytes | None = None, ext_ref: tuple[str, bytes] | None = None
) -> Facts:
    when = ("2026-03-02", "2026-03-03")
    return value.contribution(kind="work", qty=Measure(n, 0, u), when=when, project=project, ext_ref=ext_ref)


@pytest.fixture
def ana() -> Scribe:
    return Scribe("Ana")


def test_a_contribution_shows_what_was_done_when_and_for_what(ana: Scribe) -> None:
    project = ana.write(ana.agent, "project", coordination.project(), {"title": "Acme Site"})
    edit = ana.write(ana.agent, "project", coordination.project(supersedes=[project.id]), {"title": "Acme 2"})
    facts = work(90, "MIN", project=edit.id, ext_ref=("git", b"c" * 20))
    record = ana.write(ana.agent, "contribution", facts, {"title": "Landing page", "text": "draft", "batch": "git-a"})
    table = Table().all(ana)
    assert table.of(ContributionRow) == [
        ContributionRow(
            record=record.id,
            scope=ana.agent,
            agent=ana.agent,
            at=record.at,
            status="yes",
            kind="work",
            claim="claimed",
            corrected=False,
            project=project.id,
            unit="MIN",
            quantity=90,
            scale=0,
            seconds=5400,
            day_from="2026-03-02",
            day_to="2026-03-03",
            title="Landing page",
            text="draft",
            ext_scheme="git",
            ext_ref=b"c" * 20,
            restates=None,
            batch="git-a",
            value=None,
            currency="",
            stream="",
            comp="",
            licence="",
            authors=1,
            details=b"",
            part="held",
            named=ext(record.id),
        )
    ]
    assert SourceRow(record.id, ana.agent, "git", b"c" * 20) in table.rows[record.id]
    assert (
        SearchRow(record.id, "contribution", ana.agent, ana.agent, record.at, "Landing page", "draft")
        in table.rows[record.id]
    )


def test_corrections_change_the_quantity_and_the_words_and_retraction_ends_the_source(ana: Scribe) -> None:
    record = ana.write(ana.agent, "contribution", work(3600, ext_ref=("toggl", b"r" * 40)), {"title": "Wrok"})
    ana.write(ana.agent, "correction", repair.delta(record.id, qty=Measure(-10, 0, "SEC")))
    ana.write(ana.agent, "correction", repair.replace(record.id), {"title": "Work"})
    table = Table().all(ana)
    (row,) = table.of(ContributionRow)
    assert isinstance(row, ContributionRow)
    assert (row.title, row.seconds, row.corrected, row.claim) == ("Work", 3590, True, "claimed")
    table.take([ana.write(ana.agent, "correction", repair.retract(record.id))])
    (row,) = table.of(ContributionRow)
    assert isinstance(row, ContributionRow)
    assert (row.claim, table.of(SourceRow)) == ("retracted", [])


def test_terms_shares_and_files_stand_in_rows_of_their_own(ana: Scribe) -> None:
    other = Scribe("Ben")
    ben: bytes = other.agent
    shares: dict[bytes, int] = {ana.agent: 700, ben: 300}
    files = [value.Evidence(b"f" * 32, 5, "text/plain")] * 2
    facts = value.contribution(
        kind="work", qty=Measure(1, 0, "HUR"), when=("2026-03-02", "2026-03-03"), value=Money(500, "EUR"),
        shares=shares, evidence=files, beneficiaries=[ben], classified_as=["x"], licence="MIT",
        warrants=["own_work"], comp="gift", stream="love",
    )  # fmt: skip
    record = ana.write(ana.agent, "contribution", facts, deps=(ben,))
    ana.write(ana.agent, "correction", repair.delta(record.id, value=Money(-100, "EUR")))
    ana.write(ana.agent, "correction", repair.delta(record.id, value=Money(-1, "USD")))
    table = Table().all(ana).all(other)
    (row,) = table.of(ContributionRow)
    assert isinstance(row, ContributionRow)
    assert (row.value, row.currency, row.stream, row.comp, row.licence, row.authors, row.corrected) == (
        400, "EUR", "love", "gift", "MIT", 2, True,
    )  # fmt: skip
    assert read_more(row.details) == More(
        tuple(sorted(shares.items())), (ben,), (Evidence(b"f" * 32, 5, "text/plain"),) * 2, ("own_work",), ("x",)
    )
    assert table.of(ShareRow) == [ShareRow(record.id, *each) for each in sorted(shares.items())]
    assert table.of(EvidenceRow) == [EvidenceRow(record.id, b"f" * 32)]


def test_a_value_that_grew_beyond_every_bound_still_fits_a_row(ana: Scribe) -> None:
    facts = value.contribution(
        kind="money", qty=Measure(1, 0, "C62"), when=("2026-03-02", "2026-03-03"), value=Money(MAX_INT, "EUR")
    )
    record = ana.write(ana.agent, "contribution", facts)
    ana.write(ana.agent, "correction", repair.delta(record.id, value=Money(MAX_INT, "EUR")))
    (row,) = Table().all(ana).of(ContributionRow)
    assert isinstance(row, ContributionRow)
    assert row.value == MAX_INT


def test_all_commits_of_a_day_are_sources_of_its_entry(ana: Scribe) -> None:
    facts: Facts = {**work(2, "C62", ext_ref=("git", b"1" * 20)), "ext_more": [b"2" * 20, b"2" * 20]}
    record = ana.write(ana.agent, "contribution", facts)
    rows = Table().all(ana).of(SourceRow)
    assert rows == [SourceRow(record.id, ana.agent, "git", ref * 20) for ref in (b"1", b"2")]


def test_erasing_takes_the_words_and_leaves_the_figures(ana: Scribe) -> None:
    record = ana.write(ana.agent, "contribution", work(), {"title": "Secret"})
    table = Table().all(ana)
    table.gone.add(record.id)
    table.take([ana.write(ana.agent, "erasure", repair.erasure([record.id]))])
    (row,) = table.of(ContributionRow)
    assert isinstance(row, ContributionRow)
    assert (row.title, row.seconds, row.part) == ("", 3600, Part.ERASED)
    assert [each for each in table.of(SearchRow) if each.record == record.id] == []


def test_a_missing_part_is_told_from_none(ana: Scribe) -> None:
    ana.write(ana.agent, "contribution", work(), {"title": "x"})
    ana.write(ana.agent, "contribution", work())
    rows = Table().take(ana.records).of(ContributionRow)
    assert [row.part for row in rows if isinstance(row, ContributionRow)] == [Part.MISSING, Part.NONE]


def test_two_edits_at_once_are_two_heads_of_one_project(ana: Scribe) -> None:
    first = ana.write(ana.agent, "project", coordination.project(), {"title": "A B_c!"})
    ana.write(ana.agent, "project", coordination.project(state="done", supersedes=[first.id]), {"title": "D"})
    ana.write(ana.agent, "project", coordination.project(state="paused", supersedes=[first.id]), {"title": "É é"})
    rows = [row for row in Table().all(ana).of(ProjectRow) if isinstance(row, ProjectRow)]
    assert {row.project for row in rows} == {first.id}
    assert [(row.state, row.slug, row.head) for row in rows] == [
        ("active", "a-b-c", False),
        ("done", "d", True),
        ("paused", "é-é", True),
    ]


def test_people_profiles_networks_and_members_are_shown(ana: Scribe) -> None:
    ben, studio = Scribe("Ben"), ana.found("studio")
    grant = ben.join(studio, *(record.id for record in ana.records if record.home == studio))
    profile = ben.write(ben.agent, "profile", identity.profile(skills=["python"]), {"name": "Ben O.", "bio": "Hi"})
    table = Table().all(ana).all(ben)
    assert [(row.name, row.kind) for row in table.of(PersonRow) if isinstance(row, PersonRow)] == [
        ("Ana", "person"),
        ("Ben", "person"),
    ]
    assert [(row.name, row.join) for row in table.of(NetworkRow) if isinstance(row, NetworkRow)] == [("studio", "open")]
    members = [row for row in table.of(MemberRow) if isinstance(row, MemberRow)]
    assert [(row.agent, row.role) for row in members] == [(ana.agent, "founder"), (ben.agent, "core")]
    assert members[1].record == grant.id
    (shown,) = table.of(ProfileRow)
    assert isinstance(shown, ProfileRow)
    assert (shown.record, shown.name, shown.bio, shown.skills, shown.head) == (
        profile.id,
        "Ben O.",
        "Hi",
        "python",
        True,
    )


def test_thanks_to_two_are_two_rows(ana: Scribe) -> None:
    ben, carol = Scribe("Ben"), Scribe("Carol")
    record = ana.write(ana.agent, "recognition", value.recognition(to=[ben.agent, carol.agent]), {"text": "Thank you"})
    table = Table().all(ben).all(carol).all(ana)
    rows = [row for row in table.of(RecognitionRow) if isinstance(row, RecognitionRow)]
    assert [(row.record, row.receiver, row.text) for row in rows] == [
        (record.id, receiver, "Thank you") for receiver in sorted([ben.agent, carol.agent])
    ]


def test_both_branches_of_a_fork_are_shown(ana: Scribe) -> None:
    twin = Scribe("Ana")
    one, other = (each.write(ana.agent, "contribution", work(n)) for each, n in ((ana, 60), (twin, 61)))
    table = Table().take(ana.records).take(twin.records)
    forks = [row for row in table.of(ForkRow) if isinstance(row, ForkRow)]
    assert {row.record for row in forks} == {one.id, other.id}
    assert {(row.seq, row.key) for row in forks} == {(2, ana.key.public)}


def test_pending_invalid_and_unknown_records_have_an_entry_and_nothing_else(ana: Scribe) -> None:
    pending = ana.write(ana.agent, "contribution", work(), deps=(b"x" * 32,))
    table = Table().take(ana.records)
    assert [type(row) for row in table.rows[pending.id]] == [EntryRow]
    other = Scribe("Ben")
    invalid = other.write(other.agent, "contribution", {"kind": "work", "qty": 1})
    strange = other.write(other.agent, "poem", {"lines": 3})
    table = Table().all(other)
    entries = [table.rows[each.id] for each in (invalid, strange)]
    assert [[(row.status, row.reason) for row in rows if isinstance(row, EntryRow)] for rows in entries] == [
        [("invalid", "I-FIELD")],
        [("unknown", "U-TYPE")],
    ]


def test_words_of_another_shape_do_no_harm(ana: Scribe) -> None:
    ana.write(ana.agent, "contribution", work(), {"title": [1], "text": {"a": b""}, "batch": 3})
    (row,) = Table().all(ana).of(ContributionRow)
    assert isinstance(row, ContributionRow)
    assert (row.title, row.text, row.batch, row.part) == ("", "", "", Part.HELD)


def test_figures_beyond_any_table_are_kept_within_63_bits(ana: Scribe) -> None:
    record = ana.write(ana.agent, "contribution", work(MAX_INT, "HUR"))
    ana.write(ana.agent, "correction", repair.delta(record.id, qty=Measure(1, 6, "HUR")))
    (row,) = Table().all(ana).of(ContributionRow)
    assert isinstance(row, ContributionRow)
    assert row.quantity <= MAX_INT
    assert row.seconds == 10**12


def test_rows_do_not_depend_on_the_order_in_which_records_and_parts_came(ana: Scribe) -> None:
    record = ana.write(ana.agent, "contribution", work(), {"title": "x"})
    ana.write(ana.agent, "correction", repair.replace(record.id), {"title": "y"})
    ana.write(ana.agent, "correction", repair.delta(record.id, qty=Measure(5, 0, "SEC")))
    wanted = Table().all(ana).rows
    for order in permutations(ana.records):
        table = Table().take(order)
        for each in reversed(order):
            if each.id in ana.privates:
                table.part(each, ana.privates[each.id])
        assert table.rows == wanted


def test_every_kind_of_row_has_a_table_and_begins_with_its_record() -> None:
    assert len(set(TABLES.values())) == len(TABLES)
    assert {kind._fields[0] for kind in TABLES} == {"record"}


def test_members_of_a_closed_network_are_shown_with_how_they_stand() -> None:
    tale = Tale("")
    alice, net, founds = shed(tale)
    people = [(name, tale.person(name)) for name in ("bob", "carol", "dan")]
    door = tale.write(
        "alice", net, "grant", authority.invitation(key("secret").public, "client", uses=2), agent=net, auth=(founds,)
    )
    guests = [
        tale.write(name, net, "countersign", authority.accept_invitation(door.id, each.id, key("secret")), agent=each)
        for name, each in people[:2]
    ]
    grant = tale.write("alice", net, "grant", authority.grant(people[2][1].id, "core"), agent=net, auth=(founds,))
    tale.write("alice", net, "revoke", authority.revoke([guests[1].id]), agent=net, auth=(founds,))
    tale.write("alice", alice, "grant", authority.device(key("phone").public))
    rows = [row for row in Table().take(tale.records).of(MemberRow) if isinstance(row, MemberRow)]
    assert {(row.record, row.agent, row.role, row.standing) for row in rows} == {
        (founds.id, alice.id, "founder", "active"),
        (guests[0].id, people[0][1].id, "client", "active"),
        (guests[1].id, people[1][1].id, "client", "removed"),
        (grant.id, people[2][1].id, "core", "invited"),
    }


def test_a_contested_claim_is_shown_and_a_contested_plan_is_not() -> None:
    tale = Tale("")
    alice = tale.person("alice")
    phone = tale.write("alice", alice, "grant", authority.device(key("phone").public))
    tale.write("alice", alice, "revoke", authority.revoke([phone.id], reason="lost"))
    tale.write("phone", alice, "project", coordination.project(), auth=(phone,), knows=(phone,))
    claim = tale.write("phone", alice, auth=(phone,), knows=())
    table = Table().take(tale.records)
    (row,) = table.of(ContributionRow)
    assert isinstance(row, ContributionRow)
    assert (row.record, row.status, row.claim) == (claim.id, "contested", "claimed")
    assert table.of(ProjectRow) == []


def test_votes_and_what_rests_on_a_resolution_are_found_by_it() -> None:
    tale = Tale("")
    people, net, accepts = four(tale)
    made = decide(tale, net, people, authority.resolution("remove", about=[accepts[1].id]), "acd")
    no = tale.write("bob", net, "countersign", {"target": made.id, "decision": "decline"}, agent=people[1])
    ends = authority.revoke([accepts[1].id])
    out = tale.write("alice", net, "revoke", ends, agent=net, auth=(accepts[0], made))
    table = Table().take(tale.records)
    votes = {(row.agent, row.decision) for row in table.of(VoteRow) if isinstance(row, VoteRow)}
    assert votes == {(people[1].id, "decline"), *((people[each].id, "accept") for each in (0, 2, 3))}
    assert {row[1] for row in table.of(VoteRow)} == {made.id}
    assert VoteRow(no.id, made.id, people[1].id, "decline", no.at) in table.of(VoteRow)
    assert table.of(RestingRow) == [RestingRow(out.id, made.id, "revoke", out.at)]


def test_who_attested_work_is_found_by_it_while_that_counts() -> None:
    deal = Deal("attested")
    done = deal.work("alice", 60, state="claimed")
    said = lost_phone(deal, "attestation", evaluation.attestation(done.id))
    upto = deal.tale.records.index(said) + 1
    table = Table().take(deal.tale.records[:upto])
    assert table.of(AttestedRow) == [AttestedRow(said.id, done.id, deal.people["bob"].id)]
    assert table.take(deal.tale.records[upto:]).of(AttestedRow) == []
