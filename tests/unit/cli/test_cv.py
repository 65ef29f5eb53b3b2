"""`cv export` and `cv verify`."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from meshnode.api.models.credentials import Cv
from meshnode.cli.exits import Exit
from meshnode.credentials.cv import WORK, Issuer, Signed, credential, presentation, urn
from meshproto.types import evaluation, value
from meshproto.types.value import Measure
from tests.support.command_line import objects, run
from tests.support.fakes.fake_node import FakeNode
from tests.support.scribe import Scribe

VECTOR = Path(__file__).parents[2] / "data" / "vc-di-eddsa" / "signedJCS.json"


@pytest.fixture
def node() -> Iterator[FakeNode]:
    with FakeNode() as fake:
        yield fake


def made(path: Path) -> Path:
    """A presentation of Ana's work, which Ben confirms."""
    ana, ben = Scribe("Ana"), Scribe("Ben")
    facts = value.contribution(kind="work", qty=Measure(3, 0, "HUR"), when=("2026-03-02", "2026-03-02"))
    work = ana.write(ana.found("studio"), "contribution", facts)
    word = ben.write(work.home, "attestation", evaluation.attestation(work.id))
    entry: dict[str, Any] = {
        "id": urn(work.id), "kind": "work", "quantity": "3", "unit": "HUR",
        "confirmedBy": [{"id": urn(ben.agent), "record": urn(word.id)}, {"id": urn(ben.agent)}],
    }  # fmt: skip
    evidence = [Signed(each.id, (each.raw,), who.key.sign(each.id)) for who, each in ((ana, work), (ben, word))]
    issuer = Issuer(ana.key, "2026-03-08T00:00:00Z", {"domain": "acme.example\u202e"})
    one = credential(WORK, {"id": urn(ana.agent), "contribution": [entry]}, evidence, issuer)
    path.write_text(json.dumps(presentation([one], issuer)))
    return path


def test_a_presentation_is_written_as_the_node_signed_it(node: FakeNode, tmp_path: Path) -> None:
    path = tmp_path / "cv.json"
    words = ("--network", "studio", "--from", "2026-01-01", "--texts", "--challenge", "abc")
    ran = run("cv", "export", str(path), *words, home=node)
    assert node.asked[-1].body == {"network": "studio", "first": "2026-01-01", "texts": True, "challenge": "abc"}
    assert json.loads(path.read_text()) == {"type": ["VerifiablePresentation"], "holder": "did:key:z6Mkö"}
    assert "z6Mkö" in path.read_text()
    assert ran.out.startswith(f"✓ Written   {path}   7 contributions, confirmed 5 times by others\n")
    assert (path.stat().st_mode & 0o077, "--texts" in ran.out) == (0, False)
    refused = run("cv", "export", str(path), home=node)
    assert (refused.code, "add --force" in refused.last) == (Exit.CONFLICT, True)
    (answer,) = objects(run("cv", "export", str(path), "--force", "--json", home=node))
    assert (answer["schema"], answer["texts"], answer["credentials"]) == ("meshnode.cv.export/1", False, 2)


def test_without_texts_one_is_told_so(node: FakeNode, tmp_path: Path) -> None:
    assert "add --texts to tell them" in run("cv", "export", str(tmp_path / "cv"), home=node).out


def test_an_empty_cv_says_where_the_work_may_stand(node: FakeNode, tmp_path: Path) -> None:
    node.answers["POST", "/credentials"] = Cv({"type": ["VerifiablePresentation"]}, 0, 0, 0, "did:key:z6Mk#z6Mk")
    assert "meshnode share --help" in run("cv", "export", str(tmp_path / "cv"), home=node).out


def test_what_is_proven_is_told_apart_from_what_is_claimed(tmp_path: Path) -> None:
    path = made(tmp_path / "cv.json")
    ran = run("cv", "verify", str(path), home=tmp_path)
    assert (ran.code, ran.out.startswith(f"✓ Every proof holds   {path}   1 credential\n")) == (Exit.OK, True)
    assert "made for  acme.example\n" in ran.out
    assert "1 contribution, 1 of them shown by signed records" in ran.out
    assert "2 times, 1 of them shown by signed records of 1 person; 1 only claimed" in ran.out
    (told,) = objects(run("cv", "verify", str(path), "--json", home=tmp_path))
    assert (told["schema"], told["credentials"][0]["shown"], told["credentials"][0]["own_key"]) == (
        "meshnode.cv.verify/1", 1, True,
    )  # fmt: skip


def test_the_credential_of_the_w3c_verifies_and_leaves_its_issuer_open(tmp_path: Path) -> None:
    ran = run("cv", "verify", str(VECTOR), home=tmp_path)
    assert (ran.code, "whether the key that signed it is theirs is not in the file" in ran.out) == (Exit.OK, True)
    assert "AlumniCredential   about did:example:abcdefgh" in ran.out


def test_a_changed_file_is_refused_with_what_is_wrong(tmp_path: Path) -> None:
    path = made(tmp_path / "cv.json")
    path.write_text(path.read_text().replace('"quantity": "3"', '"quantity": "30"'))
    ran = run("cv", "verify", str(path), home=tmp_path)
    assert (ran.code, "the document or the proof was changed" in ran.last) == (Exit.VERIFICATION, True)
    assert run("cv", "verify", str(tmp_path / "none"), home=tmp_path).code == Exit.FAILURE
