"""The page with the API's documentation: what is not ours is as it came, and nothing is loaded from elsewhere."""

import hashlib
import re
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
ASSETS = ROOT / "meshnode" / "api" / "assets"
VENDORED = tomllib.loads((ASSETS / "vendored.toml").read_text())
HASHES = {name: digest for package in VENDORED.values() for name, digest in package["sha256"].items()}
OURS = {"index.html", "start.js", "vendored.toml"}


@pytest.mark.parametrize("name", sorted(HASHES))
def test_a_file_that_is_not_ours_is_as_it_came(name: str) -> None:
    assert hashlib.sha256((ASSETS / name).read_bytes()).hexdigest() == HASHES[name]


def test_every_file_is_ours_or_has_its_origin_written_down() -> None:
    assert {path.name for path in ASSETS.iterdir()} == OURS | {*HASHES}
    for package in VENDORED.values():
        assert package["version"] in package["source"]
        assert package["licence"]
        assert set(package["licence_files"]) <= {*HASHES}


def test_the_page_has_no_script_or_style_of_its_own_and_asks_nobody_else() -> None:
    page = (ASSETS / "index.html").read_text()
    assert not re.findall(r"<script(?![^>]*\ssrc=)", page)
    assert not re.findall(r"<style|\sstyle=|\son\w+=", page)
    found = re.findall(r'(?:src|href)="([^"]*)"', page)
    assert found
    assert all(each.startswith("/v1/") for each in found)


def test_every_file_is_part_of_the_package() -> None:
    patterns = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["package-data"]["*"]
    for path in ASSETS.iterdir():
        assert any(fnmatch(f"api/assets/{path.name}", pattern) for pattern in patterns), path.name
