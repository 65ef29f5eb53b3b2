"""`equation preview` and `equation explain`: no node, no home, and every amount with its reasons."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from meshnode.cli.exits import Exit
from meshnode.cli.money import equation
from scripts.vectors.equation_files import BY_HOURS, FEBRUARY, WATERFALL, File, file, hours, paid, round_, work
from tests.support.command_line import objects, run

DISPUTED = file(
    [BY_HOURS],
    round_(1000000, hours(), disputes=[{"id": "d", "target": "first dee"}]),
    {"pool": 0, "to": FEBRUARY, "resolved": [["d", "reject"]]},
    reserve=True,
)


@pytest.fixture
def on_disk(tmp_path: Path) -> Any:
    def write(content: File | str) -> str:
        path = tmp_path / "ours.json"
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return str(path)

    return write


def test_a_preview_tells_each_round_to_programs(on_disk: Any) -> None:
    answer = objects(run("equation", "preview", on_disk(file([BY_HOURS], round_(1000000, hours()))), "--json"))[0]
    assert answer["schema"] == "meshnode.equation.preview/1"
    (first,) = answer["rounds"]
    assert first["lines"][3] == ["dee", {"amt": 49733, "held": 0}]
    assert first["steps"][0]["left"] == first["carry"] == 0
    assert [each["agent"] for each in answer["explain"]["amounts"]] == ["ana", "bo", "cy", "dee"]
    assert answer["explain"]["notices"] == []


def test_a_preview_tells_people_steps_sums_and_what_to_mind(on_disk: Any) -> None:
    small = file(WATERFALL, round_(40000, [*hours(), paid("fonts", "bo", 5999, comp="deferred")]))
    ran = run("equation", "preview", on_disk(small))
    assert ran.code == Exit.OK
    assert "  steps[0] reimburse: bo 59.99; 340.01 left" in ran.out
    assert "steps[4] pro_rata: the income is too small to reach this step" in ran.out
    assert "cy    340.01" in ran.out


def test_what_is_held_has_a_column(on_disk: Any) -> None:
    ran = run("equation", "preview", on_disk(DISPUTED))
    assert "dee      0.00  497.33" in ran.out


def test_notices_name_who_and_what(on_disk: Any) -> None:
    late = work("late", "dee", "1", "2026-01-01")
    unsure = [work(f"unsure {each}", "ana", "1") for each in range(7)]
    rounds = (
        round_(1000000, hours()),
        round_(500, unsure, attestations=[], to=FEBRUARY),
        {**round_(0, [late], to=FEBRUARY), "restates": 0},
    )
    ran = run("equation", "preview", on_disk(file([BY_HOURS], *rounds)))
    assert (
        "unsure 0, unsure 1, unsure 2, unsure 3, unsure 4 and 2 more: not confirmed by as many as it takes" in ran.out
    )
    assert "5.00 EUR is left, and carried into the next distribution" in ran.out
    assert "ana, bo, cy lose by this, and it takes no effect before they consent" in ran.out
    assert "Nobody gets anything." in ran.out
    assert "restates round 0" in ran.out


def test_reasons_go_down_to_what_was_confirmed(on_disk: Any) -> None:
    rated = [{"on": "w", "by": "bo", "verdict": "confirm", "rating": 4}, {"on": "w", "by": "cy", "verdict": "reject"}]
    step = {"do": "pro_rata", "weights": [{"unit": "HUR", "quality": True}]}
    two = [work("w", "ana", "2.5"), work("x", "bo", "1.25")]
    mine = round_(1000, two, attestations=[*rated, {"on": "x", "by": "ana", "verdict": "confirm"}])
    ran = run("equation", "explain", on_disk(file([step], mine)))
    assert "all of 10.00 is 10.00" in ran.out
    assert "10.00 from x, 1.25 hours of 1.25 claimed; ana confirms 1.25" in ran.out
    mine["attestations"] = [rated[0], {"on": "x", "by": "ana", "verdict": "confirm"}]
    ran = run("equation", "explain", on_disk(file([step], mine)), "--agent", "ana")
    assert "12/17 of 10.00 is 7.058823…, rounded up to 7.06" in ran.out
    assert "7.06 from w, 2.5 hours × 6/5 for its ratings of 2.5 claimed; bo confirms 2.5, rated 4" in ran.out


def test_reasons_tell_limits_ties_ballots_and_what_was_before(on_disk: Any) -> None:
    capped = {**BY_HOURS, "cap": [["ana", {"amt": 100000}]]}
    ran = run("equation", "explain", on_disk(file([capped], round_(1000000, hours()))), "--agent", "ana")
    assert "250/563 of 10,000.00 would be more than the limit, so it is 1,000.00" in ran.out
    ran = run("equation", "explain", on_disk(file([{"do": "equal"}], round_(5))))
    assert "rounded up to 0.02, as it sorts before bo, cy, dee, who is as near" in ran.out
    assert "rounded down to 0.01, as ana is as near and sorts first" in ran.out
    ballots = {"do": "pro_rata", "mix": [{"part": [1, 1], "ballots": "round"}]}
    ran = run("equation", "explain", on_disk(file([ballots], round_(5, ballots=[["cy", [["bo", 1]]]]))))
    assert "0.05 by the ballot of cy" in ran.out
    refund = {"pool": -500000, "to": FEBRUARY, "refunds": 0}
    ran = run("equation", "explain", on_disk(file([BY_HOURS], round_(1000000, hours()), refund)), "--round", "1")
    assert "refunds round 0" in ran.out
    assert "less what it was before: 250/563 of 10,000.00" in ran.out


def test_reasons_tell_what_was_rejected(on_disk: Any) -> None:
    ran = run("equation", "explain", on_disk(DISPUTED), "--agent", "dee")
    assert "dee   0.00 EUR, 497.33 held" in ran.out
    assert "-497.33 taken back: it was held for work that is rejected now" in ran.out
    answer = objects(run("equation", "explain", on_disk(DISPUTED), "--round", "1", "--json"))[0]
    assert answer["schema"] == "meshnode.equation.explain/1"
    assert {each["round"] for each in answer["amounts"]} == {1}


def test_currencies_have_their_places(on_disk: Any) -> None:
    thirds = file([{"do": "equal"}], round_(1000), parties=["a", "b", "c"], cur="JPY")
    assert "a        334" in run("equation", "preview", on_disk(thirds)).out
    assert "1/3 of 1,000 is 333.3333…, rounded up to 334" in run("equation", "explain", on_disk(thirds)).out
    # Nobody knows where the point of a currency is that no list names: as everywhere, minor units are told.
    assert "a        334" in run("equation", "preview", on_disk({**thirds, "cur": "BEANS"})).out


def test_a_quantity_without_an_end_is_a_fraction(on_disk: Any) -> None:
    third = {**work("w", "ana", "1"), "attestations": []}
    del third["attestations"]
    said = [{"on": "w", "by": "bo", "verdict": "confirm", "qty": {"n": 20, "s": 0, "u": "MIN"}}]
    ran = run("equation", "explain", on_disk(file([BY_HOURS], round_(5, [third], attestations=said))))
    assert "1/3 hours of 1 claimed; bo confirms 1/3" in ran.out


def test_only_so_much_is_told(on_disk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(equation, "MOST_TOLD", 3)
    path = on_disk(file([BY_HOURS], round_(1000000, hours())))
    assert objects(run("equation", "explain", path, "--json"))[0]["left_out"] == 1
    assert "only the first 3 amounts are told" in run("equation", "explain", path).out


def test_a_file_that_is_refused_says_where_and_why(on_disk: Any) -> None:
    wrong = on_disk(file([BY_HOURS], {"pool": "5", "to": FEBRUARY}))
    ran = run("equation", "preview", wrong)
    assert ran.code == Exit.VERIFICATION
    assert "is refused at rounds[0].pool: it is missing, or not of the kind that stands there (I-FIELD)" in ran.last
    answer = objects(run("equation", "preview", wrong, "--json"))[0]
    assert (answer["code"], answer["detail"], answer["exit"]) == ("I-FIELD", "rounds[0].pool", 15)


def test_a_file_that_is_no_json_is_refused(on_disk: Any) -> None:
    assert "is refused: it is not JSON as a preview needs it" in run("equation", "preview", on_disk("{")).last


def test_what_is_not_there_is_said(on_disk: Any, tmp_path: Path) -> None:
    path = on_disk(file([BY_HOURS], round_(1000000, hours())))
    assert (
        "there is no round 4: the file has 1, counted from 0" in run("equation", "explain", path, "--round", "4").last
    )
    assert "eve gets nothing there" in run("equation", "explain", path, "--agent", "eve").last
    assert "cannot be read" in run("equation", "preview", str(tmp_path / "none")).last


def test_a_preview_loads_neither_client_nor_keys(on_disk: Any) -> None:
    heavy = "('trio', 'libp2p', 'nacl', 'cryptography', 'meshnode.client.client')"
    said = f"""import sys
from meshnode.cli import main
main.main(["equation", "preview", {on_disk(DISPUTED)!r}], {{}}, sys.stdin, sys.stderr, sys.stderr)
print([name for name in sys.modules if name.startswith({heavy})])"""
    done = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
