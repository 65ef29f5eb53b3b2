"""Tokens: by what a program shows on loopback that the owner lets it in, what for, and until when.

Only the SHA-256 of a token is kept: whoever reads the disk or a backup learns none. 256 random bits need no slow hash.
"""

import base64
import hashlib
import hmac
import logging
import secrets
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import msgspec
import trio

from meshnode.core.rows import Forget, LocalRow, TokenEntry
from meshnode.runtime.callers import TOKEN, Area, Caller
from meshnode.runtime.keyed import noting
from meshnode.runtime.node import RunningNode
from meshnode.runtime.office import Ids, Office, Rows
from meshnode.runtime.refusals import Code, Refusal
from meshproto.records.ids import RecordId

log = logging.getLogger(__name__)

MAX_TOKENS = 64
"""Tokens that stand at once; each request is compared with all of them."""
MAX_NAME = 100
"""Characters of a token's name."""
LEAST_SECONDS = 60
MOST_SECONDS = 10 * 366 * 24 * 3600
"""Ten years: a token that nobody would ever have to think of again is one that nobody would ever take back."""
USED_SECONDS = 60.0
"""How long after a token was used it is noted at the latest; a write to the disk for each request would cost more."""
PREFIX = "mnt_"
"""By this a token is recognised where it should not be, in a log or a repository."""
BEARER = "bearer"
_HINT = "meshnode token create --help"


class Wish(NamedTuple):
    """What a token is to be."""

    name: str
    areas: frozenset[Area]
    seconds: int


