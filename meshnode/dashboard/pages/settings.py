"""Settings: what this node was told, where, and who else may use it: its devices and the tokens of programs."""

from collections.abc import Sequence
from typing import cast

from meshnode.client import device_answers as d
from meshnode.client import operation_answers as o
from meshnode.client import token_answers as t
from meshnode.client.answers import Page
from meshnode.dashboard.figures import Column, Sheet, Table
from meshnode.dashboard.view import Given, View

MOST_SHOWN = 40
"""Devices, and tokens, of the page."""

WORDS = {
    "net": "Connections",
    "sync": "Sync",
    "relay": "What is kept and passed on",
    "work": "Work",
    "store": "The store",
    "backup": "Backups",
    "api": "API and dashboard",
    "log": "The log",
}
"""What groups of settings are about."""


async def show(given: Given) -> View:
    """The page."""
    config = cast(o.Config, await given.ask.get("/config"))
    devices = cast(Page[d.Device], await given.ask.get("/devices", limit=MOST_SHOWN))
    tokens = cast(Page[t.Token], await given.ask.get("/tokens", limit=MOST_SHOWN))
    values = {
        "config": config,
        "groups": grouped(config["settings"]),
        "devices": devices,
        "tokens": tokens,
        "words": WORDS,
        "written": written,
    }
    return View("settings.html", "Settings", values, sheets=(listed(config["settings"]),))


def grouped(found: Sequence[o.Setting]) -> dict[str, list[o.Setting]]:
    """The settings by what they are about, which is the beginning of their names."""
    groups: dict[str, list[o.Setting]] = {}
    for each in found:
        groups.setdefault(each["name"].rpartition(".")[0], []).append(each)
    return groups


def written(value: o.SettingValue) -> str:
    """A value as `meshnode config set` takes it; a list by its words, nothing by a dash."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return (" ".join(value) if isinstance(value, list) else str(value)) or "–"


def listed(found: Sequence[o.Setting]) -> Sheet:
    """All of them, to take along."""
    columns = tuple(map(Column, ("Name", "Value", "Default", "Origin", "What it is")))
    rows = [
        (each["name"], written(each["value"]), written(each["default"]), each["origin"], each["about"])
        for each in found
    ]
    return Sheet("settings", "Settings", Table(columns, rows))
