"""Takes in a home that moves: the file in which its owner left the place where it was.

Nobody signs there any more, so the home signs here at once, without asking peers first as a restored one does. That
holds for one place: before the home appears, its file is marked as taken in, and nobody else takes it in after that.

What is there after a kill, and how the same command goes on:

    nothing, or half a home beside its place     begins anew
    a whole home beside its place, claimed       goes on from there, whatever the file says
    the home                                     marks the file, if that is still to be done

The folder beside is named after the move, so what two people move never meets.
"""

import os
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import msgspec

from meshnode.core.ports import LogHead
from meshnode.exchange.backup_file import CONFIG, GONE, RECORDS, BackupRefused, Manifest, Opened, mark_gone
from meshnode.exchange.backup_in import HomeTaken, beside, is_another, need_empty, settle, unpack
from meshnode.exchange.backup_out import owner_of
from meshnode.exchange.files import FileTrouble, open_regular
from meshnode.store.errors import StoreError
from meshnode.store.home import Home
from meshnode.store.leaving import MARK
from meshnode.store.reading import Reader
from meshnode.store.secretfile import write_durably
from meshnode.store.store import open_reader
from meshproto.records.ids import to_text

CLAIM = "arrived.json"
"""The file in a home that says by which move it came. Before the home is in its place it is the right to put it there:
once it is written, everything before it is flushed and was looked at."""
SHOWN = 8
"""Digits of a move in the name of a folder."""


class Arrived(NamedTuple):
    """A home that was taken in, or would be."""

    manifest: Manifest
    config_kept: bool
    """There were settings already, which were left as they are."""
    already: bool
    """An earlier attempt had taken it in."""
    marked: bool
    """The file says so; False where it cannot be written."""
    aside: Path | None
    """Where the home went that was left here earlier."""


class NotMoving(BackupRefused):
    """The file is a backup: its home was not left."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, "this is a backup, not a home that moved out: its home may still sign")


class AlreadyGone(BackupRefused):
    """The home was taken in elsewhere."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, "it was taken in already, elsewhere; two homes of it would sign the same numbers twice")


class _Claim(msgspec.Struct, frozen=True):
    move: str
    format: str = "meshnode.arrived/1"


def arrive(path: Path, secret: str, data: Path, config: Path, *, dry_run: bool = False) -> Arrived:
    """Make the home `data` of a home that moved out; blocks. `config` is where its settings go, unless there are some.

    With `dry_run` all is read and checked, and nothing is changed. Raises BackupRefused, NotMoving, AlreadyGone,
    FileTrouble, HomeTaken, HomeError.
    """
    with open_regular(path) as file:
        opened = Opened(path, file, secret)
        move = opened.head.move
        if not move:
            raise NotMoving(path)
        was_left = (data / MARK).exists()
        if _claimed_by(data) == move and not was_left:
            return Arrived(opened.manifest, False, True, dry_run or mark_gone(path), None)
        if not was_left:
            need_empty(data)
        with beside(data, f"arriving.{move[:SHOWN]}", lambda folder: _claimed_by(folder) == move) as folder:
            if _claimed_by(folder) != move:
                if opened.head.kind == GONE:
                    raise AlreadyGone(path)
                unpack(path, opened, folder)
            if was_left:
                _need_ancestor(data, folder)
            config_kept = is_another(config, folder / CONFIG)
            if dry_run:
                return Arrived(opened.manifest, config_kept, False, True, _place_aside(data) if was_left else None)
            _claim(folder, move)
            marked = mark_gone(path)
            aside = _set_aside(data) if was_left else None
            settle(folder, data, None if config_kept else config)
            return Arrived(opened.manifest, config_kept, False, marked, aside)


def _claimed_by(folder: Path) -> str:
    """The move by which a home came, empty if by none."""
    try:
        return msgspec.json.decode((folder / CLAIM).read_bytes(), type=_Claim).move
    except (OSError, msgspec.DecodeError):
        return ""


def _claim(folder: Path, move: str) -> None:
    """Make the folder a home that signs, then say by which move it came. Raises FileTrouble, HomeError."""
    with Home(folder) as home:
        home.stamp()
    try:
        write_durably(folder / CLAIM, msgspec.json.encode(_Claim(move)) + b"\n")
    except OSError as error:
        raise FileTrouble(folder, (error.strerror or str(error)).lower()) from None


def _need_ancestor(data: Path, folder: Path) -> None:
    """Raise HomeTaken unless the home that was left here is the same person's, and all it signed is in the new one."""
    try:
        with closing(open_reader(data / RECORDS)) as old, closing(open_reader(folder / RECORDS)) as new:
            before, after = owner_of(old), owner_of(new)
            own = [head for head in old.logs() if to_text(head.agent) == before.agent]
            if before.agent == after.agent and all(_goes_on(head, new) for head in own):
                return
    except StoreError as error:
        raise FileTrouble(data, f"the home that was left here cannot be read ({error.detail})") from None
    raise HomeTaken(data, (MARK,), before.name or before.agent)


def _goes_on(head: LogHead, new: Reader) -> bool:
    found = new.log(head.log)
    return found is not None and max(tip.seq for tip in found.tips) >= max(tip.seq for tip in head.tips)


def _place_aside(data: Path) -> Path:
    """Where a home goes that was left and has another in its place now; no two come at the same moment."""
    changed = (data / MARK).stat().st_mtime_ns // 1_000_000_000
    return data.with_name(f"{data.name}.left-{changed}")


def _set_aside(data: Path) -> Path:
    """Make room where a home was left; it stays one that is left. Raises FileTrouble, HomeError."""
    with Home(data, left_too=True) as home:
        if home.left() is None:
            need_empty(data)  # its owner came back meanwhile
        try:
            place = _place_aside(data)
            os.rename(data, place)
        except OSError as error:
            raise FileTrouble(data, f"the home that was left here could not be set aside: {error.strerror}") from None
    return place
