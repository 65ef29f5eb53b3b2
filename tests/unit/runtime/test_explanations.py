import pytest

from meshnode.runtime.explanations import EXPLANATIONS, FINE, explain
from meshproto.records.reasons import Reason

STANDING = ("P-", "X-", "T-", "C-", "R-", "F-", "U-", "I-")


@pytest.mark.parametrize("reason", [each for each in Reason if str(each).startswith(STANDING)])
def test_every_reason_that_a_stored_record_can_have_is_explained(reason: Reason) -> None:
    assert explain("invalid", str(reason), "").text == EXPLANATIONS[reason].text


def test_a_detail_is_told_with_it() -> None:
    assert explain("invalid", "I-FIELD", "qty.n").text.endswith("(qty.n)")


def test_what_is_fine_says_so_and_what_nobody_foresaw_names_its_code() -> None:
    assert explain("yes", "", "") == FINE
    assert "Z-NEW" in explain("contested", "Z-NEW", "").text
