"""Reading back what git prints, and sorting out whose work it is."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshnode.exchange import git_log
from meshnode.exchange.entries import ONE, Cause, Entry, ImportRefused, Notebook
from meshnode.exchange.git_log import Commit, CommitReader, GitOptions, Harvest
from meshproto.types.value import Measure

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
ANA = "ana@lopez.example"
WHEN = "1700000000 +0100"


def printed(
    number: int = 1, email: str = ANA, when: str = "1700000000 +0100", message: str = "W", **more: str
) -> bytes:
    """One commit as git prints it."""
    committed, former = more.get("committed", when), more.get("former", email)
    fields = [f"{number:040x}", more.get("parents", "p"), email, former, when, committed, message]
    return b"\n" + "".join(f"{field}\0" for field in fields).encode()


def read(raw: bytes) -> list[Commit]:
    reader = CommitReader()
    commits = reader.feed(raw)
    reader.end()
    return commits


def entries(*raw: bytes, options: GitOptions | None = None, notes: Notebook | None = None) -> list[Entry]:
    harvest = Harvest(options or GitOptions((ANA,)), NOW)
    harvest.add(read(b"".join(raw)))
    return list(harvest.findings("acme", [b"r" * 20], notes or Notebook()).entries)


@given(st.lists(st.integers(1, 50), max_size=40))
def test_commits_are_read_from_pieces_of_any_size(sizes: list[int]) -> None:
    raw = b"".join(printed(n, message=f"Größe {n}\n\nText") for n in range(5))
    reader, found, place = CommitReader(), list[Commit](), 0
    for size in sizes:
        found += reader.feed(raw[place : place + size])
        place += size
    found += reader.feed(raw[place:])
    reader.end()
    assert found == read(raw)
    assert [commit.title for commit in found] == [f"Größe {n}" for n in range(5)]


@given(st.binary(max_size=300))
def test_any_other_output_is_refused_or_nothing(raw: bytes) -> None:
    try:
        assert read(raw) == []
    except ImportRefused as refused:
        assert refused.code == "git"  # noqa: PT017  # only this code is documented


def test_output_that_stops_within_a_commit_is_refused() -> None:
    with pytest.raises(ImportRefused, match="middle of a commit"):
        read(printed()[:-10])


def test_a_message_cannot_pass_for_another_commit() -> None:
    (commit,) = read(printed(message=f"Work\n\n{'f' * 40}\n{ANA}"))
    assert (commit.id, commit.text) == ((1).to_bytes(20, "big"), f"{'f' * 40}\n{ANA}")


def test_a_huge_message_is_cut_while_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(git_log, "MAX_MESSAGE", 1000)
    notes = Notebook()
    (entry,) = entries(printed(message="Title\n\n" + "x" * 5000), notes=notes)
    assert len(entry.text) < 1100
    assert notes.counts == {Cause.CUT: 1}


def test_all_messages_together_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(git_log, "MAX_KEPT_TEXT", 250)
    found = entries(*(printed(n, message="Title\n\n" + "x" * 100) for n in range(1, 6)))
    assert [len(entry.text) for entry in found] == [100, 100, 0, 0, 0]


def test_only_own_commits_count_and_the_others_are_told_by_number() -> None:
    notes = Notebook()
    found = entries(
        printed(1), printed(2, "Ben@x.example"), printed(3, "ben@X.example"), printed(4, ANA.upper()), notes=notes
    )
    assert [entry.source.ref for entry in found] == [bytes(19) + b"\1", bytes(19) + b"\4"]
    assert [(notice.cause, notice.text) for notice in notes.notices] == [(Cause.OTHERS, "2 commits of ben@x.example")]
    assert notes.counts[Cause.OTHERS] == 2


def test_an_address_counts_as_it_was_and_as_the_mailmap_has_it() -> None:
    assert len(entries(printed(1, "new@x.example", former=ANA), printed(2, ANA, former="old@x.example"))) == 2


def test_merges_are_left_out_and_counted_unless_asked_for() -> None:
    raw, notes = (printed(1), printed(2, parents="p q")), Notebook()
    assert len(entries(*raw, notes=notes)) == 1
    assert notes.counts == {Cause.MERGE: 1}
    assert len(entries(*raw, options=GitOptions((ANA,), merges=True))) == 2


def test_a_commit_is_one_piece_on_the_day_of_its_author() -> None:
    (entry,) = entries(printed(when="1700000000 +1400", message="Title\n\nBody"))
    assert (entry.title, entry.text, entry.quantity, entry.first, entry.last) == (
        "Title",
        "Body",
        ONE,
        date(2023, 11, 15),
        date(2023, 11, 15),
    )


def test_days_are_one_entry_each_that_stands_for_all_its_commits() -> None:
    raw = [
        printed(n, when=f"{1_700_000_000 + hours * 3600} +0000", message=f"C{n}")
        for n, hours in ((1, 5), (2, 3), (3, 40))
    ]
    first, second = entries(*raw, options=GitOptions((ANA,), per_day=True))
    assert (first.title, first.text, first.quantity) == ("C2 and 1 more commits", "- C2\n- C1", Measure(2, 0, "C62"))
    assert (first.source.ref, first.source.more) == ((2).to_bytes(20, "big"), ((1).to_bytes(20, "big"),))
    assert (second.title, second.source.more) == ("C3", ())


def test_a_very_full_day_makes_several_entries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(git_log, "MAX_COMMITS_PER_DAY", 3)
    found = entries(*(printed(n) for n in range(1, 8)), options=GitOptions((ANA,), per_day=True))
    assert [entry.quantity.n for entry in found] == [3, 3, 1]


def test_a_quantity_can_be_told_for_each_entry() -> None:
    half_hour = Measure(1800, 0, "SEC")
    for per_day in (True, False):
        (entry,) = entries(printed(), options=GitOptions((ANA,), per_day=per_day, each=half_hour))
        assert entry.quantity == half_hour


@pytest.mark.parametrize("when", ["0 +0000", "4102444800 +0000", "99999999999999999 +0000", "-5 +0000", "x y", ""])
def test_an_impossible_date_is_replaced_by_the_committers(when: str) -> None:
    notes = Notebook()
    (entry,) = entries(printed(when=when, committed="1700000000 +0000"), notes=notes)
    assert (entry.first, notes.counts) == (date(2023, 11, 14), {Cause.DATES: 1})


def test_a_commit_without_any_possible_date_is_refused() -> None:
    notes = Notebook()
    assert entries(printed(when="0 +0000"), notes=notes) == []
    assert notes.counts == {Cause.CLOCK: 1}


def test_known_commits_are_left_out_of_their_days() -> None:
    harvest, notes = Harvest(GitOptions((ANA,), per_day=True), NOW), Notebook()
    harvest.add(read(b"".join(printed(n, message=f"C{n}") for n in (1, 2, 3))))
    harvest.forget({(2).to_bytes(20, "big")}, notes)
    (entry,) = harvest.findings("acme", [], notes).entries
    assert (entry.quantity.n, entry.text, notes.counts) == (2, "- C1\n- C3", {Cause.KNOWN: 1})


def test_a_sha256_commit_is_tagged_so_that_it_is_no_records_id() -> None:
    (entry,) = entries(printed().replace(b"0" * 39 + b"1", b"a" * 64))
    assert (len(entry.source.ref), entry.source.ref[:1]) == (33, b"\1")


def test_messages_without_a_word_or_with_steering_signs_get_a_plain_title() -> None:
    titles = [entry.title for entry in entries(printed(1, message="\n\n"), printed(2, message="A\x1b[2J\u202eB"))]
    assert titles == ["Commit without a message", "A[2JB"]


def test_too_many_own_commits_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(git_log, "MAX_ENTRIES", 2)
    with pytest.raises(ImportRefused, match="--since"):
        entries(*(printed(n) for n in range(1, 4)))
