import pytest

from meshnode.api.problems import SHAPES, problem, problem_of
from meshnode.cli.exits import Exit
from meshnode.runtime.refusals import Code, Refusal


@pytest.mark.parametrize("code", list(Code))
def test_every_refusal_has_a_shape(code: Code) -> None:
    told = problem_of(Refusal(code, "what happened", "what to do"))
    assert (told.code, told.detail, told.hint) == (code, "what happened", "what to do")
    assert 400 <= told.status < 600


@pytest.mark.parametrize("code", sorted(SHAPES))
def test_every_exit_code_is_one_of_the_command_lines(code: str) -> None:
    assert Exit(SHAPES[code].exit) is not Exit.OK


def test_a_problem_names_its_type_and_title() -> None:
    told = problem("no-route", "there is no /v1/x")
    assert (told.type, told.status) == ("urn:meshnode:problem:no-route", 404)
    assert told.title
