"""Records as such: what proves them, why they stand as they do, how to find them.

Reached as `Client.records`; errors and idempotency keys as there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from meshnode.client.calls import (
    Call,
    Group,
    Link,
    Query,
    asks,
    asks_pages,
    for_,
    get,
    given,
    listed,
    post,
    segment,
    write,
)

if TYPE_CHECKING:  # The shapes are for type checkers; making them would cost every command some milliseconds.
    from meshnode.client import answers as a
    from meshnode.client import organisation_answers as o


class Records(Group[Link]):
    """Records as such: what proves them, why they stand as they do, how to find them."""

    @asks
    def one(self, record: str) -> Call[a.RecordAnswer]:
        """One record with everything that proves it."""
        return get(f"/records/{segment(record)}")

    @asks
    def why(self, record: str) -> Call[a.Why]:
        """Why a record stands as it does."""
        return get(f"/records/{segment(record)}/why")

    @asks
    def verify(self, record: str) -> Call[a.Verified]:
        """Check one record from its bytes."""
        return post(f"/records/{segment(record)}/verify", {})

    @asks
    def search(self, words: str, query: Query | None = None) -> Call[a.Page[a.Found]]:
        """Find records by their words."""
        return get("/search", {"q": words, **(query or {})})

    @asks_pages
    def logs(self) -> Call[a.Page[a.LogState]]:
        """The logs that are stored here, and how far others hold each."""
        return get("/logs")

    @asks
    def forks(self) -> Call[list[a.Fork]]:
        """The logs in which one key signed two records with the same number."""
        return listed("/forks")

    @asks
    def reaffirm(self, record: str, *, key: str = "") -> Call[o.Reaffirmed]:
        """Stand by a contested record of one's own, or of an organisation one signs for."""
        return write(f"/records/{segment(record)}/reaffirm", {}, key)

    @asks
    def erase(
        self, targets: list[str], basis: str | None = None, *, as_: str | None = None, key: str = ""
    ) -> Call[a.Erased]:
        """Erase the private parts of records, here and everywhere."""
        body = {**given(targets=targets, basis=basis), **for_(as_)}
        return write("/erasures", body, key)
