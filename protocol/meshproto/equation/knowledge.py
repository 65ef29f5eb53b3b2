"""What is known in which round: contributions, what was said of them, disputes; who is late (08-equations 2.5, 5)."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence

import msgspec

from meshproto.equation.confirming import Head, Standing, claim_of, head_of, may_attest, standing_of
from meshproto.equation.inputs import Attestation, Ballot, Contribution, Correction, Round
from meshproto.equation.measures import converts
from meshproto.equation.terms import Terms

ALIKE_REMEMBERED = 4096
"""Standings that are kept to be shared by contributions that are alike, about 1 MB."""


class Evidence(msgspec.Struct, gc=False):
    """A contribution and all that was ever said of it, with the rounds in which it was."""

    contribution: Contribution
    since: int
    said: tuple[tuple[int, Attestation], ...] = ()
    corrected: tuple[tuple[int, Correction], ...] = ()
    known: "Known | None" = None
    """What it was last found to be worth."""

    def corrections(self, as_of: int) -> list[Correction]:
        """The corrections known in a round."""
        return [each for round_, each in self.corrected if round_ <= as_of]

    def changes(self) -> list[int]:
        """The rounds in which something about it became known, ascending."""
        return sorted({self.since, *(round_ for round_, _ in self.said), *(round_ for round_, _ in self.corrected)})


class Known(msgspec.Struct, frozen=True, gc=False):
    """What a contribution was found to be worth: by some terms, with so much said and so much corrected."""

    terms: Terms
    said: int
    corrected: int
    standing: Standing


class Knowledge:
    """All that the rounds so far brought, and what a contribution was worth in each of them."""

    def __init__(self) -> None:
        self._evidence: dict[bytes, Evidence] = {}
        self._by_kind: dict[str, list[bytes]] = {}
        self._ballots: dict[int, tuple[Ballot, ...]] = {}
        self._targets: dict[bytes, bytes] = {}
        self._open: dict[bytes, bytes] = {}
        self._days: list[tuple[int, str]] = []
        self._first: dict[bytes, int] = {}
        self._terms: Terms | None = None
        self._allowed: frozenset[bytes] = frozenset()
        """Who may attest by these terms what he has no part in."""
        self._rejected: dict[bytes, int] = {}
        self._alike: dict[tuple[object, ...], Standing] = {}
        """By quantity and words of the only attestation, and whether it counts, under these terms."""

    def take_in(self, place: int, round_: Round) -> None:
        """Learn what a round brings. Contributions, disputes and what is said of them must be known by then."""
        for contribution in round_.contributions:
            self._evidence[contribution.id] = Evidence(contribution, place)
            self._by_kind.setdefault(contribution.kind, []).append(contribution.id)
        for attestation in round_.attestations:
            self._evidence[attestation.on].said += ((place, attestation),)
        for correction in round_.corrections:
            self._evidence[correction.target].corrected += ((place, correction),)
        for dispute in round_.disputes:
            self._targets[dispute.id] = self._open[dispute.id] = dispute.target
        # SPEC 08-equations 4.3: one of somebody else, or of a giver with two, is void.
        givers = Counter(ballot.giver for ballot in round_.ballots)
        self._ballots[place] = tuple(ballot for ballot in round_.ballots if givers[ballot.giver] == 1)

    def resolve(self, place: int, round_: Round) -> tuple[list[bytes], list[bytes]]:
        """Close disputes; what is released and what is newly rejected by it, each ascending."""
        closed, rejected = set(), set()
        for resolution in round_.resolved:
            target = self._targets[resolution.dispute]
            del self._open[resolution.dispute]
            closed.add(target)
            if not resolution.upholds and target not in self._rejected:
                rejected.add(target)
        self._rejected.update((target, place) for target in sorted(rejected))
        still = {*self._open.values(), *self._rejected}
        return sorted(closed - still), sorted(rejected)

    def takes_effect(self, place: int, to: str) -> None:
        """Note the last day of a distribution that takes effect."""
        self._days.append((place, to))

    def disputed(self) -> frozenset[bytes]:
        """The contributions with an open dispute."""
        return frozenset(self._open.values())

    def rejected_by(self, place: int) -> frozenset[bytes]:
        """The contributions that were rejected up to a round."""
        return frozenset(each for each, since in self._rejected.items() if since <= place)

    def contributions(
        self, as_of: int, kinds: Collection[str] | None = None, idle: Collection[bytes] = ()
    ) -> Iterator[Contribution]:
        """All that are known in a round and not idle, or those of some kinds."""
        for kind, found in self._by_kind.items():
            if kinds is None or kind in kinds:
                # In a long chain nearly all are idle: they are passed over in one go.
                for which in [each for each in found if each not in idle]:
                    evidence = self._evidence[which]
                    if evidence.since <= as_of:
                        yield evidence.contribution

    def contribution(self, which: bytes) -> Contribution:
        """One that is known."""
        return self._evidence[which].contribution

    def ballots(self, place: int) -> tuple[Ballot, ...]:
        """The ballots of a round."""
        return self._ballots[place]

    def standing(self, which: bytes, as_of: int, heads_as_of: int, terms: Terms) -> Standing:
        """What one is worth by the attestations of one round and the corrections of another."""
        if terms is not self._terms:
            self._terms, self._first, self._alike = terms, {}, {}
            self._allowed = terms.parties if terms.ack.by is None else terms.ack.by
        evidence = self._evidence[which]
        # What did not change since is not worked out anew.
        said, corrected = _up_to(heads_as_of, evidence.said), _up_to(as_of, evidence.corrected)
        known = evidence.known
        if known is None or known.terms is not terms or known.said != said or known.corrected != corrected:
            found = self._usual(evidence, terms) if said == 1 and not corrected else None
            if found is None:
                heads = _heads(evidence, evidence.said[:said], terms)
                corrections = [each for _, each in evidence.corrected[:corrected]]
                found = standing_of(evidence.contribution, heads, corrections, terms.ack, terms.cur)
            known = evidence.known = Known(terms, said, corrected, found)
        return known.standing

    def heads(self, which: bytes, as_of: int, terms: Terms) -> tuple[Head, ...]:
        """What attesters say of one in a round."""
        evidence = self._evidence[which]
        return tuple(_heads(evidence, evidence.said[: _up_to(as_of, evidence.said)], terms))

    def _usual(self, evidence: Evidence, terms: Terms) -> Standing | None:
        """What one is worth that many others are like: one author, one attestation, no value."""
        contribution, (place, said) = evidence.contribution, evidence.said[0]
        if contribution.value is not None or contribution.shares or contribution.beneficiaries:
            return None
        if evidence.corrected and evidence.corrections(place):
            return None
        counts = said.by in self._allowed and said.by != contribution.agent
        alike = (contribution.qty, counts, said.confirms, said.qty, said.rating)
        found = self._alike.get(alike)
        if found is None:
            if len(self._alike) >= ALIKE_REMEMBERED:
                self._alike.clear()
            heads = _heads(evidence, evidence.said[:1], terms)
            found = self._alike[alike] = standing_of(contribution, heads, (), terms.ack, terms.cur)
        return found

    def forget(self, which: Iterable[bytes]) -> None:
        """Let go of what some were found to be worth: it can be found again."""
        for each in which:
            self._evidence[each].known = None

    def first_usable(self, which: bytes, as_of: int, terms: Terms) -> int | None:
        """The first round up to `as_of` in whose cut it is usable."""
        if which not in self._first or terms is not self._terms:
            changes = (place for place in self._evidence[which].changes() if place <= as_of)
            found = next((place for place in changes if self.standing(which, place, place, terms).usable), None)
            if found is None:
                return None
            self._first[which] = found
        return self._first[which] if self._first[which] <= as_of else None

    def is_late(self, which: bytes, as_of: int, terms: Terms) -> bool:
        """Whether it was first usable after its time had been shared out."""
        # SPEC 08-equations 2.5: c is **late** if it has `when` and some distribution that takes effect and is earlier
        # than the first in whose cut c is usable has a `to` that is not before `when.to`.
        when, first = self._evidence[which].contribution.when, self.first_usable(which, as_of, terms)
        if when is None or first is None:
            return False
        return any(place < first and to >= when[1] for place, to in self._days)


def _up_to(place: int, dated: Sequence[tuple[int, object]]) -> int:
    """How many of these came up to a round: mostly all."""
    return len(dated) if not dated or dated[-1][0] <= place else bisect_right(dated, place, key=_round)


def _round(dated: tuple[int, object]) -> int:
    return dated[0]


def _heads(evidence: Evidence, said: Sequence[tuple[int, Attestation]], terms: Terms) -> list[Head]:
    # SPEC 08-equations 2.2: in a preview all of the attester's in the last round in which there is one.
    contribution = evidence.contribution
    if len(said) == 1:  # So it is with most.
        return _only_head(evidence, *said[0], terms)
    last: dict[bytes, tuple[int, list[Attestation]]] = {}
    for place, attestation in said:
        if attestation.qty is not None and not converts(attestation.qty.u, contribution.qty.u):
            continue
        known = last.get(attestation.by)
        if known is not None and known[0] == place:
            known[1].append(attestation)
        else:
            last[attestation.by] = (place, [attestation])
    return [
        head_of(by, said, claim_of(contribution, evidence.corrections(place)), contribution.qty.u)
        for by, (place, said) in sorted(last.items())
        if may_attest(contribution, by, terms.ack, terms.parties)
    ]


def _only_head(evidence: Evidence, place: int, said: Attestation, terms: Terms) -> list[Head]:
    """The head by the one attestation there is, if it makes one."""
    contribution, unit = evidence.contribution, evidence.contribution.qty.u
    if said.qty is not None and not converts(said.qty.u, unit):
        return []
    if not may_attest(contribution, said.by, terms.ack, terms.parties):
        return []
    claim = claim_of(contribution, evidence.corrections(place) if evidence.corrected else ())
    return [head_of(said.by, (said,), claim, unit)]
