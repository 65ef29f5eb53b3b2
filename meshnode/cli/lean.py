"""Loading less than a library would like to, for commands that are over before that pays."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without(module: str) -> Iterator[None]:
    """Let whoever asks for this optional module while it is loaded itself not find it.

    A module that is there already stays; afterwards everybody finds it again.
    """
    if module in sys.modules:
        yield
        return
    sys.modules[module] = None  # type: ignore[assignment]  # Python's own way to say that there is none
    try:
        yield
    finally:
        del sys.modules[module]
