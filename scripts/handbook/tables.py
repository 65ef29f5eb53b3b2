"""What the reference lists besides commands and routes: settings, metrics, events, the files of a home."""

from pathlib import Path

from meshnode.api.models.events import EVENTS, Happening
from meshnode.api.resources.events import TYPES
from meshnode.config.listed import listed
from meshnode.config.load import load
from meshnode.config.sections import SECTIONS
from meshnode.runtime.watching.metrics import METRICS
from scripts.handbook.home import FILES, VARIABLES
from scripts.handbook.markdown import code, heading, table, text
from scripts.handbook.routes import fields, whole


def settings() -> str:
    """Every setting, section by section."""
    found = listed(load(None, {}), Path("config.toml"), {}).settings
    lines: list[str] = []
    for section, kind in SECTIONS.items():
        lines += [*heading(2, code(f"[{section}]")), text(kind.__doc__ or ""), ""]
        lines += table(
            ("Setting", "Takes", "Default", ""),
            [
                (
                    f"{code(each.name)}<br>{code(each.variable)}",
                    text(f"{each.kind}: {each.bounds}" if each.bounds else each.kind),
                    code(_written(each.default)),
                    text(each.about),
                )
                for each in found
                if each.name.startswith(f"{section}.")
            ],
        )
    return "\n".join(lines)


def metrics() -> str:
    """Every metric."""
    return "\n".join(
        table(
            ("Metric", "Kind", ""),
            [
                (code(f"{each.name}{{{each.label}}}" if each.label else each.name), each.kind, text(each.about))
                for each in METRICS
            ],
        )
    )


def events() -> str:
    """The events of the stream, and what each tells."""
    told = whole()
    lines = table(("Event", ""), [(code(name), text(words)) for name, words in EVENTS.items()])
    lines += ["Both tell of one record:", "", *fields(told["components"]["schemas"][Happening.__name__])]
    return "\n".join(lines)


def types() -> str:
    """The types of records that this version knows."""
    return ", ".join(code(each) for each in sorted(TYPES)) + "."


def home() -> str:
    """The files of a home."""
    return "\n".join(table(("File", "Kept", ""), [(code(each.name), each.folder, text(each.about)) for each in FILES]))


def variables() -> str:
    """The variables of the environment that are no settings."""
    return "\n".join(table(("Variable", ""), [(code(name), text(words)) for name, words in VARIABLES.items()]))


def _written(value: object) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(map(_written, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(value)
