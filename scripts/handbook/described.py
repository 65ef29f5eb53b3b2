"""What has to be described: every command, option, exit code, route, parameter, right, event, problem, setting, metric.

Each comes with the words the program itself has for it. Where they are missing the handbook is not built.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from meshnode.api.models.events import EVENTS, Happening
from meshnode.api.problems import SHAPES
from meshnode.cli.commands import EVERYWHERE
from meshnode.cli.exits import MEANINGS, Exit
from meshnode.cli.index import ENTRIES, every_name
from meshnode.cli.main import load
from meshnode.config.sections import SECTIONS, settings_of
from meshnode.runtime import callers
from meshnode.runtime.callers import Area
from meshnode.runtime.watching.metrics import METRICS
from scripts.handbook.routes import whole
from scripts.handbook.words import under_members

LEAST = 8
"""Letters that say something."""


class Thing(NamedTuple):
    """Something people meet by its name."""

    kind: str
    name: str
    words: str


class Undescribed(Exception):
    """Something of the program has no words; `things` are all of these."""

    def __init__(self, things: Iterable[Thing]) -> None:
        self.things = list(things)
        super().__init__("not described: " + ", ".join(f"{each.kind} {each.name}" for each in self.things))


def everything() -> list[Thing]:
    """All that has to be described."""
    return [*_command_line(), *_api(), *_operations()]


def check(things: Iterable[Thing]) -> None:
    """Raises Undescribed if one of these says nothing."""
    silent = [each for each in things if len(each.words.strip()) < LEAST]
    if silent:
        raise Undescribed(silent)


def _command_line() -> Iterator[Thing]:
    for first, entry in ENTRIES.items():
        yield Thing("command", first, entry.summary)
    for command in map(load, every_name()):
        yield Thing("command", command.name, command.summary)
        for argument in (*command.arguments, *EVERYWHERE):
            name = argument.names[-1] if argument.is_option else argument.shown
            yield Thing("option" if argument.is_option else "argument", f"{command.name} {name}", argument.meaning)
    for code in Exit:
        yield Thing("exit code", str(int(code)), f"{code.name}: {MEANINGS[code]}" if MEANINGS.get(code) else "")


def _api() -> Iterator[Thing]:
    described = whole()
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            route = f"{method.upper()} {path}"
            yield Thing("route", route, operation["summary"])
            for each in operation["parameters"]:
                if "name" in each:
                    yield Thing("parameter", f"{route} {each['name']}", each["description"])
    for name, schema in described["components"]["schemas"].items():
        yield Thing("model", name, schema.get("description", ""))
    for name, words in EVENTS.items():
        yield Thing("event", name, words)
    for name, told in described["components"]["schemas"][Happening.__name__]["properties"].items():
        yield Thing("field of events", name, told.get("description", ""))
    for code, shape in SHAPES.items():
        yield Thing("problem", str(code), shape.title)
    words_of_areas = under_members(Area, callers)
    for area in Area:
        yield Thing("right", area.value, words_of_areas.get(area.name, ""))


def _operations() -> Iterator[Thing]:
    for section, kind in SECTIONS.items():
        yield Thing("section of settings", section, kind.__doc__ or "")
        for declared in settings_of(section):
            yield Thing("setting", f"{section}.{declared.name}", declared.metadata["comment"])
    for metric in METRICS:
        yield Thing("metric", metric.name, metric.about)
