"""A node that may have few files open: it says so, serves fewer at a time, and goes on when more come than fit."""

import socket
import sys
from contextlib import ExitStack

from tests.support.programs import Programs

FEW = 600
LIMITED = (
    sys.executable,
    "-c",
    f"import os, resource, sys; resource.setrlimit(resource.RLIMIT_NOFILE, ({FEW}, {FEW})); "
    "os.execv(sys.argv[1], sys.argv[1:])",
)


def test_a_node_with_few_files_serves_fewer_at_a_time_and_says_so() -> None:
    with Programs() as programs, ExitStack() as stack:
        ana = programs.new("ana", prefix=LIMITED)
        ana.start()
        path = ana.client.link.address.path
        for _ in range(100):  # twice as many as it serves at a time
            silent = stack.enter_context(socket.socket(socket.AF_UNIX))
            silent.connect(path)
        assert ana.client.work.log("Landing page", 60)["id"]  # in the end those who say nothing make room
        checks = {each["name"]: each for each in ana.client.node.doctor()["checks"]}
        assert (checks["files"]["state"], str(FEW) in checks["files"]["text"]) == ("warn", True)
        ana.stop()
        assert "connections at each door instead of 640" in (ana.home / "node.log").read_text(encoding="utf-8")
