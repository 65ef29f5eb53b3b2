"""Load the settings: a flag stands above the environment, that above config.toml, that above the default.

A name nobody declared is refused with its full path, and so is a value of the wrong kind: a typing error
must not silently leave a default in force.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import Field, dataclass, field
from pathlib import Path
from typing import get_type_hints

from meshnode.config.sections import SECTIONS, Settings, settings_of, type_of_setting

ENVIRONMENT_PREFIX = "MESHNODE_"
MAX_CONFIG_BYTES = 262_144
"""A settings file larger than this is not one; reading it whole would only cost memory."""


@dataclass(slots=True)
class SettingsError(Exception):
    """A setting cannot be taken: where it was said, which one, why, and what to do."""

    origin: str
    path: str
    reason: str
    hint: str = ""

    def __str__(self) -> str:
        return f"{self.origin}: {self.path}: {self.reason}" if self.path else f"{self.origin}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Loaded:
    """The settings in force, and for each setting that was said somewhere, where (`net.listen` → `flag`)."""

    settings: Settings
    origins: Mapping[str, str] = field(default_factory=dict)


def load(file: Path | None, environ: Mapping[str, str], flags: Mapping[str, object] | None = None) -> Loaded:
    """Compose the settings from `file` (may be absent), the environment and flags named `section.name`.

    Raises SettingsError for unknown names, wrong kinds, values out of bounds and unreadable files.
    """
    said: dict[str, tuple[str, object]] = {}
    for path, value in _in_file(file):
        said[path] = (str(file), value)
    for path, variable, text in _in_environment(environ):
        said[path] = (variable, _from_text(text))
    for path, value in (flags or {}).items():
        said[path] = ("flag", value)
    taken: dict[str, dict[str, type_of_setting]] = {name: {} for name in SECTIONS}
    for path, (origin, value) in said.items():
        section, declared = _declared(origin, path)
        taken[section][declared.name] = _checked(origin, path, section, declared, value)
    sections = {name: kind(**taken[name]) for name, kind in SECTIONS.items()}
    return Loaded(Settings(**sections), {path: origin for path, (origin, _) in said.items()})


def _in_file(file: Path | None) -> list[tuple[str, object]]:
    if file is None:
        return []
    try:
        with open(file, "rb") as stream:
            raw = stream.read(MAX_CONFIG_BYTES + 1)
        if len(raw) > MAX_CONFIG_BYTES:
            raise SettingsError(str(file), "", f"larger than {MAX_CONFIG_BYTES} bytes")
        document = tomllib.loads(raw.decode("utf-8"))
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(str(file), "", str(error), "correct the file, or move it away") from error
    found: list[tuple[str, object]] = []
    for section, content in document.items():
        if not isinstance(content, dict):
            found.append((section, content))
            continue
        found += [(f"{section}.{name}", value) for name, value in content.items()]
    return found


def _in_environment(environ: Mapping[str, str]) -> list[tuple[str, str, str]]:
    # Only names with "__" are settings: MESHNODE_HOME and what tests use stand outside.
    found = []
    for variable in sorted(environ):
        if variable.startswith(ENVIRONMENT_PREFIX) and "__" in variable:
            path = variable.removeprefix(ENVIRONMENT_PREFIX).lower().replace("__", ".", 1)
            found.append((path, variable, environ[variable]))
    return found


def _from_text(text: str) -> object:
    """Read a value from the environment as TOML would; what TOML cannot read is a plain string."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def _declared(origin: str, path: str) -> tuple[str, Field[type_of_setting]]:
    section, _, name = path.partition(".")
    if section in SECTIONS and name:
        for declared in settings_of(section):
            if declared.name == name:
                return section, declared
    known = [f"{part}.{declared.name}" for part in SECTIONS for declared in settings_of(part)]
    from difflib import get_close_matches  # Only a mistyped name needs it.

    close = get_close_matches(path, known, n=1)
    hint = f"did you mean {close[0]}?" if close else "configs/node.toml lists every setting"
    raise SettingsError(origin, path, "unknown setting", hint)


def _checked(origin: str, path: str, section: str, declared: Field[type_of_setting], value: object) -> type_of_setting:
    wanted = get_type_hints(SECTIONS[section])[declared.name]
    result = _of_kind(wanted, value)
    if result is None:
        name = {bool: "true or false", int: "a whole number", float: "a number", str: "text"}.get(
            wanted, "a list of texts"
        )
        raise SettingsError(origin, path, f"must be {name}, not {value!r}")
    least, most, one_of = (declared.metadata[key] for key in ("at_least", "at_most", "one_of"))
    if one_of and result not in one_of:
        raise SettingsError(origin, path, f"must be one of {', '.join(one_of)}, not {value!r}")
    # Written so that NaN, which compares false with everything, is refused too.
    if least is not None and most is not None and isinstance(result, int | float) and not least <= result <= most:
        raise SettingsError(origin, path, f"must lie between {least} and {most}, not {value!r}")
    return result


def _of_kind(wanted: object, value: object) -> type_of_setting | None:
    """`value` as the wanted kind, or None when it is of another."""
    if wanted is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if wanted in (bool, int, float, str):
        return value if type(value) is wanted else None
    if isinstance(value, str):  # one address in the environment needs no brackets
        return (value,)
    if isinstance(value, list | tuple) and all(isinstance(item, str) for item in value):
        return tuple(value)
    return None
