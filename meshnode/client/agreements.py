"""The calls about agreements: one method per route. `Client.agreements` gives them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meshnode.client.calls import Body, Call, Group, Link, asks, asks_pages, for_, get, given, segment, write

if TYPE_CHECKING:
    from meshnode.client import agreement_answers as g
    from meshnode.client import answers as a


class Agreements(Group[Link]):
    """What people agree on, at one node. What writes takes a `key`: see `Client`."""

    @asks_pages
    def every(self, *, everything: bool = False) -> Call[a.Page[g.AgreementBrief]]:
        """The agreements that the owner may read, with `everything` also those that have ended."""
        return get("/agreements", {"all": everything})

    @asks
    def one(self, agreement: str) -> Call[g.Agreement]:
        """An agreement by title or id, or one of its versions by its id."""
        return get(f"/agreements/{segment(agreement)}")

    @asks
    def propose(self, terms: Body, *, key: str = "") -> Call[g.Agreement]:
        """Write down a first version; `terms` as `AgreementRequest` takes them."""
        return write("/agreements", terms, key)

    @asks
    def amend(self, agreement: str, terms: Body, *, key: str = "") -> Call[g.Agreement]:
        """Propose a version that changes these terms of those that stand now."""
        return write(f"/agreements/{segment(agreement)}/versions", terms, key)

    @asks
    def end(self, agreement: str, until: str, *, as_: str | None = None, key: str = "") -> Call[g.Agreement]:
        """Propose that it ends on a day."""
        body = {"until": until, **for_(as_)}
        return write(f"/agreements/{segment(agreement)}/end", body, key)

    @asks
    def decide(
        self,
        agreement: str,
        outcome: str,
        record: str,
        *,
        text: str = "",
        accept: bool = True,
        as_: str | None = None,
        key: str = "",
    ) -> Call[g.Agreement]:
        """Propose to `pick`, `uphold` or `reject` a record that is in dispute; without `accept` only that."""
        terms = given(text=text or None, accept=None if accept else False)
        body = {"outcome": outcome, "record": record, **terms, **for_(as_)}
        return write(f"/agreements/{segment(agreement)}/resolutions", body, key)

    @asks
    def sign(
        self,
        agreement: str,
        decision: str = "accept",
        *,
        text: str = "",
        seen: str | None = None,
        version: str | None = None,
        as_: str | None = None,
        key: str = "",
    ) -> Call[g.Agreement]:
        """Sign or decline a version, or a resolution by its id; `seen` is the digest of what was shown."""
        body = {"decision": decision, **given(text=text or None, seen=seen, version=version), **for_(as_)}
        return write(f"/agreements/{segment(agreement)}/signatures", body, key)
