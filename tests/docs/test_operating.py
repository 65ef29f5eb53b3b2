"""What a node tells those who watch it is described, and nothing is described that it does not tell."""

import re

import pytest

from meshnode.config.values import paths
from meshnode.runtime.watching.metrics import METRICS, Metric
from tests.support.performance import PROJECT

PAGE = (PROJECT / "tests" / "transcripts" / "operating.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_a_metric_is_described_as_it_describes_itself(metric: Metric) -> None:
    label = f"{{{metric.label}}}" if metric.label else ""
    assert f"| `{metric.name}{label}` | {metric.kind} | {metric.about} |\n" in PAGE


def test_no_metric_is_described_that_there_is_not() -> None:
    described = set(re.findall(r"`((?:meshnode|process)_[a-z_]+)[`{]", PAGE))
    assert described == {metric.name for metric in METRICS}


@pytest.mark.parametrize("path", paths())
def test_a_setting_stands_in_the_file_that_lists_them_all_under_its_sentence(path: str) -> None:
    section, _, name = path.partition(".")
    lines = (PROJECT / "configs" / "node.toml").read_text(encoding="utf-8").splitlines()
    begin = lines.index(f"[{section}]")
    place = next(number for number in range(begin, len(lines)) if lines[number].startswith(f"{name} = "))
    assert lines[place - 1].startswith("# ")
