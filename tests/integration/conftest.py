"""What all tests of several parts together are given."""

from pathlib import Path

import pytest

from tests.support.meshes import Mesh


@pytest.fixture
def mesh(tmp_path: Path) -> Mesh:
    """Nodes in one process, with homes in a folder of the test's own."""
    return Mesh(tmp_path)
