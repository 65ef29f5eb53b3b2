"""The shapes of what the node answers about running it; a test keeps them equal to the API's models."""

from typing import TypedDict

SettingValue = bool | int | float | str | list[str]


class Setting(TypedDict):
    """One setting; `later` is what the next start would take."""

    name: str
    value: SettingValue
    later: SettingValue
    default: SettingValue
    origin: str
    kind: str
    bounds: str
    about: str
    variable: str


class BugReport(TypedDict):
    """What somebody needs who is to find a bug, without names, texts, ids, addresses and paths."""

    text: str


class Config(TypedDict):
    """Every setting of the node; `trouble` says why the next start would not take the file."""

    file: str
    trouble: str
    settings: list[Setting]
