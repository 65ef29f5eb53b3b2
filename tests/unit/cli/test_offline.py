"""`log` with the node stopped: what it signs is what the node would sign, and it never forks its owner."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp

import msgspec
import pytest

from meshnode.api.models.work import ContributionRequest
from meshnode.api.resources.contributions import terms_of
from meshnode.app.init import create
from meshnode.cli.contributions.evidence import Seen
from meshnode.cli.contributions.terms import Terms
from meshnode.cli.contributions.work import Entry
from meshnode.cli.exits import Exit
from meshnode.cli.offline import AGENT_NOTE, NOTEBOOK_NOTE, SystemChance, draft_of
from meshnode.cli.offline_places import Placed
from meshnode.config.places import locate
from meshnode.core.author import BEGINNING, Pen, sign_drafts, sign_genesis
from meshnode.core.drafts import Draft
from meshnode.core.ports import Batch
from meshnode.core.rows import JoinedEntry, NoteEntry
from meshnode.runtime import notes
from meshnode.runtime.office import Placed as RuntimePlaced
from meshnode.runtime.requests.amounts import seconds
from meshnode.runtime.requests.work import Work, contribution_draft
from meshnode.store.home import Home
from meshnode.store.keyfile import read_key
from meshnode.store.reading import Reader
from meshnode.store.store import open_store
from meshproto.records.ids import NONE, AgentId, ScopeId, from_text, log_id, to_text
from meshproto.records.record import Record, check_private
from meshproto.records.signatures import SigningKey
from meshproto.types.identity import NONCE_SIZE, accept, network
from tests.support.command_line import objects, run
from tests.support.core_rig import Writer, network_of

SCOPE = ScopeId(b"s" * 32)


@pytest.fixture
def home() -> Iterator[Path]:
    folder = Path(mkdtemp(prefix="mn-")) / "home"
    create(locate(folder, {}), "Ana", recovery=False)
    yield folder
    shutil.rmtree(folder.parent)


def logged(home: Path, *words: str) -> str:
    """The id of what was logged."""
    ran = run("log", *words, "--json", home=home)
    assert ran.code == Exit.OK, ran.err
    return str(objects(ran)[0]["id"])


def joined(home: Path, name: str, *others: bytes) -> str:
    """Let the owner found a network whose name only its genesis tells, with others who have not accepted; its id."""
    with Home(home) as opened:
        key, chance = SigningKey(read_key(opened.device_key, None)), SystemChance()
        store = open_store(opened.records)
        note = store.reader().entry(NoteEntry, (AGENT_NOTE,))
        assert note is not None
        facts = network(founders=[note.value, *others], nonce=bytes(NONCE_SIZE), is_open=True)
        scope, genesis = sign_genesis(Pen(NONE, SigningKey(chance.token(32)), 1, chance), facts, {"name": name})
        accepted = sign_drafts(
            Pen(note.value, key, 1, chance), (Draft(scope, "countersign", accept(scope)),), BEGINNING
        )
        rows = (JoinedEntry(scope, 1),)
        store.writer.commit(Batch(1, runs=genesis.runs + accepted.runs, privates=genesis.privates, local=rows))
        store.close()
    return to_text(scope)


def founded_by_another(home: Path, *, is_open: bool) -> None:
    """Let the owner write, without having come in, in a network of Bob's of which nothing was folded yet."""
    bob = Writer("bob")
    scope, genesis = network_of(bob, is_open=is_open)
    with Home(home) as opened:
        key, store = SigningKey(read_key(opened.device_key, None)), open_store(opened.records)
        note = store.reader().entry(NoteEntry, (AGENT_NOTE,))
        assert note is not None
        written = sign_drafts(Pen(note.value, key, 1, SystemChance()), (Draft(scope, "note", {}),), BEGINNING)
        runs = (*bob.genesis.runs, *genesis.runs, *bob.accept(scope).runs, *written.runs)
        uncounted = (log_id(scope, key.public),) if is_open else ()
        store.writer.commit(Batch(1, runs=runs, local=(JoinedEntry(scope, 1, slug="harbour"),), uncounted=uncounted))
        store.close()


