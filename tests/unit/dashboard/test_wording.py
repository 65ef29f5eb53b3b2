"""Amounts and times as pages write them."""

import pytest
from markupsafe import Markup

from meshnode.dashboard import wording
from meshnode.dashboard.drawing import _ENVIRONMENT as ENVIRONMENT
from meshnode.dashboard.drawing import asset

RLO = "\u202e"


@pytest.mark.parametrize(
    ("amount", "exponent", "text"),
    [
        (121_000, 2, "1,210.00"),
        (-5, 2, "−0.05"),
        (1_000, 0, "1,000"),
        (1_234_567, 3, "1,234.567"),
        (12_345, None, "12,345"),
    ],
)
def test_money_has_its_point_and_its_thousands_apart(amount: int, exponent: int | None, text: str) -> None:
    assert wording.money(amount, exponent) == text


@pytest.mark.parametrize(("seconds", "text"), [(0, "0"), (5_400, "1.5"), (12_600, "3.5"), (36_000_000, "10,000")])
def test_hours_are_told_to_a_tenth(seconds: int, text: str) -> None:
    assert wording.hours(seconds) == text


def test_running_time_shows_its_seconds() -> None:
    assert wording.clock(3_909) == "1:05:09"


def test_what_others_wrote_is_escaped_and_steers_nothing() -> None:
    written = ENVIRONMENT.from_string("<p title='{{ x }}'>{{ x }}</p>").render(x=f"<b a='\"'>{RLO}evil\x1b[2J")
    assert RLO not in written
    assert "<b" not in written
    assert "\x1b" not in written


def test_a_block_keeps_its_lines_and_nothing_else() -> None:
    written = ENVIRONMENT.from_string("{{ x | block }}").render(x='{\n  "a": "<i>\u2066x"\n}')
    assert written == "{\n  &#34;a&#34;: &#34;&lt;i&gt;x&#34;\n}"


def test_what_is_no_text_is_written_as_it_is() -> None:
    assert ENVIRONMENT.from_string("{{ a }}{{ b }}").render(a=3, b=Markup("<br>")) == "3<br>"


def test_the_address_of_a_file_changes_with_its_content() -> None:
    assert asset("dashboard.css").startswith("/static/")
    assert asset("dashboard.css") != asset("dashboard.js").replace(".js", ".css")
