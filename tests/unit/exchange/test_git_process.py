"""Real repositories of every shape, and what a hostile one cannot do."""

import os
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from meshnode.exchange import git_process
from meshnode.exchange.entries import Cause, Findings, ImportRefused, Notebook
from meshnode.exchange.git_log import Extent, GitOptions
from meshnode.exchange.git_process import Repository, harvest_git, look_at
from tests.support.histories import ANA, BEN, START, Made, days_of_work, git, lose_object, make_repository, sign_head

NOW = datetime.now(UTC)
"""Some commits are made now, by the clock of git."""
HEAD_ONLY = Extent()
MINE = GitOptions((ANA,))


async def found(path: Path, extent: Extent = HEAD_ONLY, options: GitOptions = MINE) -> Findings:
    repository, notes = await look_at(path), Notebook()
    harvest = await harvest_git(repository, options, extent, NOW, notes)
    return harvest.findings(repository.name, repository.roots, notes)


def commits(repository: Path, *arguments: str) -> set[bytes]:
    return {bytes.fromhex(line) for line in git(repository, "rev-list", *(arguments or ("HEAD",))).split()}


async def test_a_history_of_thousands_is_read_whole(tmp_path: Path) -> None:
    path = make_repository(tmp_path / "acme", [*days_of_work(4000), *days_of_work(500, BEN)])
    result = await found(path)
    assert {entry.source.ref for entry in result.entries} == commits(path, "--author", ANA, "HEAD")
    assert (len(result.entries), result.counts, result.origin) == (4000, {Cause.OTHERS: 500}, "acme")
    assert {bytes(root) for root in (await look_at(path)).roots} == commits(path, "--max-parents=0", "HEAD")


@pytest.mark.parametrize("inside", [".", "folder/deeper", ".git"])
async def test_any_folder_of_a_repository_will_do(tmp_path: Path, inside: str) -> None:
    path = make_repository(tmp_path / "acme", days_of_work(3))
    (path / "folder" / "deeper").mkdir(parents=True)
    result = await found(path / inside)
    assert (len(result.entries), result.origin) == (3, "acme")


async def test_bare_repositories_worktrees_and_submodules_are_read(tmp_path: Path) -> None:
    path = make_repository(tmp_path / "acme.git", days_of_work(3), bare=True)
    git(path, "worktree", "add", "-q", str(tmp_path / "tree"), "main~1")
    outer = make_repository(tmp_path / "outer", days_of_work(1))
    git(outer, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(path), "inner")
    results = [await found(each) for each in (path, tmp_path / "tree", outer / "inner")]
    assert [len(each.entries) for each in results] == [3, 2, 3]
    assert [each.origin for each in results] == ["acme", "tree", "inner"]


async def test_a_sha256_repository_is_read(tmp_path: Path) -> None:
    path = make_repository(tmp_path / "acme", days_of_work(2), sha256=True)
    assert {len(entry.source.ref) for entry in (await found(path)).entries} == {33}


async def test_a_shallow_clone_says_that_older_commits_are_missing(tmp_path: Path) -> None:
    path = make_repository(tmp_path / "acme", days_of_work(5))
    git(tmp_path, "clone", "-q", "--depth", "2", f"file://{path}", "shallow")
    result = await found(tmp_path / "shallow")
    assert (len(result.entries), Cause.SHALLOW in result.counts) == (2, True)


async def test_branches_are_left_alone_unless_asked_for(tmp_path: Path) -> None:
    path = make_repository(tmp_path / "acme", days_of_work(3))
    git(path, "checkout", "-q", "-b", "side", "main~2")
    git(path, "commit", "-q", "--allow-empty", "-m", "On a branch")
    git(path, "checkout", "-q", "main")
    assert len((await found(path)).entries) == 3
    assert len((await found(path, Extent(everything=True))).entries) == 4
    assert len((await found(path, Extent(revision="side"))).entries) == 2


async def test_a_period_is_that_of_the_authors_days(tmp_path: Path) -> None:
    path = make_repository(tmp_path / "acme", days_of_work(30))
    period = replace(MINE, since=date(2023, 11, 17), until=date(2023, 11, 18))
    days = [entry.first.day for entry in (await found(path, options=period)).entries]
    assert days == [17, 17, 17, 17, 18, 18, 18, 18]


async def test_a_mailmap_is_respected(tmp_path: Path) -> None:
    path = make_repository(tmp_path / "acme", days_of_work(2, "old@lopez.example"))
    (path / ".mailmap").write_text(f"Ana <{ANA}> <old@lopez.example>\n")
    assert len((await found(path)).entries) == 2


async def test_old_encodings_huge_messages_and_wrong_clocks_are_read(tmp_path: Path) -> None:
    made = [
        Made(message="Größe".encode("latin-1"), encoding="ISO-8859-1"),
        Made(message="Größe".encode("latin-1")),
        Made(message=b"Title\n\n" + b"long " * 200_000),
        Made(when="0 +0000", committed=f"{START} +0000"),
        Made(when="4102444800 +0000"),
        Made(message=b"A\x1b[31mB"),
    ]
    result = await found(make_repository(tmp_path / "acme", made))
    assert sorted(entry.title for entry in result.entries) == ["A[31mB", "Größe", "Größe", "Title", "Work"]
    assert result.counts == {Cause.CUT: 1, Cause.DATES: 1, Cause.CLOCK: 1}


