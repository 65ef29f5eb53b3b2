"""What every answer tells a browser: keep nothing, guess nothing, load nothing from elsewhere, be framed by nobody."""

from collections.abc import Iterable

Header = tuple[bytes, bytes]

API_POLICY = "default-src 'none'; frame-ancestors 'none'"
"""For answers to programs: should a browser show one after all, nothing in it comes alive."""
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""For pages: only what this node serves, and nothing inline."""

_ALWAYS: tuple[Header, ...] = (
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
)


_FOR_PROGRAMS = (*_ALWAYS, (b"content-security-policy", API_POLICY.encode()))
_FOR_BROWSERS = (*_ALWAYS, (b"content-security-policy", PAGE_POLICY.encode()))


def answer_headers(path: str, given: Iterable[Header]) -> list[Header]:
    """The headers of an answer: those it has, and each of ours that it does not say itself."""
    headers = list(given)
    said = {name.lower() for name, _ in headers}
    ours = _FOR_PROGRAMS if is_api(path) else _FOR_BROWSERS
    return headers + [(name, value) for name, value in ours if name not in said]


def is_api(path: str) -> bool:
    """Whether a path is one of the API's; all others belong to the pages."""
    return path == "/v1" or path.startswith("/v1/")
