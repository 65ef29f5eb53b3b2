"""Load the settings: a flag stands above the environment, that above config.toml, that above the default.

A name nobody declared is refused with its full path, and so is a value of the wrong kind: a typing error
must not silently leave a default in force.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from meshnode.config.errors import SettingsError
from meshnode.config.sections import SECTIONS, Settings, type_of_setting
from meshnode.config.values import checked, declared_at, from_text

ENVIRONMENT_PREFIX = "MESHNODE_"
MAX_CONFIG_BYTES = 262_144
"""A settings file larger than this is not one; reading it whole would only cost memory."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """The settings in force, and for each setting that was said somewhere, where (`net.listen` → `flag`)."""

    settings: Settings
    origins: Mapping[str, str] = field(default_factory=dict)


def load(file: Path | None, environ: Mapping[str, str], flags: Mapping[str, object] | None = None) -> Loaded:
    """Compose the settings from `file` (may be absent), the environment and flags named `section.name`.

    Raises SettingsError for unknown names, wrong kinds, values out of bounds and unreadable files.
    """
    said = {path: (origin, value) for origin, path, value in _said(file, environ, flags or {})}
    taken: dict[str, dict[str, type_of_setting]] = {name: {} for name in SECTIONS}
    for path, (origin, value) in said.items():
        section, declared = declared_at(origin, path)
        taken[section][declared.name] = checked(origin, path, value)
    sections = {name: kind(**taken[name]) for name, kind in SECTIONS.items()}
    return Loaded(Settings(**sections), {path: origin for path, (origin, _) in said.items()})


def troubles(file: Path | None, environ: Mapping[str, str]) -> list[SettingsError]:
    """Everything that `load` would refuse, where `load` tells the first."""
    found = []
    try:
        for origin, path, value in _said(file, environ, {}):
            try:
                checked(origin, path, value)
            except SettingsError as error:
                found.append(error)
    except SettingsError as error:
        found.append(error)
    return found


def read_file(file: Path) -> str:
    """The text of a settings file; empty if there is none. Raises SettingsError."""
    try:
        with open(file, "rb") as stream:
            raw = stream.read(MAX_CONFIG_BYTES + 1)
        if len(raw) > MAX_CONFIG_BYTES:
            raise SettingsError(str(file), "", f"larger than {MAX_CONFIG_BYTES} bytes")
        return raw.decode("utf-8")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(str(file), "", str(error), "correct the file, or move it away") from error


def variable_of(path: str) -> str:
    """The environment variable of a setting."""
    return ENVIRONMENT_PREFIX + path.replace(".", "__").upper()


def said_in(text: str, origin: str) -> Iterator[tuple[str, object]]:
    """Every setting in the text of a settings file, known or not, with its value. Raises SettingsError."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(origin, "", str(error), "correct the file, or move it away") from error
    for section, content in document.items():
        if not isinstance(content, dict):
            yield section, content
            continue
        for name, value in content.items():
            yield f"{section}.{name}", value


def _said(
    file: Path | None, environ: Mapping[str, str], flags: Mapping[str, object]
) -> Iterator[tuple[str, str, object]]:
    """Origin, path and value of everything that is said somewhere; what stands above comes later."""
    if file is not None:
        for path, value in said_in(read_file(file), str(file)):
            yield str(file), path, value
    # Only names with "__" are settings: MESHNODE_HOME and what tests use stand outside.
    for variable in sorted(environ):
        if variable.startswith(ENVIRONMENT_PREFIX) and "__" in variable:
            path = variable.removeprefix(ENVIRONMENT_PREFIX).lower().replace("__", ".", 1)
            yield variable, path, from_text(environ[variable])
    for path, value in flags.items():
        yield "flag", path, value
