"""Measures how long the event loop keeps everybody waiting: every round of its scheduler, by two clocks.

In one round every task that can go on has its turn, and nobody is heard from until it is over. The wall clock says how
long that was; the thread's own clock, how much of it was work. They differ when the loop waited: for a processor that
others had, for a disk, or for another thread that held the interpreter.
"""

import time

from trio.abc import Instrument

from meshnode.runtime.settings import STALL_SECONDS
from meshnode.runtime.watching.reports import Reports


class Pulse(Instrument):
    """Told by trio of every round; an idle loop makes none.

    Counts `loop_stalls`, rounds longer than `STALL_SECONDS` by the wall clock, and `loop_stalls_working`, those in
    which the loop's thread worked as long; tells the longest of either kind: `loop_longest_ms` and `loop_working_ms`.
    """

    def __init__(self, reports: Reports) -> None:
        self.longest = self.longest_work = 0.0
        """Seconds of the longest round since the start, and of the one with most work in it."""
        self._lately = 0.0
        self._reports = reports
        self._began, self._worked = time.perf_counter(), time.thread_time()

    def after_io_wait(self, timeout: float) -> None:
        """A round begins."""
        self._began, self._worked = time.perf_counter(), time.thread_time()

    def before_io_wait(self, timeout: float) -> None:
        """A round is over."""
        self.note(time.perf_counter() - self._began, time.thread_time() - self._worked)

    def note(self, took: float, worked: float) -> None:
        """Take a round into account that took so long, and worked for so long."""
        self._lately = max(self._lately, took)
        if took > self.longest:
            self.longest = took
            self._reports.show("loop_longest_ms", round(took * 1000))
        if worked > self.longest_work:
            self.longest_work = worked
            self._reports.show("loop_working_ms", round(worked * 1000))
        if took > STALL_SECONDS:
            self._reports.count("loop_stalls")
        if worked > STALL_SECONDS:
            self._reports.count("loop_stalls_working")

    def since_asked(self) -> float:
        """The longest round since this was asked last; forgets it."""
        lately, self._lately = self._lately, 0.0
        return lately
