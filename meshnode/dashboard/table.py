"""The one table of the dashboard's addresses."""

from meshnode.dashboard.pages import record, today
from meshnode.dashboard.view import Action, Page

PAGES: tuple[Page, ...] = (
    Page("/", today.show, "today"),
    Page("/records/{id}", record.show),
)
"""What can be looked at."""
ACTIONS: tuple[Action, ...] = (
    Action("/today/timer", today.start),
    Action("/today/timer/stop", today.stop),
    Action("/today/log", today.log),
    Action("/records/{id}/attest", record.attest),
)
"""What forms do."""