def records_in(home: Path, *ids: str) -> list[tuple[Record, dict[str, object]]]:
    with Home(home):
        store = open_store(home / "records.db")
        try:
            reader = store.reader()
            return [_whole(reader, text) for text in ids]
        finally:
            store.close()


def _whole(reader: Reader, text: str) -> tuple[Record, dict[str, object]]:
    record = reader.record(from_text(text))
    raw = reader.private(from_text(text))
    assert record is not None
    assert raw is not None
    return record, {**check_private(record, raw)}


def test_it_says_what_was_signed_as_with_a_node(home: Path) -> None:
    ran = run("log", "Landing page", "3h30", home=home)
    assert ran.code == Exit.OK
    assert ran.out.startswith("✓ Signed and saved   bafkrei")
    assert ran.out.endswith(
        "work · 3.5 h\n  in your notebook, only here: share it into a network to have it held by others\n"
    )


def test_the_record_stands_in_the_notebook_behind_the_others(home: Path) -> None:
    ids = [logged(home, "One", "1h"), logged(home, "Two", "45", "min", "--on", "2026-03-09", "--note", "with Ben")]
    (one, _), (two, private) = records_in(home, *ids)
    assert (one.seq, two.seq, two.prev, one.scope) == (2, 3, one.id, two.scope)
    assert two.facts["qty"] == {"n": 2700, "s": 0, "u": "SEC"}
    assert two.facts["when"] == {"from": "2026-03-09", "to": "2026-03-09"}
    assert (private["title"], private["text"]) == ("Two", "with Ben")


def test_salts_are_fresh(home: Path) -> None:
    ids = [logged(home, "Same", "1h", "--on", "2026-03-09") for _ in range(2)]
    (_, one), (_, two) = records_in(home, *ids)
    assert one["salt"] != two["salt"]


@pytest.mark.parametrize("text", [None, "More"])
@pytest.mark.parametrize("day", [None, "2026-03-09"])
@pytest.mark.parametrize("kind", ["work", "care"])
def test_a_draft_is_the_one_the_node_would_make(kind: str, day: str | None, text: str | None) -> None:
    entry = Entry("Title", 5400, kind, text, None, None, day)
    mine = draft_of(entry, Placed(SCOPE, "network", "studio", None), "2026-03-10")
    work = Work(title="Title", quantity=seconds(5400), kind=kind, text=text or "", day=day)
    assert mine == contribution_draft(RuntimePlaced(SCOPE, None), work, "2026-03-10")


def test_a_draft_with_terms_is_the_one_the_node_would_make() -> None:
    file, worth = Seen("ab" * 32, 5, "text/plain"), (38_540, "EUR")
    said = {"comp": "gift", "stream": "love", "licence": "mit"}
    terms = Terms(worth, (), (), (file,), **said, warrants=("own_work",), classes=("x",))
    entry = Entry("Title", 5400, "work", None, None, None, "2026-03-02", "2026-03-09", terms)
    details = terms_of(msgspec.convert({"title": "Title", **terms.fields()}, ContributionRequest)).details
    work = Work(title="Title", quantity=seconds(5400), day="2026-03-02", day_to="2026-03-09")
    mine = draft_of(entry, Placed(SCOPE, "network", "studio", None), "2026-03-10")
    assert mine == contribution_draft(RuntimePlaced(SCOPE, None), work, "2026-03-10", details)
    assert mine.facts["licence"] == "MIT"


@pytest.mark.parametrize("words", [("--with", "ben:300"), ("--for", "ben"), ("--of", "bafkreidbnzqs4l")])
def test_who_is_meant_only_the_node_knows(home: Path, words: tuple[str, ...]) -> None:
    ran = run("log", "One", "1h", *words, home=home)
    assert (ran.code, ran.last.endswith(f" --home {home} up")) == (Exit.NOT_RUNNING, True)
    assert heads(home) == [1, 1, 1]


