"""Work and what it is part of: contributions, thanks, timers, projects.

Reached as `Client.work`; errors and idempotency keys as there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from meshnode.client.calls import (
    Body,
    Call,
    Group,
    Link,
    Query,
    asks,
    asks_pages,
    for_,
    get,
    given,
    items,
    listed,
    segment,
    write,
)

if TYPE_CHECKING:  # The shapes are for type checkers; making them would cost every command some milliseconds.
    from meshnode.client import answers as a
    from meshnode.client import work_answers as w


class Work(Group[Link]):
    """Work and what it is part of: contributions, thanks, timers, projects."""

    @asks
    def log(
        self,
        title: str,
        seconds: int,
        *,
        kind: str | None = None,
        text: str | None = None,
        project: str | None = None,
        network: str | None = None,
        day: str | None = None,
        terms: Body | None = None,
        as_: str | None = None,
        agreement: str | None = None,
        key: str = "",
    ) -> Call[a.Written]:
        """Sign a contribution of so many seconds; `day` is today unless it is said.

        `terms` are further fields of the request: `shares`, `value`, `licence` … Here and elsewhere `as_` is the
        organisation for which it is signed, by name or id; None for the owner.
        """
        body = given(title=title, seconds=seconds, kind=kind, text=text, project=project, network=network, day=day)
        more = {**(terms or {}), **given(agreement=agreement), **for_(as_)}
        return write("/contributions", {**body, **more}, key)

    @asks
    def contribute(self, title: str, kind: str, fields: Body, *, key: str = "") -> Call[a.Written]:
        """Sign a contribution of any kind; `fields` are the others of the request, the amount among them."""
        body = given(**{"title": title, "kind": kind, **fields})
        return write("/contributions", body, key)

    @asks
    def contributions(self, query: Query | None = None) -> Call[a.Page[w.Contribution]]:
        """One page of contributions, newest first."""
        return get("/contributions", query)

    @asks
    def sums(self, query: Query | None = None) -> Call[w.Sums]:
        """What contributions make together, by unit and by currency."""
        return get("/contributions/sums", query)

    @asks
    def hours(self, query: Query | None = None) -> Call[list[w.Hours]]:
        """The time of contributions, `by` day, project or agent, in the period `from` … `to`."""
        return items("/contributions/hours", query)

    @asks
    def contribution(self, record: str) -> Call[w.Contribution]:
        """One contribution."""
        return get(f"/contributions/{segment(record)}")

    @asks
    def share(
        self, record: str, network: str = "", *, agreement: str | None = None, as_: str | None = None, key: str = ""
    ) -> Call[a.Written]:
        """State an entry again in a network, or under an agreement."""
        body = {"network": network, **given(agreement=agreement), **for_(as_)}
        return write(f"/contributions/{segment(record)}/share", body, key)

    @asks
    def correct(
        self, record: str, right: Body, reason: str | None = None, *, as_: str | None = None, key: str = ""
    ) -> Call[a.Written]:
        """Say what a quantity or a value should have been: `right` has `seconds`, `quantity` or `value`."""
        body = {**right, **given(reason=reason), **for_(as_)}
        return write(f"/contributions/{segment(record)}/correct", body, key)

    @asks
    def retract(
        self, record: str, reason: str | None = None, *, as_: str | None = None, key: str = ""
    ) -> Call[a.Written]:
        """Take a contribution back."""
        body = {**given(reason=reason), **for_(as_)}
        return write(f"/contributions/{segment(record)}/retract", body, key)

    @asks
    def thank(
        self, /, record: str, text: str | None = None, *, as_: str | None = None, key: str = "", **fields: object
    ) -> Call[a.Written]:
        """Thank the author of a contribution."""
        body = {**given(text=text, **fields), **for_(as_)}
        return write(f"/contributions/{segment(record)}/thank", body, key)

    @asks
    def recognitions(self, query: Query | None = None) -> Call[a.Page[w.Recognition]]:
        """One page of thanks, kudos and confirmed skills, newest first."""
        return get("/recognitions", query)

    @asks
    def timers(self) -> Call[list[a.Timer]]:
        """The running timers."""
        return listed("/timers")

    @asks
    def start_timer(self, /, title: str, *, as_: str | None = None, key: str = "", **fields: object) -> Call[a.Timer]:
        """Start a timer."""
        return write("/timers", {**given(title=title, **fields), **for_(as_)}, key)

    @asks
    def stop_timer(self, /, *, key: str = "", **fields: object) -> Call[w.Stopped]:
        """Stop a timer and log what it measured, or discard it."""
        return write("/timers/stop", given(**fields), key)

    @asks_pages
    def projects(self, query: Query | None = None) -> Call[a.Page[a.Project]]:
        """All projects."""
        return get("/projects", query)

    @asks
    def project(self, project: str) -> Call[a.Project]:
        """One project, by id, slug or title."""
        return get(f"/projects/{segment(project)}")

    @asks
    def create_project(
        self, /, title: str, *, as_: str | None = None, key: str = "", **fields: object
    ) -> Call[a.Project]:
        """Begin a project."""
        return write("/projects", {**given(title=title, **fields), **for_(as_)}, key)
