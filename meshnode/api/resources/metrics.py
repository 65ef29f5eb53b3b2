"""The numbers of the node, for Prometheus."""

from meshnode.api.codec import PlainText
from meshnode.api.edge import Call, Nothing
from meshnode.api.site import Site
from meshnode.runtime.gauges import gauges
from meshnode.runtime.metrics import MEDIA_TYPE, exposition


async def metrics(site: Site, call: Call[Nothing]) -> PlainText:
    """Every metric in the text format of Prometheus, version 0.0.4."""
    site.watch.look()
    counts = await site.counts()
    return PlainText(exposition(gauges(site.office, site.watch, site.version, counts.records, counts.logs)), MEDIA_TYPE)
