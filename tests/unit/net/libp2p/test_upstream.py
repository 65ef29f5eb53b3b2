"""The library is the right one, loaded in parts, quiet, and still whole for whoever wants all of it."""

import json
import subprocess
import sys

import pytest

from meshnode.net.libp2p.upstream import DEFERRED, PINNED, UnsupportedVersion, check_version, defer

HEAVY = ("requests", "httpx", "rich", "zeroconf", "dns", "libp2p.pubsub.gossipsub", "libp2p.kad_dht")


def run(code: str) -> object:
    """Return what `code` prints, as JSON, in a process that has imported nothing yet."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stderr == ""
    return json.loads(done.stdout)


def test_another_version_is_refused() -> None:
    check_version(PINNED)
    with pytest.raises(UnsupportedVersion) as caught:
        check_version("0.9.0")
    assert caught.value.found == "0.9.0"


def test_nothing_is_loaded_that_is_not_used() -> None:
    code = "import json, sys, meshnode.net.libp2p.transport; print(json.dumps(sorted(sys.modules)))"
    loaded = run(code)
    assert isinstance(loaded, list)
    assert "libp2p.security.noise.patterns" in loaded
    assert [name for name in HEAVY if name in loaded] == []


def test_the_whole_library_can_still_be_used() -> None:
    code = (
        "import json, meshnode.net.libp2p.transport, libp2p\n"
        "from libp2p import new_host; from libp2p.peer.id import ID\n"
        "host = new_host(); print(json.dumps([isinstance(host.get_id(), ID), libp2p.__version__]))"
    )
    assert run(code) == [True, PINNED]


def test_a_name_the_library_lacks_is_still_missing() -> None:
    code = (
        "import json, meshnode.net.libp2p.transport, libp2p\n"
        "try: libp2p.no_such_name\n"
        "except AttributeError as error: print(json.dumps(error.name))"
    )
    assert run(code) == "no_such_name"


def test_its_warnings_reach_nobody() -> None:
    code = (
        "import json, logging, meshnode.net.libp2p.transport, libp2p; libp2p.new_host\n"
        "logging.getLogger('libp2p.host').warning('noise'); logging.getLogger('libp2p').error('more')\n"
        "print(json.dumps(1))"
    )
    assert run(code) == 1


def test_deferring_twice_changes_nothing() -> None:
    before = sys.modules[DEFERRED[0]]
    defer(DEFERRED[0])
    assert sys.modules[DEFERRED[0]] is before


def test_a_package_the_library_lacks_is_an_error() -> None:
    with pytest.raises(ImportError):
        defer("libp2p.no_such_package")
