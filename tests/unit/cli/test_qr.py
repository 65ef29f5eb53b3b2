"""QR codes: drawn where they are asked for, and readable."""

import segno

from meshnode.cli import qr
from tests.support.command_line import run
from tests.support.fakes.fake_node import FakeNode, network

LONGEST = "a" * 200


def test_a_code_is_drawn_two_modules_to_a_letter_with_a_light_border() -> None:
    rows = qr.drawn(LONGEST)
    side = segno.make(LONGEST, error="l", micro=False, boost_error=False).symbol_size(border=qr.BORDER)[0]
    assert {len(row) for row in rows} == {side}
    assert len(rows) == (side + 1) // 2
    assert set(rows[0]) == {"█"}
    assert len(rows[0]) <= 80, "the longest line is drawn on a usual terminal"


def test_what_is_drawn_is_the_code() -> None:
    code = segno.make("MN1ABC", error="l", micro=False, boost_error=False)
    modules = [[bool(each) for each in row] for row in code.matrix_iter(border=qr.BORDER)]
    dark = {"█": (False, False), "▀": (False, True), "▄": (True, False), " ": (True, True)}
    read = [[dark[letter][half] for letter in row] for row in qr.drawn("MN1ABC") for half in (0, 1)]
    assert read[: len(modules)] == modules


def test_the_code_of_a_line_stands_beside_it_and_never_in_json() -> None:
    with FakeNode(networks=[network("studio")]) as node:
        for words in (("id", "vouch", "Ana López"), ("id", "device", "add"), ("network", "invite", "studio")):
            assert "█" not in run(*words, home=node).out
            assert "█" in run(*words, "--qr", home=node).out
            answer = run(*words, "--qr", "--json", home=node).out
            assert "█" not in answer
            assert '"link"' in answer
