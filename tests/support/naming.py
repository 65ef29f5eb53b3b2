"""Many small cases in one test: a failure says which of them it is about."""

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def about(case: object) -> Iterator[None]:
    """Name the case that is looked at inside: a failure carries the name.

    A test of its own for each of a thousand cases costs a hundred times what looking at them does.
    """
    try:
        yield
    except BaseException as failure:
        failure.add_note(f"about: {case}")
        raise
