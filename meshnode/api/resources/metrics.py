"""The numbers of the node, for Prometheus."""

from starlette.responses import Response

from meshnode.api.edge import Call, Nothing
from meshnode.api.site import Site
from meshnode.runtime.watching.gauges import gauges
from meshnode.runtime.watching.metrics import MEDIA_TYPE, exposition


async def metrics(site: Site, call: Call[Nothing]) -> Response:
    """Every metric in the text format of Prometheus, version 0.0.4."""
    site.watch.look()
    counts = await site.counts()
    told = exposition(await gauges(site.office, site.watch, site.version, counts.records, counts.logs))
    return Response(told, media_type=MEDIA_TYPE)
