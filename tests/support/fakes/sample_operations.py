"""What a node may answer about running it."""

from pathlib import Path

from meshnode.api.models.operations import Setting
from meshnode.app.settings import config_model
from meshnode.config.load import Loaded
from meshnode.config.sections import Settings


def sample_settings() -> list[Setting]:
    """Every setting at its default."""
    return config_model(Loaded(Settings()), Path("/nowhere/config.toml"), {}).settings
