"""Distributions get their sums when they are signed: only then is it known what lies in their past.

Whoever asks for one has seen what would come of it, and names the digest of that. If more has come in since, nothing
is signed: people approve what they have seen.
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

DISTRIBUTION = "distribution"
EXPECTED = "result_digest"
"""The fact of a draft in which stands what its author has seen."""


class Unsummed(NamedTuple):
    """A distribution is not signed; `why`: "unfolded" (of its past something is not folded yet), "void" (it would be,
    `detail` tells the reason), "moved" (another thing comes of it than was seen), "draft" (there is more to sign)."""

    why: str
    detail: str = ""


Facts: TypeAlias = dict[str, Any]


def with_sums(
    drafts: list[Draft], end: End, heads: Sequence[bytes], agent: bytes, folded: Folded
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
    found = summed(last, named, agent, folded)
    return found if isinstance(found, Unsummed) else [*drafts[:-1], found]


def summed(draft: Draft, named: Sequence[bytes], agent: bytes, folded: Folded) -> Draft | Unsummed:
    """A distribution with its sums, as the next record that names these besides its own facts; or why not."""
    facts = cast(Facts, draft.facts)
    with folded.steady():
        known = {*named, draft.scope, draft.agent or agent, *draft.auth, *ids_in(facts)} - {b""}
        rows = [row for each in sorted(known) if (row := read_row(folded, each)) is not None]
        if len(rows) < len(known) or not _stands_here(facts, folded):
            return Unsummed("unfolded")
        past = _past(rows, folded)
        bare = {name: each for name, each in facts.items() if name != EXPECTED}
        shared = Shared(draft.scope, bare, past, folded)
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
