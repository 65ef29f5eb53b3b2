"""Tokens: what lets a program in on loopback, for what, and until when."""

from meshnode.api.edge import Call, Nothing
from meshnode.api.models.shared import Page
from meshnode.api.models.tokens import Token, TokenRequest
from meshnode.api.paging import page_of
from meshnode.api.shapes import time_text
from meshnode.api.site import Site
from meshnode.core.rows import TokenEntry
from meshnode.runtime.refusals import Code, Refusal
from meshnode.runtime.tokens import Wish, areas_of


async def list_tokens(site: Site, call: Call[Nothing]) -> Page[Token]:
    """The tokens that were made and not taken back, oldest first, also those that have expired."""
    page, following = page_of(call, site.tokens.all(), lambda token: (token.created, token.id))
    return Page([_model(site, token) for token in page], following)


async def create_token(site: Site, call: Call[TokenRequest]) -> Token:
    """Make a token; its secret is told in this answer and never again. Nobody can give more than they have."""
    body = call.body
    areas = areas_of(body.may)
    beyond = ", ".join(sorted(area for area in areas if not call.caller.may(area)))
    if beyond:
        raise Refusal(Code.OUT_OF_SCOPE, f"you have no right to {beyond} yourself, so you cannot give it")
    made, secret = await site.tokens.create(Wish(body.name, areas, body.seconds), call.key, call.digest)
    answer = _model(site, made)
    answer.secret = secret
    return answer


async def revoke_token(site: Site, call: Call[Nothing]) -> Token:
    """Take a token back, by its id or name: it counts no more from now on."""
    return _model(site, await site.tokens.revoke(call.path["id"], call.key, call.digest))


def _model(site: Site, token: TokenEntry) -> Token:
    return Token(
        id=token.id,
        name=token.name,
        may=list(token.areas),
        created=time_text(token.created),
        expires=time_text(token.expires),
        state="expired" if site.tokens.has_expired(token) else "active",
        used=time_text(token.used) if token.used else None,
    )
