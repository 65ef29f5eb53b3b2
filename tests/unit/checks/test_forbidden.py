"""The check of what is never written."""

import pytest

from scripts.checks.forbidden import forbidden

RUNTIME = "meshnode/runtime/inbox.py"
CORE = "meshnode/core/node.py"
STORE = "meshnode/store/records.py"
TEST = "tests/unit/test_thing.py"


def lines(name: str, source: str) -> list[int]:
    return [line for line, _ in forbidden(name, source)]


@pytest.mark.parametrize("kind", ["Exception", "BaseException", "(OSError, Exception)", "builtins.Exception"])
def test_catching_everything_is_found(kind: str) -> None:
    assert lines(STORE, f"try:\n    f()\nexcept {kind}:\n    pass\n") == [3]


def test_bare_except_is_found() -> None:
    assert lines(STORE, "try:\n    f()\nexcept:\n    pass\n") == [3]


def test_tidying_up_and_raising_on_is_kept() -> None:
    assert lines(STORE, "try:\n    f()\nexcept BaseException:\n    g()\n    raise\n") == []


def test_catching_what_has_a_name_is_kept() -> None:
    assert lines(STORE, "try:\n    f()\nexcept (OSError, ValueError):\n    pass\n") == []


@pytest.mark.parametrize(
    ("name", "comment", "found"),
    [
        (RUNTIME, "# supervisor: one peer must not end the node", []),
        (RUNTIME, "# supervisor:", [3]),
        (RUNTIME, "", [3]),
        (STORE, "# supervisor: of nothing", [3]),
    ],
)
def test_only_supervisors_that_say_why_catch_everything(name: str, comment: str, found: list[int]) -> None:
    assert lines(name, f"try:\n    f()\nexcept Exception:  {comment}\n    pass\n") == found


@pytest.mark.parametrize(
    "sql",
    ['f"SELECT {x}"', '"SELECT " + x', '"SELECT %s" % x', '"SELECT {}".format(x)', '" ".join(parts)', '"a" + x + "b"'],
)
def test_sql_from_parts_is_found(sql: str) -> None:
    assert lines(STORE, f"connection.execute({sql})\n") == [1]


@pytest.mark.parametrize(
    "sql",
    [
        '"SELECT ?", (x,)',
        'f"PRAGMA user_version = {n}"',
        '"PRAGMA " + pragma',
        "QUERY, (x,)",
        'f"SELECT 1"',
        '"SELECT " "1"',
    ],
)
def test_sql_with_parameters_is_kept(sql: str) -> None:
    assert lines(STORE, f"connection.execute({sql})\n") == []


@pytest.mark.parametrize("mark", ["# not parameters: a table's name", "# noqa: S608 - a table's name"])
def test_sql_from_parts_with_its_reason_is_kept(mark: str) -> None:
    assert lines(STORE, f'c.execute(f"SELECT {{column}}")  {mark}\n') == []


@pytest.mark.parametrize(
    "code",
    [
        "open(path)",
        "print(1)",
        "datetime.now()",
        "date.today()",
        "for x in {1, 2}: pass",
        "[x for x in set(xs)]",
        "for x in frozenset(xs): pass",
        "sorted(xs, key=id)",
        "xs.sort(key=hash)",
    ],
)
def test_world_and_chance_order_are_found_in_the_inner_layers_only(code: str) -> None:
    assert lines(CORE, code) == [1]
    assert lines("protocol/meshproto/fold/state.py", code) == [1]
    assert lines(STORE, code) == []


@pytest.mark.parametrize(
    "code", ["for x in sorted({1, 2}): pass", "for x in dict(a=1): pass", "clock.now(zone)", "x in {1}"]
)
def test_order_and_arguments_are_kept_in_the_inner_layers(code: str) -> None:
    assert lines(CORE, code) == []


def test_stub_is_found() -> None:
    assert lines(STORE, "raise NotImplementedError\n") == lines(STORE, "raise NotImplementedError('x')\n") == [1]


@pytest.mark.parametrize(
    "code",
    [
        "from unittest.mock import Mock",
        "from unittest import mock",
        "import unittest.mock",
        "pytest.skip('later')",
        "@pytest.mark.skipif(True, reason='x')\ndef test(): pass",
        "@pytest.mark.xfail\ndef test(): pass",
        "time.sleep(1)",
    ],
)
def test_mocks_skips_and_sleeps_are_found_in_tests(code: str) -> None:
    assert lines(TEST, code) == [1]


@pytest.mark.parametrize("folder", ["support", "bench"])
def test_support_and_bench_may_sleep_between_two_looks(folder: str) -> None:
    assert lines(f"tests/{folder}/waiting.py", "time.sleep(0.01)") == []


def test_virtual_time_may_be_slept_through() -> None:
    assert lines(TEST, "async def test():\n    await trio.sleep(3600)\n") == []
