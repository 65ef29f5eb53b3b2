import json
import os
from pathlib import Path

import pytest

from meshnode.app.endings import Ending
from meshnode.app.nodefile import NODE_FILE, NodeFile, remove_node_file, write_node_file

CONTENT = NodeFile(
    os.getpid(),
    "v1",
    "/run/api.sock",
    "http://127.0.0.1:4480",
    ("/ip4/127.0.0.1/tcp/4401",),
    "0.1.0",
    1_700_000_000_000,
)


def test_what_is_written_says_how_to_reach_the_node(tmp_path: Path) -> None:
    write_node_file(tmp_path, CONTENT)
    found = json.loads((tmp_path / NODE_FILE).read_bytes())
    assert (found["pid"], found["socket"]) == (os.getpid(), "/run/api.sock")
    assert [entry.name for entry in tmp_path.iterdir()] == [NODE_FILE]


def test_a_file_left_behind_is_replaced(tmp_path: Path) -> None:
    write_node_file(tmp_path, CONTENT._replace(pid=1))
    write_node_file(tmp_path, CONTENT)
    assert json.loads((tmp_path / NODE_FILE).read_bytes())["pid"] == os.getpid()


def test_only_its_own_file_is_removed(tmp_path: Path) -> None:
    write_node_file(tmp_path, CONTENT._replace(pid=1))
    remove_node_file(tmp_path)
    assert (tmp_path / NODE_FILE).exists()
    write_node_file(tmp_path, CONTENT)
    remove_node_file(tmp_path)
    remove_node_file(tmp_path)
    assert not (tmp_path / NODE_FILE).exists()


def test_a_disk_that_does_not_take_it_is_told(tmp_path: Path) -> None:
    (tmp_path / NODE_FILE).mkdir()
    with pytest.raises(Ending, match=r"node\.json cannot be written: Is a directory") as caught:
        write_node_file(tmp_path, CONTENT)
    assert caught.value.hint == "meshnode doctor"
    assert [entry.name for entry in tmp_path.iterdir()] == [NODE_FILE]
