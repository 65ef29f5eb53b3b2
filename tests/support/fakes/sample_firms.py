"""Organisations that tests of the command line speak of."""

from typing import Any

from meshnode.api.models import organisations as o
from meshnode.api.models.shared import Agent
from tests.support.fakes.sample_people import ADDRESS, ANA, AT, BEN, text_id


def mandate(agent: Agent, state: str, role: str = "staff", **limits: Any) -> o.Mandate:
    """Somebody who signs for an organisation."""
    reach = {"may": None, "until": "", "project": "", "most": "", "may_delegate": role == "founder", **limits}
    return o.Mandate(agent, "amber-canyon-violin-seven", role, state, text_id(f"{role} {agent.name}"), AT, **reach)


def organisation(name: str, *, founded: bool = True) -> o.Organisation:
    """An organisation of two founders; the second may be awaited."""
    people = [mandate(ANA, "active", "founder"), mandate(BEN, "active" if founded else "awaited", "founder")]
    line = f"{text_id(name)}@{ADDRESS}"
    return o.Organisation(
        text_id(name), name, "Boats", founded, "2/3", ["grant"], False, "founder", founded, people, line, "this LAN", AT
    )
