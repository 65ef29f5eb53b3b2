"""A JSON-LD processor that is not ours, which loads nothing from anywhere."""

import json
from pathlib import Path
from typing import Any

from pyld import jsonld  # type: ignore[import-untyped]  # it has no types

CONTEXTS = Path(__file__).parents[1] / "data" / "contexts"
KNOWN = {"https://www.w3.org/ns/credentials/v2": "credentials-v2.jsonld"}


def expanded(document: object) -> list[dict[str, Any]]:
    """What a document says, every term by its whole address."""
    found: list[dict[str, Any]] = jsonld.expand(document, {"documentLoader": _loaded})
    return found


def statements(document: object) -> list[str]:
    """A document as lines of RDF, in canonical order. Relative addresses and unknown terms are errors."""
    options = {"algorithm": "URDNA2015", "format": "application/n-quads", "documentLoader": _loaded}
    text: str = jsonld.normalize(document, options)
    return text.splitlines()


def terms(document: object) -> set[str]:
    """All names of properties that a processor does not drop, anywhere in a document."""
    found: set[str] = set()

    def walk(value: object) -> None:
        if isinstance(value, dict):
            found.update(value)
            for each in value.values():
                walk(each)
        elif isinstance(value, list):
            for each in value:
                walk(each)

    walk(expanded(document))
    return found


def _loaded(url: str, _options: object) -> dict[str, object]:
    document = json.loads((CONTEXTS / KNOWN[url]).read_text(encoding="utf-8"))
    return {"contextUrl": None, "documentUrl": url, "document": document, "contentType": "application/ld+json"}
