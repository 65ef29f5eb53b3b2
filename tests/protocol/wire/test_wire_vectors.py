"""The vectors of 03-sync: made anew they are the same bytes, and every breach a body can be has one."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from meshproto.wire import codec, session
from meshproto.wire.breaches import Breach, Breached
from meshproto.wire.messages import Optional, Spoken
from scripts.wire_vectors.__main__ import FILES, FOLDER, texts

SPEC = (Path(__file__).parents[3] / "protocol" / "spec" / "03-sync.md").read_text(encoding="utf-8")


def cases(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))["cases"]
    return found


def test_making_the_vectors_anew_gives_the_same_bytes() -> None:
    # Each case is asserted against meshproto while it is made.
    for name, text in texts().items():
        assert (FOLDER / f"{name}.json").read_text(encoding="utf-8") == text, name
    assert sorted(FILES) == sorted(path.stem for path in FOLDER.glob("*.json"))


@pytest.mark.parametrize("case", cases("messages"), ids=lambda case: case["description"])
def test_bodies_are_read_or_refused_as_the_vectors_say(case: dict[str, Any]) -> None:
    body = bytes.fromhex(case["input"])
    if case["valid"]:
        message = codec.decode(body)
        assert isinstance(message, Optional) or codec.encode(message) == body
    else:
        with pytest.raises(Breached) as refused:
            codec.decode(body)
        assert refused.value.breach.value == case["reason"]


@pytest.mark.parametrize("case", cases("sessions"), ids=lambda case: case["description"])
def test_proofs_hold_in_their_own_session_or_nowhere(case: dict[str, Any]) -> None:
    fields = ("key", "transcript", "role", "agent", "signature", "secret")
    given = {name: bytes.fromhex(case["input"][name]) for name in fields if name in case["input"]}
    if not case["valid"]:
        holds = session.is_hello if case["reason"] == "W-HELLO" else session.is_knock
        assert not holds(given["key"], given["transcript"], given["role"], given["agent"], given["signature"])
    elif "secret" in given:
        told = {name: bytes.fromhex(value) for name, value in case["expected"].items()}
        assert session.invitation_key(given["secret"]).public == told["key"]
        for name, role in (("dialler", session.DIALLER), ("answerer", session.ANSWERER)):
            assert session.door_tag(told["key"], given["transcript"], role) == told[f"{name}_door"]
            assert session.is_knock(told["key"], given["transcript"], role, given["agent"], told[f"{name}_knock"])


def test_every_kind_of_message_has_a_vector() -> None:
    told = {case["expected"][0] for case in cases("messages") if case["valid"]}
    assert set(range(1, 22)) <= told


def test_every_file_and_what_is_in_it_is_described() -> None:
    described = (FOLDER / "README.md").read_text(encoding="utf-8")
    for name in FILES:
        assert f"| {name}.json |" in described
        for case in cases(name):
            expected = case.get("expected", {})
            words = expected if isinstance(expected, dict) and name != "sessions" else {}
            assert all(f"`{word}`" in described for word in words), case["description"]


def test_every_message_and_breach_stands_in_the_text() -> None:
    for number, kind in enumerate(Spoken.__args__, start=1):
        snake = re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower()
        assert f"| {number} | `{snake}` |" in SPEC
    for breach in Breach:
        assert f"| `{breach.value}` |" in SPEC, breach


def test_every_breach_of_a_body_has_a_vector() -> None:
    told = {case["reason"] for case in cases("messages") if not case["valid"]}
    assert told == {Breach.ENCODING.value, Breach.SHAPE.value, Breach.UNKNOWN.value}
