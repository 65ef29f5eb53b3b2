"""Git repositories made for tests, by fast-import: thousands of commits in a moment."""

import os
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

ANA = "ana@lopez.example"
BEN = "ben@ortiz.example"
START = 1_700_000_000
"""When the first commit of a history is made: 2023-11-14 22:13:20 UTC."""


@dataclass(frozen=True, slots=True)
class Made:
    """One commit to be: who, what, when in git's raw form, and a second parent by its place in the history."""

    email: str = ANA
    message: bytes = b"Work"
    when: str = ""
    merges: int | None = None
    encoding: str = ""
    committed: str = ""


def git(folder: Path, *arguments: str, stdin: bytes = b"") -> str:
    """Run git in a folder as somebody without any configuration; returns what it printed."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "Ana",
        "GIT_AUTHOR_EMAIL": ANA,
        "GIT_COMMITTER_NAME": "Ana",
        "GIT_COMMITTER_EMAIL": ANA,
        "GIT_ALLOW_PROTOCOL": "file",
    }
    done = subprocess.run(
        ["git", *arguments], cwd=folder, env=environment, input=stdin, capture_output=True, check=True
    )
    return done.stdout.decode()


def make_repository(path: Path, commits: Iterable[Made], *, bare: bool = False, sha256: bool = False) -> Path:
    """Make a repository with these commits on `main`, oldest first."""
    path.mkdir(parents=True)
    kind = ["--bare"] if bare else []
    git(path, "init", "-q", "-b", "main", *kind, *(["--object-format=sha256"] if sha256 else []))
    git(path, "fast-import", "--quiet", "--force", stdin=b"".join(_stream(list(commits))))
    if not bare:
        git(path, "reset", "-q", "--hard")
    return path


def sign_head(path: Path) -> None:
    """Replace the last commit by one that carries a signature, which git may want to check."""
    head, _, message = git(path, "cat-file", "commit", "HEAD").partition("\n\n")
    armour = "gpgsig -----BEGIN PGP SIGNATURE-----\n \n iQ==\n -----END PGP SIGNATURE-----"
    signed = f"{head}\n{armour}\n\n{message}".encode()
    name = git(path, "hash-object", "-t", "commit", "-w", "--stdin", stdin=signed).strip()
    git(path, "update-ref", "HEAD", name)


def lose_object(path: Path, name: str) -> None:
    """Remove one loose object, as a damaged disk or a partial clone does."""
    full = git(path, "rev-parse", name).strip()
    (path / ".git" / "objects" / full[:2] / full[2:]).unlink()


def days_of_work(number: int, email: str = ANA) -> list[Made]:
    """Commits six hours apart."""
    return [Made(email, f"Change {n}\n\nBecause.".encode(), f"{START + n * 21_600} +0100") for n in range(number)]


def _stream(commits: Sequence[Made]) -> Iterable[bytes]:
    for mark, each in enumerate(commits, 1):
        when = (each.when or f"{START + mark} +0000").encode()
        committed = each.committed.encode() or when
        yield b"commit refs/heads/main\nmark :%d\n" % mark
        yield b"author Someone <%s> %s\n" % (each.email.encode(), when)
        yield b"committer Someone <%s> %s\n" % (each.email.encode(), committed)
        if each.encoding:
            yield b"encoding %s\n" % each.encoding.encode()
        yield b"data %d\n%s\n" % (len(each.message), each.message)
        if each.merges is not None:
            yield b"merge :%d\n" % each.merges
        yield b"M 100644 inline file\ndata %d\n%s\n" % (len(str(mark)), str(mark).encode())
