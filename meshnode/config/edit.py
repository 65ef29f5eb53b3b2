"""Changing config.toml as its owner would by hand: comments, order and everything else stay as they are.

What was written is read back before it replaces the file: it must say what was wanted, and the rest as before.
"""

import os
import stat
from collections.abc import Callable, Sequence
from pathlib import Path

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AbstractTable, Item, Key, Whitespace

from meshnode.config.errors import SettingsError
from meshnode.config.load import MAX_CONFIG_BYTES, read_file, said_in
from meshnode.config.values import plain, plain_value, typed
from meshnode.store.secretfile import write_durably

TYPED = "command line"
"""The origin of what somebody typed."""
_BY_HAND = "change it by hand: the file is written in a way that this command does not follow"


def change(file: Path, path: str, words: Sequence[str]) -> plain_value:
    """Say in `file` that setting `path` is what was typed; returns the value. Raises SettingsError, OSError."""
    written = plain(typed(TYPED, path, words))
    section, _, name = path.partition(".")

    def say(document: tomlkit.TOMLDocument) -> None:
        if section not in document:
            if document.as_string() and not document.as_string().endswith("\n\n"):
                document.add(tomlkit.nl())
            document.add(section, tomlkit.table())
        table = document[section]
        if not isinstance(table, AbstractTable):
            raise SettingsError(str(file), path, "cannot be said there", _BY_HAND)
        _put(table, name, written)

    _edit(file, say, {path: written})
    return written


def drop(file: Path, path: str) -> bool:
    """Let `file` say nothing of `path`, known or not; false if it said nothing. Raises SettingsError, OSError."""
    said = dict(said_in(read_file(file), str(file)))
    if path not in said:
        return False
    section, _, name = path.partition(".")

    def unsay(document: tomlkit.TOMLDocument) -> None:
        table = document[section]
        if name and isinstance(table, AbstractTable):
            table.remove(name)
        else:
            document.remove(section)

    _edit(file, unsay, {path: None})
    return True


def _edit(file: Path, do: Callable[[tomlkit.TOMLDocument], None], wanted: dict[str, object]) -> None:
    """Replace `file` by what `do` makes of it; `wanted` are the settings that may differ, None for those that go."""
    before = read_file(file)
    expected = {**dict(said_in(before, str(file))), **wanted}
    try:
        document = tomlkit.parse(before)
        do(document)
        text = document.as_string()
    except (TOMLKitError, KeyError) as error:
        raise SettingsError(str(file), "", str(error), _BY_HAND) from error
    found = dict(said_in(text, str(file)))
    if found != {path: value for path, value in expected.items() if value is not None}:
        raise SettingsError(str(file), next(iter(wanted)), "could not be changed alone", _BY_HAND)
    if len(text.encode()) > MAX_CONFIG_BYTES:
        raise SettingsError(str(file), "", f"would be larger than {MAX_CONFIG_BYTES} bytes", _BY_HAND)
    _replace(file, text)


def _put(table: AbstractTable, name: str, value: object) -> None:
    """Say `name` in a table: where it stands, else below the last that is said there, above what follows that."""
    body = table.value.body
    below: list[tuple[Key | None, Item]] = []
    while name not in table and body and body[-1][0] is None and (len(table) or isinstance(body[-1][1], Whitespace)):
        below.insert(0, body.pop())
    table[name] = value
    body.extend(below)


def _replace(file: Path, text: str) -> None:
    real = file.resolve()  # A link leads to somebody's collection of settings: it stays a link.
    real.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    mode = stat.S_IMODE(real.stat().st_mode) if real.exists() else None
    write_durably(real, text.encode())
    if mode is not None:
        os.chmod(real, mode)
