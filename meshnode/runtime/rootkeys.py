"""The owner's root key: which recovery keys may replace it, and the records by which they do.

in force ──rotate, with enough recovery keys── replaced
in force ──a rival of as many signatures──     contested: both keys sign, and nothing of it is certain
contested ──a rotate of more signatures──      replaced, the rivals with it
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple, cast

from meshnode.core.author import Pen, end_of, sign_drafts
from meshnode.core.drafts import Draft, SignedRecords
from meshnode.core.folded import Folded
from meshnode.core.rows import Forget, LocalRow, NoteEntry
from meshnode.runtime import notes
from meshnode.runtime.chance import SystemChance
from meshnode.runtime.devices import ACTIVE, RIVAL, SEEN_MOST, Device, Devices
from meshnode.runtime.lines import consents as consents_of
from meshnode.runtime.lines.consents import Consent
from meshnode.runtime.node import RunningNode
from meshnode.runtime.projector import Projector
from meshnode.runtime.refusals import Code, Refusal
from meshproto.fold.knowledge import EVERYTHING
from meshproto.fold.places import read_agent
from meshproto.fold.roots import Roots, Tenure, read_roots
from meshproto.fold.standing import Status
from meshproto.records.ids import ScopeId, log_id
from meshproto.records.log import Run
from meshproto.records.record import Record
from meshproto.records.signatures import SigningKey
from meshproto.types import authority
from meshproto.types.recovery import recovery_digest
from meshproto.types.schema import Facts

MOST_NAMED = 24
"""Newest records of the own stream that a rotate names; what is beyond is named by hash."""
SEEN_RECORDS = 16
"""Records that may add to what a rotate leaves in force; the protocol sets it."""


_REPLACED = "these recovery keys have been replaced: the identity was rotated or recovered since"
_RIVALS = "two root keys stand against each other, and as many recovery keys or more have signed for each"
_HINT = "use newer or more recovery keys, or make a rival all the same with: meshnode id rotate --contest"


class Recovery(NamedTuple):
    """Which keys may replace a root: digests of 32 bytes, and how many it takes. ([], 0): none."""

    digests: list[bytes]
    need: int


class Turned(NamedTuple):
    """A rotate, signed but not stored, with what is stored along with it and what it ends."""

    records: SignedRecords
    rows: tuple[LocalRow | Forget, ...]
    ended: list[Device]


class RootKeys:
    """The root keys of one owner."""

    def __init__(self, node: RunningNode, folded: Folded, devices: Devices, projector: Projector) -> None:
        """`folded` is read in the event loop's thread."""
        self._node, self._folded, self._devices, self._projector = node, folded, devices, projector

    def recovery(self) -> Recovery:
        """The keys that may replace the root in force."""
        with self._folded.steady():
            roots = self._roots()
            return Recovery([], 0) if roots is None else self._committed(roots.winners(EVERYTHING)[0].record)

    def rivals(self, agent: bytes = b"") -> list[bytes]:
        """The rotates of a person (the owner if not said) of which none is stronger than the others.

        Empty if it is certain which key is the root.
        """
        with self._folded.steady():
            roots = self._roots(agent)
            winners = [] if roots is None else roots.winners(EVERYTHING)
            return [each.record for each in winners] if len(winners) > 1 else []

    def turn(
        self,
        key: SigningKey,
        holders: Sequence[SigningKey],
        *,
        ends: Sequence[Device],
        consents: Sequence[Consent] = (),
        recovery: Recovery | None = None,
        contest: bool = False,
    ) -> Turned:
        """Make `key` the owner's root, by these recovery keys, and end devices. Raises Refusal.

        What the ended keys had signed, as far as it is here, stays in force. `recovery` are the keys that may replace
        it in turn, the same as before if None; `contest`: although as many have signed another rotate.
        """
        with self._folded.steady():
            roots = self._roots()
            if roots is None:
                raise Refusal(Code.UNREACHABLE, "nothing of this identity is here", "meshnode sync")
            keys = list(dict.fromkeys([*(each.public for each in holders), *(each.key for each in consents)]))
            after = self._resting(roots, keys, contest=contest)
            committed = self._committed(after.record)
            kept = committed if recovery is None else recovery
        ended = [each for each in self._devices.all() if each in ends or _is_root(each)]
        base = authority.rotate(
            key.public,
            after.record,
            (),
            recovery=kept if kept.digests else None,
            ends=[each.grant for each in ends],
        )
        facts = consents_of.with_keys(base, keys)
        if len(keys) < committed.need:
            raise self._too_few(facts, key, keys, committed)
        facts = consents_of.signed(facts, holders, consents)
        # What a rival's key had signed is not among what stays.
        records = self._signed(key, facts, [after.key, *(each.key for each in ends)])
        # As long as the old key lies in the home it signs no more, whoever starts something there.
        rotate = records.runs[0].records[0].id
        own = self._node.identity.key.public
        rows = () if key.public == own else (NoteEntry(notes.ENDED, rotate), Forget(NoteEntry, (notes.GRANT,)))
        return Turned(records, rows, ended)

    async def affirm(self, networks: Sequence[bytes]) -> None:
        """Keep in force what the keys before the owner's root had signed in networks that came back later.

        Only where nothing of theirs is in force yet: what they sign later must stay out. Raises Refusal.
        """
        with self._folded.steady():
            roots = self._roots()
            winners = [] if roots is None else roots.winners(EVERYTHING)
            if roots is None or not winners[0].after or winners[0].key != self._node.identity.key.public:
                return
            before = {each.key for each in roots.path(winners[0])[:-1]}
        rotate = self._node.ledger.record(winners[0].record)
        ends = rotate.facts.get("ends", []) if rotate is not None else []
        before |= {each.key for each in self._devices.all() if each.grant in ends}
        heads = [head for head in self._node.ledger.logs() if head.key in before and head.scope in networks]
        seen = [tip.id for head in heads for tip in head.tips if await self._is_contested(tip.id)]
        me = ScopeId(self._node.me)
        facts = [authority.revoke([winners[0].record], reason="end", seen=part) for part in _parts(sorted(seen))]
        if facts:
            await self._node.write([Draft(me, "revoke", each) for each in facts])

    async def _is_contested(self, record: bytes) -> bool:
        standing = await self._projector.standing(record)
        return standing is not None and standing.status is Status.CONTESTED

    def _signed(self, key: SigningKey, facts: Facts, ended: Sequence[bytes]) -> SignedRecords:
        """The rotate, and what leaves in force what the ended keys had signed, under one signature."""
        node, me = self._node, ScopeId(self._node.me)
        pen = Pen(me, key, node.now(), SystemChance())
        own = tuple(tip.id for head in node.ledger.logs_of_scope(me) for tip in head.tips)[:MOST_NAMED]
        tips = node.ledger.tips(log_id(me, key.public))
        (run,) = sign_drafts(
            pen, [Draft(me, "rotate", facts, deps=own)], end_of((tip.seq, tip.id) for tip in tips)
        ).runs
        records = list(run.records)
        rotate = records[0]
        seen = [each for each in self._devices.tips_of(*ended) if each not in own]
        drafts = [Draft(me, "revoke", authority.revoke([rotate.id], reason="end", seen=part)) for part in _parts(seen)]
        if drafts:
            more = sign_drafts(pen, drafts, end_of([(rotate.seq, rotate.id)]))
            records += [record for each in more.runs for record in each.records]
        return SignedRecords((_one_run(key, records),))

    def _too_few(self, facts: Facts, key: SigningKey, keys: Sequence[bytes], committed: Recovery) -> Refusal:
        """What is still missing, and the line by which somebody trusted adds to it."""
        here, more = len(keys), len(committed.digests)
        words = consents_of.consent_words(self._node.me, key.public)
        why = (
            f"{committed.need} of {more} recovery keys are needed together, and {here} is here: give another, or let "
            f"somebody who keeps one compare the words {words} and sign"
        )
        hint = f"meshnode id guardian sign {consents_of.write_request(facts)}"
        return Refusal(Code.VERIFICATION_FAILED, why, hint)

    def _resting(self, roots: Roots, holders: Sequence[bytes], *, contest: bool) -> Tenure:
        """The tenure that these recovery keys may follow. Raises Refusal."""
        winners = roots.winners(EVERYTHING)
        ways = dict.fromkeys(each for winner in winners for each in reversed(roots.path(winner)))
        # Where rivals stand, only what is stronger than both of them settles it; else the newest is followed.
        order = [each for each in ways if len(winners) == 1 or _strongest(roots, each)]
        fitting = [each for each in order if self._fits(each, holders)]
        for each in fitting:
            if len(holders) > _strongest(roots, each):
                return each
        if not fitting:
            raise self._unfit(winners[0], holders)
        if contest and len(holders) == _strongest(roots, fitting[0]):
            return fitting[0]
        raise Refusal(Code.CONFLICT, _REPLACED if len(winners) == 1 else _RIVALS, _HINT)

    def _fits(self, tenure: Tenure, holders: Sequence[bytes]) -> bool:
        digests = self._committed(tenure.record).digests
        return bool(digests and holders) and all(recovery_digest(each) in digests for each in holders)

    def _unfit(self, tenure: Tenure, holders: Sequence[bytes]) -> Refusal:
        """Why these recovery keys cannot replace the root in force."""
        if not self._committed(tenure.record).digests:
            why = "this identity was made without recovery keys: nothing can replace its root key"
            return Refusal(Code.CONFLICT, why)
        why = (
            "no recovery key was given"
            if not holders
            else "these are words, but not the recovery words of this identity"
        )
        return Refusal(Code.VERIFICATION_FAILED, why, "meshnode id recover --help")

    def _roots(self, agent: bytes = b"") -> Roots | None:
        person = agent or self._node.me
        place = read_agent(self._folded, person)
        return None if place is None or place.is_body else read_roots(person, self._folded)

    def _committed(self, tenure: bytes) -> Recovery:
        digests, need = cast(tuple[list[bytes], int], self._folded.get("recovery", tenure) or ([], 0))
        return Recovery([each[1:] for each in digests], need)


def _strongest(roots: Roots, tenure: Tenure) -> int:
    """How many recovery keys have signed the strongest rotate that follows a tenure; 0 if none does."""
    return max((each.votes for each in roots.after(tenure.record, EVERYTHING)), default=0)


def _is_root(device: Device) -> bool:
    return not device.grant and device.state in (ACTIVE, RIVAL)


def _one_run(key: SigningKey, records: Sequence[Record]) -> Run:
    """Records of one log under one signature, so that nobody hears of the first without the others."""
    return Run(tuple(records), key.sign(records[-1].id))


def _parts(seen: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    """What each of the records names by which a rotate leaves things in force."""
    for at in range(0, min(len(seen), SEEN_MOST * SEEN_RECORDS), SEEN_MOST):
        yield seen[at : at + SEEN_MOST]
