"""A node that keeps the promises of the local API and nothing else: it answers from memory, in the API's own models.

It serves a Unix socket in a short temporary folder that looks like an initialised home, so that commands find it as
they find a real one.
"""

import base64
import json
import os
import shutil
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp
from types import TracebackType
from typing import Self

import msgspec

from meshnode.api.models import cards
from meshnode.api.models import charters as c
from meshnode.api.models import decisions as f
from meshnode.api.models import devices as d
from meshnode.api.models import keeping as k
from meshnode.api.models import networks as g
from meshnode.api.models import node as n
from meshnode.api.models import operations as op
from meshnode.api.models import organisations as o
from meshnode.api.models import people as p
from meshnode.api.models import records as r
from meshnode.api.models import terms as t
from meshnode.api.models import work as w
from meshnode.api.models.agreements import Agreement
from meshnode.api.models.inbox import Inbox
from meshnode.api.models.login import LoginLink
from meshnode.api.models.shared import Agent, Check, Page, Quantity
from meshnode.api.problems import problem
from meshnode.runtime.refusals import Code
from tests.support.fakes.fake_files import post_backups, post_credentials
from tests.support.fakes.fake_server import Asked, Server, handler
from tests.support.fakes.fake_sums import sums
from tests.support.fakes.fake_tokens import FakeTokens
from tests.support.fakes.sample_agreements import agreement, brief, in_conflict
from tests.support.fakes.sample_cards import CARD, sample_contact
from tests.support.fakes.sample_firms import mandate, organisation
from tests.support.fakes.sample_operations import sample_settings
from tests.support.fakes.sample_people import ADDRESS, ANA, AT, BEN, LINE, MN1, NOTEBOOK, PEER, STUDIO, text_id