def test_terms_are_signed_without_a_node(home: Path, tmp_path: Path) -> None:
    (tmp_path / "x.txt").touch()
    words = ("--evidence", str(tmp_path / "x.txt"), "--gift", "--value", "5 EUR", "--licence", "cc-by-4.0")
    record, _ = records_in(home, logged(home, "One", "1h", *words))[0]
    assert (record.facts["comp"], record.facts["value"]) == ("gift", {"amt": 500, "cur": "EUR"})
    assert (record.facts["licence"], record.facts["evidence"][0]["size"]) == ("CC-BY-4.0", 0)
    ran = run("log", "One", "1h", "--licence", "free", home=home)
    assert (ran.code, ran.last.endswith(" log --help")) == (Exit.USAGE, True)


def test_the_notes_are_those_the_node_writes(home: Path) -> None:
    assert (AGENT_NOTE, NOTEBOOK_NOTE) == (notes.AGENT, notes.NOTEBOOK)


def test_the_home_stays_one_that_may_sign(home: Path) -> None:
    for title in ("One", "Two", "Three"):
        logged(home, title, "1h")
    with Home(home) as opened:
        assert opened.state() == "unchanged"


def test_nothing_is_signed_for_a_network_before_all_its_founders_have_accepted(home: Path) -> None:
    other = AgentId(b"o" * 32)
    joined(home, "studio", other)
    ran = run("log", "One", "1h", "--network", "studio", home=home)
    assert ran.code == Exit.CONFLICT
    assert to_text(other) in ran.err
    assert ran.last.endswith(f" --home {home} up")
    assert set(heads(home)) == {1}, "nothing follows the accept"


def test_nothing_is_signed_by_a_role_that_only_a_running_node_could_find(home: Path) -> None:
    founded_by_another(home, is_open=False)
    ran = run("log", "One", "1h", "--network", "harbour", home=home)
    assert (ran.code, "had looked at all that came in" in ran.err) == (Exit.CONFLICT, True)
    assert ran.last.endswith(f" --home {home} up")


def test_a_stranger_in_an_open_network_signs_nothing_there(home: Path) -> None:
    founded_by_another(home, is_open=True)
    ran = run("log", "One", "1h", "--network", "harbour", home=home)
    assert (ran.code, "have not joined harbour for yourself" in ran.err) == (Exit.NOT_AUTHORISED, True)


def test_a_copied_home_signs_nothing(home: Path) -> None:
    logged(home, "One", "1h")
    copy = home.with_name("copy")
    shutil.copytree(home, copy)
    ran = run("log", "Two", "1h", "--json", home=copy)
    assert (ran.code, objects(ran)[0]["code"]) == (Exit.CONFLICT, "copied-home")
    assert ran.last.endswith(f" --home {copy} up")
    assert len(heads(copy)) == len(heads(home))


def heads(home: Path) -> list[int]:
    store = open_store(home / "records.db")
    try:
        return [tip.seq for head in store.reader().logs() for tip in head.tips]
    finally:
        store.close()


def test_a_home_in_use_is_left_alone(home: Path) -> None:
    with Home(home):
        ran = run("log", "One", "1h", home=home)
    assert (ran.code, f"process {os.getpid()} works in" in ran.last) == (Exit.HOME_IN_USE, True)


def test_a_node_that_was_killed_is_stood_in_for(home: Path) -> None:
    (home / "node.json").write_text(f'{{"pid": 1, "socket": "{home}/api.sock"}}')
    assert run("log", "One", "1h", home=home).code == Exit.OK


def test_an_identity_that_was_never_finished_is_said(tmp_path: Path) -> None:
    (tmp_path / "device.key").touch(mode=0o600)
    ran = run("log", "One", "1h", home=tmp_path)
    assert (ran.code, ran.last.endswith(" init")) == (Exit.NOT_INITIALISED, True)


def test_a_key_that_others_can_read_is_refused(home: Path) -> None:
    (home / "device.key").chmod(0o644)
    ran = run("log", "One", "1h", home=home)
    assert (ran.code, "chmod 600" in ran.last) == (Exit.FAILURE, True)


