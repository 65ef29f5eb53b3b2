"""Money that came in under agreements."""

from collections.abc import Iterable

from meshnode.api.breath import Breath
from meshnode.api.edge import Call, Nothing
from meshnode.api.models.evaluations import AnswerRequest
from meshnode.api.models.incomes import Income, IncomeRequest, Origin, PassedOn
from meshnode.api.models.shared import Page
from meshnode.api.paging import page_of
from meshnode.api.resources.contributions import digest_of
from meshnode.api.shapes import Names, money_model, time_text
from meshnode.api.site import Site
from meshnode.runtime.office import Office
from meshnode.runtime.requests.beyond import doubts_about
from meshnode.runtime.requests.cascades import Cascade
from meshnode.runtime.requests.incomes import Income as Wish
from meshnode.runtime.requests.incomes import add, asked_of, confirmers, doubles
from meshnode.runtime.requests.taking_part import answer, find_dealing, home_of, scopes_here
from meshnode.views.dealings import Dealing, accepted_by, dealings, declined_by, participants, terms_now
from meshproto.fold.concerns import concern_of
from meshproto.records.ids import ScopeId, to_text
from meshproto.types.value import Money

LISTED_WITH = "meshnode income ls"


async def list_incomes(site: Site, call: Call[Nothing]) -> Page[Income]:
    """The incomes of an agreement, or of all, by day."""
    office = site.office
    await office.fresh()
    wanted = call.query.get("agreement")
    scopes = [await office.find_agreement(wanted)] if wanted else scopes_here(office)
    found = []
    for scope in scopes:
        with office.folded.steady():
            found += [(scope, each) for each in dealings(scope, "income", office.folded)]
    page, following = page_of(
        call, found, lambda each: (each[1].facts["on"], each[1].record), latest=call.flag("latest")
    )
    places = {scope: _Incomes(office, scope) for scope in dict.fromkeys(scope for scope, _ in page)}
    items = []
    breath = Breath()
    for scope, each in page:
        items.append(places[scope].model(each))
        await breath.take()  # each takes some reads
    return Page(items, following)


async def show_income(site: Site, call: Call[Nothing]) -> Income:
    """One income."""
    return await _shown(site.office, call.path["id"])


async def add_income(site: Site, call: Call[IncomeRequest]) -> Income:
    """Declare an income, or a refund."""
    office, body = site.office, call.body
    scope = await office.find_agreement(body.agreement)
    wish = Wish(
        gross=Money(body.gross.amt, body.gross.cur),
        tax=body.tax,
        payer=body.payer,
        on=body.on,
        invoice=digest_of(body.invoice) if body.invoice else None,
        refunds=body.refunds,
        part_of=body.part_of,
    )
    ids = await office.once(call.key, call.digest, lambda rows: add(office, scope, wish, rows, as_=body.as_))
    return await _shown(office, to_text(ids[0]))


async def confirm_income(site: Site, call: Call[AnswerRequest]) -> Income:
    """Say that an income came in, or did not."""
    office, body = site.office, call.body
    income = await find_dealing(office, call.path["id"], "income", LISTED_WITH)
    await office.once(
        call.key,
        call.digest,
        lambda rows: answer(
            office, income.record, body.answer, rows, as_=body.as_, text=body.text, asked=asked_of(office, income)
        ),
    )
    return await _shown(office, to_text(income.record))


async def _shown(office: Office, text: str) -> Income:
    await office.projector.caught_up()  # What was just written must show.
    income = await find_dealing(office, text, "income", LISTED_WITH)
    model = _Incomes(office, home_of(office, income.record)).model(income)
    asked = asked_of(office, income) if model.state == "declared" else []
    model.warnings = doubts_about(office, income.record, asked)
    return model


class _Incomes:
    """The incomes of one agreement; what all of them look at is read once."""

    def __init__(self, office: Office, scope: ScopeId) -> None:
        self._office, self._scope, self._names = office, scope, Names(office, faces=True)
        self._cascade = Cascade(office)
        self._acting = {*office.acts_as()}
        with office.folded.steady():
            memory = office.folded
            self._terms = terms_now(scope, memory)
            self._people = participants(scope, memory)
            self.all = dealings(scope, "income", memory)
            distributions = dealings(scope, "distribution", memory)
        self._shared: dict[bytes, list[str]] = {}
        for each in distributions:
            for income in each.facts["incomes"]:
                self._shared.setdefault(income, []).append(to_text(each.record))
        self._doubles = doubles(self.all)

    def model(self, income: Dealing) -> Income:
        """An income as the API tells it."""
        names, facts, record = self._names, income.facts, self._office.truth.record(income.record)
        how, cur = self._terms["income_confirm"], facts["net"]["cur"]
        source = self._cascade.origin(facts.get("part_of", b""))
        with self._office.folded.steady():
            said = [each for each in self._people if accepted_by(income.record, each, self._office.folded)]
            declined = [each for each in self._people if declined_by(income.record, each, self._office.folded)]
        return Income(
            id=to_text(income.record),
            agreement=names.scope(self._scope),
            holder=names.agent(income.agent),
            payer=names.agent(facts["from"]) if "from" in facts else None,
            gross=money_model(facts["gross"]["amt"], cur),
            tax=money_model(facts["tax"]["amt"], cur),
            net=money_model(facts["net"]["amt"], cur),
            on=facts["on"],
            state=income.state,
            confirm=how,
            confirmed_by=[names.agent(each) for each in said],
            declined_by=[names.agent(each) for each in declined],
            may_confirm=income.state == "declared" and not self._acting.isdisjoint(confirmers(self._terms, income)),
            invoice=facts["invoice"][1:].hex() if "invoice" in facts else "",
            refunds=to_text(facts["refunds"]) if "refunds" in facts else "",
            part_of=to_text(source.record) if source is not None else facts.get("part_of", b"").hex(),
            source=names.scope(source.scope) if source is not None else None,
            doubles=[to_text(each) for each in self._doubles.get(income.record, [])],
            shared_by=self._shared.get(income.record, []),
            at=time_text(record.at if record else 0),
            signed_by=names.signer(income.record),
        )


def passed_on(office: Office, names: Names, record: bytes) -> list[PassedOn]:
    """The incomes of other agreements that a distribution or payment became."""
    return [
        PassedOn(
            income=to_text(each.record),
            agreement=names.scope(scope),
            net=money_model(each.facts["net"]["amt"], each.facts["net"]["cur"]),
            on=each.facts["on"],
            state=each.state,
        )
        for scope, each in Cascade(office).passed_on(record)
    ]


def origins(office: Office, names: Names, incomes: Iterable[bytes]) -> list[Origin]:
    """Where those of some incomes came from that are part of something in another agreement, as far as that is here."""
    found, cascade = [], Cascade(office)
    for each in incomes:
        with office.folded.steady():
            facts = concern_of(office.folded, each).facts
        source = cascade.origin(facts.get("part_of", b""))
        if source is not None:
            net = money_model(facts["net"]["amt"], facts["net"]["cur"])
            told = Origin(to_text(each), net, to_text(source.record), source.type, names.scope(source.scope))
            found.append(told)
    return found
