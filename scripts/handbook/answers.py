"""What commands answer with `--json`, schema by schema."""

from meshnode.cli.index import every_name
from scripts.handbook.commands import target
from scripts.handbook.markdown import code, table


def overview() -> str:
    """Every schema."""
    rows = [
        (code(f"meshnode.{name.replace(' ', '.')}/1"), f"[`meshnode {name}`](#{target(name)})") for name in every_name()
    ]
    return "\n".join(table(("Schema", "Answer of"), rows))