@dataclass
class FakeNode(FakeTokens):
    """Holds what it was told; `answers` overrides what it says to one request, `asked` remembers all of them."""

    answers: dict[tuple[str, str], msgspec.Struct | bytes | None] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    contributions: list[w.Contribution] = field(default_factory=list)
    thanks: list[t.Recognition] = field(default_factory=list)
    projects: list[w.Project] = field(default_factory=list)
    timers: list[w.Timer] = field(default_factory=list)
    copies: list[str] = field(default_factory=list)
    """What else says the same as whatever is erased."""
    networks: list[g.Network] = field(default_factory=list)
    decisions: list[f.Decision] = field(default_factory=list)
    agreements: list[Agreement] = field(default_factory=list)
    organisations: list[o.Organisation] = field(default_factory=list)
    peers: list[p.Peer] = field(default_factory=list)
    reasons: list[Check] = field(default_factory=list)
    settings: list[op.Setting] = field(default_factory=sample_settings)
    forks: list[r.Fork] = field(default_factory=list)
    follows: list[k.Choice] = field(default_factory=list)
    blocks: list[k.Choice] = field(default_factory=list)
    rooms: list[k.Room] = field(default_factory=list)
    stopped: threading.Event = field(default_factory=threading.Event)
    page: int = 500
    """Projects on one page of the list."""
    keys: str = "clear"
    digests: list[str] = field(default_factory=lambda: ["ab" * 32])
    device: str = ""
    state: str = "active"
    """How this device stands."""
    devices_now: int = 1
    asking: list[str] = field(default_factory=list)
    """Words of the devices that ask to be let in."""
    silent: bool = False
    """Whether it takes requests and never answers."""
    _ended: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        home = Path(mkdtemp(prefix="mn-"))
        (home / "device.key").write_bytes(b"")
        self.serve(home)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.hang_up()
        shutil.rmtree(self.home)

    def serve(self, home: Path) -> None:
        """Listen in the folder `home`, and say so."""
        self.home = home
        (home / "api.sock").unlink(missing_ok=True)
        self._server = Server(str(home / "api.sock"), handler(self.answer))
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        self.announce(os.getpid())

    def announce(self, pid: int) -> None:
        """Write node.json."""
        (self.home / "node.json").write_text(
            json.dumps({"pid": pid, "api": "v1", "socket": str(self.home / "api.sock")})
        )

    def hang_up(self) -> None:
        """Stop listening, as a node that was killed does."""
        self._ended.set()
        self._server.shutdown()
        self._server.server_close()

    def answer(self, asked: Asked) -> msgspec.Struct | bytes | None:
        """What it says to one request."""
        self.asked.append(asked)
        if self.silent:
            self._ended.wait()
        if (asked.method, asked.path) in self.answers:
            return self.answers[asked.method, asked.path]
        first, *rest = asked.path.strip("/").split("/")
        name = f"{asked.method.lower()}_{first}".replace("-", "_")
        route: Callable[[Asked, list[str]], msgspec.Struct | None] | None = getattr(self, name, None)
        return route(asked, rest) if route else problem("no-route", asked.path)

    # What is kept of others.

    def get_keeping(self, asked: Asked, rest: list[str]) -> k.Keeping:
        return k.Keeping("all", "followed", 0, self.rooms, clearing=False)

    def get_follows(self, asked: Asked, rest: list[str]) -> Page[k.Choice]:
        return Page(self.follows)

    def post_follows(self, asked: Asked, rest: list[str]) -> k.Choice:
        who = asked.body["who"]
        choice = k.Choice(None, STUDIO, AT) if "@" in who else k.Choice(BEN, None, AT)
        self.follows.append(choice)
        return choice

    def delete_follows(self, asked: Asked, rest: list[str]) -> None:
        self.follows.clear()

    def get_blocks(self, asked: Asked, rest: list[str]) -> Page[k.Choice]:
        return Page(self.blocks)

    def post_blocks(self, asked: Asked, rest: list[str]) -> k.Choice:
        self.blocks.append(k.Choice(BEN, None, AT))
        return self.blocks[-1]

    def delete_blocks(self, asked: Asked, rest: list[str]) -> None:
        self.blocks.clear()

    # The node.

    def health(self) -> n.Health:
        return n.Health("degraded" if self.reasons else "ok", "0.1.0", "v1", os.getpid(), self.reasons)

    def get_health(self, asked: Asked, rest: list[str]) -> n.Health:
        return self.health()

    def get_inbox(self, asked: Asked, rest: list[str]) -> Inbox:
        return Inbox([], len(self.agreements))

    def get_node(self, asked: Asked, rest: list[str]) -> n.NodeStatus:
        standings = [n.NetworkStanding(one.id, one.name, one.standing, len(one.members), 1) for one in self.networks]
        return n.NodeStatus(
            "0.1.0", os.getpid(), AT, str(self.home), ANA, "amber-canyon-violin-seven", PEER, [ADDRESS], True,
            str(self.home / "api.sock"), "http://127.0.0.1:4480", len(self.peers), len(self.peers), standings,
            1234, 3, 0, 1234, 1234, len(self.timers), 1_500_000, self.keys, self.health(), {},
        )  # fmt: skip

    def post_node(self, asked: Asked, rest: list[str]) -> n.Stopping | n.Health:
        if rest == ["trust"]:
            return self.health()
        self.stopped.set()
        return n.Stopping()

    def get_config(self, asked: Asked, rest: list[str]) -> op.Config:
        return op.Config(str(self.home / "config.toml"), "", self.settings)

    def post_login_links(self, asked: Asked, rest: list[str]) -> LoginLink:
        return LoginLink("http://127.0.0.1:4480/in/once", 60)

    def get_bug_report(self, asked: Asked, rest: list[str]) -> op.BugReport:
        return op.BugReport("# meshnode bug report\n")

    def get_doctor(self, asked: Asked, rest: list[str]) -> n.Doctor:
        return n.Doctor([Check("disk", "ok", "12 GB free"), *self.reasons])

    def post_sync(self, asked: Asked, rest: list[str]) -> msgspec.Struct:
        if rest:
            return n.SyncedFile(asked.body["path"], 5, 1239)
        return n.SyncAnswer(
            [n.SyncedPeer(one.id, one.agent, "in sync", 3, 12) for one in self.peers], 3 * len(self.peers)
        )

    # The owner and people.

    def get_me(self, asked: Asked, rest: list[str]) -> p.Me:
        profile = p.Profile("Ana López", "Designer", "", ["es", "en"], ["design"])
        return p.Me(
            ANA.id, ANA.name, "amber-canyon-violin-seven", "ab" * 32, PEER, AT, bool(self.digests), self.digests,
            profile, NOTEBOOK, str(self.home), 1, [], [], self.device, self.state, self.devices_now, self.keys,
        )  # fmt: skip

    def put_me(self, asked: Asked, rest: list[str]) -> p.Profile:
        now = msgspec.to_builtins(self.get_me(asked, rest).profile)
        return msgspec.convert({**now, **asked.body}, p.Profile)

    def get_devices(self, asked: Asked, rest: list[str]) -> msgspec.Struct:
        if rest == ["this"]:
            waits = "amber-canyon-violin-seven" if self.state == "waiting" else ""
            return d.DeviceStanding(self.state, waits, "ab" * 32)
        if rest == ["pairing"]:
            return d.Pairing("", True, self.asking, 600)
        return Page([d.Device("", "ab" * 32, None, "active", None, AT, True), device("laptop")])

    def delete_devices(self, asked: Asked, rest: list[str]) -> None:
        self.asking.clear()

    def post_devices(self, asked: Asked, rest: list[str]) -> msgspec.Struct:
        if rest[-1] == "pairing":
            return d.Pairing("device1.xyz@/ip4/1.2.3.4/tcp/4401", True, [], 600)
        if rest[-1] == "confirm" and self.asking and asked.body["words"] not in self.asking:
            return problem(Code.VERIFICATION_FAILED, "no device shows these words", "meshnode id device ls")
        return device("laptop", "revoked" if rest[-1] == "revoke" else "active")

    def get_card(self, asked: Asked, rest: list[str]) -> msgspec.Struct:
        return cards.OwnCard(ANA, CARD, True, [ADDRESS], "the internet")

    def post_cards(self, asked: Asked, rest: list[str]) -> msgspec.Struct:
        return sample_contact(taken=not asked.body["dry_run"])

    def post_recovery_lines(self, asked: Asked, rest: list[str]) -> msgspec.Struct:
        if asked.body["who"] != "Ana López":
            return problem(Code.NOT_FOUND, f"you share no network with {asked.body['who']}", "meshnode network ls")
        return d.RecoveryLine(ANA, "recover1.xyz", ["studio"])

    def get_networks(self, asked: Asked, rest: list[str]) -> msgspec.Struct:
        if rest and not self.networks:
            return problem(Code.UNKNOWN_NETWORK, rest[0], "meshnode network ls")
        if rest:
            return self._of_network(rest[1:])
        return Page(self.networks)

    def _of_network(self, rest: list[str]) -> msgspec.Struct:
        if not rest:
            charter = c.CharterChange([ANA, BEN], "2/3", "invite", 500, 900, ["grant"], BEN)
            return g.NetworkDetail(self.networks[0], "Design", charter, 2, [BEN], STUDIO.id, "", len(self.decisions))
        return Page([invite("open")]) if rest == ["invites"] else Page([member(ANA, "founder", "active")])

    def post_networks(self, asked: Asked, rest: list[str]) -> msgspec.Struct:
        if rest:
            return self._at_network(asked, rest)
        if any(one.name == asked.body["name"] for one in self.networks):
            return problem(Code.EXISTS, f"you have a network called {asked.body['name']}", "meshnode network ls")
        self.networks.append(network(asked.body["name"]))
        return self.networks[-1]

    def delete_networks(self, asked: Asked, rest: list[str]) -> msgspec.Struct:
        if not self.networks:
            return problem(Code.UNKNOWN_NETWORK, rest[0], "meshnode network ls")
        return invite("removed") if len(rest) > 1 else g.Left(STUDIO.id, heard=bool(self.peers))

    def _at_network(self, asked: Asked, rest: list[str]) -> msgspec.Struct:
        """What it says about members and invitations."""
        if not self.networks:
            return problem(Code.UNKNOWN_NETWORK, rest[0], "meshnode network ls")
        match rest[1]:
            case "invites":
                made = invite("open", asked.body["role"], asked.body["uses"])
                made.line, made.link, made.reachable, made.expires = MN1, f"meshnode:join/{MN1}", "this LAN", AT
                return made
            case "split":
                return network(asked.body["name"])
            case "merge":
                return f.Merged(self.networks[0], 3, decision("open", "dissolve"))
            case "members":
                return member(BEN, asked.body["role"], "invited")
            case "removals":
                return Page([member(BEN, "core", "removed")])
            case _:
                return Page([member(ANA, "steward", "active")])

    def get_decisions(self, asked: Asked, rest: list[str]) -> msgspec.Struct:
        if not rest:
            return Page(self.decisions)
        return self.decisions[0] if self.decisions else problem(Code.NOT_FOUND, rest[0], "meshnode decision ls --all")

    def post_decisions(self, asked: Asked, rest: list[str]) -> msgspec.Struct:
        if not rest:
            self.decisions.append(decision())
        return self.decisions[0] if self.decisions else problem(Code.NOT_FOUND, rest[0], "meshnode decision ls --all")

    def get_agreements(self, asked: Asked, rest: list[str]) -> msgspec.Struct:
        if not rest:
            return Page([brief(each.state) for each in self.agreements])
        return self.agreements[0] if self.agreements else problem(Code.NOT_FOUND, rest[0], "meshnode agreement ls")

    def post_agreements(self, asked: Asked, rest: list[str]) -> msgspec.Struct:
        if not rest:
            self.agreements.append(agreement())
        if rest[1:] == ["resolutions"]:
            self.agreements[:] = [in_conflict("open")]
            self.agreements[0].resolution = text_id("ruling")
        return self.agreements[0] if self.agreements else problem(Code.NOT_FOUND, rest[0], "meshnode agreement ls")

    def post_joins(self, asked: Asked, rest: list[str]) -> g.Joined:
        self.networks.append(network("studio"))
        return g.Joined(
            self.networks[-1],
            PEER if self.peers else "",
            12,
            14,
            known="@" not in asked.body["line"] and not asked.body["line"].startswith("mn1"),
        )

    def get_organisations(self, asked: Asked, rest: list[str]) -> msgspec.Struct:
        return organisation(rest[0]) if rest else Page(self.organisations)

    def post_organisations(self, asked: Asked, rest: list[str]) -> msgspec.Struct:
        if not rest or rest == ["accepts"]:
            return organisation(asked.body.get("name", "Blue"))
        if rest[1] == "resignation":
            return o.Resigned(text_id(rest[0]), heard=bool(self.peers))
        return mandate(BEN, "invited") if rest[1] == "staff" else Page([mandate(BEN, "removed")])

    def get_peers(self, asked: Asked, rest: list[str]) -> Page[p.Peer]:
        return Page(self.peers)

    def post_peers(self, asked: Asked, rest: list[str]) -> msgspec.Struct:
        return p.Ping(PEER, 12.34) if rest else peer()

    def delete_peers(self, asked: Asked, rest: list[str]) -> None:
        return None

    # Work.

    def get_contributions(self, asked: Asked, rest: list[str]) -> msgspec.Struct:
        if rest == ["sums"]:
            return sums(len(self.contributions))
        if not rest:
            return Page(self.contributions, "later" if len(self.contributions) > 2 else None)
        found = [one for one in self.contributions if one.id.endswith(rest[0])]
        return (
            found[0]
            if found
            else problem(Code.NOT_FOUND, f"no contribution has the id {rest[0]}", "meshnode contribution ls")
        )

    def get_recognitions(self, asked: Asked, rest: list[str]) -> Page[t.Recognition]:
        return Page(self.thanks, "later" if len(self.thanks) > 2 else None)

    def post_contributions(self, asked: Asked, rest: list[str]) -> msgspec.Struct:
        if asked.body.get("project") == "unknown":
            return problem(Code.UNKNOWN_PROJECT, "no project is called unknown", "meshnode project create unknown")
        if rest:
            return w.Written(text_id(rest[-1]), rest[-1], NOTEBOOK)
        self.contributions.append(contribution(asked.body["title"], asked.body.get("seconds") or 3600))
        return w.Written(self.contributions[-1].id, "contribution", STUDIO if self.networks else NOTEBOOK)

    def post_erasures(self, asked: Asked, rest: list[str]) -> r.Erased:
        return r.Erased(text_id("erasure"), [text_id("erasure")], asked.body["targets"], self.copies)

    def get_timers(self, asked: Asked, rest: list[str]) -> Page[w.Timer]:
        return Page(self.timers)

    def post_timers(self, asked: Asked, rest: list[str]) -> msgspec.Struct:
        if rest:
            if not self.timers:
                return problem(Code.NO_TIMER, "no timer is running", 'meshnode start "What you do"')
            timer = self.timers.pop()
            return w.Stopped(
                timer, None if asked.body.get("discard") else contribution(timer.title, 5400), 5400, 5400, False
            )
        project = asked.body.get("project", "")
        self.timers.append(w.Timer("1", asked.body["title"], project, "", AT, 0, False, 43_200))
        return self.timers[-1]

    def get_projects(self, asked: Asked, rest: list[str]) -> msgspec.Struct:
        if rest:
            found = [one for one in self.projects if one.slug == rest[0]]
            return found[0] if found else problem(Code.UNKNOWN_PROJECT, rest[0])
        start = int(asked.query.get("cursor", 0))
        end = start + self.page
        return Page(self.projects[start:end], str(end) if end < len(self.projects) else None)

    def post_projects(self, asked: Asked, rest: list[str]) -> w.Project:
        self.projects.append(project(asked.body["title"]))
        return self.projects[-1]

    # Records.

    def get_search(self, asked: Asked, rest: list[str]) -> Page[r.Found]:
        words = asked.query["q"].lower()
        hits = [one for one in self.contributions if words in one.title.lower()]
        return Page(
            [
                r.Found(one.id, "contribution", one.title, one.text, one.text, [], one.scope, one.agent, one.at)
                for one in hits
            ]
        )

    def get_records(self, asked: Asked, rest: list[str]) -> msgspec.Struct:
        standing = r.Standing("invalid", "", "X-FOREIGN", [text_id("cause")])
        if rest[-1] == "why":
            return r.Why(text_id(rest[0]), standing, "It names a record outside its network.", "")
        raw = base64.b64encode(b"raw").decode()
        return r.RecordAnswer(
            rest[0], "contribution", raw, {}, "00", rest[0], STUDIO, BEN, AT, standing, "held", None, []
        )  # fmt: skip

    def post_records(self, asked: Asked, rest: list[str]) -> msgspec.Struct:
        if rest[-1] == "reaffirm":
            return o.Reaffirmed(text_id("accept"), text_id(rest[0]), "yes")
        good = rest[0] != "forged"
        return r.Verified(text_id(rest[0]), good, [Check("signature", "ok" if good else "fail", "checked", "")])

    def get_forks(self, asked: Asked, rest: list[str]) -> Page[r.Fork]:
        return Page(self.forks)

    def post_imports(self, asked: Asked, rest: list[str]) -> r.ImportAnswer:
        dry = asked.body["dry_run"]
        refused = [r.RefusedRow(17, "ends before it starts")] if asked.body["kind"] == "csv" else []
        return r.ImportAnswer(
            "" if dry else "b1", asked.body["kind"], asked.body["path"], dry, 12, 3, 5, 7200, refused, []
        )

    def get_imports(self, asked: Asked, rest: list[str]) -> Page[r.ImportBatch]:
        return Page([r.ImportBatch("b1", "git", "/src/acme", AT, 12, False)])

    def delete_imports(self, asked: Asked, rest: list[str]) -> r.Undone:
        return r.Undone(rest[0], 12, 0)

    def post_exports(self, asked: Asked, rest: list[str]) -> r.Exported:
        return r.Exported(asked.body["path"], asked.body["kind"], 2048, 7, "ab" * 32)

    post_backups, post_credentials = post_backups, post_credentials


