"""A new root key while nothing is lost: what ends, what stays, and what becomes of rivals."""

from pathlib import Path

import pytest
import trio

from meshnode.app import nextkey
from meshnode.app.endings import Ending, Exit
from meshnode.app.recover import holder_of
from meshnode.app.rotate import Rotated, Wish, rotate
from meshnode.config.load import load
from meshnode.config.places import locate
from meshnode.core.rows import NoteEntry
from meshnode.exchange.bundles import Bundles
from meshnode.exchange.office_desk import OfficeDesk
from meshnode.runtime import notes
from meshnode.runtime.refusals import Refusal
from meshnode.store.keyfile import read_key, read_secret, write_key
from meshnode.store.protection import NEXT_KEY, WORDS_FILE
from meshproto.fold.standing import Status
from meshproto.records.ids import to_text
from meshproto.records.signatures import SigningKey
from tests.integration.runtime.test_devices import comes_to, status, two_laptops
from tests.integration.runtime.test_recovery import committed
from tests.support.meshes import Mesh, Node

AS_USUAL = Wish()


async def rotates(mesh: Mesh, name: str, holders: list[SigningKey], wish: Wish = AS_USUAL) -> Rotated:
    """Rotate in a stopped home, in a thread, for it runs a loop of its own."""
    places = locate(mesh.folder / name, {})
    return await trio.to_thread.run_sync(rotate, places, load(None, {}), holders, wish)


def new_words(mesh: Mesh, name: str) -> list[SigningKey]:
    """What the recovery words that wait in a home stand for."""
    return [holder_of(read_secret(mesh.folder / name / WORDS_FILE, None).decode().split())]


async def swaps(one: Node, other: Node, file: Path) -> None:
    """Bring to one node what the other holds."""
    await Bundles(OfficeDesk(other.office), other.opened.store.reader).write(file)
    await Bundles(OfficeDesk(one.office), one.opened.store.reader).take_in(file, dry_run=False)
    await one.office.projector.caught_up()


async def test_a_new_key_follows_the_root_and_all_that_was_signed_stays(tmp_path: Path) -> None:
    mesh = Mesh(tmp_path)
    holders = committed(mesh, "ana")
    async with mesh.node("ben") as ben:
        network = await ben.founds()
        async with mesh.node("ana") as ana:
            await ana.joins(ben.line(network))
            before, alone = await ana.logs("Before", "studio"), await ana.logs("Alone")
            await ben.sees(lambda: ben.has(before))
            old = ana.opened.node.identity.key.public
        told = await rotates(mesh, "ana", holders)
        assert (told.ended, told.words, told.finished) == (1, True, False)
        async with mesh.node("ana") as ana:
            assert ana.opened.node.identity.key.public != old
            assert [(each.key == old, each.state) for each in ana.office.devices.all()] == [
                (True, "replaced"),
                (False, "active"),
            ]
            await comes_to(ben, await ana.logs("After", "studio"), Status.YES)
            await comes_to(ana, await ana.logs("After, alone"), Status.YES)
            assert [await status(ana, each) for each in (before, alone)] == [Status.YES, Status.YES]
            assert await status(ben, before) is Status.YES
            assert ana.office.rootkeys.recovery().digests != []
            assert ben.office.lookups.forks() == ()


async def test_other_devices_go_on_unless_they_are_named(tmp_path: Path) -> None:
    mesh = Mesh(tmp_path)
    holders = committed(mesh, "ana")
    async with two_laptops(mesh) as (_, laptop):
        entry = await laptop.logs("On the train")
    await rotates(mesh, "ana", holders)
    async with mesh.node("ana") as ana, mesh.node("laptop") as laptop:
        await laptop.learns(lambda: len(laptop.office.devices.all()) == 3)
        assert laptop.office.devices.standing() is None
        await comes_to(ana, await laptop.logs("Going on"), Status.YES)
        assert await status(ana, entry) is Status.YES
    await rotates(mesh, "ana", new_words(mesh, "ana"), Wish(ends=("laptop",), keeps_recovery=True))
    async with mesh.node("ana") as ana, mesh.node("laptop") as laptop:
        await laptop.learns(lambda: laptop.office.devices.standing() is not None)
        assert ana.office.devices.find("laptop").state == "revoked"
        assert await status(ana, entry) is Status.YES


