"""What commands answer with `--json`, schema by schema; every object that a unit test sees is compared with it."""

from collections.abc import Collection, Iterator, Mapping
from functools import cache
from typing import NamedTuple

from meshnode.cli.commands import PROPOSE
from meshnode.cli.index import every_name
from meshnode.cli.main import load
from scripts.handbook.commands import target
from scripts.handbook.forms import FORMS, WORDS
from scripts.handbook.markdown import code, slug, table, text
from scripts.handbook.routes import whole

PROPOSED = "Decision"
"""What is answered in place of anything else where it was proposed to founders."""


class Form(NamedTuple):
    """One form an answer may have."""

    model: str
    """The model of the API whose fields stand in it; empty if none."""
    items: str
    """The model of what stands in its list; empty if it has none."""
    besides: tuple[str, ...]
    optional: frozenset[str]
    """Of these, what may be left out."""

    def fits(self, names: Collection[str]) -> bool:
        """Whether an answer with fields of these names has this form."""
        known = {*(_fields(self.model) if self.model else ()), *self.besides, *(("items",) if self.items else ())}
        return known - self.optional <= {*names} <= known


def forms() -> Mapping[str, tuple[Form, ...]]:
    """Every form of every schema."""
    proposing = {name.replace(" ", ".") for name in every_name() if PROPOSE in load(name).arguments}
    return {
        schema: tuple(_form(each) for each in [*told.split(" | "), *([PROPOSED] if schema in proposing else [])])
        for schema, told in FORMS.items()
    }


def fits(answer: Mapping[str, object]) -> bool:
    """Whether an object that a command printed has a form that is described here."""
    schema, _, version = str(answer.get("schema", "")).removeprefix("meshnode.").partition("/")
    names = [name for name in answer if name != "schema"]
    return version == "1" and any(form.fits(names) for form in _known().get(schema, ()))


def overview() -> str:
    """Every schema, with what stands in it."""
    lines: list[str] = []
    commands = {name.replace(" ", "."): name for name in every_name()}
    for schema, told in forms().items():
        # No headings: the contents of every page would hold them all.
        lines += [f"(schema-{slug(schema)})=", f"**{code(f'meshnode.{schema}/1')}**", ""]
        if name := commands.get(schema):
            lines += [f"Of [`meshnode {name}`](#{target(name)}).", ""]
        for place, form in enumerate(told):
            lines += [*(["Or:", ""] if place else []), *_told(form)]
    return "\n".join(lines)


def _told(form: Form) -> Iterator[str]:
    if form.model:
        yield from (f"The fields of {_link(form.model)}{', and' if form.besides or form.items else '.'}", "")
    rows = [(code("items"), f"A list of {_link(form.items)}.")] if form.items else []
    left_out = dict.fromkeys(form.optional, " May be left out.")
    rows += [(code(name), f"{WORDS[name]}{left_out.get(name, '')}") for name in form.besides]
    yield from table(("Field", ""), rows)


def _link(model: str) -> str:
    return f"[{text(model)}](#model-{slug(model)})"


def _form(told: str) -> Form:
    words = told.split()
    model = next((word for word in words if word[0].isupper()), "")
    items = next((word.removeprefix("items:") for word in words if word.startswith("items:")), "")
    besides = [word for word in words if word[0].islower() and ":" not in word]
    optional = frozenset(word.rstrip("?") for word in besides if word.endswith("?"))
    return Form(model, items, tuple(word.rstrip("?") for word in besides), optional)


@cache
def _known() -> Mapping[str, tuple[Form, ...]]:
    return forms()


def _fields(model: str) -> Collection[str]:
    properties: Mapping[str, object] = whole()["components"]["schemas"][model]["properties"]
    return properties
