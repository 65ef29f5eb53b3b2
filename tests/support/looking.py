"""What one distribution may look at, without a history."""

from typing import Any

from meshproto.equation.earlier import Earlier
from meshproto.equation.inputs import Round
from meshproto.equation.knowledge import Knowledge
from meshproto.equation.terms import Terms
from meshproto.equation.view import View


def view_of(agreed: Terms, *rounds: Round, **more: Any) -> View:
    """The view of the last of some rounds, of which none distributed anything."""
    knowledge = Knowledge()
    for place, each in enumerate(rounds):
        knowledge.take_in(place, each)
        knowledge.takes_effect(place, each.to)
    last = len(rounds) - 1
    return View(
        **{
            "knowledge": knowledge,
            "terms": agreed,
            "earlier": Earlier(),
            "memo": {},
            "place": last,
            "as_of": last,
            **more,
        }
    )
