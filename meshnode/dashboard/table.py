"""The one table of the dashboard's addresses."""

from meshnode.dashboard.pages import (
    agreement,
    cv,
    distribution,
    mesh,
    money,
    people,
    record,
    rights,
    settings,
    statement,
    sync,
    today,
    work,
)
from meshnode.dashboard.view import Action, Page

PAGES: tuple[Page, ...] = (
    Page("/", today.show, "today"),
    Page("/work", work.show, "work"),
    Page("/money", money.show, "money"),
    Page("/money/statement", statement.show, "money"),
    Page("/money/distributions/{id}", distribution.show, "money"),
    Page("/money/distributions/{id}/why", distribution.why, "money"),
    Page("/agreements", agreement.index, "agreements"),
    Page("/agreements/rights", rights.show, "agreements"),
    Page("/agreements/{id}", agreement.show, "agreements"),
    Page("/people", people.show, "people"),
    Page("/cv", cv.show, "people"),
    Page("/mesh", mesh.show, "mesh"),
    Page("/sync", sync.show, "sync"),
    Page("/records/{id}", record.show),
    Page("/settings", settings.show, "settings"),
)
"""What can be looked at."""
ACTIONS: tuple[Action, ...] = (
    Action("/today/timer", today.start),
    Action("/today/timer/stop", today.stop),
    Action("/today/log", today.log),
    Action("/money/incomes/{id}/confirm", money.confirm_income),
    Action("/money/payments/{id}/confirm", money.confirm_payment),
    Action("/money/distributions/{id}/approve", distribution.approve),
    Action("/agreements/{id}/sign", agreement.sign),
    Action("/sync/now", sync.compare),
    Action("/records/{id}/attest", record.attest),
)
"""What forms do."""
