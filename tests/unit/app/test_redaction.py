"""What tells who somebody is goes out of a text; our own words and numbers stay."""

import pytest

from meshnode.app.redaction import Redaction

NAMES = ["Ana López", "studio", "Großes Haus", "a.b*c"]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Ana López of studio shares it no longer", "‹name› of ‹name› shares it no longer"),
        ("LÓPEZ was here, and so was großer", "‹name› was here, and so was großer"),
        ("wrote a.b*c in it", "wrote ‹name› in it"),
        ("peer 12D3KooWGRUk7Yd2Hh9CkQzkH2m1kzQAvHh8nSu is gone: timeout", "peer ‹id› is gone: timeout"),
        ("log bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy ends", "log ‹id› ends"),
        ("speaks for bafkrei…4yeq (known)", "speaks for ‹id› (known)"),
        ("listening on /ip4/192.0.2.7/tcp/4401/p2p/12D3KooWabcdefghijkl, nothing", "listening on ‹address›, nothing"),
        ("dialled 192.0.2.7:4401 and fe80::1ff:fe23:4567:890a%eth0", "dialled ‹address› and ‹address›"),
        ("device.key in /home/ana/.local/share is open", "device.key in ‹path› is open"),
        ("see ~/.config/meshnode/config.toml", "see ‹path›"),
        ("not 'Landing page' but \"Logo\"", "not ‹quoted› but ‹quoted›"),
        ("shows the words amber-canyon-violin-seven", "shows the words ‹words›"),
        ("write to ana@example.org at https://example.org/x?y", "write to ‹mail› at ‹address›"),
        ("ValueError: Landing page", "ValueError: ‹words›"),
        ('  File "/home/ana/v/meshnode/api/edge.py", line 7, in ask', "  File meshnode/api/edge.py, line 7, in ask"),
        ("deadbeefdeadbeefdeadbeefdeadbeef00", "‹id›"),
        ('refused{reason="Made up"} 1', "refused{reason‹quoted›} 1"),
    ],
)  # fmt: skip
def test_what_tells_of_people_goes_out(text: str, left: str) -> None:
    assert Redaction(NAMES).of(text) == left


def test_without_names_the_patterns_go_on() -> None:
    assert Redaction([]).of("Ana at 192.0.2.7") == "Ana at ‹address›"


@pytest.mark.parametrize(
    "line",
    [
        "2026-11-22T14:00:00.000Z INFO    meshnode.app.run: stopped",
        "stored 17 records and 3 private parts from connection 4",
        "meshnode_records 42",
        'meshnode_check_state{check="disk"} 0',
        'meshnode_commit_seconds_bucket{le="+Inf"} 4',
    ],
)
def test_our_own_words_and_numbers_stay(line: str) -> None:
    assert Redaction(NAMES).of(line) == line
