"""A preview is over in about a second, and in 200 MB, whatever file is allowed."""

import pytest

from tests.support.large_equations import largest_files, spent

FILES = largest_files()
SLOWER = 2.5
"""How much slower than the machine for which a second is promised this one may be, or be kept."""


@pytest.mark.alone
@pytest.mark.parametrize("name", FILES)
def test_the_largest_files_cost_a_second_at_most(name: str) -> None:
    used = spent(FILES[name])
    assert used.seconds < 1.0 * SLOWER
    assert used.bytes < 200_000_000
