from pathlib import Path

from meshnode.config.load import load
from meshnode.config.sections import SECTIONS, Settings, render, settings_of

NODE_TOML = Path(__file__).parents[3] / "configs" / "node.toml"


def test_the_example_file_is_what_the_sections_render() -> None:
    assert NODE_TOML.read_text() == render()


def test_the_example_file_loads_to_the_defaults() -> None:
    loaded = load(NODE_TOML, {})
    assert loaded.settings == Settings()
    assert len(loaded.origins) == sum(len(list(settings_of(name))) for name in SECTIONS)


def test_every_setting_has_a_comment_that_is_a_sentence() -> None:
    for name in SECTIONS:
        for declared in settings_of(name):
            comment = declared.metadata["comment"]
            assert (comment[0].isupper(), comment[-1]) == (True, "."), f"{name}.{declared.name}"
