"""The text of the metrics is what Prometheus reads, and every metric says what it is."""

import pytest
from prometheus_client.parser import text_string_to_metric_families

from meshnode.runtime.watching.histogram import Histogram
from meshnode.runtime.watching.metrics import METRICS, Metric, Value, exposition

FORBIDDEN_LABELS = {"agent", "peer", "id", "name", "network", "scope", "log", "who", "person", "address"}


def samples(values: dict[str, Value]) -> dict[tuple[str, str], float]:
    """Every sample that Prometheus' own reader finds, by name and label."""
    return {
        (sample.name, ",".join(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(exposition(values))
        for sample in family.samples
    }


def test_numbers_are_read_as_they_were_written() -> None:
    found = samples({"meshnode_records": 3, "meshnode_sync_lag_seconds": 0.25, "meshnode_store_bytes": {"views": 7}})
    assert found == {
        ("meshnode_records", ""): 3.0,
        ("meshnode_sync_lag_seconds", ""): 0.25,
        ("meshnode_store_bytes", "views"): 7.0,
    }


def test_a_reason_that_a_peer_made_up_stays_one_label() -> None:
    evil = 'a"} 1\nmeshnode_records 99\\'
    assert samples({"meshnode_records_refused_total": {evil: 2}}) == {("meshnode_records_refused_total", evil): 2.0}


def test_a_histogram_counts_what_is_at_most_each_bound() -> None:
    times = Histogram((0.1, 1.0))
    for value in (0.05, 0.1, 0.5, 3.0):
        times.observe(value)
    found = samples({"meshnode_commit_seconds": times})
    assert [found["meshnode_commit_seconds_bucket", le] for le in ("0.1", "1", "+Inf")] == [2, 3, 4]
    assert (found["meshnode_commit_seconds_count", ""], found["meshnode_commit_seconds_sum", ""]) == (4, 3.65)


def test_a_metric_nobody_declared_is_refused() -> None:
    with pytest.raises(ValueError):
        exposition({"meshnode_bogus": 1})


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_a_metric_is_declared_as_prometheus_wants_it(metric: Metric) -> None:
    name, kind, about, label = metric
    assert (about[0].isupper() or about[0] == "1", about[-1]) == (True, ".")
    assert (kind == "counter") == name.endswith("_total")
    assert label not in FORBIDDEN_LABELS
    value: Value = Histogram((1.0,)) if kind == "histogram" else {"x": 1.0} if label else 1.0
    (family,) = text_string_to_metric_families(exposition({name: value}))
    assert (family.type, family.documentation) == (kind, about)
