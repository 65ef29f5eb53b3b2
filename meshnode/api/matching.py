"""Finds the route of a path among those that begin alike, instead of trying a hundred and more, one after the other."""

from collections.abc import Sequence

from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Match, Route
from starlette.types import Receive, Scope, Send

_CHOSEN = "meshnode.route"
_ALLOWED = "meshnode.allowed"
"""What the path takes, where the method is another."""


class ByBeginning(BaseRoute):
    """Many routes as one; each has a path of two literal segments at least, such as `/v1/records/{id}`."""

    def __init__(self, routes: Sequence[Route]) -> None:
        self._alike: dict[str, list[Route]] = {}
        for route in routes:
            self._alike.setdefault(_beginning(route.path), []).append(route)

    def whole(self, scope: Scope) -> Route | None:
        """The route that takes path and method, noted in the scope with the parameters of its path; None if none."""
        match, child = self.matches(scope)
        if match is not Match.FULL:
            return None
        scope.update(child)
        route: Route = child[_CHOSEN]
        return route

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """The first route that takes path and method, else what all those that take the path do."""
        allowed: set[str] = set()
        for route in self._alike.get(_beginning(scope["path"]), ()):
            match, child = route.matches(scope)
            if match is Match.FULL:
                return match, {**child, _CHOSEN: route}
            if match is Match.PARTIAL:
                allowed |= route.methods or set()
        return (Match.PARTIAL, {_ALLOWED: ", ".join(sorted(allowed))}) if allowed else (Match.NONE, {})

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer by the route that was found. Raises HTTPException, which tells what the path takes instead."""
        if _ALLOWED in scope:
            raise HTTPException(status_code=405, headers={"Allow": scope[_ALLOWED]})
        chosen: Route = scope[_CHOSEN]
        await chosen.handle(scope, receive, send)


def _beginning(path: str) -> str:
    """The first two segments of a path."""
    return "/".join(path.split("/", 3)[:3])
