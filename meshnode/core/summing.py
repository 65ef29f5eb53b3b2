"""Distributions get their sums when they are signed: only then is it known what lies in their past.

Whoever asks for one has seen what would come of it, and names the digest of that. If more has come in since, nothing
is signed: people approve what they have seen.

Thousands of contributions take longer to sum than an event may. Where somebody works sums out elsewhere, the core only
asks for them, and signs when it is asked again and the answer is there; it is one for just these records to be named.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias, cast

from meshnode.core.author import End
from meshnode.core.drafts import Draft
from meshnode.core.folded import Folded
from meshproto.fold.concerns import read_concern
from meshproto.fold.knowledge import Knowledge
from meshproto.fold.lineages import read_version
from meshproto.fold.sharing import Shared
from meshproto.fold.standing import Row, read_row
from meshproto.fold.within import Within
from meshproto.records.limits import MAX_DEPS
from meshproto.records.record import ids_in

MOST_QUESTIONS = 4
"""Questions, and answers, that are kept at a time: each is asked again at once by whoever waits for it."""
DISTRIBUTION = "distribution"
EXPECTED = "result_digest"
"""The fact of a draft in which stands what its author has seen."""


class Unsummed(NamedTuple):
    """A distribution is not signed; `why`: "unfolded" (of its past something is not folded yet), "void" (it would be,
    `detail` tells the reason), "moved" (another thing comes of it than was seen), "draft" (there is more to sign),
    "unsummed" (its sums were not worked out yet)."""

    why: str
    detail: str = ""


Facts: TypeAlias = dict[str, Any]


class Question(NamedTuple):
    """What comes of a distribution as the next record that names these, its own facts included, by id."""

    draft: Draft
    known: tuple[bytes, ...]


class Sums:
    """Where the core gets sums from: worked out on the spot, or asked for and then told."""

    def __init__(self, folded: Folded) -> None:
        self._folded = folded
        self.elsewhere = False
        """Whether somebody takes what is asked, and tells what comes of it."""
        self._asked: list[Question] = []
        self._told: list[tuple[Question, Draft | Unsummed]] = []

    def of(self, question: Question) -> Draft | Unsummed:
        """A distribution with its sums; or why there are none, among others because they are only asked for now."""
        if not self.elsewhere:
            with self._folded.steady():
                return answer(question, self._folded)
        for asked, found in self._told:
            if asked == question:
                return found
        self._asked = [*self._asked, question][-MOST_QUESTIONS:]
        return Unsummed("unsummed")

    def asked(self) -> list[Question]:
        """What is to be worked out by `answer`; it is given once."""
        asked, self._asked = self._asked, []
        return asked

    def tell(self, question: Question, found: Draft | Unsummed) -> None:
        """Take in what comes of a distribution. Of one that was not folded yet the next who asks shall hear more."""
        if found != Unsummed("unfolded"):
            self._told = [*self._told, (question, found)][-MOST_QUESTIONS:]


def with_sums(
    drafts: list[Draft], end: End, heads: Sequence[bytes], agent: bytes, sums: Sums
) -> list[Draft] | Unsummed:
    """Drafts of one scope, to be signed as a chain after `end`, of which the first names `heads`; or why not."""
    places = [at for at, draft in enumerate(drafts) if draft.type == DISTRIBUTION]
    if not places:
        return drafts
    if places != [len(drafts) - 1] or any(each.type != "checkpoint" for each in drafts[:-1]):
        return Unsummed("draft", "a distribution is signed alone")
    first, last = drafts[0], drafts[-1]
    room = max(MAX_DEPS - len(first.deps), 0)
    named = (end.id, *(each for draft in drafts for each in draft.deps), *[*end.others, *heads][:room])
    found = sums.of(asking(last, named, agent))
    return found if isinstance(found, Unsummed) else [*drafts[:-1], found]


def asking(draft: Draft, named: Sequence[bytes], agent: bytes) -> Question:
    """The question after a distribution that names these besides its own facts; `agent` signs unless it says who."""
    known = {*named, draft.scope, draft.agent or agent, *draft.auth, *ids_in(cast(Facts, draft.facts))} - {b""}
    return Question(draft, tuple(sorted(known)))


def answer(question: Question, folded: Folded) -> Draft | Unsummed:
    """A distribution with its sums; or why there are none. Inside `steady`; it takes long where much enters."""
    draft, facts = question.draft, cast(Facts, question.draft.facts)
    rows = [row for each in question.known if (row := read_row(folded, each)) is not None]
    if len(rows) < len(question.known) or not _stands_here(facts, folded):
        return Unsummed("unfolded")
    bare = {name: each for name, each in facts.items() if name != EXPECTED}
    shared = Shared(draft.scope, bare, _past(rows, folded), folded)
    broken = shared.break_of_choice()
    if broken is None:
        filled = shared.filled()
        broken = shared.break_of_bounds()
    if broken is not None:
        return Unsummed("void", str(broken.reason))
    if filled[EXPECTED] != facts.get(EXPECTED, filled[EXPECTED]):
        return Unsummed("moved")
    return draft._replace(facts=filled)


def _stands_here(facts: Facts, folded: Folded) -> bool:
    """Whether all that the sums rest on is valid, as far as is folded."""
    concerns = [*facts["incomes"], *(facts[name] for name in ("prev", "restates") if name in facts)]
    return read_version(folded, facts["agreement"]) is not None and all(read_concern(folded, each) for each in concerns)


def _past(rows: Sequence[Row], folded: Folded) -> Within:
    knowledge = Knowledge(folded)
    mask = 0
    for row in rows:
        mask |= knowledge.mask(row.known)
    return Within(rows, mask, folded, knowledge)
