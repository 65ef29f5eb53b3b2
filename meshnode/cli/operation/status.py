"""`meshnode status`: how the node is, and a fix for whatever is not well."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from meshnode.cli.commands import Command
from meshnode.cli.desk import Desk
from meshnode.cli.exits import Exit
from meshnode.cli.person import recovery
from meshnode.client.errors import Problem
from meshnode.words.safe_text import clean
from meshnode.words.shown import count, keys, short_id, size
from meshnode.words.times import show_age

if TYPE_CHECKING:
    from meshnode.client.answers import Check, Fork, Health, NetworkStanding, NodeStatus
    from meshnode.client.keeping import Keeping


def status(desk: Desk) -> Exit:
    """Show the node's status; ends with 3 if it cannot keep a promise."""
    client = desk.client()
    try:
        node, keeping, waiting = client.node.status(), client.people.keeping(), client.money.waiting()["total"]
    except Problem as problem:
        if problem.code != "unreadable" or desk.out.as_json:
            raise
        return _show_health(desk, client.node.health())
    reasons = node["health"]["reasons"]
    reasons += [_fork_check(fork) for fork in client.records.forks() if not fork["healed"]]
    reasons += [*unconfirmed_words(desk), *_unsealed_keys(node)]
    if desk.out.as_json:
        desk.out.give("status", {**node, "keeping": keeping, "waiting": waiting})
    else:
        _show(desk, node, keeping, waiting)
        for check in reasons:
            show_check(desk, check)
    return Exit.PROBLEMS if any(check["state"] == "fail" for check in reasons) else Exit.OK


def _show_health(desk: Desk, health: Health) -> Exit:
    """Show why the node cannot tell how it is: it runs, and what it would read for that is damaged."""
    desk.out.bad(f"the node runs (pid {health['pid']}), and cannot read what it stored")
    for check in health["reasons"]:
        show_check(desk, check)
    return Exit.PROBLEMS


def unconfirmed_words(desk: Desk) -> list[Check]:
    """Return the reminder that the recovery words are not written down yet, if they are not."""
    if not recovery.wait(desk.places.data):
        return []
    text = "the 12 words are not written down yet; without them a lost machine is a lost identity"
    return [{"name": "recovery", "state": "warn", "text": text, "fix": recovery.COMMAND}]


def _unsealed_keys(node: NodeStatus) -> list[Check]:
    """Return what is to be done where a change of the passphrase was cut short."""
    if node["keys"] != "partly":
        return []
    text = "a change of the passphrase was cut short: not everything is sealed"
    return [{"name": "keys", "state": "warn", "text": text, "fix": "meshnode id passphrase --check"}]


def show_check(desk: Desk, check: Check) -> None:
    """Print one check with its fix; what is not well says so in words, not by its colour."""
    text = f"{clean(check['name'])}: {clean(check['text'])}"
    {"ok": desk.out.ok, "warn": desk.out.warn}.get(check["state"], desk.out.bad)(text)
    if check["fix"] and check["state"] != "ok":
        desk.out.line(f"    {desk.advice(clean(check['fix']))}")


def _fork_check(fork: Fork) -> Check:
    """Describe a log in which one key signed two records with the same number, and which nothing has joined since."""
    return {"name": "fork", "state": "warn", "text": fork["text"], "fix": fork["fix"]}


def _show(desk: Desk, node: NodeStatus, keeping: Keeping, waiting: int) -> None:
    out = desk.out
    running = f"running for {show_age(node['started'], datetime.now(UTC))} (pid {node['pid']})"
    out.ok(f"{clean(node['agent']['name']) or short_id(node['agent']['id'])} · {node['fingerprint']} · {running}")
    out.fields(
        [
            *(("address" if place == 0 else "", address) for place, address in enumerate(node["listening"])),
            ("API", node["url"]),
            ("peers", f"{node['peers_connected']} connected, {node['peers_known']} known"),
            *_networks(node["networks"]),
            ("records", _records(node)),
            *(_kept(keeping) if node["networks"] else ()),
            ("timers", count(node["running_timers"], "timer") + " running" if node["running_timers"] else ""),
            ("inbox", _waiting(desk, waiting)),
            ("home", desk.shown_path(node["home"])),
            ("keys", keys(node["keys"])),
        ]
    )


def _waiting(desk: Desk, number: int) -> str:
    """Say how much waits for the owner, and by which command to see it."""
    if not number:
        return ""
    return f"{count(number, 'thing')} {'waits' if number == 1 else 'wait'} for you: {desk.command('meshnode inbox')}"


def _networks(networks: list[NetworkStanding]) -> list[tuple[str, str]]:
    if not networks:
        return [("networks", "none yet: what you log stays on this machine")]
    return [
        (
            "networks" if place == 0 else "",
            f"{clean(network['name']) or short_id(network['id'])} · {network['standing']} · "
            f"{count(network['members'], 'member')} · {network['connected']} connected",
        )
        for place, network in enumerate(networks)
    ]


def _kept(keeping: Keeping) -> list[tuple[str, str]]:
    """Say how much room others take up, and how much there is."""
    rooms = {"others": "their texts", "relayed": "relayed"}
    lines = [
        f"{clean(room['about']) or rooms[room['name']]} · {size(room['held'])} of {size(room['limit'])}"
        for room in keeping["rooms"]
        if room["name"] in rooms
    ]
    return [("others" if place == 0 else "", line) for place, line in enumerate(lines)]


def _records(node: NodeStatus) -> str:
    pending = f" · {node['pending']} waiting for their past" if node["pending"] else ""
    behind = node["arrival"] - node["projected"]
    lag = f" · {count(behind, 'record')} not yet in the views" if behind > 0 else ""
    return f"{node['records']:,} in {count(node['logs'], 'log')} · {size(node['bytes_on_disk'])} on disk{pending}{lag}"


COMMANDS = {
    "status": Command(
        "status",
        "Show how the node is, with a fix for whatever is not well.",
        status,
        text="Everything that is not well says why and what to do. The exit code is 3 if the node cannot keep one of "
        "its promises, and 0 for mere advice (such as having no peers yet).",
        exits=(Exit.PROBLEMS, Exit.NOT_INITIALISED, Exit.NOT_RUNNING),
    )
}
