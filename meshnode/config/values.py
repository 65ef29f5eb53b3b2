"""Which settings there are, and which values each takes."""

import tomllib
from collections.abc import Sequence
from dataclasses import Field
from typing import get_type_hints

from meshnode.config.errors import SettingsError
from meshnode.config.sections import SECTIONS, settings_of, type_of_setting

plain_value = bool | int | float | str | list[str]
_KINDS: dict[object, str] = {bool: "true or false", int: "a whole number", float: "a number", str: "text"}
_LIST = "a list of texts"


def paths() -> list[str]:
    """Every setting as `section.name`, in the order they are written."""
    return [f"{section}.{declared.name}" for section in SECTIONS for declared in settings_of(section)]


def declared_at(origin: str, path: str) -> tuple[str, Field[type_of_setting]]:
    """The section and declaration of a setting. Raises SettingsError, with the nearest name there is."""
    section, _, name = path.partition(".")
    if section in SECTIONS and name:
        for declared in settings_of(section):
            if declared.name == name:
                return section, declared
    raise SettingsError(origin, path, "unknown setting", _nearest(path))


def kind_of(path: str) -> str:
    """What a value of this setting is, in words. Raises SettingsError."""
    return _KINDS.get(_wanted(*declared_at("", path)), _LIST)


def bounds_of(path: str) -> str:
    """Which values of its kind a setting takes, in words; empty if it takes all. Raises SettingsError."""
    metadata = declared_at("", path)[1].metadata
    if metadata["one_of"]:
        return ", ".join(metadata["one_of"])
    least, most = metadata["at_least"], metadata["at_most"]
    return f"{least:,} to {most:,}" if least is not None and most is not None else ""


def checked(origin: str, path: str, value: object) -> type_of_setting:
    """A value as the setting wants it. Raises SettingsError."""
    section, declared = declared_at(origin, path)
    wanted = _wanted(section, declared)
    result = _of_kind(wanted, value)
    if result is None:
        raise SettingsError(origin, path, f"must be {_KINDS.get(wanted, _LIST)}, not {value!r}")
    least, most, one_of = (declared.metadata[key] for key in ("at_least", "at_most", "one_of"))
    if one_of and result not in one_of:
        raise SettingsError(origin, path, f"must be one of {', '.join(one_of)}, not {value!r}")
    # Written so that NaN, which compares false with everything, is refused too.
    if least is not None and most is not None and isinstance(result, int | float) and not least <= result <= most:
        raise SettingsError(origin, path, f"must lie between {least} and {most}, not {value!r}")
    return result


def typed(origin: str, path: str, words: Sequence[str]) -> type_of_setting:
    """What somebody typed as the setting wants it: a text needs no quotes, a list no brackets. Raises SettingsError."""
    wanted = _wanted(*declared_at(origin, path))
    if wanted is str:
        return checked(origin, path, " ".join(words))
    if wanted in _KINDS or len(words) == 1:
        return checked(origin, path, from_text(" ".join(words)))
    return checked(origin, path, list(words))


def plain(value: type_of_setting) -> plain_value:
    """A value as files and programs have it."""
    return list(value) if isinstance(value, tuple) else value


def from_text(text: str) -> object:
    """Read a value as TOML would; what TOML cannot read is a plain string."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def _wanted(section: str, declared: Field[type_of_setting]) -> object:
    return get_type_hints(SECTIONS[section])[declared.name]


def _nearest(path: str) -> str:
    from difflib import get_close_matches  # Only a mistyped name needs it.

    names = {known.rpartition(".")[2]: known for known in paths()}
    close = get_close_matches(path, paths(), n=1) or [
        names[each] for each in get_close_matches(path.rpartition(".")[2], list(names), n=1)
    ]
    return f"did you mean {close[0]}?" if close else "configs/node.toml lists every setting"


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
