"""Programs that answer questions of the pipe (07-pipe), and the differences between two of them."""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self

ROOT = Path(__file__).resolve().parents[2]

PYTHON_READER = (sys.executable, "-m", "meshproto.pipe")
JAVASCRIPT_READER = ("node", "protocol/reader/reader.js", "pipe")


class ReaderEndedError(Exception):
    """A reader ended instead of answering; its first unanswered question is told."""


class Reader:
    """A running reader. It is asked many questions at once and answers them in their order."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self.name = " ".join(command[-2:])
        self._process = subprocess.Popen(
            command, cwd=ROOT, env=dict(environment), stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        # Who only writes, while the reader only writes too, waits for ever: another thread hands over the questions.
        self._thread = ThreadPoolExecutor(1)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._thread.shutdown()
        self._process.communicate()

    def answers(self, lines: Sequence[bytes]) -> list[bytes]:
        """One answer for each line; raises ReaderEndedError when one is missing."""
        assert self._process.stdout is not None
        handed_over = self._thread.submit(self._write, b"".join(line + b"\n" for line in lines))
        answers: list[bytes] = []
        for line in lines:
            if not (answer := self._process.stdout.readline()):
                raise ReaderEndedError(f"{self.name} ended at {line.decode()}")
            answers.append(answer)
        handed_over.result()
        return answers

    def _write(self, data: bytes) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(data)
            self._process.stdin.flush()
        except BrokenPipeError:
            return  # the missing answer tells it better


class Comparison:
    """Two readers side by side; asks both the same, and counts what they answered."""

    def __init__(self, one: Reader, other: Reader) -> None:
        self.readers = (one, other)
        self.asked = 0
        self.verdicts: dict[str, int] = {}
        """How often which verdict on what was given, such as `run L-SEQ`."""
        self._pool = ThreadPoolExecutor(2)

    def ask(self, questions: Sequence[Mapping[str, object]]) -> "Future[list[str]]":
        """What they answered differently, later: so that the next questions can be made meanwhile."""
        lines = [json.dumps(question, separators=(",", ":")).encode() for question in questions]
        return self._pool.submit(self._compared, lines)

    def _compared(self, lines: list[bytes]) -> list[str]:
        with ThreadPoolExecutor(2) as both:
            one, other = both.map(lambda reader: reader.answers(lines), self.readers)
        self.asked += len(lines)
        return [
            f"{line.decode()}\n  {self.readers[0].name}: {a.decode()}  {self.readers[1].name}: {b.decode()}"
            for line, a, b in zip(lines, one, other, strict=True)
            if not self._agree(line, a, b)
        ]

    def _agree(self, line: bytes, one: bytes, other: bytes) -> bool:
        answer = json.loads(one)
        verdict = f"{json.loads(line)['op']} {answer.get('reason', 'ok')}"
        self.verdicts[verdict] = self.verdicts.get(verdict, 0) + 1
        # As texts, since Python holds true and 1 for the same.
        return one == other or _normal(answer) == _normal(json.loads(other))


def _normal(answer: object) -> str:
    return json.dumps(answer, sort_keys=True)