class Tokens:
    """The tokens of one node; also one of the ways to show who asks."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._used: dict[str, int] = {}
        self._turn = trio.Lock()
        self._rows: tuple[TokenEntry, ...] | None = None

    @property
    def _node(self) -> RunningNode:
        return self._office.node

    def all(self) -> list[TokenEntry]:
        """Every token that was not taken back, also those that have expired; oldest first."""
        rows = [self._as_used(row) for row in self._stored()]
        return sorted(rows, key=lambda row: (row.created, row.id))

    def has_expired(self, token: TokenEntry) -> bool:
        """Whether a token counts no more."""
        return self._node.now() >= token.expires

    def caller(self, headers: Mapping[str, str]) -> Caller | None:
        """See `Credentials`: a header `Authorization: Bearer TOKEN`, which must count if it is there."""
        given = headers.get("authorization")
        if given is None:
            return None
        kind, _, secret = given.partition(" ")
        if kind.lower() != BEARER:
            raise Refusal(Code.NOT_AUTHENTICATED, "this node takes `Authorization: Bearer TOKEN`", _HINT)
        found = self._with(secret.strip())
        if found is None:
            raise Refusal(
                Code.NOT_AUTHENTICATED, "this token is not known here, or was taken back", "meshnode token ls"
            )
        if self.has_expired(found):
            raise Refusal(Code.NOT_AUTHENTICATED, f"the token {found.name} has expired", _HINT)
        self._used[found.id] = self._node.now()
        return Caller(TOKEN + found.id, frozenset(map(Area, found.areas)))

    async def create(self, wish: Wish, key: str = "", request: bytes = b"") -> tuple[TokenEntry, str]:
        """Make a token; returns it and its secret, which is told only here. Raises Refusal.

        Asked again with the same `key`, it gives the same token another secret, if nobody has used the first one: who
        asks again did not get it.
        """
        _check(wish)
        secret = PREFIX + _text(secrets.token_bytes(32))
        now, areas = self._node.now(), tuple(sorted(wish.areas))
        made = TokenEntry(_fresh_id(), wish.name, _digest(secret), areas, now, now + 1000 * wish.seconds)

        async def put(rows: Rows) -> Ids:
            told = RecordId(made.id.encode())
            await self._write(*self._room(), made, *noting(rows, told))
            return (told,)

        async with self._turn:
            (told,) = await self._office.once(key, request, put)
            if told != made.id.encode():
                made = await self._renew(told.decode(), made)
        log.info("made token %s for %s", made.id, ", ".join(made.areas))
        return made, secret

    async def revoke(self, name: str, key: str = "", request: bytes = b"") -> TokenEntry:
        """Take a token back, by its id or its name; it counts no more when this returns. Raises Refusal.

        Asked again with the same `key`, it says which one that was, and takes back no other of that name.
        """

        async def forget(rows: Rows) -> Ids:
            found = self._called(name)
            told = RecordId(msgspec.msgpack.encode(found._replace(digest=b"")))
            await self._write(Forget(TokenEntry, (found.id,)), *noting(rows, told))
            self._used.pop(found.id, None)
            log.info("took back token %s", found.id)
            return (told,)

        async with self._turn:
            (gone,) = await self._office.once(key, request, forget)
        return msgspec.msgpack.decode(gone, type=TokenEntry)

    def _called(self, name: str) -> TokenEntry:
        """The token with an id or a name. Raises Refusal."""
        found = [token for token in self.all() if name in (token.id, token.name)]
        if len(found) > 1:
            listed = ", ".join(token.id for token in found)
            raise Refusal(Code.AMBIGUOUS, f"several tokens are called {name}: {listed}", "use the id")
        if not found:
            raise Refusal(Code.NOT_FOUND, f"there is no token {name!r}", "meshnode token ls")
        return found[0]

    async def run(self, stopping: trio.Event) -> None:
        """Note now and then which tokens were used when, until the node is to stop."""
        while not stopping.is_set():
            with trio.move_on_after(USED_SECONDS):
                await stopping.wait()
            if self._used:
                await self._note_used()

    async def _note_used(self) -> None:
        """Keep on the disk which tokens were used when."""
        async with self._turn:
            rows = [self._as_used(row) for row in self._stored() if row.id in self._used]
            self._used.clear()
            try:
                await self._write(*rows)
            except Refusal as refusal:
                log.debug("cannot note which tokens were used: %s", refusal)

    def _stored(self) -> tuple[TokenEntry, ...]:
        """The tokens on the disk, read anew after each write: nobody else writes them, and each request asks."""
        if self._rows is None:
            self._rows = self._office.truth.rows(TokenEntry)
        return self._rows

    async def _write(self, *rows: LocalRow | Forget) -> None:
        try:
            await self._node.write((), local=rows)
        finally:
            self._rows = None

    def _with(self, secret: str) -> TokenEntry | None:
        """The token with this secret. Every one is compared, each in the same time, so time tells nothing."""
        digest, found = _digest(secret), None
        for token in self._stored():
            if hmac.compare_digest(token.digest, digest):
                found = token
        return found

    def _as_used(self, token: TokenEntry) -> TokenEntry:
        return token._replace(used=max(token.used, self._used.get(token.id, 0)))

    def _room(self) -> Iterable[Forget]:
        """What must go to make room for one more: those that have expired. Raises Refusal if none has."""
        tokens = self.all()
        if len(tokens) < MAX_TOKENS:
            return ()
        gone = [Forget(TokenEntry, (token.id,)) for token in tokens if self.has_expired(token)]
        if not gone:
            why = f"there are {len(tokens)} tokens, which is as many as there may be"
            raise Refusal(Code.CONFLICT, why, "meshnode token ls")
        return gone

    async def _renew(self, name: str, made: TokenEntry) -> TokenEntry:
        """Give a token that was made before, and that nobody has used, the secret of the one now made; returns it."""
        earlier = {token.id: token for token in self.all()}.get(name)
        if earlier is None or earlier.used:
            why = "this was done before, and the token has been used or taken back: its secret is told only once"
            raise Refusal(Code.CONFLICT, why, "meshnode token ls")
        renewed = earlier._replace(digest=made.digest)
        await self._write(renewed)
        return renewed


def areas_of(names: Iterable[str]) -> frozenset[Area]:
    """The areas that these names mean. Raises Refusal."""
    wanted = tuple(names)
    unknown = sorted(set(wanted) - set(Area))
    if unknown or not wanted:
        known = ", ".join(Area)
        what = f"there is no right to {', '.join(unknown)}" if unknown else "a token must have a right to something"
        raise Refusal(Code.BAD_REQUEST, f"{what}; there are: {known}", _HINT)
    return frozenset(map(Area, wanted))


def _check(wish: Wish) -> None:
    if not wish.name or len(wish.name) > MAX_NAME or not wish.name.isprintable():
        raise Refusal(Code.BAD_REQUEST, f"the name of a token has 1 to {MAX_NAME} printable characters", _HINT)
    if not LEAST_SECONDS <= wish.seconds <= MOST_SECONDS:
        raise Refusal(Code.BAD_REQUEST, f"a token counts for {LEAST_SECONDS} to {MOST_SECONDS} seconds", _HINT)


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def _fresh_id() -> str:
    """Eight letters and digits."""
    return _text(secrets.token_bytes(5))


def _text(raw: bytes) -> str:
    return base64.b32encode(raw).decode().rstrip("=").lower()