async def test_the_root_moves_to_another_device(tmp_path: Path) -> None:
    mesh = Mesh(tmp_path)
    holders = committed(mesh, "ana")
    async with two_laptops(mesh) as (_, laptop):
        await laptop.logs("As a device")
    assert (await rotates(mesh, "laptop", holders)).ended == 2
    async with mesh.node("laptop") as laptop, mesh.node("ana") as ana:
        assert laptop.opened.reader.entry(NoteEntry, (notes.GRANT,)) is None
        await laptop.office.pairings.begin("phone")
        await ana.learns(lambda: ana.office.devices.standing() is not None)
        with pytest.raises(Refusal):
            await ana.logs("On the first machine")
        await comes_to(laptop, await laptop.logs("As the root"), Status.YES)


async def test_words_that_were_replaced_rotate_nothing(tmp_path: Path) -> None:
    mesh = Mesh(tmp_path)
    holders = committed(mesh, "ana")
    await rotates(mesh, "ana", holders)
    with pytest.raises(Ending) as ended:
        await rotates(mesh, "ana", holders)
    assert (ended.value.exit, "have been replaced" in ended.value.cause) == (Exit.CONFLICT, True)
    with pytest.raises(Ending) as ended:
        await rotates(mesh, "ana", [SigningKey(bytes(32))])
    assert ended.value.exit is Exit.VERIFICATION
    assert not (await rotates(mesh, "ana", new_words(mesh, "ana"))).finished


async def test_two_rotations_of_the_same_strength_are_contested_and_told(tmp_path: Path) -> None:
    mesh = Mesh(tmp_path)
    holders = committed(mesh, "ana")
    async with two_laptops(mesh):
        pass
    await rotates(mesh, "ana", holders, Wish(keeps_recovery=True))
    await rotates(mesh, "laptop", holders, Wish(keeps_recovery=True))
    async with mesh.node("ana", sync__live=False) as ana:
        entry = await ana.logs("Mine")
        assert await status(ana, entry) in (Status.YES, None)
        async with mesh.node("laptop", sync__live=False) as laptop:
            await swaps(ana, laptop, tmp_path / "all.bundle")
            await comes_to(ana, entry, Status.CONTESTED)
            assert len(ana.office.rootkeys.rivals()) == 2
            told = await ana.api().does("GET", f"/records/{to_text(entry)}/why")
            assert "equally many signatures" in told["text"]
            me = await ana.api().does("GET", "/me")
            assert len(me["rivals"]) == 2
            ana.opened.watch.look()
            assert "identity" in [each.name for each in ana.opened.watch.troubles]
            assert [each.state for each in ana.office.devices.all()].count("rival") == 2
    with pytest.raises(Ending) as ended:
        await rotates(mesh, "ana", holders, Wish(keeps_recovery=True))
    assert ended.value.exit is Exit.CONFLICT


async def test_a_kill_between_storing_and_taking_over_is_finished_at_the_next_start(tmp_path: Path) -> None:
    mesh = Mesh(tmp_path)
    holders = committed(mesh, "ana")
    await rotates(mesh, "ana", holders)
    home = mesh.folder / "ana"
    seed = read_key(home / "device.key")
    write_key(home / NEXT_KEY, seed)
    (home / "device.key").unlink()
    write_key(home / "device.key", bytes(32))
    assert (await rotates(mesh, "ana", holders)).finished
    assert read_key(home / "device.key") == seed
    assert not nextkey.is_waiting(home)
