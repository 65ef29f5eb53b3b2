"""A disk between SQLite and the system that writes down what SQLite asks of it, and fails when it is told to.

It is a SQLite VFS made with ctypes around the system's own, in the very library that Python's sqlite3 uses: the code
under test is the product's, only `StoreSettings.vfs` names this disk. Every file object stays the system's; only its
table of methods is replaced by a copy in which writing, cutting and flushing lead here first.
"""

import ctypes
import sqlite3
from collections.abc import Callable
from ctypes import CFUNCTYPE, POINTER, Structure, c_char_p, c_int, c_int64, c_void_p
from itertools import count
from pathlib import Path
from typing import ClassVar, NamedTuple

from meshnode.store.database import reserve

OK = 0
_NAMES = count()


class Event(NamedTuple):
    """One thing that happened: `what` is write, cut, sync, create, delete, folder or acknowledged."""

    what: str
    name: str = ""
    """The file's name in its folder."""
    offset: int = 0
    """Where a write begins, the size after a cut, or the number that was acknowledged."""
    content: bytes = b""


# Paths are passed on as addresses: the system's file keeps the one it was opened with, and looks behind its end.
_OPEN = CFUNCTYPE(c_int, c_void_p, c_void_p, c_void_p, c_int, c_void_p)
_DELETE = CFUNCTYPE(c_int, c_void_p, c_void_p, c_int)
_WRITE = CFUNCTYPE(c_int, c_void_p, c_void_p, c_int, c_int64)
_TRUNCATE = CFUNCTYPE(c_int, c_void_p, c_int64)
_SYNC = CFUNCTYPE(c_int, c_void_p, c_int)


class _Vfs(Structure):
    _fields_: ClassVar = [
        ("version", c_int),
        ("file_size", c_int),
        ("longest_path", c_int),
        ("next", c_void_p),
        ("name", c_char_p),
        ("data", c_void_p),
        ("open", _OPEN),
        ("delete", _DELETE),
        ("rest", c_void_p * 14),
    ]


class _Methods(Structure):
    _fields_: ClassVar = [
        ("version", c_int),
        ("close", c_void_p),
        ("read", c_void_p),
        ("write", _WRITE),
        ("truncate", _TRUNCATE),
        ("sync", _SYNC),
        ("rest", c_void_p * 13),
    ]


class _File(Structure):
    _fields_: ClassVar = [("methods", POINTER(_Methods))]


def _library() -> ctypes.CDLL:
    """The SQLite that Python's sqlite3 has loaded: its extension module's, or the one it is linked to."""
    import _sqlite3

    library = ctypes.CDLL(getattr(_sqlite3, "__file__", None))
    library.sqlite3_vfs_find.restype = POINTER(_Vfs)
    library.sqlite3_vfs_find.argtypes = [c_char_p]
    library.sqlite3_vfs_register.argtypes = [POINTER(_Vfs), c_int]
    library.sqlite3_vfs_unregister.argtypes = [POINTER(_Vfs)]
    library.sqlite3_libversion.restype = c_char_p
    assert library.sqlite3_libversion().decode() == sqlite3.sqlite_version
    return library


def _name_at(address: int) -> str:
    return Path(ctypes.string_at(address).decode()).name


class RecordingDisk:
    """One such disk, registered under `name` until it is closed. Everything on it must be closed first."""

    def __init__(self) -> None:
        self.name = f"recording-{next(_NAMES)}"
        self.events: list[Event] = []
        self.fails: Callable[[Event, int], int] = lambda event, number: OK
        """Asked before each write, cut and sync, with its number: a SQLite result code to give instead of doing it."""
        self.operations = 0
        self._files: dict[int, str] = {}
        self._library = _library()
        self._system = self._library.sqlite3_vfs_find(None).contents
        self._methods: dict[int, _Methods] = {}
        self._keep: list[object] = []
        self._vfs = _Vfs.from_buffer_copy(self._system)
        self._vfs.name = self.name.encode()
        self._vfs.open = self._kept(_OPEN(self._open))
        self._vfs.delete = self._kept(_DELETE(self._delete))
        self._library.sqlite3_vfs_register(ctypes.byref(self._vfs), 0)

    def close(self) -> None:
        """Take the disk away."""
        self._library.sqlite3_vfs_unregister(ctypes.byref(self._vfs))

    def flush_folder(self, folder: Path) -> None:
        """Note that the names in the folder are durable; give this to StoreSettings."""
        self.events.append(Event("folder"))

    def reserve(self, path: Path, size: int) -> None:
        """Extend a file as the product does; give this to StoreSettings."""
        before = path.stat().st_size
        reserve(path, size)
        if path.stat().st_size > before:
            self.events.append(Event("write", path.name, before, bytes(size - before)))
            self.events.append(Event("sync", path.name))

    def acknowledge(self, number: int) -> None:
        """Note that from here on the outside world relies on what `number` stands for."""
        self.events.append(Event("acknowledged", offset=number))

    def _kept(self, callback: Callable[..., int]) -> Callable[..., int]:
        self._keep.append(callback)  # SQLite holds only its address
        return callback

    def _open(self, vfs: int, path: int | None, file: int, flags: int, given: int) -> int:
        result = self._system.open(vfs, path, file, flags, given)
        methods = ctypes.cast(file, POINTER(_File)).contents.methods
        if result != OK or path is None or not methods:
            return int(result)
        name = _name_at(path)
        self._files[file] = name
        self.events.append(Event("create", name))  # harmless for a file that exists
        ctypes.cast(file, POINTER(_File)).contents.methods = ctypes.pointer(self._patched(methods))
        return OK

    def _patched(self, methods: "ctypes._Pointer[_Methods]") -> _Methods:
        """A copy of the system's methods with ours in it, one for each kind of file."""
        address = ctypes.addressof(methods.contents)
        if address not in self._methods:
            system = methods.contents
            ours = _Methods.from_buffer_copy(system)
            ours.write = self._kept(_WRITE(lambda f, b, n, o: self._write(system, f, b, n, o)))
            ours.truncate = self._kept(_TRUNCATE(lambda f, n: self._cut(system, f, n)))
            ours.sync = self._kept(_SYNC(lambda f, n: self._sync(system, f, n)))
            self._methods[address] = ours
        return self._methods[address]

    def _write(self, system: _Methods, file: int, content: int, size: int, offset: int) -> int:
        event = Event("write", self._files[file], offset, ctypes.string_at(content, size))
        return self._do(event, lambda: int(system.write(file, content, size, offset)))

    def _cut(self, system: _Methods, file: int, size: int) -> int:
        return self._do(Event("cut", self._files[file], size), lambda: int(system.truncate(file, size)))

    def _sync(self, system: _Methods, file: int, flags: int) -> int:
        return self._do(Event("sync", self._files[file]), lambda: int(system.sync(file, flags)))

    def _delete(self, vfs: int, path: int, flush: int) -> int:
        event = Event("delete", _name_at(path))
        return self._do(event, lambda: int(self._system.delete(vfs, path, flush)))

    def _do(self, event: Event, act: Callable[[], int]) -> int:
        self.operations += 1
        refused = self.fails(event, self.operations)
        if refused != OK:
            return refused
        self.events.append(event)
        return act()
