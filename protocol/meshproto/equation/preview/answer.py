"""What comes of a preview, as objects of JSON (08-equations 10.4)."""

from meshproto.equation.book import Book
from meshproto.equation.earlier import written
from meshproto.equation.preview.reading import Preview
from meshproto.equation.settled import Settled, StepLine
from meshproto.equation.terms import Equal, Fixed, Leaf, Percent, ProRata, Reimburse, Residual, Shares

NAMES: dict[type[Leaf], str] = {
    Reimburse: "reimburse",
    Fixed: "fixed",
    Percent: "percent",
    ProRata: "pro_rata",
    Shares: "shares",
    Equal: "equal",
    Residual: "residual",
}


def settle(preview: Preview) -> tuple[Book, list[Settled]]:
    """Compute all rounds in order."""
    book = Book(preview.terms)
    return book, [book.take(round_) for round_ in preview.rounds]


def told(settled: Settled) -> dict[str, object]:
    """A round as it stands in the answer."""
    return {
        "lines": [[agent.decode(), {"amt": line.amt, "held": line.held}] for agent, line in settled.lines.items()],
        "carry": settled.carry,
        "needs": [agent.decode() for agent in settled.needs],
        "steps": [_step(step) for step in settled.steps],
        "digest": settled.digest().hex(),
    }


def _step(step: StepLine) -> dict[str, object]:
    return {
        "path": written(step.path),
        "do": NAMES[type(step.step)],
        "lines": [[agent.decode(), amount] for agent, amount in step.amounts.items()],
        "left": step.left,
    }
