"""Running a node: its settings."""

from meshnode.api.models.shared import Model

SettingValue = bool | int | float | str | list[str]


class Setting(Model):
    """One setting of `config.toml`."""

    name: str
    """`section.name`."""
    value: SettingValue
    """What is in force."""
    later: SettingValue
    """What is in force after the next start; differs where the file was changed since the last one."""
    default: SettingValue
    origin: str
    """Where `value` was said: `flag`, a variable of the environment, the path of the file, or `default`."""
    kind: str
    """What a value is, in words."""
    bounds: str
    """Which of these it may be, in words; empty if any."""
    about: str
    variable: str
    """The variable of the environment that stands above the file."""


class BugReport(Model):
    """What somebody needs who is to find a bug; nothing in it tells who one is, with whom one deals, or where."""

    text: str


class Config(Model):
    """Every setting of the node; they change with a start, never while it runs."""

    file: str
    trouble: str
    """Why the next start would not take the file; empty if it would."""
    settings: list[Setting]
