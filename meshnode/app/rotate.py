"""Gives an identity a new root key while nothing is lost: a key made here follows, by the consent of recovery keys.

The node does not run meanwhile. What is signed is stored in one commit, and told to others at the next start.
"""

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import trio

from meshnode.app import nextkey
from meshnode.app.compose import Network, Opened, open_node
from meshnode.app.endings import Ending, Exit, refusals_end
from meshnode.app.init import check_need, digest_of, fingerprint_words
from meshnode.config.load import Loaded
from meshnode.config.places import Places
from meshnode.net.memory import MemoryMesh
from meshnode.runtime.devices import ACTIVE, Device
from meshnode.runtime.holders import WORDS, Holder, holder_row
from meshnode.runtime.lines.consents import Consent
from meshnode.runtime.refusals import Code, Refusal
from meshnode.runtime.rootkeys import Recovery
from meshnode.store.sealed import MainKey
from meshproto.records.ids import to_text
from meshproto.records.signatures import SigningKey


class Wish(NamedTuple):
    """What a rotate is to do besides. `ends` are names of devices, or beginnings of their keys."""

    ends: tuple[str, ...] = ()
    keeps_recovery: bool = False
    """The recovery keys stay the same; else new words take their place."""
    holders: tuple[Holder, ...] = ()
    """Recovery keys that follow the present ones besides the new words."""
    words: bool = True
    """Whether new words are among them."""
    need: int = 1
    consents: tuple[Consent, ...] = ()
    contest: bool = False
    """Although as many recovery keys have signed another rotate."""


class Rotated(NamedTuple):
    """What became of it, as it is told once. `finished`: an earlier rotate was, that had been cut short."""

    agent: str
    name: str
    fingerprint: str
    finished: bool
    ended: int
    """Keys that sign no more: the root key before, and the devices that were to be ended."""
    words: bool
    """Whether new recovery words wait to be written down."""
    key: str
    data: str


def rotate(
    places: Places, loaded: Loaded, holders: Sequence[SigningKey], wish: Wish, main_key: MainKey | None = None
) -> Rotated:
    """Make a new key of this home the owner's root. Raises Ending, and what `endings.KNOWN` names."""
    if not wish.keeps_recovery:
        check_need(wish.need, len(wish.holders) + wish.words)
    waited = nextkey.is_waiting(places.data)
    told = trio.run(partial(_begin, places, loaded, holders, wish, main_key, waited))
    trio.run(partial(_open_once, places, loaded, main_key))
    return told


async def _begin(
    places: Places,
    loaded: Loaded,
    holders: Sequence[SigningKey],
    wish: Wish,
    main_key: MainKey | None,
    waited: bool,
) -> Rotated:
    with refusals_end():
        async with open_node(places, loaded, main_key=main_key, network=_alone()) as opened:
            await opened.office.projector.caught_up()
            if waited and not nextkey.is_waiting(places.data):
                return _told(opened, finished=True, ended=1, words=not wish.keeps_recovery)
            return await _turn(opened, holders, wish, main_key)


async def _open_once(places: Places, loaded: Loaded, main_key: MainKey | None) -> None:
    """Let the new key take the old one's place, and sign what makes it usable in the owner's networks."""
    async with open_node(places, loaded, main_key=main_key, network=_alone()) as opened:
        await opened.office.projector.caught_up()
        await opened.office.following.settle()


async def _turn(opened: Opened, holders: Sequence[SigningKey], wish: Wish, main_key: MainKey | None) -> Rotated:
    office = opened.office
    denied = office.devices.standing()
    if denied is not None and denied.why in ("waiting", "device"):
        raise Ending(
            Exit.CONFLICT, "this device was never let in, so it cannot become the root", "meshnode id device ls"
        )
    ends = _ended(opened, wish)
    key = nextkey.prepare(opened.home, main_key)
    # Whoever was asked to sign has signed for these words: they are the same when the answer comes.
    words = nextkey.words(opened.home, main_key) if wish.words and not wish.keeps_recovery else ""
    if not words:
        nextkey.discard_words(opened.home)
    new = list(wish.holders) + ([Holder(WORDS, digest_of(words.split()))] if words else [])
    follow = None if wish.keeps_recovery else Recovery([each.digest for each in new], wish.need)
    rows = [] if wish.keeps_recovery else [holder_row(new)]
    try:
        turned = office.rootkeys.turn(
            key, holders, ends=ends, consents=wish.consents, recovery=follow, contest=wish.contest
        )
    except Refusal as refusal:
        if refusal.code is Code.CONFLICT:  # else it may only want another recovery key
            nextkey.discard(opened.home)
        raise
    await office.node.write([], ready=turned.records, local=[*turned.rows, *rows])
    return _told(opened, finished=False, ended=len(turned.ended), words=bool(words))


def _ended(opened: Opened, wish: Wish) -> list[Device]:
    """The devices that end: those that are to, and this one, whose key the new one follows. Raises Refusal."""
    devices, own = opened.office.devices, opened.node.identity.key.public
    chosen = [devices.find(each) for each in wish.ends]
    for each in chosen:
        if each.state != ACTIVE:
            raise Refusal(Code.CONFLICT, "this device was ended already", "meshnode id device ls")
    chosen += [each for each in devices.all() if each.key == own and each.state == ACTIVE]
    return list(dict.fromkeys(each for each in chosen if each.grant))


def _told(opened: Opened, *, finished: bool, ended: int, words: bool) -> Rotated:
    office = opened.office
    return Rotated(
        agent=to_text(office.me),
        name=office.name(office.me),
        fingerprint=fingerprint_words(office.me),
        finished=finished,
        ended=ended,
        words=words,
        key=str(opened.home.device_key),
        data=str(opened.home.folder),
    )


def _alone() -> Network:
    return Network(MemoryMesh().transport("alone"))