async def test_merges_are_left_out_and_counted(tmp_path: Path) -> None:
    made = [Made(), Made(), Made(merges=1)]
    path = make_repository(tmp_path / "acme", made)
    result = await found(path)
    assert (len(result.entries), result.counts) == (2, {Cause.MERGE: 1})
    assert len((await found(path, options=replace(MINE, merges=True))).entries) == 3


async def test_what_is_no_repository_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "empty").mkdir()
    git(tmp_path / "empty", "init", "-q")
    (tmp_path / "plain").mkdir()
    wanted = {"file": "path", "none": "path", "plain": "not-a-repository", "empty": "no-commits"}
    for name, code in wanted.items():
        with pytest.raises(ImportRefused) as caught:
            await look_at(tmp_path / name)
        assert caught.value.code == code
    with pytest.raises(ImportRefused, match="not an absolute path"):
        await look_at(Path("--upload-pack=touch"))


async def test_a_path_or_a_branch_that_looks_like_an_option_is_none(tmp_path: Path) -> None:
    path = make_repository(tmp_path / "--exec-path=x", days_of_work(1))
    assert len((await found(path)).entries) == 1
    with pytest.raises(ImportRefused):
        await found(path, Extent(revision=f"--output={tmp_path}/pwned"))
    assert not (tmp_path / "pwned").exists()


async def test_a_repository_can_make_git_run_nothing(tmp_path: Path) -> None:
    path, sprung = make_repository(tmp_path / "acme", days_of_work(3)), tmp_path / "sprung"
    trap = tmp_path / "trap.sh"
    trap.write_text(f"#!/bin/sh\ntouch {sprung}\n")
    trap.chmod(0o700)
    for name in ("core.pager", "core.fsmonitor", "pager.log", "gpg.program", "diff.external"):
        git(path, "config", name, str(trap))
    git(path, "config", "log.showSignature", "true")
    sign_head(path)
    git(path, "log")
    assert sprung.exists(), "the trap must work, or this test shows nothing"
    sprung.unlink()
    assert len((await found(path)).entries) == 3
    assert not sprung.exists()


async def test_a_partial_clone_fetches_nothing(tmp_path: Path) -> None:
    path, sprung = make_repository(tmp_path / "acme", days_of_work(3)), tmp_path / "sprung"
    for name, value in (
        ("core.repositoryFormatVersion", "1"),
        ("extensions.partialClone", "origin"),
        ("remote.origin.promisor", "true"),
        ("remote.origin.url", "ssh://nobody@localhost/acme"),
        ("core.sshCommand", f"touch {sprung};"),
        ("protocol.allow", "always"),
    ):
        git(path, "config", name, value)
    lose_object(path, "main~1")
    with pytest.raises(ImportRefused):
        await found(path)
    assert not sprung.exists()


async def test_our_environment_does_not_lead_git_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = make_repository(tmp_path / "acme", days_of_work(2))
    other = make_repository(tmp_path / "other", days_of_work(5))
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    assert len((await found(path)).entries) == 2


async def test_the_users_address_is_taken_from_gits_configuration(tmp_path: Path) -> None:
    path = make_repository(tmp_path / "acme", days_of_work(1))
    git(path, "config", "user.email", ANA)
    assert (await look_at(path)).addresses == (ANA,)


async def test_without_any_address_the_option_is_named(tmp_path: Path) -> None:
    repository = Repository(tmp_path, "acme", (), False, ())
    with pytest.raises(ImportRefused, match="--email"):
        await harvest_git(repository, GitOptions(()), HEAD_ONLY, NOW, Notebook())


async def test_a_git_that_says_nothing_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake = tmp_path / "bin" / "git"
    fake.parent.mkdir()
    fake.write_text("#!/bin/sh\nexec sleep 600\n")
    fake.chmod(0o700)
    monkeypatch.setenv("PATH", f"{fake.parent}:{os.environ['PATH']}")
    monkeypatch.setattr(git_process, "SILENCE", 0.2)
    with pytest.raises(ImportRefused) as caught:
        await look_at(tmp_path)
    assert caught.value.code == "deadline"


async def test_a_damaged_repository_is_refused_with_what_git_says(tmp_path: Path) -> None:
    path = make_repository(tmp_path / "acme", days_of_work(3))
    lose_object(path, "main~1")
    with pytest.raises(ImportRefused) as caught:
        await found(path)
    assert caught.value.code == "git"


async def test_a_machine_without_git_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ImportRefused, match="apt install git"):
        await look_at(tmp_path)


@pytest.mark.parametrize(
    ("complaint", "code"),
    [
        ("fatal: detected dubious ownership in repository at '/x'", "foreign"),
        ("fatal: not a git repository (or any of the parent directories): .git", "not-a-repository"),
        ("fatal: bad object \x1b[31mHEAD\n more", "git"),
        ("", "git"),
    ],
)
def test_what_git_complains_of_is_told_in_our_words(complaint: str, code: str) -> None:
    failure = git_process.failure_of(Path("/x"), complaint)
    assert failure.code == code
    assert failure.text.isprintable()
