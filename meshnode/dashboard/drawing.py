"""From a page's values to its HTML: the templates, and what stands around every page."""

import secrets
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from meshnode.dashboard.wording import FILTERS
from meshnode.words.safe_text import clean

_HERE = Path(__file__).parent
ASSETS: Mapping[str, tuple[str, bytes]] = {
    name: (media, (_HERE / "static" / name).read_bytes())
    for name, media in (
        ("dashboard.css", "text/css"),
        ("dashboard.js", "text/javascript"),
        ("icon.svg", "image/svg+xml"),
    )
}
"""The files that pages load: media type and content, read once."""


def asset(name: str) -> str:
    """The address of a file: it changes with its content, so that browsers may keep it."""
    return f"/static/{sha256(ASSETS[name][1]).hexdigest()[:16]}/{name}"


def draw(template: str, values: Mapping[str, Any]) -> str:  # templates take values of any shape
    """The HTML of a page; raises jinja2's UndefinedError where a template names what is not there."""
    return _ENVIRONMENT.get_template(template).render(values)


def _written(value: object) -> object:
    """What a template writes: texts of others lose what steers how they are read before they are escaped."""
    return clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def fresh_key() -> str:
    """An Idempotency-Key for one form."""
    return secrets.token_hex(16)


def _block(text: str) -> Markup:
    """A text whose line breaks and indents say something."""
    return Markup("\n").join(f"{' ' * (len(line) - len(line.lstrip(' ')))}{clean(line)}" for line in text.split("\n"))


_ENVIRONMENT = Environment(
    loader=FileSystemLoader(_HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    finalize=_written,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)
_ENVIRONMENT.filters.update(FILTERS)
_ENVIRONMENT.filters["block"] = _block
_ENVIRONMENT.globals.update(asset=asset, key=fresh_key)
