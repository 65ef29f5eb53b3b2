"""What comes of a preview, as objects of JSON."""

import json

from meshproto.equation.preview.answer import settle, told
from meshproto.equation.preview.reading import read_preview
from scripts.vectors.equation_files import BY_HOURS, file, hours, round_


def test_an_answer_tells_lines_steps_and_a_digest() -> None:
    preview = read_preview(
        json.dumps(file([BY_HOURS, {"do": "residual", "agent": "é"}], round_(1000000, hours()))).encode()
    )
    _, (first,) = settle(preview)
    answer = told(first)
    assert answer["lines"] == [
        ["ana", {"amt": 444050, "held": 0}],
        ["bo", {"amt": 284192, "held": 0}],
        ["cy", {"amt": 222025, "held": 0}],
        ["dee", {"amt": 49733, "held": 0}],
    ]
    assert answer["steps"] == [
        {
            "path": "steps[0]",
            "do": "pro_rata",
            "lines": [["ana", 444050], ["bo", 284192], ["cy", 222025], ["dee", 49733]],
            "left": 0,
        },
        {"path": "steps[1]", "do": "residual", "lines": [], "left": 0},
    ]
    assert (answer["carry"], answer["needs"]) == (0, [])
    assert answer["digest"] == first.digest().hex()
