import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from mnemonic import Mnemonic

from meshnode.app.endings import Ending, Exit
from meshnode.app.init import create, fingerprint_words, join_device
from meshnode.config.places import locate
from meshnode.core.rows import NoteEntry, PeerEntry
from meshnode.runtime import notes
from meshnode.runtime.holders import WORDS, Holder, holders_of
from meshnode.runtime.lines.pairing import PairingLine, pairing_words, write_pairing
from meshnode.store.home import Home, HomeState
from meshnode.store.keyfile import read_key
from meshnode.store.protection import WORDS_FILE
from meshnode.store.sealed import MainKey
from meshnode.store.store import open_reader, open_store
from meshproto.fold.fold import Fold
from meshproto.fold.memory import DictMemory
from meshproto.fold.standing import Status
from meshproto.records.ids import AgentId, ScopeId, from_text
from meshproto.records.signatures import SigningKey
from meshproto.types.recovery import recovery_digest, recovery_seed


def interrupted(*_: object) -> None:
    raise KeyboardInterrupt


def digest_of(words: list[str]) -> bytes:
    """What a genesis says of the key that these words lead to."""
    entropy = bytes(Mnemonic("english").to_entropy(words))
    return recovery_digest(SigningKey(recovery_seed(entropy)).public)


def committed(folder: Path, agent: str) -> dict[str, Any]:
    """What the genesis says of recovery."""
    store = open_store(folder / "records.db")
    genesis = store.reader().record(from_text(agent))
    store.close()
    assert genesis is not None
    return dict(genesis.facts["recovery"])


def test_all_of_an_identity_is_on_the_disk_and_valid(tmp_path: Path) -> None:
    created = create(locate(tmp_path / "ana", {}), "Ana  López", recovery=True)
    store = open_store(tmp_path / "ana" / "records.db")
    reader, fold = store.reader(), Fold(DictMemory())
    changes = [change for _, record in reader.records_after(0, 10) for change in fold.add(record)]
    assert {change.standing.status for change in changes} == {Status.YES}
    kept = {note.name: note.value for note in reader.rows(NoteEntry)}
    (digest,) = committed(tmp_path / "ana", created.agent)["digests"]
    assert holders_of(kept.pop(notes.HOLDERS), [digest[1:]]) == [Holder(WORDS, digest[1:])]
    assert kept == {
        notes.AGENT: from_text(created.agent),
        notes.NOTEBOOK: from_text(created.notebook),
    }
    assert created.name == "Ana López"
    store.close()


def test_the_words_lead_to_the_key_that_the_genesis_commits_to(tmp_path: Path) -> None:
    created = create(locate(tmp_path / "ana", {}), "Ana", recovery=True)
    waiting = tmp_path / "ana" / WORDS_FILE
    words = waiting.read_text().split()
    assert (len(words), waiting.stat().st_mode & 0o777) == (12, 0o600)
    assert committed(tmp_path / "ana", created.agent) == {"digests": [b"\x01" + digest_of(words)], "need": 1}


def test_without_recovery_there_are_no_words(tmp_path: Path) -> None:
    created = create(locate(tmp_path / "ana", {}), "", recovery=False)
    assert ((tmp_path / "ana" / WORDS_FILE).exists(), created.name) == (False, "")


@pytest.mark.parametrize("step", ["meshnode.store.home.Home.stamp", "meshnode.store.writer.Writer.commit"])
def test_an_identity_cut_short_at_any_step_is_finished_with_the_words_that_wait(
    tmp_path: Path, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = locate(tmp_path / "ana", {})
    with monkeypatch.context() as cut:
        cut.setattr(step, interrupted)
        with pytest.raises(KeyboardInterrupt):
            create(places, "Ana", recovery=True)
    created = create(places, "Ana", recovery=True)
    with Home(places.data) as home:
        assert home.state() is HomeState.UNCHANGED
    words = (places.data / WORDS_FILE).read_text().split()
    assert committed(places.data, created.agent) == {"digests": [b"\x01" + digest_of(words)], "need": 1}


def test_words_are_on_the_disk_before_there_is_an_identity(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("meshnode.store.writer.Writer.commit", interrupted)
    with pytest.raises(KeyboardInterrupt):
        create(locate(tmp_path / "ana", {}), "Ana", recovery=True)
    assert len((tmp_path / "ana" / WORDS_FILE).read_text().split()) == 12


def test_words_of_an_attempt_that_was_cut_short_do_not_stay_beside_an_identity_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = locate(tmp_path / "ana", {})
    with monkeypatch.context() as cut:
        cut.setattr("meshnode.store.writer.Writer.commit", interrupted)
        with pytest.raises(KeyboardInterrupt):
            create(places, "Ana", recovery=True)
    create(places, "Ana", recovery=False)
    assert not (places.data / WORDS_FILE).exists()


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


PEER = "12D3KooWGRUVh3s3Gqh4hcCC6kUVfL4hH9KkMsBUGUCmLtB1Tjn5"
ASKS = PairingLine(AgentId(b"a" * 32), ScopeId(b"n" * 32), b"s" * 16, PEER, (f"/ip4/127.0.0.1/tcp/4401/p2p/{PEER}",))


def test_a_further_device_waits_with_a_key_of_its_own(tmp_path: Path) -> None:
    places = locate(tmp_path, {})
    paired = join_device(places, write_pairing(ASKS))
    key = SigningKey(read_key(places.data / "device.key"))
    assert paired.words == pairing_words(ASKS.scope, ASKS.agent, key.public)
    reader = open_reader(places.data / "records.db")
    kept = {each.name: each.value for each in reader.rows(NoteEntry)}
    assert kept == {"agent": ASKS.agent, "notebook": ASKS.notebook, "grant": b"", "pairing": ASKS.scope}
    assert [each.peer for each in reader.rows(PeerEntry)] == [PEER]
    reader.close()


def test_a_newer_line_is_taken_with_the_same_key(tmp_path: Path) -> None:
    places = locate(tmp_path, {})
    join_device(places, write_pairing(ASKS))
    key = read_key(places.data / "device.key")
    again = join_device(places, write_pairing(ASKS._replace(secret=b"t" * 16)))
    assert read_key(places.data / "device.key") == key
    assert again.words == pairing_words(ASKS._replace(secret=b"t" * 16).scope, ASKS.agent, SigningKey(key).public)


def test_a_home_with_another_identity_becomes_no_device(tmp_path: Path) -> None:
    places = locate(tmp_path, {})
    create(places, "Ana", recovery=False)
    with pytest.raises(Ending, match="identity"):
        join_device(places, write_pairing(ASKS))
    other = locate(tmp_path / "other", {})
    join_device(other, write_pairing(ASKS))
    with pytest.raises(Ending, match="identity"):
        join_device(other, write_pairing(ASKS._replace(agent=AgentId(b"b" * 32))))


def test_what_is_no_line_leaves_no_home_behind(tmp_path: Path) -> None:
    with pytest.raises(Ending) as ended:
        join_device(locate(tmp_path / "x", {}), "nonsense")
    assert ended.value.exit is Exit.USAGE
    assert not (tmp_path / "x").exists()


def test_a_home_is_made_without_loading_what_runs_a_node() -> None:
    program = "import sys, meshnode.app.__main__, meshnode.app.init; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert {"trio", "meshnode.core.events", "meshnode.runtime.driver", "meshproto.fold.fold"}.isdisjoint(loaded)
