"""What looking at something came to."""

from typing import NamedTuple


class Finding(NamedTuple):
    """One thing that was looked at. `state` is `ok`, `warn` or `fail`."""

    name: str
    state: str
    text: str
    fix: str = ""
