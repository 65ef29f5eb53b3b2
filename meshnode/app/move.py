"""Moving a home: out of here into a file, and in from one. Killed between any two lines, it is done again.

Out: the mark comes before the file, and says that this is whole before it has its name (`store/leaving.py`), so that no
other file is written once somebody can have taken this one along. In: the file is marked before the home appears
(`exchange/move_in.py`). So there is never a home that signs beside a file that may become another, nor two such files.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple

from meshnode import __version__
from meshnode.app.backup import Told, endings
from meshnode.app.endings import Ending, Exit
from meshnode.config.places import Places
from meshnode.exchange import move_in
from meshnode.exchange.backup_file import BackupRefused, head_of
from meshnode.exchange.backup_in import check_backup
from meshnode.exchange.backup_out import Source, plan_backup, write_backup
from meshnode.exchange.files import FileTrouble, give_name, parts_of
from meshnode.store.home import Home, HomeState
from meshnode.store.leaving import Left
from meshnode.store.passphrase import Cost

OUT, IN = "meshnode export home --help", "meshnode import home --help"


class Moved(NamedTuple):
    """What was written or taken in, or would be. `marked`: the file says that it was taken in."""

    told: Told
    already: bool = False
    marked: bool = True
    aside: str = ""


def plan_out(places: Places, path: Path) -> Moved:
    """What would move out; changes nothing, and the node may be at work. Raises Ending, what `endings.KNOWN` names."""
    with endings(OUT):
        _need_identity(places)
        planned = plan_backup(_source(places), path)
        return Moved(Told(planned.manifest, str(path), planned.size))


def out(places: Places, path: Path, secret: str, lock: str, cost: Cost | None = None) -> Moved:
    """Move out of a home whose node does not run. Raises Ending, and what `endings.KNOWN` names."""
    with endings(OUT):
        _need_identity(places)
        with Home(places.data, left_too=True) as home:
            mark = home.left()
            if mark is None:
                _need_newest(home)
            elif mark.whole:
                return _named(mark, path, secret)
            else:
                _need_unwritten(mark, path)
            source = _source(places)
            plan_backup(source, path)  # what can be known to go wrong does so before anything is marked
            move = Left(mark.move if mark else os.urandom(16).hex(), str(path), source.now, whole=False)
            with _marked(home, move, is_new=mark is None):
                mark_whole = partial(home.leave, _whole(move))
                written = write_backup(source, path, secret, lock, cost, move.move, before_naming=mark_whole)
            return Moved(Told(written.manifest, str(path), written.size))


def in_(places: Places, path: Path, secret: str, *, dry_run: bool) -> Moved:
    """Take in a home that moved out. Raises Ending, and what `endings.KNOWN` names."""
    with endings(IN):
        try:
            found = move_in.arrive(path, secret, places.data, places.config, dry_run=dry_run)
        except (move_in.AlreadyGone, move_in.NotMoving) as error:
            raise Ending(Exit.CONFLICT, str(error), "meshnode backup restore --help") from error
        told = Told(found.manifest, str(path), path.stat().st_size, found.config_kept)
        return Moved(told, found.already, found.marked, str(found.aside or ""))


def come_back(places: Places) -> None:
    """Let a home that was left be one again, as a copied one, on its owner's word. Raises HomeError."""
    with Home(places.data, left_too=True) as home:
        if home.left() is not None:
            home.come_back()


def _need_identity(places: Places) -> None:
    if not (places.data / "records.db").exists():
        raise Ending(Exit.NOT_INITIALISED, f"there is no identity in {places.data} yet", "meshnode init")


def _source(places: Places) -> Source:
    return Source(places.data, places.config, __version__, time.time_ns() // 1_000_000)


def _need_newest(home: Home) -> None:
    if home.state() is HomeState.COPIED:
        cause = "this home was copied or restored, and its peers were not yet asked for newer records"
        raise Ending(Exit.CONFLICT, cause, "meshnode up")


def _named(mark: Left, path: Path, secret: str) -> Moved:
    """Give the file its name that an earlier attempt has written to its end.

    Raises Ending where it has one, which somebody may have taken along, or where another file is given; and
    BackupRefused, FileTrouble.
    """
    before = Path(mark.file)
    part = next(iter(_parts_of(before, mark.move)), None)
    if part is None:
        raise _gone(before)
    if path != before:
        raise _gone(before, ", which only lacks its name: give the same file again")
    found = check_backup(part, secret)
    give_name(part, path)
    return Moved(Told(found, str(path), path.stat().st_size), already=True)


def _gone(file: Path, besides: str = "") -> Ending:
    return Ending(Exit.CONFLICT, f"this home has moved out already, into {file}{besides}", OUT)


def _parts_of(path: Path, move: str) -> list[Path]:
    """The file of this move as long as it has no name."""
    try:
        return [part for part in parts_of(path) if _is_of(part, move)]
    except OSError:
        return []


def _need_unwritten(mark: Left, path: Path) -> None:
    """Raise Ending unless the earlier attempt named no file, and another file is not in the way."""
    before = Path(mark.file)
    written = _is_of(before, mark.move)
    if written is None:
        cause = f"an earlier attempt wrote to {before}, which cannot be looked at now; nobody can say how far it came"
        raise Ending(Exit.CONFLICT, cause, OUT)
    if written:
        raise _gone(before)
    if path.exists():
        raise Ending(Exit.CONFLICT, f"{path} is another file; remove it, or choose another name", OUT)


@contextmanager
def _marked(home: Home, mark: Left, *, is_new: bool) -> Iterator[None]:
    """Mark a home as being left; if then no file comes to be, it is as it was, unless an earlier attempt marked it."""
    home.leave(mark)
    try:
        yield
    except BaseException:
        if _is_of(Path(mark.file), mark.move) is False:
            if is_new:
                home.stay()
            else:
                home.leave(mark)
        raise


def _is_of(path: Path, move: str) -> bool | None:
    """Whether the file of this move is there: under its name it is whole. None where that cannot be seen."""
    try:
        return head_of(path).move == move
    except BackupRefused:
        return False
    except FileTrouble:
        return False if path.parent.is_dir() and not path.exists() else None


def _whole(mark: Left) -> Left:
    return Left(mark.move, mark.file, mark.at, whole=True)
