"""Reading whole files. Each rule has a vector; here is what is read."""

import json

import pytest

from meshproto.equation.inputs import Round
from meshproto.equation.preview.reading import read_preview
from meshproto.equation.terms import Match, Terms
from meshproto.records.reasons import Reason, Refused
from scripts.vectors.equation_breaking import whole_file
from scripts.vectors.equation_files import BY_HOURS, file


def test_a_file_with_everything_is_read() -> None:
    preview = read_preview(json.dumps(whole_file()).encode())
    assert isinstance(preview.terms, Terms)
    assert len(preview.terms.steps) == 7
    assert [each.pool for each in preview.rounds] == [100, 0, -50, 0]
    assert preview.rounds[0].contributions[0].when == ("2026-01-10", "2026-01-10")


def test_lists_of_a_round_may_be_left_out() -> None:
    content = file([BY_HOURS], {"pool": 5, "to": "2026-01-31"})
    assert read_preview(json.dumps(content).encode()).rounds == (Round(5, "2026-01-31"),)


def test_a_match_may_be_left_out() -> None:
    content = file([{"do": "reimburse"}], {"pool": 5, "to": "2026-01-31"})
    (step,) = read_preview(json.dumps(content).encode()).terms.steps
    assert step.match == Match()  # type: ignore[union-attr]  # it is a reimburse


def test_a_file_that_is_no_object_is_refused_as_a_whole() -> None:
    with pytest.raises(Refused) as refused:
        read_preview(b"[]")
    assert (refused.value.reason, refused.value.detail) == (Reason.I_FIELD, "")
