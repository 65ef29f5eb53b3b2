import importlib
import sys
from collections.abc import Iterator

import pytest

from meshnode.cli.lean import without


@pytest.fixture
def unloaded() -> Iterator[str]:
    """A small module of the standard library as if nobody had asked for it yet."""
    before = sys.modules.pop("colorsys", None)
    yield "colorsys"
    sys.modules.pop("colorsys", None)
    if before is not None:
        sys.modules["colorsys"] = before


def test_module_is_not_found_inside_and_found_again_afterwards(unloaded: str) -> None:
    with without(unloaded), pytest.raises(ImportError):
        importlib.import_module(unloaded)
    assert importlib.import_module(unloaded).__name__ == unloaded


def test_module_that_was_loaded_before_stays(unloaded: str) -> None:
    module = importlib.import_module(unloaded)
    with without(unloaded):
        assert importlib.import_module(unloaded) is module
    assert sys.modules[unloaded] is module