def contribution(title: str, seconds: int = 3600, agent: Agent = ANA) -> w.Contribution:
    """A contribution of so many seconds."""
    return w.Contribution(
        text_id(title[:8] or "untitled"), title, "", "work", Quantity(seconds, 0, "SEC"), seconds,
        "2026-03-09", "2026-03-09", None, NOTEBOOK, agent, AT, "yes", "claimed", False, "", 0, "held", "", "",
        None, "", "", "", [], [], 1, [], [], [], "", [],
    )  # fmt: skip


def project(title: str) -> w.Project:
    """A project."""
    slug = title.lower().replace(" ", "-")
    return w.Project(text_id(slug), title, slug, "", "active", NOTEBOOK, ANA, "", "", "", AT, False, 2, 9000)


def device(name: str, state: str = "active") -> d.Device:
    """A second device."""
    ended = text_id("revoke") if state == "revoked" else None
    return d.Device(name, "cd" * 32, text_id("grant"), state, ended, AT, False)


def network(name: str) -> g.Network:
    """An open network with two members."""
    here = (STUDIO.id, name, "open", "founder", False, [ANA, BEN], 1, LINE, "this LAN", AT, ["founder"], False)
    return g.Network(*here, steers=True)


def invite(state: str, role: str = "core", uses: int = 1) -> g.Invite:
    """An invitation."""
    return g.Invite(text_id("invitation"), STUDIO.id, role, uses, 0, state, "2026-03-16")


