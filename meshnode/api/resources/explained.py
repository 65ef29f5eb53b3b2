"""Why an amount is what it is, as the API tells it: names for ids, fractions as texts, signatures checked."""

import trio

from meshnode.api.models import distributions as models
from meshnode.api.models.terms import Money
from meshnode.api.shapes import Names, time_text
from meshnode.runtime.office import Office
from meshnode.views.dealings import Dealing
from meshnode.views.explained import Behind, Cause, Explained, Word
from meshproto.equation.explain import Part, shown
from meshproto.records.ids import RecordId, to_text
from meshproto.records.log import check_run
from meshproto.records.reasons import Refused


async def explanation_model(office: Office, shared: Dealing, pool: Money, lines: list[Explained]) -> models.Explanation:
    """The explanation of some lines of a distribution."""
    told = _Telling(office)
    return models.Explanation(
        distribution=to_text(shared.record),
        pool=pool,
        digest=shared.facts["result_digest"][1:].hex(),
        lines=[await told.line(each) for each in lines],
    )


class _Telling:
    """Names and signatures are looked up once for all lines."""

    def __init__(self, office: Office) -> None:
        self._office, self._names = office, Names(office, faces=True)
        self._signed: dict[bytes, models.Signature | None] = {}

    async def line(self, line: Explained) -> models.Explained:
        """Why somebody gets what they get."""
        causes = [await self._cause(each) for each in line.causes]
        return models.Explained(self._names.agent(line.agent), line.amt, line.held, causes)

    async def _cause(self, cause: Cause) -> models.Cause:
        return models.Cause(
            distribution=to_text(cause.distribution),
            path=cause.path,
            do=cause.do,
            amount=cause.amount,
            held=cause.held,
            parts=[self._part(each) for each in cause.parts],
            rejected=cause.rejected,
            behind=[await self._behind(each) for each in cause.behind],
        )

    def _part(self, part: Part) -> models.SharePart:
        agreed = part.agreed
        return models.SharePart(
            amount=part.amount,
            of=part.of,
            weight=shown(part.weight),
            quota=shown(part.quota),
            odd=part.odd,
            tied=[self._names.agent(each) for each in part.tied],
            room=part.room,
            undone=part.undone,
            owed=None if part.owed is None else shown(part.owed),
            agreed=None if agreed is None else models.Agreed(shown(agreed.ratio), agreed.base, agreed.of_gross),
        )

    async def _behind(self, behind: Behind) -> models.Behind:
        await trio.lowlevel.checkpoint()  # There may be thousands, each with signatures to be checked.
        row = self._office.lookups.contribution(behind.record)
        return models.Behind(
            id=to_text(behind.record),
            kind="contribution" if behind.unit else "ballot",
            title=row.title if row else "",
            agent=self._names.agent(behind.agent),
            amount=behind.amount,
            held=behind.held,
            unit=behind.unit,
            claim=shown(behind.claim),
            confirmed=shown(behind.confirmed),
            quality=shown(behind.quality),
            words=[self._word(each) for each in behind.words],
            corrections=[to_text(each) for each in behind.corrections],
            signature=self._signature(behind.record),
        )

    def _word(self, word: Word) -> models.Word:
        found = [self._signature(each) for each in word.records]
        signatures = [each for each in found if each is not None]
        return models.Word(self._names.agent(word.by), shown(word.figure), word.rejects, word.rating, signatures)

    def _signature(self, record: bytes) -> models.Signature | None:
        if record not in self._signed:
            self._signed[record] = self._checked(RecordId(record))
        return self._signed[record]

    def _checked(self, record: RecordId) -> models.Signature | None:
        """Who signed a record, and whether the signature holds; None if it is not here."""
        truth = self._office.truth
        found, proof = truth.record(record), truth.proof_run(record)
        if found is None:
            return None
        try:
            run = None if proof is None else check_run(proof.headers, proof.signature)
        except Refused:
            run = None
        return models.Signature(
            id=to_text(record),
            agent=self._names.agent(found.author),
            key=found.key.hex(),
            at=time_text(found.at),
            holds=run is not None and any(each.id == record for each in run.records),
            signed_by=self._names.signer(record),
        )
