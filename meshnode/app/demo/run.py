"""Runs the demonstration and says how it went."""

import json
import logging
import sys
import time
from pathlib import Path

import trio

from meshnode.app.demo.stage import ClaimFailed, Narrator, Stage, temporary_folder
from meshnode.app.demo.story import play
from meshnode.app.endings import Ending, Exit, only_one

TIME_LIMIT = 240.0
"""Seconds after which the demonstration gives up; it takes about ten."""


def run_demo(history: Path | None = None, *, as_json: bool = False) -> Exit:
    """Play the demonstration; OK only if every claim it printed held. Raises Ending."""
    say = Narrator(_write_json if as_json else _write_text)
    begun = time.monotonic()
    logging.getLogger().addHandler(logging.NullHandler())  # five nodes' logs would drown the story
    try:
        with temporary_folder() as folder:
            trio.run(_play, folder, say, history)
    except (ClaimFailed, Ending, trio.TooSlowError, BaseExceptionGroup) as failed:
        raise _ending_of(failed) from failed
    say.claim(f"nothing is left behind: {folder} is gone", not folder.exists())
    say.tell(f"{say.claims} claims checked in {time.monotonic() - begun:.1f} s, all hold")
    return Exit.OK


async def _play(folder: Path, say: Narrator, history: Path | None) -> None:
    with trio.fail_after(TIME_LIMIT):
        async with trio.open_nursery() as nursery:
            await play(Stage(folder, nursery), say, history)
            nursery.cancel_scope.cancel()


def _write_text(kind: str, text: str, holds: bool | None, seconds: float) -> None:
    mark = {"scene": "\n▸", "told": "   ", "claim": "  ✓" if holds else "  ✗"}[kind]
    sys.stdout.write(f"{mark} {text}\n")
    sys.stdout.flush()


def _write_json(kind: str, text: str, holds: bool | None, seconds: float) -> None:
    line = {"schema": "meshnode.demo/1", "kind": kind, "text": text, "seconds": round(seconds, 3)}
    if holds is not None:
        line["holds"] = holds
    sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def _ending_of(failed: BaseException) -> BaseException:
    """How the program ends: what a scene found wrong comes out of nested groups of tasks."""
    cause = only_one(failed) if isinstance(failed, BaseExceptionGroup) else failed
    match cause:
        case ClaimFailed():
            return Ending(Exit.FAILURE, f"the demonstration failed: this does not hold: {cause}", "meshnode doctor")
        case trio.TooSlowError():
            return Ending(Exit.FAILURE, "the demonstration failed: it took too long", "meshnode doctor")
        case _:
            return cause
