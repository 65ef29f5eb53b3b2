"""What whoever signs an agreement should be told: work that no usual income reaches, and duties that nobody bears."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from meshnode.terms.contract import Readable, answerable
from meshnode.terms.wording import money
from meshproto.equation.book import Book
from meshproto.equation.inputs import Contribution, Round
from meshproto.equation.notices import Concern, notices
from meshproto.equation.terms import Ack, Late, Terms
from meshproto.fold.concerns import concern_of, concerns_in
from meshproto.fold.memory import Memory
from meshproto.types.agreement import bearers, parties_of
from meshproto.types.equations import read_equation
from meshproto.types.value import Measure

HOURS = 10
"""What everybody is supposed to have worked when it is tried whether an income reaches the work."""
_DAY = "2000-01-01"
_ONE = (1, 1)


def warnings_of(
    scope: bytes, facts: Mapping[str, Any], memory: Memory, names: Readable, vacant: Iterable[tuple[bytes, str]] = ()
) -> list[str]:
    """What should be told of a version; `vacant` are the duties under it that are borne by nobody any more."""
    found = [
        f"nobody answers to {names.agent(each)} for anything; a change can say who does" for each in answerable(facts)
    ]
    found += [
        f"nobody answers to {names.agent(to)} for {scope_code} any more: a change must say who does"
        for to, scope_code in vacant
    ]
    found += [
        f"{names.agent(each)} leaves, but what a step gives by that name goes on: change the equation, too"
        for each, _ in facts.get("leaves", ())
        if _pays_by_name(facts.get("value_equation", {}).get("steps", ()), each)
    ]
    typical = _typical(scope, facts, memory)
    if typical and _is_too_small(facts, typical):
        shown = money(typical, facts["value_equation"]["cur"])
        found.append(f"an income of {shown} is used up before anybody's work is paid: see the steps of sharing")
    return found


def _pays_by_name(steps: Iterable[Mapping[str, Any]], agent: bytes) -> bool:
    """Whether a step pays somebody for no work of theirs, so that it goes on when they have left."""
    for step in steps:
        paid = [who for who, _ in (*step.get("pay", ()), *step.get("parts", ()))]
        brackets = step.get("brackets", ())
        if agent in (*paid, step.get("agent")) or any(_pays_by_name(each["steps"], agent) for each in brackets):
            return True
    return False


def _typical(scope: bytes, facts: Mapping[str, Any], memory: Memory) -> int:
    """An income such as is to be expected: the mean of those so far, else what the agreement is worth; 0 if unknown."""
    cur = facts.get("value_equation", {}).get("cur")
    incomes = [amount for amount in _incomes(scope, cur, memory) if amount > 0]
    if incomes:
        return sum(incomes) // len(incomes)
    worth = facts.get("worth")
    return worth["amt"] if worth and worth["cur"] == cur else 0


def _incomes(scope: bytes, cur: str | None, memory: Memory) -> Iterator[int]:
    for each in concerns_in(scope, "income", memory):
        net = concern_of(memory, each).facts["net"]
        if net["cur"] == cur:
            yield net["amt"]


def _is_too_small(facts: Mapping[str, Any], income: int) -> bool:
    """Whether an income would not reach the work, had everybody worked some hours."""
    equation = facts["value_equation"]
    people = [each.hex().encode() for each in bearers(facts, "provider") or parties_of(facts)]
    terms = Terms(
        cur=equation["cur"],
        parties=frozenset(each.hex().encode() for each in parties_of(facts)),
        steps=read_equation(equation),
        ack=Ack(0, None, ()),
        late=Late(facts["late"]),
    )
    work = tuple(
        Contribution(id=b"w" + each, agent=each, kind="work", qty=Measure(HOURS, 0, "HUR"), when=(_DAY, _DAY))
        for each in people
    )
    book = Book(terms)
    settled = book.take(Round(pool=income, to=_DAY, contributions=work))
    return any(notice.concern is Concern.TOO_SMALL for notice in notices(settled, book))
