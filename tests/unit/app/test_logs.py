import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from meshnode.app.logs import LOG_FILE, set_up_logging
from meshnode.config.sections import Log
from tests.support.attacks.payloads import NASTY

LINE = "2026-01-01T00:00:00.000Z INFO    meshnode.x: all is well"
"""One of the log's own, as somebody would forge it."""


@pytest.fixture
def _as_it_was() -> Iterator[None]:
    root, ours = logging.getLogger(), logging.getLogger("meshnode")
    handlers, levels = list(root.handlers), (root.level, ours.level)
    yield
    for handler in [each for each in root.handlers if each not in handlers]:
        root.removeHandler(handler)
        handler.close()
    root.setLevel(levels[0])
    ours.setLevel(levels[1])


@pytest.mark.usefixtures("_as_it_was")
def test_lines_of_ours_stand_in_a_private_file(tmp_path: Path) -> None:
    path = set_up_logging(Log(), tmp_path / "state")
    logging.getLogger("meshnode.x").info("hello %s", "world")
    logging.getLogger("meshnode.x").debug("not at this level")
    logging.getLogger("libp2p.x").warning("noise")
    line = path.read_text()
    assert line.endswith("INFO    meshnode.x: hello world\n")
    assert line.count("\n") == 1
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.usefixtures("_as_it_was")
def test_a_message_cannot_forge_a_line_or_steer_a_terminal(tmp_path: Path) -> None:
    path = set_up_logging(Log(), tmp_path)
    logging.getLogger("meshnode.x").warning("peer says %s", "\x1b[2Jbye\n2026-01-01T00:00:00.000Z INFO fine\u202e")
    text = path.read_text()
    assert text.count("\n") == 1
    assert text.rstrip("\n").isprintable()


@pytest.mark.usefixtures("_as_it_was")
@pytest.mark.parametrize("form", ["text", "json"])
def test_nor_can_what_a_failure_says(tmp_path: Path, form: str) -> None:
    path = set_up_logging(Log(format=form), tmp_path)
    for nasty in NASTY.values():
        logging.getLogger("meshnode.x").error("%s", nasty, exc_info=ValueError(f"{nasty}\n{LINE}"))
    lines = path.read_text("utf-8").removesuffix("\n").split("\n")
    assert [each for each in lines if not each.isprintable()] == []
    assert LINE not in lines
    ours = [each for each in lines if each[:1] != " "]
    assert len(ours) == len(NASTY)
    assert all(json.loads(each)["trace"] for each in ours) if form == "json" else all("meshnode.x:" in e for e in ours)


@pytest.mark.usefixtures("_as_it_was")
def test_the_log_never_grows_beyond_its_bound(tmp_path: Path) -> None:
    set_up_logging(Log(max_mib=1, keep=1), tmp_path)
    for _ in range(400):
        logging.getLogger("meshnode.x").info("x" * 10_000)
    sizes = [entry.stat().st_size for entry in tmp_path.glob(f"{LOG_FILE}*")]
    assert len(sizes) == 2
    assert max(sizes) <= 1 << 20


@pytest.mark.usefixtures("_as_it_was")
def test_a_service_manager_gets_one_json_object_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = set_up_logging(Log(), tmp_path, collected=True)
    logging.getLogger("meshnode.x").warning("peer says %s", "\x1b[2Jbye\n\u202e")
    line = capsys.readouterr().err
    assert (line.count("\n"), line.rstrip("\n").isprintable(), line.isascii()) == (1, True, True)
    told = json.loads(line)
    assert (told["level"], told["logger"], told["message"]) == (
        "warning",
        "meshnode.x",
        "peer says \x1b[2Jbye\n\u202e",
    )
    assert path.read_text().startswith(told["at"])


@pytest.mark.usefixtures("_as_it_was")
def test_nothing_goes_to_stderr_where_nobody_reads_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logging(Log(), tmp_path)
    logging.getLogger("meshnode.x").warning("hello")
    assert capsys.readouterr().err == ""


@pytest.mark.usefixtures("_as_it_was")
def test_the_file_is_for_programs_where_that_was_chosen(tmp_path: Path) -> None:
    path = set_up_logging(Log(format="json"), tmp_path)
    try:
        raise ValueError("a bug")
    except ValueError:
        logging.getLogger("meshnode.x").exception("it failed")
    told = json.loads(path.read_text())
    assert (told["message"], "ValueError: a bug" in told["trace"]) == ("it failed", True)
