"""Short names of languages and skills."""

import pytest

from meshnode.runtime.refusals import Refusal
from meshnode.runtime.requests.codes import LONGEST_CODE, code_of


@pytest.mark.parametrize(("text", "code"), [("python", "python"), ("C++", "C++"), ("diseño gráfico", "diseno-grafico")])
def test_words_become_short_names_in_ascii(text: str, code: str) -> None:
    assert code_of(text) == code


@pytest.mark.parametrize("text", ["", " ", "日本", "x" * (LONGEST_CODE + 1)])
def test_what_leaves_nothing_or_too_much_is_refused(text: str) -> None:
    with pytest.raises(Refusal):
        code_of(text)
