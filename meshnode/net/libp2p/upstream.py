"""Prepares the library: the right version, only the parts in use, and quiet.

Everything that reaches into the library instead of using it stands in this file, and each such thing says which
change upstream would make it unnecessary.
"""

import logging
import sys
from importlib.machinery import ModuleSpec
from importlib.metadata import version
from importlib.util import find_spec
from types import ModuleType

PINNED = "0.8.1"
"""The version all of `meshnode/net/libp2p` was measured with, and rests on."""

DEFERRED = ("libp2p", "libp2p.transport", "libp2p.security", "libp2p.identity", "libp2p.identity.identify")
"""Packages whose `__init__` imports far more than we use: QUIC, TLS, WebSockets, HTTP clients, tracing, pub/sub."""


class UnsupportedVersion(ImportError):
    """The installed libp2p is not the one this program was made and tested for."""

    def __init__(self, found: str) -> None:
        self.found = found
        super().__init__(f"libp2p {found} is installed, but meshnode needs exactly {PINNED}: run its set-up again")


def prepare() -> None:
    """Check the version, defer what is not needed, silence the loggers. Safe to repeat.

    Raises `UnsupportedVersion`.
    """
    check_version(version("libp2p"))
    silence()
    for name in DEFERRED:
        defer(name)


def check_version(found: str) -> None:
    """Raise `UnsupportedVersion` unless `found` is the pinned version."""
    if found != PINNED:
        raise UnsupportedVersion(found)


def silence() -> None:
    """Keep the library's messages off the user's terminal and out of our log.

    It warns about every peer that hangs up, and formats debug text for every frame. Unnecessary once upstream
    stays silent by default, as libraries should.
    """
    for name in ("libp2p", "multiaddr"):
        logger = logging.getLogger(name)
        logger.setLevel(logging.CRITICAL + 1)
        logger.propagate = False
        logger.addHandler(logging.NullHandler())


def defer(name: str) -> None:
    """Let the package `name` be imported without running its `__init__` until somebody asks it for something.

    Measured: 35 MB and half a second less for every node. Its modules can be imported as usual, and so can what
    the `__init__` offers, which then runs after all. Unnecessary once upstream imports its optional parts lazily.
    """
    if name in sys.modules:
        return
    parent, _, child = name.rpartition(".")
    spec = find_spec(name)
    if spec is None or spec.loader is None:
        raise ImportError(f"libp2p {PINNED} has no package {name}", name=name)
    package = _Deferred(name)
    package.__spec__ = spec
    package.__path__ = list(spec.submodule_search_locations or ())
    sys.modules[name] = package
    if parent:
        setattr(sys.modules[parent], child, package)


class _Deferred(ModuleType):
    """A package that runs its `__init__` when the first name is asked for that no submodule has."""

    __spec__: ModuleSpec
    __path__: list[str]

    def __getattr__(self, name: str) -> object:
        if name.startswith("__") or self.__dict__.get("_has_run"):
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}", name=name)
        self.__dict__["_has_run"] = True
        assert self.__spec__.loader is not None
        self.__spec__.loader.exec_module(self)
        # The library's own set-up of its loggers undoes ours.
        silence()
        value: object = getattr(self, name)
        return value
