"""Somebody who asks for a write until there is an answer, whatever becomes of the node, and then once more."""

import os
from collections import Counter
from collections.abc import Awaitable, Callable, Container
from functools import partial
from typing import Any

import httpx
import trio

from meshnode.api.routes import ROUTES
from tests.support.crashes.crashing import ApiOfNow, Fuse
from tests.support.meshes import Api
from tests.support.sayings import repetitions

COMMITS = 12
"""More than any request makes."""
TRIES = 3
"""So often is asked again what keeps nothing, until the node commits nothing of its own meanwhile."""
MANY = 1_000
"""So many that a node does not go dark."""


class Insistent:
    """Asks until there is an answer, whatever becomes of the node, and then once more; but for what keeps nothing."""

    def __init__(self, fuse: Fuse, keeps_nothing: Container[str]) -> None:
        self._fuse, self._keeps_nothing = fuse, keeps_nothing
        self.crashes: Counter[str] = Counter()
        """How often a node went dark while it did what."""
        self.kept_nothing: set[str] = set()
        """What was seen to commit nothing of its owner's."""

    async def does(
        self, api: Api, method: str, path: str, body: object = None, *, key: str = "", every: bool = False
    ) -> Any:
        """Like `Api.does`; what changes something outlives crashes, and is repeated with the same key.

        `every`: commits of what others signed, and of what a node notes by itself, count like the owner's own.
        """
        key, name = key or os.urandom(8).hex(), operation_of(method, path)
        if method == "GET":
            return succeeded(await api.ask(method, path, body, key=key))
        assert isinstance(api, ApiOfNow)
        if name in self._keeps_nothing:
            return succeeded(await self._keeping_nothing(api, method, path, body, key))
        before = api.node.opened.reader.last_arrival()
        answer = await self._outlives(api, method, path, body, key, every=every)
        told = succeeded(answer)
        again = await api.ask(method, path, body, key=key)
        assert again.status_code == answer.status_code, f"{method} {path}, again: {again.text}"
        assert (succeeded(again) or {}).get("id") == (told or {}).get("id"), f"{method} {path}"
        assert repetitions(api.node.opened.reader, before) == [], f"{method} {path}"
        return told

    async def _keeping_nothing(self, api: ApiOfNow, method: str, path: str, body: object, key: str) -> httpx.Response:
        """The answer to a request that commits nothing meanwhile."""
        self._fuse.arm(api.node, MANY)
        answer = await api.ask(method, path, body, key=key)
        for number in range(TRIES):
            if self._fuse.left == MANY:
                break  # else the node may have tidied up meanwhile, which it does not do each time
            self._fuse.arm(api.node, MANY)
            await api.ask(method, path, body, key=f"{key}-{number}")
        assert self._fuse.left == MANY, f"{method} {path} commits something"
        self._fuse.disarm()
        self.kept_nothing.add(operation_of(method, path))
        return answer

    async def _outlives(
        self, api: ApiOfNow, method: str, path: str, body: object, key: str, *, every: bool
    ) -> httpx.Response:
        """The answer to a request that is repeated after each crash; each comes one commit later."""
        name = operation_of(method, path)
        for number in range(COMMITS):
            self._fuse.arm(api.node, number + 1, every=every)
            answer = await unless(self._fuse.blown, partial(api.ask, method, path, body, key=key))
            if answer is not None:
                self._fuse.disarm()
                return answer
            self.crashes[name] += 1
            await api.node.comes_up_again()
        raise AssertionError(f"{method} {path} is not done after {COMMITS} commits")


async def unless(event: trio.Event, ask: Callable[[], Awaitable[httpx.Response]]) -> httpx.Response | None:
    """What is answered, if that comes before the event; then nobody waits for it any more."""
    answers: list[httpx.Response] = []

    async with trio.open_nursery() as nursery:

        async def answered() -> None:
            answers.append(await ask())
            nursery.cancel_scope.cancel()

        nursery.start_soon(answered)
        await event.wait()
        nursery.cancel_scope.cancel()
    return None if event.is_set() else answers[0]


def succeeded(answer: httpx.Response) -> Any:
    """The JSON of an answer that must be a success."""
    assert answer.is_success, f"{answer.request.method} {answer.request.url}: {answer.status_code} {answer.text}"
    return answer.json() if answer.content else None


def operation_of(method: str, path: str) -> str:
    """The name of the operation that a request is for."""
    words = path.partition("?")[0].split("/")
    fitting = [
        entry
        for entry in ROUTES
        if entry.method == method
        and len(entry.path.split("/")) == len(words)
        and all(mine[:1] == "{" or mine == given for mine, given in zip(entry.path.split("/"), words, strict=True))
    ]
    best = min(fitting, key=lambda entry: entry.path.count("{"))
    return f"{best.handle.__module__.rpartition('.')[2]}.{best.handle.__name__}"
