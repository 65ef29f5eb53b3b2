"""Runs the demonstration, says how it went, and lets people look at what there is."""

import json
import logging
import signal
import sys
import time
from pathlib import Path

import trio

from meshnode.app.demo.looking import Afterwards, Scene, look_around
from meshnode.app.demo.narrator import ClaimFailed, Narrator
from meshnode.app.demo.stage import Stage, temporary_folder
from meshnode.app.demo.story import play
from meshnode.app.endings import Ending, Exit, only_one
from meshnode.dashboard.asking import Refused

TIME_LIMIT = 600.0
"""Seconds after which the story gives up; it takes about twenty."""


def run_demo(history: Path | None = None, *, as_json: bool = False, opens: bool = True) -> Exit:
    """Play the demonstration; OK only if every claim it printed held. Raises Ending.

    On a terminal the dashboard stays until Ctrl-C; with `opens` a browser is asked to show it.
    """
    stays = sys.stdout.isatty() and not as_json
    say = Narrator(_write_json if as_json else _write_text)
    begun = time.monotonic()
    try:
        with temporary_folder() as folder:
            ended = trio.run(_until_told, folder, say, history, look_around(stays=stays, opens=opens))
    except (ClaimFailed, Ending, trio.TooSlowError, BaseExceptionGroup) as failed:
        raise _ending_of(failed) from failed
    if not ended:
        return Exit.INTERRUPTED
    say.claim(f"nothing is left behind: {folder} is gone", not folder.exists())
    took = "" if stays else f" in {time.monotonic() - begun:.1f} s"
    say.tell(f"{say.claims} claims checked{took}, all hold")
    return Exit.OK


async def play_demo(folder: Path, say: Narrator, history: Path | None, afterwards: Afterwards) -> None:
    """Play all scenes in a folder, then do what is to be done `afterwards`. Raises ClaimFailed, TooSlowError."""
    logging.getLogger().addHandler(logging.NullHandler())  # five nodes' logs would drown the story
    async with trio.open_nursery() as nursery:
        stage = Stage(folder, nursery)
        with trio.fail_after(TIME_LIMIT):
            mesh, told = await play(stage, say, history)
        async with trio.open_nursery() as doors:
            stopping = trio.Event()
            seats = mesh.seats()
            for seat in seats.values():
                seat.open()
                doors.start_soon(seat.serve, stopping)
            await afterwards(Scene(seats, told), say)
            stopping.set()
        with trio.fail_after(TIME_LIMIT):
            for person in mesh.everybody:
                await stage.leave(person)
        nursery.cancel_scope.cancel()


async def _until_told(folder: Path, say: Narrator, history: Path | None, afterwards: Afterwards) -> bool:
    """Play it; False if somebody ended it before everything was played. However it ends, the folder goes."""
    played = False
    async with trio.open_nursery() as nursery:

        async def heed() -> None:
            with trio.open_signal_receiver(signal.SIGINT, signal.SIGTERM, signal.SIGHUP) as signals:
                async for _ in signals:
                    nursery.cancel_scope.cancel()

        nursery.start_soon(heed)
        await play_demo(folder, say, history, afterwards)
        played = True
        nursery.cancel_scope.cancel()
    return played


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
        case Refused(problem=problem):
            return Ending(
                Exit.FAILURE, f"the demonstration failed: {problem.detail or problem.title}", "meshnode doctor"
            )
        case trio.TooSlowError():
            return Ending(Exit.FAILURE, "the demonstration failed: it took too long", "meshnode doctor")
        case _:
            return cause
