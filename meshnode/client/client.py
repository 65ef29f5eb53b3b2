"""The node's API as Python calls: one method per route, plain dictionaries with types in and out.

    node = Client.of(Path("~/.local/share/meshnode").expanduser())
    node.log("Landing page, first draft", seconds=12600)

Every method raises the errors of `meshnode.client.errors`. What writes takes an idempotency key of its own, so that a
caller who got no answer can repeat the call with the same `key` and nothing is written twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, TypeVar, cast

from meshnode.client.agreements import Agreements
from meshnode.client.connection import LONG, Body, Connection, Query, new_key, read_node_file, segment
from meshnode.client.errors import BadAnswer, NodeNotRunning
from meshnode.client.money import Money

if TYPE_CHECKING:  # The shapes are for type checkers; making them would cost every command some milliseconds.
    from pathlib import Path

    from meshnode.client import answers as a
    from meshnode.client import decision_answers as f
    from meshnode.client import device_answers as d
    from meshnode.client import keeping as k
    from meshnode.client import move_answers as m
    from meshnode.client import network_answers as g
    from meshnode.client import organisation_answers as o
    from meshnode.client import work_answers as w

T = TypeVar("T")

PAGE = 500
"""Items asked for at once when a list is read to its end."""


class Client:
    """One node, reached over its Unix socket."""

    def __init__(self, socket: str, seconds: float | None = None, *, proposing: bool = False) -> None:
        """With `proposing`, what the founders of an organisation decide on is proposed to them, and raises Proposed."""
        self._node = Connection(socket, seconds)
        self._node.proposing = proposing
        self.agreements = Agreements(self._node)
        """What is about agreements."""
        self.money = Money(self._node)
        """What is about money under agreements."""

    @classmethod
    def of(cls, data: Path, seconds: float | None = None) -> Client:
        """Return the client of the node whose data folder is `data`; raises NodeNotRunning if none ever ran."""
        found = read_node_file(data)
        if found is None:
            raise NodeNotRunning(str(data), "no node.json")
        return cls(found["socket"], seconds)

    # The node.

    def health(self) -> a.Health:
        """Whether the node keeps its promises."""
        return cast("a.Health", self._node.get("/health"))

    def status(self) -> a.NodeStatus:
        """How the node is."""
        return cast("a.NodeStatus", self._node.get("/node"))

    def stop(self) -> a.Stopping:
        """Ask the node to stop; it answers before it has stopped."""
        return cast("a.Stopping", self._node.post("/node/stop", {}))

    def trust(self) -> a.Health:
        """Say that no newer copy of this home exists, so that it may sign."""
        return cast("a.Health", self._node.post("/node/trust", {}))

    def doctor(self) -> a.Doctor:
        """Every check of the running node."""
        return cast("a.Doctor", self._node.get("/doctor"))

    def state(self) -> a.StateAnswer:
        """The state digest of every scope."""
        return cast("a.StateAnswer", self._node.get("/state"))

    def sync(self, peer: str | None = None, *, wait_ms: int = 10_000) -> a.SyncAnswer:
        """Compare with peers now, and wait for it."""
        return cast("a.SyncAnswer", self._node.wait("/sync", _given(peer=peer), wait_ms))

    def sync_file(self, path: str) -> a.SyncedFile:
        """Take in what a bundle holds and write it anew with everything held here."""
        return cast("a.SyncedFile", self._node.post("/sync/file", {"path": path}, usual=LONG))

    # The owner.

    def me(self) -> a.Me:
        """The owner of the node."""
        return cast("a.Me", self._node.get("/me"))

    def set_profile(self, *, as_: str | None = None, **fields: str | list[str] | None) -> a.Profile:
        """Change the profile; what is not given stays."""
        return cast("a.Profile", self._node.put("/me/profile", {**_given(**fields), **_as(as_)}))

    def devices(self) -> list[d.Device]:
        """The owner's devices, those that were ended among them."""
        return self._items(self._node.get("/devices"))

    def standing(self) -> d.DeviceStanding:
        """Whether this device may sign."""
        return cast("d.DeviceStanding", self._node.get("/devices/this"))

    def open_pairing(self, name: str = "") -> d.Pairing:
        """Look out for a new device; the answer holds the line to paste there."""
        return cast("d.Pairing", self._node.post("/devices/pairing", {"name": name}))

    def pairing(self) -> d.Pairing:
        """Whether a new device is awaited, and which ask."""
        return cast("d.Pairing", self._node.get("/devices/pairing"))

    def close_pairing(self) -> object:
        """Look out for no device any more."""
        return self._node.delete("/devices/pairing")

    def let_in(self, words: str, *, key: str = "") -> d.Device:
        """Let in the device that shows these words."""
        return cast("d.Device", self._write("/devices/pairing/confirm", {"words": words}, key))

    def revoke_device(self, which: str, reason: str = "lost", *, key: str = "") -> d.Device:
        """End a device by its name or the beginning of its key."""
        return cast("d.Device", self._write(f"/devices/{segment(which)}/revoke", {"reason": reason}, key))

    def vouch(self, who: str) -> d.RecoveryLine:
        """Write the line by which somebody who lost every device comes back."""
        return cast("d.RecoveryLine", self._node.post("/recovery-lines", {"who": who}))

    def card(self, *, as_: str | None = None) -> d.OwnCard:
        """The contact card of the owner, or of an organisation."""
        return cast("d.OwnCard", self._node.get("/card", {"as": as_}))

    def take_in_card(self, line: str, *, dry_run: bool = False) -> d.Contact:
        """Take in somebody's contact card, or only say what it says."""
        return cast("d.Contact", self._node.post("/cards", {"line": line, "dry_run": dry_run}))

    # Work.

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
    ) -> a.Written:
        """Sign a contribution of so many seconds; `day` is today unless it is said.

        `terms` are further fields of the request: `shares`, `value`, `licence` … Here and elsewhere `as_` is the
        organisation for which it is signed, by name or id; None for the owner.
        """
        body = _given(title=title, seconds=seconds, kind=kind, text=text, project=project, network=network, day=day)
        more = {**(terms or {}), **_given(agreement=agreement), **_as(as_)}
        return cast("a.Written", self._write("/contributions", {**body, **more}, key))

    def contribute(self, title: str, kind: str, fields: Body, *, key: str = "") -> a.Written:
        """Sign a contribution of any kind; `fields` are the others of the request, the amount among them."""
        body = _given(**{"title": title, "kind": kind, **fields})
        return cast("a.Written", self._write("/contributions", body, key))

    def contributions(self, query: Query | None = None) -> a.Page[w.Contribution]:
        """One page of contributions, newest first."""
        return cast("a.Page[w.Contribution]", self._node.get("/contributions", query))

    def sums(self, query: Query | None = None) -> w.Sums:
        """What contributions make together, by unit and by currency."""
        return cast("w.Sums", self._node.get("/contributions/sums", query))

    def contribution(self, record: str) -> w.Contribution:
        """One contribution."""
        return cast("w.Contribution", self._node.get(f"/contributions/{segment(record)}"))

    def share(
        self, record: str, network: str = "", *, agreement: str | None = None, as_: str | None = None, key: str = ""
    ) -> a.Written:
        """State an entry again in a network, or under an agreement."""
        body = {"network": network, **_given(agreement=agreement), **_as(as_)}
        return cast("a.Written", self._write(f"/contributions/{segment(record)}/share", body, key))

    def correct(
        self, record: str, right: Body, reason: str | None = None, *, as_: str | None = None, key: str = ""
    ) -> a.Written:
        """Say what a quantity or a value should have been: `right` has `seconds`, `quantity` or `value`."""
        body = {**right, **_given(reason=reason), **_as(as_)}
        return cast("a.Written", self._write(f"/contributions/{segment(record)}/correct", body, key))

    def retract(self, record: str, reason: str | None = None, *, as_: str | None = None, key: str = "") -> a.Written:
        """Take a contribution back."""
        body = {**_given(reason=reason), **_as(as_)}
        return cast("a.Written", self._write(f"/contributions/{segment(record)}/retract", body, key))

    def thank(
        self, record: str, text: str | None = None, *, as_: str | None = None, key: str = "", **fields: object
    ) -> a.Written:
        """Thank the author of a contribution."""
        body = {**_given(text=text, **fields), **_as(as_)}
        return cast("a.Written", self._write(f"/contributions/{segment(record)}/thank", body, key))

    def recognitions(self, query: Query | None = None) -> a.Page[w.Recognition]:
        """One page of thanks, kudos and confirmed skills, newest first."""
        return cast("a.Page[w.Recognition]", self._node.get("/recognitions", query))

    def erase(self, targets: list[str], basis: str | None = None, *, as_: str | None = None, key: str = "") -> a.Erased:
        """Erase the private parts of records, here and everywhere."""
        body = {**_given(targets=targets, basis=basis), **_as(as_)}
        return cast("a.Erased", self._write("/erasures", body, key))

    def timers(self) -> list[a.Timer]:
        """The running timers."""
        return self._items(self._node.get("/timers"))

    def start_timer(self, title: str, *, as_: str | None = None, key: str = "", **fields: object) -> a.Timer:
        """Start a timer."""
        return cast("a.Timer", self._write("/timers", {**_given(title=title, **fields), **_as(as_)}, key))

    def stop_timer(self, *, key: str = "", **fields: object) -> w.Stopped:
        """Stop a timer and log what it measured, or discard it."""
        return cast("w.Stopped", self._write("/timers/stop", _given(**fields), key))

    def projects(self, query: Query | None = None) -> Iterator[a.Project]:
        """All projects."""
        return cast("Iterator[a.Project]", self._every("/projects", query))

    def project(self, project: str) -> a.Project:
        """One project, by id, slug or title."""
        return cast("a.Project", self._node.get(f"/projects/{segment(project)}"))

    def create_project(self, title: str, *, as_: str | None = None, key: str = "", **fields: object) -> a.Project:
        """Begin a project."""
        return cast("a.Project", self._write("/projects", {**_given(title=title, **fields), **_as(as_)}, key))

    # People.

    def networks(self) -> list[g.Network]:
        """The networks known here, the notebook among them."""
        return self._items(self._node.get("/networks"))

    def create_network(
        self, name: str, join: str = "open", *, purpose: str = "", as_: str | None = None, key: str = ""
    ) -> g.Network:
        """Found a network; `join` is `open` or `invite`."""
        body = {"name": name, "join": join, "purpose": purpose, **_as(as_)}
        return cast("g.Network", self._write("/networks", body, key))

    def join(self, line: str, *, as_: str | None = None, wait_ms: int = 10_000, key: str = "") -> g.Joined:
        """Join by an invitation, or an open network by its line."""
        return cast("g.Joined", self._node.wait("/joins", {"line": line, **_as(as_)}, wait_ms, key=key or new_key()))

    def leave(self, network: str, *, as_: str | None = None) -> g.Left:
        """Leave a network."""
        return cast("g.Left", self._node.delete(f"/networks/{segment(network)}", {"as": as_}, usual=LONG))

    def network(self, network: str) -> g.NetworkDetail:
        """One network with its charter."""
        return cast("g.NetworkDetail", self._node.get(f"/networks/{segment(network)}"))

    def split(
        self, network: str, name: str, *, purpose: str = "", join: str | None = None, only: list[str], key: str = ""
    ) -> g.Network:
        """Found a network for the people of another one, or for `only` some of them."""
        body = _given(name=name, purpose=purpose, join=join, only=only)
        return cast("g.Network", self._write(f"/networks/{segment(network)}/split", body, key))

    def merge(self, network: str, into: str, text: str = "", *, key: str = "") -> m.Merged:
        """Invite the people of a network into another one, and propose to dissolve it."""
        body = {"into": into, "text": text}
        return cast("m.Merged", self._write(f"/networks/{segment(network)}/merge", body, key))

    def members(self, network: str) -> list[g.Member]:
        """Everybody who stands, stood or is to stand in a network."""
        return self._items(self._node.get(f"/networks/{segment(network)}/members"))

    def appoint(self, network: str, agent: str, role: str, *, delegate: bool = False, key: str = "") -> g.Member:
        """Give somebody a role by name; it holds once accepted."""
        body = {"agent": agent, "role": role, "delegate": delegate}
        return cast("g.Member", self._write(f"/networks/{segment(network)}/members", body, key))

    def accept_roles(self, network: str, *, as_: str | None = None, key: str = "") -> list[g.Member]:
        """Accept every role offered in a network to the owner, or to an organisation it signs for."""
        return self._items(self._write(f"/networks/{segment(network)}/accept", _as(as_), key))

    def remove_member(self, network: str, agent: str, reason: str = "end", *, key: str = "") -> list[g.Member]:
        """End every role somebody has in a network."""
        body = {"agent": agent, "reason": reason}
        return self._items(self._write(f"/networks/{segment(network)}/removals", body, key))

    def invite(self, network: str, role: str = "core", uses: int = 1, seconds: int = 7 * 24 * 3600) -> g.Invite:
        """Invite people; the answer tells the line that opens the door, and nothing tells it again."""
        body = {"role": role, "uses": uses, "seconds": seconds}
        return cast("g.Invite", self._write(f"/networks/{segment(network)}/invites", body, ""))

    def invites(self, network: str) -> list[g.Invite]:
        """The invitations to a network."""
        return self._items(self._node.get(f"/networks/{segment(network)}/invites"))

    def withdraw(self, network: str, invite: str) -> g.Invite:
        """Withdraw an invitation."""
        return cast("g.Invite", self._node.delete(f"/networks/{segment(network)}/invites/{segment(invite)}"))

    # Decisions of founders.

    def decisions(self, scope: str | None = None, *, everything: bool = False) -> list[f.Decision]:
        """The decisions that wait for somebody, with `everything` the others, too."""
        query: Query = {"scope": scope, "all": "true" if everything else None}
        return self._items(self._node.get("/decisions", query))

    def propose(self, scope: str, wish: Body, *, key: str = "") -> f.Decision:
        """Propose something to the founders of a network or organisation; `wish` as in `DecisionRequest`."""
        return cast("f.Decision", self._write("/decisions", {**wish, "scope": scope}, key))

    def decision(self, decision: str) -> f.Decision:
        """One decision."""
        return cast("f.Decision", self._node.get(f"/decisions/{segment(decision)}"))

    def vote(
        self, decision: str, vote: str = "accept", text: str = "", *, as_: str | None = None, key: str = ""
    ) -> f.Decision:
        """Vote on a proposal: `accept`, `decline` or `object`."""
        body = {"vote": vote, "text": text, **_as(as_)}
        return cast("f.Decision", self._write(f"/decisions/{segment(decision)}/votes", body, key))

    def carry_out(self, decision: str, *, key: str = "") -> f.Decision:
        """Do what a carried decision says."""
        return cast("f.Decision", self._write(f"/decisions/{segment(decision)}/carry-out", {}, key))

    # Organisations.

    def organisations(self) -> list[o.Organisation]:
        """The organisations known here, those of the owner first."""
        return self._items(self._node.get("/organisations"))

    def organisation(self, organisation: str) -> o.Organisation:
        """One organisation, by name or id, with everybody who acts or acted for it."""
        return cast("o.Organisation", self._node.get(f"/organisations/{segment(organisation)}"))

    def create_organisation(self, name: str, *, key: str = "", **fields: object) -> o.Organisation:
        """Found an organisation; it acts once all its founders have accepted."""
        return cast("o.Organisation", self._write("/organisations", _given(name=name, **fields), key))

    def accept_organisation(self, organisation: str, *, wait_ms: int = 10_000, key: str = "") -> o.Organisation:
        """Accept what an organisation offers, by its name, id or line."""
        body = {"organisation": organisation}
        answer = self._node.wait("/organisations/accepts", body, wait_ms, key=key or new_key())
        return cast("o.Organisation", answer)

    def hire(self, organisation: str, agent: str, *, key: str = "", **fields: object) -> o.Mandate:
        """Let somebody sign for an organisation; it holds once they accept."""
        body = _given(agent=agent, **fields)
        return cast("o.Mandate", self._write(f"/organisations/{segment(organisation)}/staff", body, key))

    def dismiss(self, organisation: str, agent: str, reason: str = "end", *, key: str = "") -> list[o.Mandate]:
        """End every mandate of somebody."""
        body = {"agent": agent, "reason": reason}
        return self._items(self._write(f"/organisations/{segment(organisation)}/dismissals", body, key))

    def resign(self, organisation: str) -> o.Resigned:
        """Give back every mandate the owner has of an organisation."""
        path = f"/organisations/{segment(organisation)}/resignation"
        return cast("o.Resigned", self._node.post(path, {}, usual=LONG))

    def reaffirm(self, record: str, *, key: str = "") -> o.Reaffirmed:
        """Stand by a contested record of one's own, or of an organisation one signs for."""
        return cast("o.Reaffirmed", self._write(f"/records/{segment(record)}/reaffirm", {}, key))

    # What is kept of others.

    def keeping(self) -> k.Keeping:
        """What is kept of others here, and how full each bound is."""
        return cast("k.Keeping", self._node.get("/keeping"))

    def follows(self) -> list[k.Choice]:
        """Who is followed, and which networks are relayed."""
        return self._items(self._node.get("/follows"))

    def follow(self, who: str, *, wait_ms: int = 5_000) -> k.Choice:
        """Follow somebody, or relay a network."""
        return cast("k.Choice", self._node.wait("/follows", {"who": who}, wait_ms))

    def unfollow(self, who: str) -> object:
        """Follow somebody, or relay a network, no more."""
        return self._node.delete(f"/follows/{segment(who)}")

    def blocks(self) -> list[k.Choice]:
        """Who is blocked."""
        return self._items(self._node.get("/blocks"))

    def block(self, who: str) -> k.Choice:
        """Block somebody."""
        return cast("k.Choice", self._node.post("/blocks", {"who": who}))

    def unblock(self, who: str) -> object:
        """Block somebody no more."""
        return self._node.delete(f"/blocks/{segment(who)}")

    def peers(self) -> list[a.Peer]:
        """The peers known here."""
        return self._items(self._node.get("/peers"))

    def add_peer(self, address: str, *more: str, wait_ms: int = 5_000) -> a.Peer:
        """Remember a peer and dial it, at one address after the other."""
        body = _given(address=address, more=[*more] or None)
        return cast("a.Peer", self._node.wait("/peers", body, wait_ms))

    def remove_peer(self, peer: str) -> object:
        """Forget a peer."""
        return self._node.delete(f"/peers/{segment(peer)}")

    def ping(self, peer: str) -> a.Ping:
        """Measure the way to a peer."""
        return cast("a.Ping", self._node.post(f"/peers/{segment(peer)}/ping", {}))

    # Records.

    def record(self, record: str) -> a.RecordAnswer:
        """One record with everything that proves it."""
        return cast("a.RecordAnswer", self._node.get(f"/records/{segment(record)}"))

    def why(self, record: str) -> a.Why:
        """Why a record stands as it does."""
        return cast("a.Why", self._node.get(f"/records/{segment(record)}/why"))

    def verify(self, record: str) -> a.Verified:
        """Check one record from its bytes."""
        return cast("a.Verified", self._node.post(f"/records/{segment(record)}/verify", {}))

    def search(self, words: str, query: Query | None = None) -> a.Page[a.Found]:
        """Find records by their words."""
        return cast("a.Page[a.Found]", self._node.get("/search", {"q": words, **(query or {})}))

    def forks(self) -> list[a.Fork]:
        """The logs in which one key signed two records with the same number."""
        return self._items(self._node.get("/forks"))

    # Exchange.

    def import_from(self, kind: str, path: str, *, dry_run: bool, options: Body, key: str = "") -> a.ImportAnswer:
        """Take in records from elsewhere."""
        body = {"kind": kind, "path": path, "options": options, "dry_run": dry_run}
        return cast("a.ImportAnswer", self._node.post("/imports", body, key=key or new_key(), usual=LONG))

    def imports(self) -> list[a.ImportBatch]:
        """The imports so far."""
        return self._items(self._node.get("/imports"))

    def undo_import(self, batch: str) -> a.Undone:
        """Take an import back."""
        return cast("a.Undone", self._node.delete(f"/imports/{segment(batch)}", usual=LONG))

    def export(self, kind: str, path: str, **fields: object) -> a.Exported:
        """Write a bundle or a fork proof."""
        return cast("a.Exported", self._node.post("/exports", _given(kind=kind, path=path, **fields), usual=LONG))

    def _write(self, path: str, body: Body, key: str) -> object:
        return self._node.post(path, body, key=key or new_key())

    def _every(self, path: str, query: Query | None = None) -> Iterator[object]:
        cursor: object = None
        while True:
            page = self._node.get(path, {**(query or {}), "limit": PAGE, "cursor": cast(str | None, cursor)})
            if not isinstance(page, dict):
                raise BadAnswer("it is not a page of a list")
            yield from page["items"]
            cursor = page.get("next")
            if not cursor:
                return

    @staticmethod
    def _items(answer: object) -> list[T]:
        """Return the items of a list that comes whole, with or without a page around it."""
        items = answer.get("items") if isinstance(answer, dict) else answer
        if not isinstance(items, list):
            raise BadAnswer("it is not a list")
        return cast("list[T]", items)


def _as(organisation: str | None) -> dict[str, object]:
    """Return the field that says for whom something is signed; none for the owner."""
    return _given(**{"as": organisation})


def _given(**fields: object) -> dict[str, object]:
    """Return the fields that were given a value."""
    return {name: value for name, value in fields.items() if value is not None}
