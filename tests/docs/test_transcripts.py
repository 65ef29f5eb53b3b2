"""The documents do what they show: README.md and every page of tests/transcripts."""

from pathlib import Path

import pytest

from tests.support.performance import PROJECT, Performance
from tests.support.transcripts import read_transcript

DOCUMENTS = [PROJECT / "README.md", *sorted((PROJECT / "tests" / "transcripts").glob("*.md"))]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_what_a_document_shows_is_what_happens(document: Path) -> None:
    steps = read_transcript(document.read_text(encoding="utf-8"))
    with Performance() as stage:
        for step in steps:
            if difference := stage.play(step):
                pytest.fail(f"{document.name}:{step.line}: {step.person}$ {step.command}\n{difference}", pytrace=False)
        assert stage.stop_nodes() == []
