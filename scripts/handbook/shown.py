"""Files of the project that the handbook shows whole."""

from pathlib import Path

from scripts.handbook.markdown import code, fenced, heading
from scripts.handbook.sources import anchor

ROOT = Path(__file__).resolve().parents[2]
KINDS = {".toml": "toml", ".yaml": "yaml", ".service": "ini", ".py": "python"}


def configurations() -> str:
    """Every file under `configs`."""
    return _files("configs")


def examples() -> str:
    """Every program under `examples`."""
    return _files("examples")


def _files(folder: str) -> str:
    lines: list[str] = []
    for path in sorted(
        path for path in (ROOT / folder).rglob("*") if path.is_file() and "__pycache__" not in path.parts
    ):
        name = path.relative_to(ROOT).as_posix()
        kind = "docker" if path.name == "Containerfile" else KINDS.get(path.suffix, "text")
        lines += heading(2, code(name), anchor(name))
        lines += fenced(path.read_text(encoding="utf-8").splitlines(), kind)
    return "\n".join(lines)
