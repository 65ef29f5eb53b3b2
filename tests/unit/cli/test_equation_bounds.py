"""A preview takes at most 200 MB, whatever file is allowed. How long it takes, `scripts/bench equation` tells."""

import pytest

from tests.support.large_equations import largest_files, spent

FILES = largest_files()


@pytest.mark.parametrize("name", FILES)
def test_the_largest_files_take_little_memory(name: str) -> None:
    assert spent(FILES[name]).bytes < 200_000_000
