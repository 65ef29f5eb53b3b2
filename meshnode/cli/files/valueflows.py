"""`meshnode export valueflows`: what was contributed, agreed, paid and is owed, for other economic networks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

from meshnode.cli.commands import Argument, Command
from meshnode.cli.desk import Desk
from meshnode.cli.exits import Exit
from meshnode.cli.files.files_out import target, write_text
from meshnode.words.safe_text import clean
from meshnode.words.shown import count

if TYPE_CHECKING:
    from meshnode.cli.files.valueflows_graph import Graph
    from meshnode.client.money_answers import Distribution, Income, Transfer
    from meshnode.client.work_answers import Contribution

PAGE = 500
_PLACES = {"agreement": -2, "network": -1}
"""Kinds of places that say more of work than others, the most telling first."""


def export_valueflows(desk: Desk, *, file: str, agreement: str | None, mine: bool, force: bool) -> Exit:
    """Write the document."""
    from meshnode.cli.files.valueflows_graph import Graph  # The other exports stand in the same group.

    path, client = target(desk, file, force=force), desk.client()
    organisations = {each["id"] for each in client.organisations.every()}
    graph = Graph(organisations | {each["id"] for each in client.networks.every()})
    for brief in client.agreements.every(everything=True):
        if agreement is None or agreement in (brief["id"], brief["title"]):
            graph.agreement(brief)
    for entry in _once(list(_contributions(desk, agreement, mine=mine))):
        graph.work(entry)
    incomes = list(client.money.incomes(agreement))
    for income in incomes:
        graph.income(income)
    claims = _claims(graph, incomes, list(client.money.distributions(agreement)))
    for payment in client.money.settlements(agreement):
        graph.payment(payment, claims.get((payment["agreement"]["id"], payment["payee"]["id"]), []))
    graph.owed(_plan(desk, agreement))
    text = json.dumps(graph.document(), ensure_ascii=False, indent=1) + "\n"
    write_text(path, text, force=force)
    told = {"path": str(path), "kind": "valueflows", "nodes": len(graph.nodes), "bytes": path.stat().st_size}
    desk.out.give_or_ok("export.valueflows", told, f"Written   {clean(str(path))}   {count(len(graph.nodes), 'node')}")
    return Exit.OK


def _plan(desk: Desk, agreement: str | None) -> Iterator[Transfer]:
    """The payments that would settle everything."""
    cursor: str | None = None
    while True:
        page = desk.client().money.plan(agreement, cursor)
        yield from page["items"]
        cursor = page["next"]
        if not cursor:
            return


def _contributions(desk: Desk, agreement: str | None, *, mine: bool) -> Iterator[Contribution]:
    """What counts and was not taken back."""
    cursor = ""
    while True:
        query = {"limit": PAGE, "agreement": agreement, "mine": mine, "cursor": cursor}
        page = desk.client().work.contributions(query)
        for entry in page["items"]:
            if entry["status"] in ("yes", "contested") and entry["claim"] not in ("retracted", "rejected"):
                yield entry
        cursor = page["next"] or ""
        if not cursor:
            return


def _once(entries: list[Contribution]) -> list[Contribution]:
    """The same, but work that stands in several places once: under an agreement if it does, else in a network."""
    shared = {entry["id"]: entry["shared_from"] for entry in entries}
    chosen: dict[str, Contribution] = {}
    for entry in sorted(entries, key=lambda entry: (_PLACES.get(entry["scope"]["kind"], 0), entry["at"], entry["id"])):
        first = entry["id"]
        while shared.get(first):
            first = shared[first]
        chosen.setdefault(first, entry)
    kept = {entry["id"] for entry in chosen.values()}
    return [entry for entry in entries if entry["id"] in kept]


def _claims(graph: Graph, incomes: list[Income], distributions: list[Distribution]) -> dict[tuple[str, str], list[str]]:
    """Put the claims of distributions in force into the graph; returns their names by agreement and person."""
    holders = {each["id"]: each["holder"] for each in incomes}
    found: dict[tuple[str, str], list[str]] = {}
    for one in distributions:
        if one["state"] != "effective":
            continue
        own = {holders[each]["id"]: holders[each] for each in one["incomes"] if each in holders}
        graph.shares(one, next(iter(own.values())) if len(own) == 1 else None)
        for line in one["lines"]:
            name = f"urn:cid:{one['id']}#{line['agent']['id']}"
            found.setdefault((one["agreement"]["id"], line["agent"]["id"]), []).append(name)
    return found


COMMAND = Command(
    "export valueflows",
    "Write what was contributed, agreed and paid as ValueFlows 1.0 (JSON-LD).",
    export_valueflows,
    (
        Argument(("file",), "The file to write.", complete="file"),
        Argument(("--agreement",), "Only this agreement (its whole title, or its id)."),
        Argument(("--mine",), "Of contributions only your own.", kind="flag"),
        Argument(("--force",), "Replace the file if it exists.", kind="flag"),
    ),
    text="One JSON-LD document with its context in it: agents, contributions as economic events, agreements, incomes "
    "and payments as transfers, shares in force and taxes in incomes as claims, and what is still owed as commitments. "
    "What was retracted or rejected is left out, and so are distributions that are not in force.",
    exits=(Exit.NOT_RUNNING, Exit.CONFLICT),
)
