"""What the core sees of the fold: who may do what, by all that was folded so far.

It stands apart from the other ports because a program that only signs and stores needs none of it.
"""

from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

from meshproto.fold.memory import DictMemory, Memory


class Folded(Memory, Protocol):
    """The memory of the fold over the ledger: read here, written by whoever folds. It may be a moment behind."""

    def steady(self) -> AbstractContextManager[None]:
        """Read at one point in time as long as this lasts: no more than one event. Must not be nested."""
        ...


class FoldInRam(DictMemory):
    """A fold's memory in RAM; empty where nothing is folded."""

    def steady(self) -> AbstractContextManager[None]:
        """See Folded; nobody writes meanwhile."""
        return nullcontext()
