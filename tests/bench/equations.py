"""The largest preview files that are allowed, from reading to the answer: processor time and memory."""

from meshproto.equation.preview.checks import work_of
from meshproto.equation.preview.reading import read_preview
from tests.bench.report import median, progress, say
from tests.support.large_equations import largest_files, spent


def largest(runs: int, versus_git: bool) -> None:
    """Each of them as a process of its own, as `equation preview --json` runs it."""
    progress("equation")
    for name, text in largest_files().items():
        found = [spent(text) for _ in range(runs)]
        say(
            "equation",
            file=name,
            bytes=len(text),
            work=work_of(*read_preview(text)),
            cpu_s=median([each.seconds for each in found], 3),
            resident_mb=median([each.bytes / 1e6 for each in found], 1),
        )
