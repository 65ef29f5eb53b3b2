import pytest

from meshnode.runtime.answers.explanations import AGREED, EXPLANATIONS, FINE, explain
from meshproto.records.reasons import Reason

STANDING = ("P-", "X-", "A-", "D-", "K-", "T-", "C-", "R-", "F-", "U-", "I-")


@pytest.mark.parametrize("reason", [each for each in Reason if str(each).startswith(STANDING)])
def test_every_reason_that_a_stored_record_can_have_is_explained(reason: Reason) -> None:
    assert explain("invalid", str(reason), "").text == EXPLANATIONS[reason].text


@pytest.mark.parametrize("reason", AGREED)
def test_what_is_valid_and_not_in_force_yet_says_what_it_waits_for(reason: Reason) -> None:
    assert explain("yes", str(reason), "") == AGREED[reason]


def test_a_detail_is_told_with_it() -> None:
    assert explain("invalid", "I-FIELD", "qty.n").text.endswith("(qty.n)")


def test_what_is_fine_says_so_and_what_nobody_foresaw_names_its_code() -> None:
    assert explain("yes", "", "") == FINE
    assert "Z-NEW" in explain("contested", "Z-NEW", "").text
