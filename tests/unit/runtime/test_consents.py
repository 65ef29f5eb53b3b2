"""Lines by which somebody trusted lends a recovery key."""

import pytest

from meshnode.runtime.lines import consents
from meshnode.runtime.lines.consents import Consent
from meshnode.runtime.refusals import Refusal
from meshproto.lines.reading import ASK, OFFER, YES
from meshproto.lines.sealing import seal
from meshproto.records.signatures import SigningKey
from meshproto.types import authority

MINE, THEIRS, ROOT = (SigningKey(bytes([number]) * 32) for number in (1, 2, 3))
FACTS = authority.rotate(ROOT.public, b"a" * 32, (), recovery=([b"d" * 32], 1))


def test_reading_each_line_undoes_writing_it() -> None:
    asked = consents.with_keys(FACTS, [MINE.public])
    assert consents.read_request(consents.write_request(asked)) == {k: v for k, v in asked.items() if k != "sigs"}
    assert consents.read_offer(consents.write_offer(THEIRS.public)) == THEIRS.public
    answer = consents.consent(asked, THEIRS)
    assert consents.read_consent(f" {consents.write_consent(answer)}\n") == answer


def test_a_rotate_with_a_consent_is_what_its_holders_would_sign_together() -> None:
    answer = consents.consent(consents.with_keys(FACTS, [MINE.public]), THEIRS)
    whole = consents.signed(consents.with_keys(FACTS, [MINE.public, THEIRS.public]), [MINE], [answer])
    assert whole == authority.rotate(ROOT.public, b"a" * 32, [MINE, THEIRS], recovery=([b"d" * 32], 1))


def test_a_consent_to_something_else_is_refused_with_what_to_ask() -> None:
    answer = consents.consent(consents.with_keys(FACTS, []), THEIRS)
    with pytest.raises(Refusal) as refused:
        consents.signed(consents.with_keys(FACTS, [MINE.public, THEIRS.public]), [MINE], [answer])
    assert refused.value.hint.startswith("ask once more: meshnode id guardian sign ask1.")


@pytest.mark.parametrize("text", ["", "nonsense", "guard1.AAAA", consents.write_consent(Consent(b"k" * 32, b"s" * 64))])
def test_another_line_is_refused(text: str) -> None:
    for read in (consents.read_offer, consents.read_request):
        with pytest.raises(Refusal):
            read(text)


def test_lines_that_say_too_little_are_refused() -> None:
    for read, line in (
        (consents.read_offer, seal(OFFER, b"short")),
        (consents.read_request, seal(ASK, b"\x80")),
        (consents.read_consent, seal(YES, b"short")),
        (consents.read_consent, "yes1.!"),
    ):
        with pytest.raises(Refusal):
            read(line)


def test_another_new_key_shows_other_words() -> None:
    assert consents.consent_words(b"a" * 32, MINE.public) != consents.consent_words(b"a" * 32, ROOT.public)
