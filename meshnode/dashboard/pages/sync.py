"""Sync: how far others hold what is stored here, and why not further."""

from collections.abc import Mapping, Sequence
from typing import cast

from meshnode.client import answers as a
from meshnode.dashboard.charts.matrix import Cell, matrix
from meshnode.dashboard.figures import Column, Figure, Sheet, Table
from meshnode.dashboard.settings import MOST_LISTED
from meshnode.dashboard.view import Given, Sent, View
from meshnode.dashboard.wording import name, place

MOST_LOGS = 200
MOST_ROWS = 40
"""Logs of the drawing, one's own first; the table has all that were asked for."""
COLUMNS = (10, 4)
"""People of the wide and of the narrow drawing."""
WIDTHS = ((940, 300), (328, 130))
"""Of the drawing, and of it the names of the logs."""
LACKING = 1
"""The shade of a cell of somebody who holds a log in part."""
MOST_OPEN = 20
"""Places whose state stands open on the page; of more, they are a click away."""
WAIT_MS = 5_000
"""How long the button waits for peers."""


async def show(given: Given) -> View:
    """The page."""
    ask = given.ask
    logs = cast(list[a.LogState], await ask.items("/logs", limit=MOST_LOGS))
    peers = cast(list[a.Peer], await ask.items("/peers", limit=MOST_LISTED))
    forks = cast(list[a.Fork], await ask.items("/forks", limit=MOST_LISTED))
    digests = given.query.get("digests") == "true"
    state = cast(a.StateAnswer, await ask.get("/state", digests=digests or "false"))
    alone = [each for each in logs if each["agent"]["me"] and not each["held"] and each["scope"]["kind"] != "notebook"]
    values = {
        "logs": logs,
        "alone": alone,
        "scopes": state["scopes"],
        "digests": digests,
        "forks": [each for each in forks if not each["healed"]],
        "connected": sum(each["state"] == "direct" for each in peers),
    }
    held = [each for each in logs if each["scope"]["kind"] != "notebook"]
    others = people(held, peers)
    why = reasons(peers)
    values |= {
        "others": others,
        "missing": missing(held, others, why),
        "rows": min(len(held), MOST_ROWS),
        "all_rows": len(held),
        "columns": COLUMNS,
        "most_open": MOST_OPEN,
        "alone": [log_name(each) for each in alone],
    }
    figures = (holders(held, others, why),) if held and others else ()
    at = {"digests": "true"} if digests else {}
    return View("sync.html", "Sync", values, figures, at, (states(state["scopes"]),))


def missing(
    logs: Sequence[a.LogState], others: Sequence[a.Agent], why: Mapping[str, str]
) -> list[tuple[str, str, str]]:
    """What somebody lacks of a log of which they hold some: the log, who, and how much with the reason."""
    cells = [(log, agent, cell_of(log, agent, why)) for log in logs for agent in others]
    return [(log_name(log), name(agent), cell.says) for log, agent, cell in cells if cell.shade == LACKING]


def states(found: Sequence[a.ScopeState]) -> Sheet:
    """The state of each place, to take along."""
    columns = (Column("Where"), *(Column(each, True) for each in ("Records", "Valid", "Waiting")), Column("Digest"))
    rows = [
        (place(each), str(each["records"]), str(each["valid"]), str(each["pending"]), each["digest"] or "")
        for each in found
    ]
    return Sheet("state", "State", Table(columns, rows))


def people(logs: Sequence[a.LogState], peers: Sequence[a.Peer]) -> list[a.Agent]:
    """Who holds anything of it, or is met: those who hold most first."""
    known = {each["agent"]["id"]: each["agent"] for log in logs for each in log["held"]}
    known |= {each["agent"]["id"]: each["agent"] for each in peers if each["agent"] is not None}
    holds = {key: sum(one["agent"]["id"] == key for log in logs for one in log["held"]) for key in known}
    return sorted(
        (each for each in known.values() if not each["me"]), key=lambda each: (-holds[each["id"]], name(each))
    )


def reasons(peers: Sequence[a.Peer]) -> Mapping[str, str]:
    """Why somebody may lack something, by who it is."""
    found: dict[str, str] = {}
    for each in peers:
        if each["agent"] is not None:
            away = each["last_error"] or "not connected now"
            found[each["agent"]["id"]] = "being exchanged" if each["state"] == "direct" else away
    return found


def cell_of(log: a.LogState, agent: a.Agent, why: Mapping[str, str]) -> Cell:
    """How far somebody holds a log."""
    seq = next((each["seq"] for each in log["held"] if each["agent"]["id"] == agent["id"]), None)
    reason = why.get(agent["id"], "never met from here")
    if log["agent"]["id"] == agent["id"] and seq is None:
        return Cell(2, "✓", "their own")
    if seq is None:
        return Cell(
            0, "·", f"says nothing of it: {reason if reason != 'being exchanged' else 'perhaps not shared with them'}"
        )
    if seq >= log["seq"]:
        return Cell(3, "✓", f"all {log['seq']}")
    return Cell(LACKING, f"{min(log['seq'] - seq, 99)}", f"{log['seq'] - seq} of {log['seq']} missing: {reason}")


def holders(logs: Sequence[a.LogState], others: Sequence[a.Agent], why: Mapping[str, str]) -> Figure:
    """The matrix of logs and people."""
    ordered = sorted(logs, key=lambda log: (not log["agent"]["me"], len(log["held"]), log_name(log)))
    rows = [(log_name(log), [cell_of(log, agent, why) for agent in others]) for log in ordered]
    whole = sum(any(cell.sign == "✓" for cell in cells) for _, cells in rows)
    says = f"{whole} of {len(rows)} logs are held whole by somebody else; {len(others)} people are known to hold logs"
    names = [name(each) for each in others]
    table = Table((Column("Log"), *map(Column, names)), [(row, *(cell.says for cell in cells)) for row, cells in rows])
    wide, narrow = (
        matrix(rows[:MOST_ROWS], names[:most], width, label, says)
        for (width, label), most in zip(WIDTHS, COLUMNS, strict=True)
    )
    return Figure("held", "Who holds what", says, wide, narrow, table)


def log_name(log: a.LogState) -> str:
    """What somebody wrote in one place, in words."""
    where = log["scope"]["name"] or {"stream": "identity"}.get(log["scope"]["kind"], log["scope"]["kind"])
    who = "you" if log["agent"]["me"] else name(log["agent"])
    if log["agent"]["id"] == log["scope"]["id"]:
        identity = "your identity" if log["agent"]["me"] else f"identity of {who}"
        return identity if log["scope"]["kind"] == "stream" else f"founding of {where}"
    return f"{who} in {where}"


async def compare(sent: Sent) -> str:
    """Compare with all peers now."""
    await sent.ask.post("/sync", {"wait_ms": WAIT_MS})
    return "/sync"
