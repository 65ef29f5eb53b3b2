"""The settings for people and programs: what is in force, where it was said, what else it could be."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from meshnode.config.errors import SettingsError
from meshnode.config.load import Loaded, load, variable_of
from meshnode.config.sections import SECTIONS, Settings, default_of, settings_of
from meshnode.config.values import bounds_of, kind_of, plain, plain_value

DEFAULT = "default"
"""The origin of what nobody said."""


class Setting(NamedTuple):
    """One setting."""

    name: str
    """`section.name`."""
    value: plain_value
    """What is in force."""
    later: plain_value
    """What will be in force after the next start; differs from `value` where the file was changed since."""
    default: plain_value
    origin: str
    """Where `value` was said: `flag`, a variable of the environment, the path of the file, or `default`."""
    kind: str
    """What a value is, in words."""
    bounds: str
    """Which of these it may be, in words; empty if any."""
    about: str
    """One sentence."""
    variable: str
    """The variable of the environment that stands above the file."""


class Listed(NamedTuple):
    """All settings of a node."""

    file: Path
    trouble: str
    """Why the next start would not take the file; empty if it would."""
    settings: list[Setting]


def listed(loaded: Loaded, file: Path, environ: Mapping[str, str]) -> Listed:
    """The settings as they were `loaded`, beside what `file` and `environ` say now."""
    later, trouble = loaded.settings, ""
    try:
        later = load(file, environ).settings
    except SettingsError as error:
        trouble = f"{error}{f' ({error.hint})' if error.hint else ''}"
    return Listed(file, trouble, [_setting(name, loaded, later) for name in _names()])


def _names() -> list[tuple[str, str]]:
    return [(section, declared.name) for section in SECTIONS for declared in settings_of(section)]


def _setting(name: tuple[str, str], loaded: Loaded, later: Settings) -> Setting:
    section, short = name
    declared = next(each for each in settings_of(section) if each.name == short)
    path = f"{section}.{short}"
    return Setting(
        name=path,
        value=plain(getattr(getattr(loaded.settings, section), short)),
        later=plain(getattr(getattr(later, section), short)),
        default=plain(default_of(declared)),
        origin=loaded.origins.get(path, DEFAULT),
        kind=kind_of(path),
        bounds=bounds_of(path),
        about=declared.metadata["comment"],
        variable=variable_of(path),
    )
