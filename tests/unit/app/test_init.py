from pathlib import Path

import pytest
from mnemonic import Mnemonic

from meshnode.app.endings import Ending, Exit
from meshnode.app.init import create, fingerprint_words
from meshnode.config.places import locate
from meshnode.core.ports import NoteEntry
from meshnode.runtime import notes
from meshnode.store.keyfile import read_key
from meshnode.store.sealed import MainKey
from meshnode.store.store import open_store
from meshproto.fold.fold import Fold
from meshproto.fold.memory import DictMemory
from meshproto.fold.standing import Status
from meshproto.records.ids import from_text
from meshproto.records.signatures import SigningKey
from meshproto.types.recovery import recovery_digest, recovery_seed


def test_all_of_an_identity_is_on_the_disk_and_valid(tmp_path: Path) -> None:
    created = create(locate(tmp_path / "ana", {}), "Ana  López", recovery=True)
    store = open_store(tmp_path / "ana" / "records.db")
    reader, fold = store.reader(), Fold(DictMemory())
    changes = [change for _, record in reader.records_after(0, 10) for change in fold.add(record)]
    assert {change.standing.status for change in changes} == {Status.YES}
    assert {note.name: note.value for note in reader.rows(NoteEntry)} == {
        notes.AGENT: from_text(created.agent),
        notes.NOTEBOOK: from_text(created.notebook),
    }
    assert created.name == "Ana López"
    store.close()


def test_the_words_lead_to_the_key_that_the_genesis_commits_to(tmp_path: Path) -> None:
    created = create(locate(tmp_path / "ana", {}), "Ana", recovery=True)
    assert created.words is not None
    entropy = bytes(Mnemonic("english").to_entropy(created.words))
    digest = recovery_digest(SigningKey(recovery_seed(entropy)).public)
    store = open_store(tmp_path / "ana" / "records.db")
    genesis = store.reader().record(from_text(created.agent))
    assert genesis is not None
    assert genesis.facts["recovery"] == {"digests": [b"\x01" + digest], "need": 1}
    assert len(created.words) == 12
    store.close()


def test_without_recovery_there_are_no_words(tmp_path: Path) -> None:
    created = create(locate(tmp_path / "ana", {}), "", recovery=False)
    assert (created.words, created.name) == (None, "")


def test_an_identity_is_made_once_and_finished_if_it_was_cut_short(tmp_path: Path) -> None:
    places = locate(tmp_path / "ana", {})
    create(places, "Ana", recovery=False)
    with pytest.raises(Ending) as caught:
        create(places, "Ana", recovery=False)
    assert caught.value.exit is Exit.CONFLICT
    key = (places.data / "device.key").read_bytes()
    for file in places.data.glob("records.db*"):
        file.unlink()
    create(places, "Ana", recovery=False)
    assert (places.data / "device.key").read_bytes() == key


@pytest.mark.parametrize("name", ["x" * 201, "a\x1bb"])
def test_a_name_must_be_printable_and_short(tmp_path: Path, name: str) -> None:
    with pytest.raises(Ending) as caught:
        create(locate(tmp_path / "ana", {}), name, recovery=False)
    assert caught.value.exit is Exit.USAGE


def test_a_fingerprint_is_four_words_of_the_id() -> None:
    assert fingerprint_words(b"\x00" * 32) == "abandon-abandon-abandon-abandon"
    assert fingerprint_words(b"\xff" * 32) == "zoo-zoo-zoo-zoo"
    assert fingerprint_words(b"\x00\x20" + b"\x00" * 30) == "ability-abandon-abandon-abandon"


def test_a_main_key_seals_the_keys_from_their_first_byte(tmp_path: Path) -> None:
    places, main_key = locate(tmp_path / "ana", {}), MainKey.new()
    create(places, "Ana", recovery=False, main_key=main_key)
    for name in ("device.key", "transport.key"):
        seed = read_key(places.data / name, main_key)
        assert not any(seed.hex().encode() in file.read_bytes() for file in places.data.iterdir())
