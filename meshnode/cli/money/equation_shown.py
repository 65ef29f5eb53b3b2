"""What `meshnode equation` prints: rounds, notices and reasons, for people and for programs."""

from collections.abc import Iterator, Sequence

from meshnode.cli.output import Out
from meshnode.words.reasons import Money, named, sentences
from meshnode.words.safe_text import clean
from meshproto.equation.book import Book
from meshproto.equation.earlier import written
from meshproto.equation.explain import Reasons, Why
from meshproto.equation.notices import Concern, Notice, notices
from meshproto.equation.preview.answer import NAMES
from meshproto.equation.preview.told import told_notice, told_why
from meshproto.equation.settled import Settled

_WORDS = {
    Concern.TOO_SMALL: "the income is too small to reach this step, and nothing of what it pays for is used up",
    Concern.NO_WEIGHT: "nobody has a weight here: what it took goes on",
    Concern.UNCONFIRMED: "not confirmed by as many as it takes, so it does not count yet",
    Concern.CARRIED: "is left, and carried into the next distribution",
    Concern.NEEDS: "lose by this, and it takes no effect before they consent",
}


def show_round(out: Out, settled: Settled, noticed: Sequence[Notice]) -> None:
    """Print a round: each step with who gets what and what is left, and the sums."""
    money = Money(settled.terms.cur)
    out.line(f"{_title(settled)}   {money.shown(settled.round.pool)} {settled.terms.cur}", "bold")
    for step in settled.steps:
        if step.amounts or step.left:
            who = " · ".join(f"{_name(agent)} {money.shown(amount)}" for agent, amount in step.amounts.items())
            left = f"{money.shown(step.left)} left"
            out.text(f"{written(step.path)} {NAMES[type(step.step)]}: {f'{who}; {left}' if who else left}")
    held = any(line.held for line in settled.lines.values())
    lines = [
        (_name(agent), money.shown(line.amt), *((money.shown(line.held),) if held else ()))
        for agent, line in settled.lines.items()
    ]
    if lines:
        heads = ("WHO", "PAYABLE", "HELD") if held else ("WHO", "PAYABLE")
        out.table(heads, lines, flexible=0, right=(1, 2) if held else (1,))
    else:
        out.line("Nobody gets anything.")
    for notice in noticed:
        out.warn(_noticed(notice, settled, money))
    out.line(f"  digest  {settled.digest().hex()}", "dim")
    out.line()


def explained(rounds: Sequence[Settled], book: Book, most: int, agent: str | None = None) -> dict[str, object]:
    """The reasons for all amounts, or for an agent's, as an object of JSON; `left_out` are those beyond `most`.

    Beside them what should be told of each round.
    """
    amounts: list[dict[str, object]] = []
    left_out = 0
    for settled, who, line, reasons in _lines(rounds, book, agent):
        if len(amounts) >= most:
            left_out += 1
            continue
        amounts.append(
            {
                "round": settled.place,
                "agent": who.decode(),
                "amt": line[0],
                "held": line[1],
                "because": [told_why(why) for why in reasons.of(who)],
            }
        )
    noticed = [{"round": each.place, **told_notice(notice)} for each in rounds for notice in notices(each, book)]
    return {"amounts": amounts, "left_out": left_out, "notices": noticed}


def show_reasons(out: Out, rounds: Sequence[Settled], book: Book, most: int, agent: str | None) -> None:
    """Print why each amount, or each of an agent's, is what it is."""
    for number, (settled, who, line, reasons) in enumerate(_lines(rounds, book, agent)):
        if number >= most:
            out.warn(f"only the first {most} amounts are told: choose some with --round or --agent")
            return
        if number:
            out.line()
        money = Money(settled.terms.cur)
        held = f", {money.shown(line[1])} held" if line[1] else ""
        out.line(f"{_name(who)}   {money.shown(line[0])} {settled.terms.cur}{held}   ({_title(settled)})", "bold")
        for why in reasons.of(who):
            _show_why(out, why, settled, money)


def _lines(
    rounds: Sequence[Settled], book: Book, agent: str | None
) -> Iterator[tuple[Settled, bytes, tuple[int, int], Reasons]]:
    for settled in rounds:
        reasons = Reasons(settled, book.knowledge)
        for who, line in settled.lines.items():
            if agent is None or who == agent.encode("utf-8", "replace"):
                yield settled, who, (line.amt, line.held), reasons


def _show_why(out: Out, why: Why, settled: Settled, money: Money) -> None:
    of = "" if why.entry == settled.place else f"   (changes round {why.entry})"
    out.line(f"  {written(why.path)} {NAMES[type(why.step)]}   {money.shown(why.amount)}{of}")
    for sentence in sentences(why, money, _name):
        out.line(f"    {sentence}")


def _noticed(notice: Notice, settled: Settled, money: Money) -> str:
    words = _WORDS[notice.concern]
    if notice.path is not None:
        step = next(each.step for each in settled.steps if each.path == notice.path)
        return f"{written(notice.path)} {NAMES[type(step)]}: {words}"
    if notice.concern is Concern.CARRIED:
        return f"{money.shown(settled.carry)} {settled.terms.cur} {words}"
    return (
        f"{named(notice.names, _name)}: {words}"
        if notice.concern is Concern.UNCONFIRMED
        else f"{named(notice.names, _name)} {words}"
    )


def _name(name: bytes) -> str:
    return clean(name.decode())


def _title(settled: Settled) -> str:
    round_ = settled.round
    kind = ""
    if round_.refunds is not None:
        kind = f"   refunds round {round_.refunds}"
    if round_.restates is not None:
        kind = f"   restates round {round_.restates}"
    return f"Round {settled.place}   to {round_.to}{kind}"
