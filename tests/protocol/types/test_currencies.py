"""The list of currencies in the code is the list in the text."""

import re
from pathlib import Path

from meshproto.types.currencies import EXPONENTS

TEXT = Path(__file__).parents[3] / "protocol" / "spec" / "02-types.md"


def test_the_list_is_the_one_of_the_text() -> None:
    section = TEXT.read_text(encoding="utf-8").split("### 1.1 Currencies")[1].split("## 2 ")[0]
    told: dict[str, int] = {}
    for exponent, codes in re.findall(r"^- (\d): ((?:[A-Z]{3}\s+)+)", section, re.MULTILINE):
        told |= dict.fromkeys(codes.split(), int(exponent))
    assert told == dict(EXPONENTS)


def test_some_currencies_are_divided_otherwise_than_the_euro() -> None:
    assert [EXPONENTS[code] for code in ("EUR", "JPY", "KWD", "CLF", "HRK")] == [2, 0, 3, 4, 2]
    assert "XAU" not in EXPONENTS, "gold has no minor unit"
