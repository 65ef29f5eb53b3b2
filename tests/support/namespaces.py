"""Network namespaces: tests across them need the right to make some."""

import shutil
import subprocess
from functools import cache

from tests.support.patience import DEADLINE


@cache
def why_not_here() -> str:
    """Why this machine cannot run tests across network namespaces, for people; empty when it can."""
    if not shutil.which("unshare") or not shutil.which("ip"):
        return "`unshare` (util-linux) or `ip` (iproute2) is missing"
    for rights in ([], ["--user", "--map-root-user"]):
        made = subprocess.run(
            [
                "unshare",
                *rights,
                "--net",
                "ip",
                "link",
                "add",
                "name",
                "probe0",
                "type",
                "veth",
                "peer",
                "name",
                "probe1",
            ],
            capture_output=True,
            timeout=DEADLINE,
        )
        if made.returncode == 0:
            return ""
    return "neither root nor a user namespace may make them here"
