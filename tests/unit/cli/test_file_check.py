"""`verify FILE`: bundles and fork proofs are checked without a node, and nothing wrong passes."""

import json
from pathlib import Path

import pytest

from meshnode.cli.exits import Exit
from meshnode.core.author import BEGINNING, Pen, sign_drafts, sign_genesis
from meshnode.core.drafts import Draft
from meshproto.bundle.writer import Part, write_bundle
from meshproto.records.encoding import encode
from meshproto.records.forks import ForkProof, encode_fork_proof, make_fork_proof
from meshproto.records.ids import to_text
from meshproto.records.log import Run
from meshproto.records.record import build_header, read_header
from meshproto.records.signatures import SigningKey
from meshproto.types.identity import NONCE_SIZE, accept, network, person
from tests.support.command_line import objects, run

AT = 1_772_000_000_000
KEY, ONCE = SigningKey(b"k" * 32), SigningKey(b"o" * 32)


class NoChance:
    """The same salt every time."""

    def random(self) -> float:
        return 0.5

    def token(self, size: int) -> bytes:
        return b"s" * size


ANA, ANA_RECORDS = sign_genesis(
    Pen(b"", KEY, AT, NoChance()), person(key=KEY.public, nonce=b"n" * NONCE_SIZE), {"name": "Ana"}
)
STUDIO, STUDIO_RECORDS = sign_genesis(
    Pen(b"", ONCE, AT, NoChance()), network(founders=[ANA], nonce=b"n" * NONCE_SIZE, is_open=True), {"name": "studio"}
)
ACCEPT = sign_drafts(Pen(ANA, KEY, AT, NoChance()), [Draft(STUDIO, "countersign", accept(STUDIO))], BEGINNING)
RECORDS = [run for signed in (ANA_RECORDS, STUDIO_RECORDS, ACCEPT) for run in signed.runs]


def bundle(erased: bool = False) -> bytes:
    private: dict[bytes, bytes] = {} if erased else {**dict(ANA_RECORDS.privates)}
    gone = [ANA] if erased else []
    return b"".join(write_bundle(AT, [STUDIO], [Part(one, private, gone) for one in RECORDS]))


def checkpoint(at: int, key: SigningKey = KEY, scope: bytes = ANA, seq: int = 2) -> Run:
    """A second record of Ana's log, different for different times: two of them are a fork."""
    raw = build_header(
        scope=scope, key=key.public, seq=seq, prev=ANA, deps=(), at=at, type="checkpoint",
        agent=ANA, auth=(), facts={}, private=None,
    )  # fmt: skip
    record = read_header(raw)
    return Run((record,), key.sign(record.id))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "all.bundle"
    path.write_bytes(bundle())
    return path


def test_a_good_bundle_says_what_it_holds(file: Path) -> None:
    ran = run("verify", str(file))
    assert ran.code == Exit.OK
    assert ran.out.startswith(f"✓ A whole and genuine bundle   {file}   ")
    assert (
        "  records   3 in 3 logs (3 valid)\n  people    1\n  networks  1\n  texts     1 held, 0 erased, 1 missing\n"
        in ran.out
    )


def test_a_good_bundle_in_json_names_everything_whole(file: Path) -> None:
    answer = objects(run("verify", str(file), "--json"))[0]
    assert (answer["schema"], answer["kind"], answer["ok"], answer["records"]) == (
        "meshnode.verify/1",
        "bundle",
        True,
        3,
    )
    assert answer["agents"] == [to_text(ANA)]
    assert sorted(answer["state"]) == sorted([to_text(ANA), to_text(STUDIO)])


def test_an_erased_text_is_counted(file: Path) -> None:
    file.write_bytes(bundle(erased=True))
    assert objects(run("verify", str(file), "--json"))[0]["private"] == {"held": 0, "erased": 1, "missing": 1}


@pytest.mark.parametrize("place", [25, 60, 150, 400, -40, -1])
def test_a_changed_byte_anywhere_is_found(file: Path, place: int) -> None:
    raw = bytearray(bundle())
    raw[place] ^= 1
    file.write_bytes(raw)
    ran = run("verify", str(file))
    assert (ran.code, ran.out) == (Exit.VERIFICATION, "")
    assert "is not genuine" in ran.last


@pytest.mark.parametrize("length", [0, 5, 18, 100, 300, len(bundle()) - 1])
def test_a_torn_bundle_says_up_to_where_it_is_good(file: Path, length: int) -> None:
    file.write_bytes(bundle()[:length])
    ran = run("verify", str(file))
    assert ran.code == Exit.VERIFICATION
    assert "the file ends too early (B-TORN at byte " in ran.last