def member(agent: Agent, role: str, state: str) -> g.Member:
    """Somebody in a network."""
    return g.Member(agent, "amber-canyon-violin-seven", role, state, [], text_id(f"{role} {agent.name}"), AT, LINE)


def decision(state: str = "open", outcome: str = "charter") -> f.Decision:
    """A proposal to change the quorum of a studio, or to remove Ben; Ana has accepted it."""
    vote = f.Vote(ANA, "accept", "Better so", AT)
    change = c.CharterChange(quorum="3/4") if outcome == "charter" else None
    ends = [f.Ending(text_id("ben"), BEN, "core"), f.Ending(text_id("b2"), BEN, "steward")]
    return f.Decision(
        text_id("decision"), STUDIO, outcome, ANA, AT, "We are more now", state, 2, [vote, f.Vote(BEN, "", "", "")], [],
        change, ends if outcome == "remove" else [], [], [], [], False, "1 of 2 accepts so far, waiting for Ben",
        f"meshnode decision vote {text_id('decision')}" if state == "open" else "",
    )  # fmt: skip


def peer(state: str = "direct") -> p.Peer:
    """A peer."""
    address = ADDRESS if state == "direct" else ""
    return p.Peer(PEER, BEN, [ADDRESS], state, address, AT, None, "" if state == "direct" else "refused", "you")
