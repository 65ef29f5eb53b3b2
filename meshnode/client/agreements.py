"""The calls about agreements: one method per route. `Client.agreements` gives them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from meshnode.client.connection import Connection, new_key, segment
from meshnode.client.errors import BadAnswer

if TYPE_CHECKING:
    from meshnode.client import agreement_answers as g


class Agreements:
    """What people agree on, at one node. What writes takes a `key`: see `Client`."""

    def __init__(self, node: Connection) -> None:
        self._node = node

    def every(self, *, everything: bool = False) -> list[g.AgreementBrief]:
        """The agreements that the owner may read, with `everything` also those that have ended."""
        answer = self._node.get("/agreements", {"all": "true" if everything else None})
        items = answer.get("items") if isinstance(answer, dict) else None
        if not isinstance(items, list):
            raise BadAnswer("it is not a list")
        return cast("list[g.AgreementBrief]", items)

    def one(self, agreement: str) -> g.Agreement:
        """An agreement by title or id, or one of its versions by its id."""
        return cast("g.Agreement", self._node.get(f"/agreements/{segment(agreement)}"))

    def propose(self, terms: Mapping[str, object], *, key: str = "") -> g.Agreement:
        """Write down a first version; `terms` as `AgreementRequest` takes them."""
        return self._write("/agreements", terms, key)

    def amend(self, agreement: str, terms: Mapping[str, object], *, key: str = "") -> g.Agreement:
        """Propose a version that changes these terms of those that stand now."""
        return self._write(f"/agreements/{segment(agreement)}/versions", terms, key)

    def end(self, agreement: str, until: str, *, as_: str | None = None, key: str = "") -> g.Agreement:
        """Propose that it ends on a day."""
        body = {"until": until} | ({} if as_ is None else {"as": as_})
        return self._write(f"/agreements/{segment(agreement)}/end", body, key)

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
    ) -> g.Agreement:
        """Propose to `pick`, `uphold` or `reject` a record that is in dispute; without `accept` only that."""
        given = {"text": text or None, "accept": None if accept else False, "as": as_}
        wish = {"outcome": outcome, "record": record, **given}
        body = {name: value for name, value in wish.items() if value is not None}
        return self._write(f"/agreements/{segment(agreement)}/resolutions", body, key)

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
    ) -> g.Agreement:
        """Sign or decline a version, or a resolution by its id; `seen` is the digest of what was shown."""
        given = {"text": text or None, "seen": seen, "version": version, "as": as_}
        body = {"decision": decision, **{name: value for name, value in given.items() if value is not None}}
        return self._write(f"/agreements/{segment(agreement)}/signatures", body, key)

    def _write(self, path: str, body: Mapping[str, object], key: str) -> g.Agreement:
        return cast("g.Agreement", self._node.post(path, dict(body), key=key or new_key()))
