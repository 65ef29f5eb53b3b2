"""Timers: start one, stop it and log what it measured. They are local rows, so they survive restarts and crashes.

A timer left running counts no more than its cap: nobody works three days because they forgot to press a button.
"""

import secrets
from dataclasses import dataclass

from meshnode.core.rows import Forget, TimerEntry
from meshnode.runtime.office import Ids, Office, Rows
from meshnode.runtime.refusals import Code, Refusal
from meshnode.runtime.requests.amounts import local_day, seconds
from meshnode.runtime.requests.work import Work, contribution_draft, words

MAX_TIMERS = 32
"""Timers running at once; more were started by a program gone wrong."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What a timer measured by now, in whole seconds."""

    timer: TimerEntry
    ran: int
    counted: int

    @property
    def capped(self) -> bool:
        """Whether it ran longer than it may count."""
        return self.counted < self.ran


def running(office: Office) -> list[Measured]:
    """The running timers, the oldest first."""
    return [measure(office, timer) for timer in sorted(office.truth.rows(TimerEntry), key=lambda row: row.started)]


def measure(office: Office, timer: TimerEntry) -> Measured:
    """What a timer measured by now; a clock that went back makes it no longer than nothing."""
    ran = max(0, office.node.now() - timer.started)
    return Measured(timer, ran // 1000, min(ran, office.settings.timer_cap_ms) // 1000)


async def start(
    office: Office,
    title: str,
    project: str | None,
    network: str | None,
    rows: Rows = (),
    *,
    as_: str | None = None,
) -> TimerEntry:
    """Start a timer. What it is for is looked up now, so that stopping cannot fail on a typo. Raises Refusal."""
    words(title=title)
    if len(office.truth.rows(TimerEntry)) >= MAX_TIMERS:
        raise Refusal(Code.CONFLICT, f"{MAX_TIMERS} timers run already", "meshnode stop")
    agent = await office.acting(as_)
    await office.place(network, project, agent)
    timer = TimerEntry(secrets.token_hex(3), office.node.now(), title, project or "", network or "", "work", agent)
    await office.node.write((), local=(timer, *rows))
    return timer


def chosen(office: Office, name: str | None) -> Measured:
    """The timer that is meant: by its name, by its title, or the only one. Raises Refusal."""
    timers = running(office)
    if name:
        timers = [each for each in timers if name in (each.timer.name, each.timer.text)]
    if not timers:
        raise Refusal(
            Code.NO_TIMER, f"no timer {name!r} is running" if name else "no timer is running", "meshnode start"
        )
    if len(timers) > 1:
        listed = ", ".join(f"{each.timer.name} ({each.timer.text})" for each in timers)
        raise Refusal(Code.AMBIGUOUS, f"several timers run: {listed}", f"meshnode stop {timers[0].timer.name}")
    return timers[0]


async def stop(office: Office, measured: Measured, rows: Rows = ()) -> Ids:
    """Log what a timer measured and remove it, both or neither. Raises Refusal."""
    timer = measured.timer
    work = Work(
        title=timer.text,
        quantity=seconds(max(1, measured.counted)),
        kind=timer.kind or "work",
        project=timer.project or None,
        network=timer.network or None,
        day=local_day(timer.started),
        day_to=local_day(timer.started + measured.counted * 1000),
    )
    placed = await office.place(work.network, work.project, timer.agent)
    draft = contribution_draft(placed, work, local_day(office.node.now()))._replace(agent=timer.agent)
    return await office.node.write([draft], local=(Forget(TimerEntry, (timer.name,)), *rows))


async def discard(office: Office, measured: Measured, rows: Rows = ()) -> Ids:
    """Remove a timer without logging anything."""
    return await office.node.write((), local=(Forget(TimerEntry, (measured.timer.name,)), *rows))
