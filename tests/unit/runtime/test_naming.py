from hashlib import sha256

import pytest

from meshnode.runtime.naming import plain_id, read_abbreviation, the_one, whole_id
from meshnode.runtime.refusals import Code, Refusal
from meshproto.records.ids import RecordId, short, to_text

IDS = sorted(RecordId(sha256(bytes([number])).digest()) for number in range(200))


def code(text: str) -> Code:
    with pytest.raises(Refusal) as caught:
        read_abbreviation(text)
    return caught.value.code


@pytest.mark.parametrize("length", [11, 12, 13, 20, 58, 59])
def test_the_bounds_of_a_beginning_hold_exactly_the_ids_that_have_it(length: int) -> None:
    for wanted in IDS[:50]:
        given = read_abbreviation(to_text(wanted)[:length])
        low, high = given.bounds()
        assert [each for each in IDS if low <= each <= high] == [each for each in IDS if given.fits(each)]
        assert low <= wanted <= high


def test_an_end_alone_fits_what_ends_so() -> None:
    for wanted in IDS[:50]:
        given = read_abbreviation(to_text(wanted)[-8:])
        assert [each for each in IDS if given.fits(each)] == [wanted]


def test_what_the_command_line_prints_can_be_pasted() -> None:
    for wanted in IDS[:50]:
        for text in (short(wanted), short(wanted).replace("…", "..."), f" {short(wanted).upper()} "):
            assert read_abbreviation(text).fits(wanted)


@pytest.mark.parametrize("text", ["", "abc", "bafkrei", "bafkrei…", "x y z w", "0189", "…1", "xafkreiabcd…abcd"])
def test_what_can_be_no_id_is_refused(text: str) -> None:
    assert code(text) is Code.BAD_REQUEST


def test_a_whole_id_is_read_as_such_and_a_mistyped_one_refused() -> None:
    text = to_text(IDS[0])
    assert whole_id(text) == IDS[0]
    assert whole_id(text[:20]) is None
    with pytest.raises(Refusal):
        whole_id(text[:-1] + "0")


def test_one_candidate_is_the_one_none_and_several_are_refused() -> None:
    assert the_one("x", IDS[:1], short) == IDS[0]
    with pytest.raises(Refusal, match="not-found"):
        the_one("x", [], short)
    with pytest.raises(Refusal, match="and 1 more"):
        the_one("x", IDS[:5], short)


@pytest.mark.parametrize("text", ["", "studio", "bafkreiq", "b" * 59, "Ñ" * 59])
def test_what_is_no_whole_id_may_be_a_name(text: str) -> None:
    assert plain_id(text) is None


def test_a_whole_id_is_one_however_it_is_written() -> None:
    record = RecordId(bytes(range(32)))
    assert plain_id(f" {to_text(record).upper()}\n") == record
