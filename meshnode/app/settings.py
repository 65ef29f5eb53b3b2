"""The settings of a node as its API tells them."""

from collections.abc import Mapping
from pathlib import Path

from meshnode.api.models.operations import Config, Setting
from meshnode.config.listed import listed
from meshnode.config.load import Loaded


def config_model(loaded: Loaded, file: Path, environ: Mapping[str, str]) -> Config:
    """Every setting in force, beside what the next start would take."""
    found = listed(loaded, file, environ)
    return Config(str(found.file), found.trouble, [Setting(*each) for each in found.settings])
