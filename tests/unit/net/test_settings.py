"""Settings that cannot work are refused, by name."""

import pytest

from meshnode.net.settings import FIRST_WINDOW, TransportSettings, nobody
from meshnode.net.transport import PeerId

SEED = bytes(range(32))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("seed", bytes(31)),
        ("reserved_for_known", 256),
        ("reserved_for_known", -1),
        ("window_max", FIRST_WINDOW - 1),
        ("max_connections_per_address", 0),
        ("max_half_open", 0),
        ("max_half_open_per_address", 0),
    ],
)
def test_what_cannot_work_is_refused_by_name(name: str, value: object) -> None:
    with pytest.raises(ValueError, match=name):
        TransportSettings(**{"seed": SEED, name: value})  # type: ignore[arg-type]  # what the test is about


def test_the_seed_is_never_printed() -> None:
    printed = repr(TransportSettings(seed=SEED))
    assert "seed" not in printed
    assert repr(SEED) not in printed


def test_by_default_everybody_is_a_stranger() -> None:
    assert not nobody(PeerId("12D3KooW"))
