"""The terms of an ontology in Turtle, as far as one reads them without a parser of it: kinds, domains and ranges."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

FILE = Path(__file__).parents[1] / "data" / "valueflows" / "all_vf.ttl"
ONTOLOGY = "https://w3id.org/valueflows/ont/vf#"


_KIND, _DOMAIN = re.compile(r"\ba\s+([\w:]+)"), re.compile(r"rdfs:domain\s+vf:(\w+)")
_RANGE, _SUBCLASS = re.compile(r"rdfs:range\s+([\w:]+)"), re.compile(r"rdfs:subClassOf\s+vf:(\w+)")


class Term(NamedTuple):
    """A class, a property or a named thing; for properties what has it, and of what kind its value is."""

    kind: str
    domain: frozenset[str]
    range: str


def terms(file: Path = FILE) -> Mapping[str, Term]:
    """All terms by their names without the ontology's address."""
    text = re.sub(r'"(?:[^"\\]|\\.)*"', '""', file.read_text(encoding="utf-8"))
    # A term begins at the margin; everything up to the next one is about it.
    blocks = {found[1]: found[2] for found in re.finditer(r"(?ms)^vf:(\w+)\s(.*?)(?=^vf:|\Z)", text)}
    unions = {
        name: frozenset(re.findall(r"vf:(\w+)", block.split("unionOf")[1].split(")")[0]))
        for name, block in blocks.items()
        if "unionOf" in block
    }
    parents = {name: found[1] for name, block in blocks.items() if (found := _SUBCLASS.search(block))}
    all_: dict[str, Term] = {}
    for name, block in blocks.items():
        kind, domain, range_ = (each.search(block) for each in (_KIND, _DOMAIN, _RANGE))
        classes = unions.get(domain[1], frozenset({domain[1]})) if domain else frozenset[str]()
        classes |= {child for child, parent in parents.items() if parent in classes}
        all_[name] = Term(kind[1] if kind else "", classes, range_[1] if range_ else "")
    return all_