@pytest.mark.parametrize(
    ("words", "cause"),
    [
        (("  ", "1h"), "a title is needed"),
        (("x" * 501, "1h"), "title has more than 500 characters"),
        (("x", "1h", "--note", "x" * 20_001), "text has more than 20000 characters"),
        (("\ud800", "1h"), "this does not fit into a record"),
    ],
)
def test_what_a_node_would_not_take_is_not_taken_without_it(home: Path, words: tuple[str, ...], cause: str) -> None:
    ran = run("log", *words, home=home)
    assert (ran.code, cause in ran.last, ran.last.endswith(" log --help")) == (Exit.USAGE, True, True)
    assert heads(home) == [1, 1, 1]


def test_a_network_that_was_joined_can_be_named_and_is_named(home: Path) -> None:
    studio = joined(home, "Studio Süd")
    for name in ("Studio Süd", "studio-süd"):
        ran = run("log", "One", "1h", "--network", name, home=home)
        assert (ran.code, ran.out.endswith("work · 1 h   in Studio Süd\n")) == (Exit.OK, True)
    assert run("log", "One", "1h", "--network", studio[-8:], home=home).out.endswith("in Studio Süd\n")
    assert (
        "called 'studio nord' (did you mean 'Studio Süd'?)"
        in run("log", "x", "1h", "--network", "studio nord", home=home).last
    )


NO_MEMBER = JoinedEntry(ScopeId(b""), 1)


@pytest.mark.parametrize(
    "row", [NO_MEMBER._replace(relayed=True), NO_MEMBER._replace(leaving=True), NO_MEMBER._replace(left=True)]
)
def test_where_one_is_no_member_nothing_is_signed(home: Path, row: JoinedEntry) -> None:
    network = from_text(joined(home, "Studio"))
    with Home(home):
        store = open_store(home / "records.db")
        store.writer.commit(Batch(2, local=(row._replace(network=ScopeId(network)),)))
        store.close()
    assert run("log", "One", "1h", "--network", "Studio", home=home).code == Exit.FAILURE


@pytest.mark.parametrize("name", ["notebook", "Notebook"])
def test_the_notebook_can_be_named(home: Path, name: str) -> None:
    record, _ = records_in(home, logged(home, "One", "1h", "--network", name))[0]
    assert record.seq == 2


def test_a_network_can_be_named_by_its_id(home: Path) -> None:
    with Home(home):
        store = open_store(home / "records.db")
        note = store.reader().entry(NoteEntry, (NOTEBOOK_NOTE,))
        store.close()
    assert note is not None
    text = to_text(note.value)
    for given in (text, text[:15], f"{text[:15]}…", text[-8:]):
        logged(home, "One", "1h", "--network", given)


def test_an_unknown_network_or_project_is_left_to_the_node(home: Path) -> None:
    for words in (("--network", "studio"), ("--project", "acme")):
        ran = run("log", "One", "1h", *words, home=home)
        assert (ran.code, ran.last.endswith(" up")) == (Exit.FAILURE, True)


def test_the_usual_network_comes_from_the_settings(home: Path) -> None:
    (home / "config.toml").write_text('[work]\nnetwork = "studio"\n')
    assert "no network called 'studio'" in run("log", "One", "1h", home=home).last
    (home / "config.toml").write_text('[work]\nnetwork = "notebook"\n')
    assert run("log", "One", "1h", home=home).code == Exit.OK
    (home / "config.toml").write_text("[work]\nnetwrok = 1\n")
    assert run("log", "One", "1h", home=home).code == Exit.USAGE


def test_what_is_logged_offline_is_one_chain(home: Path) -> None:
    for number in range(5):
        logged(home, f"Entry {number}", "1h")
    with Home(home):
        store = open_store(home / "records.db")
        reader = store.reader()
        book = reader.entry(NoteEntry, (NOTEBOOK_NOTE,))
        agent = reader.entry(NoteEntry, (AGENT_NOTE,))
        assert book is not None
        assert agent is not None
        key = reader.root_of(agent.value)
        assert key is not None
        tips = reader.tips(log_id(book.value, key))
        store.close()
    assert [tip.seq for tip in tips] == [6]