def test_the_reason_code_is_in_json(file: Path) -> None:
    file.write_bytes(bundle()[:-1])
    assert objects(run("verify", str(file), "--json"))[0]["code"] == "B-TORN"


def test_a_fork_is_proven_offline(tmp_path: Path) -> None:
    one, other = checkpoint(AT), checkpoint(AT + 1)
    path = tmp_path / "fork"
    path.write_bytes(encode_fork_proof(make_fork_proof(one, other)))
    ran = run("verify", str(path))
    assert ran.code == Exit.OK
    assert "signed two different records with the number 2" in ran.out
    assert ran.out.count("   2026-02-2") == 2
    answer = objects(run("verify", str(path), "--json"))[0]
    assert sorted(answer["ids"]) == sorted(to_text(each.records[0].id) for each in (one, other))
    assert answer["key"] == KEY.public.hex()


ONE, OTHER = sorted((checkpoint(AT), checkpoint(AT + 1)), key=lambda run: run.records[0].id)


def forged(left: Run, right: Run) -> bytes:
    """A proof of two runs, whatever they are."""
    return encode_fork_proof(ForkProof(left, right))


def in_order(*runs: Run) -> tuple[Run, ...]:
    return tuple(sorted(runs, key=lambda run: run.records[0].id))


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (forged(ONE, OTHER._replace(signature=ONE.signature)), "S-SIG"),
        (forged(ONE, OTHER._replace(signature=ONCE.sign(OTHER.records[0].id))), "S-SIG"),
        (forged(*in_order(ONE, checkpoint(AT, key=ONCE))), "Z-LOG"),
        (forged(*in_order(ONE, checkpoint(AT, scope=STUDIO))), "Z-LOG"),
        (forged(*in_order(ONE, checkpoint(AT, seq=3))), "Z-SEQ"),
        (forged(ONE, ONE), "Z-ORDER"),
        (forged(OTHER, ONE), "Z-ORDER"),
        (forged(ONE, OTHER)[:-1], "E-END"),
        (forged(ONE, OTHER) + b"\x00", "E-TRAIL"),
        (forged(ONE, Run((), b"")), "L-EMPTY"),
        (forged(ONE, OTHER).replace(b"\x95", b"\x94", 1), "E-TRAIL"),
        (encode(["meshnode/1 fork", [], b""]), "Z-SHAPE"),
    ],
)
def test_a_forged_proof_is_refused(tmp_path: Path, raw: bytes, reason: str) -> None:
    path = tmp_path / "fork"
    path.write_bytes(raw)
    ran = run("verify", str(path), "--json")
    assert (ran.code, objects(ran)[0]["code"]) == (Exit.VERIFICATION, reason)
    assert "is not genuine" in run("verify", str(path)).last


def test_no_changed_bit_of_a_proof_goes_unnoticed(tmp_path: Path) -> None:
    raw, path = forged(ONE, OTHER), tmp_path / "fork"
    for place in range(len(raw)):
        path.write_bytes(raw[:place] + bytes([raw[place] ^ 1 << place % 8]) + raw[place + 1 :])
        assert run("verify", str(path)).code == Exit.VERIFICATION


def test_a_bundle_with_both_branches_shows_the_fork(file: Path) -> None:
    parts = [Part(one, {}, []) for one in (*RECORDS, checkpoint(AT), checkpoint(AT + 1))]
    file.write_bytes(b"".join(write_bundle(AT, [], parts)))
    assert "! fork: one key signed number 2 2 times: bafkrei" in run("verify", str(file)).out


@pytest.mark.parametrize("content", [b"hello", b"PK\x03\x04zip", json.dumps({}).encode()])
def test_another_kind_of_file_is_called_so(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    ran = run("verify", str(file))
    assert (ran.code, ran.last) == (Exit.VERIFICATION, f"meshnode: {file} is neither a bundle nor a fork proof")


@pytest.mark.parametrize("content", [b"meshnode backup 1\nlocked", b"meshnode home 1\nlocked"])
def test_what_is_encrypted_is_checked_by_another_command(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    assert run("verify", str(file)).last.endswith(" backup verify FILE")


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    ran = run("verify", str(tmp_path / "no.bundle"))
    assert (ran.code, f"there is no file {tmp_path / 'no.bundle'}" in ran.last) == (Exit.FAILURE, True)
