"""Money under the agreement "Acme site", as a node tells of it: for commands against a fake node."""

import msgspec

from meshnode.api.models import distributions as d
from meshnode.api.models import evaluations as e
from meshnode.api.models import inbox as w
from meshnode.api.models import incomes as i
from meshnode.api.models import settlements as s
from meshnode.api.models import statements as st
from meshnode.api.models.shared import Page, Quantity, Scope
from meshnode.api.models.terms import Money
from tests.support.fakes.sample_people import ANA, AT, BEN, text_id

ACME = Scope(text_id("Acme"), "agreement", "Acme site")
DAY = "2026-03-09"
DIGEST = "cd" * 32


def euros(cents: int) -> Money:
    """An amount in euros."""
    return Money(cents, "EUR", 2)


def evaluation(state: str = "acknowledged") -> e.Evaluation:
    """Ana's three hours, of which Ben confirms two."""
    told = e.Attestation(text_id("said"), BEN, "peer", "confirm", Quantity(7200, 0, "SEC"), 4, "until noon", AT, True)
    return e.Evaluation(
        contribution=text_id("Work"),
        agreement=ACME,
        state=state,
        reason="A-FEW 0/1" if state == "claimed" else "",
        confirming=int(state == "acknowledged"),
        needed=1,
        confirmed=Quantity(7200, 0, "SEC") if state == "acknowledged" else None,
        attesters=[BEN],
        attestations=[told] if state == "acknowledged" else [],
        shares=[e.ShareAnswer(BEN, "decline")],
        may_attest=state == "claimed",
        doubles=[text_id("twin")] if state == "claimed" else [],
    )


def ballot() -> e.Ballot:
    """Ana's points for Ben."""
    return e.Ballot(text_id("ballot"), ACME, ANA, "spring", [e.Points(BEN, 30)], AT, False)


def income(**more: object) -> i.Income:
    """What the client paid; Ana holds it."""
    one = i.Income(
        id=text_id("income"),
        agreement=ACME,
        holder=ANA,
        payer=BEN,
        gross=euros(1_210_000),
        tax=euros(210_000),
        net=euros(1_000_000),
        on=DAY,
        state="declared",
        confirm="client",
        confirmed_by=[],
        declined_by=[],
        may_confirm=False,
        invoice="ab" * 32,
        refunds="",
        part_of="",
        source=None,
        doubles=[],
        shared_by=[],
        at=AT,
    )
    return msgspec.structs.replace(one, **more)


LINES = [
    d.Line(ANA, 666_667, 0, [d.StepPart("steps[0]", "pro_rata", 666_667)]),
    d.Line(BEN, 333_333, 0, [d.StepPart("steps[0]", "pro_rata", 333_333)]),
]
WORK = d.Work(text_id("late"), "More code", BEN, "work", Quantity(3600, 0, "SEC"), "claimed")


def preview(**more: object) -> d.Preview:
    """What would come of it now."""
    one = d.Preview(
        agreement=ACME,
        version=ACME.id,
        previous="",
        incomes=[text_id("income")],
        pool=euros(1_000_000),
        to=DAY,
        lines=LINES,
        carry=euros(0),
        digest=DIGEST,
        entered=2,
        unconfirmed=[WORK],
        undeclared=[text_id("later")],
        notices=[d.Notice("carried", "a rest is left")],
    )
    return msgspec.structs.replace(one, **more)


def distribution(**more: object) -> d.Distribution:
    """What Ben has signed."""
    one = d.Distribution(
        id=text_id("shared"),
        agreement=ACME,
        version=ACME.id,
        agent=BEN,
        at=AT,
        to=DAY,
        state="proposed",
        reason="T-MISSING",
        causes=[ANA.id],
        says="1 of 2 approvals so far, waiting for Ana López",
        pool=euros(1_000_000),
        lines=LINES,
        carry=euros(0),
        incomes=[text_id("income")],
        previous="",
        reopens="",
        digest=DIGEST,
        approvals=[d.Approval(ANA, "no"), d.Approval(BEN, "yes")],
        needed=2,
        may_approve=True,
        outside=d.Outside([WORK], 1, 1),
    )
    return msgspec.structs.replace(one, **more)


def explanation(*, holds: bool = True) -> d.Explanation:
    """Why Ben gets that."""
    signed = d.Signature(text_id("Code"), BEN, "0f" * 32, AT, holds)
    word = d.Word(ANA, "7200", False, 4, [d.Signature(text_id("said"), ANA, "1f" * 32, AT, True)])
    work = d.Behind(
        text_id("Code"), "contribution", "Code", BEN, 333_333, 0, "SEC", "10800", "7200", "6/5", [word],
        [text_id("less")], signed,
    )  # fmt: skip
    part = d.SharePart(333_333, 1_000_000, "1/3", "1000000/3", False, [], None, False, None, None)
    cause = d.Cause(text_id("shared"), "steps[0]", "pro_rata", 333_333, 0, [part], 0, [work])
    return d.Explanation(text_id("shared"), euros(1_000_000), DIGEST, [d.Explained(BEN, 333_333, 0, [cause])])


def settlement(**more: object) -> s.Settlement:
    """What Ana paid Ben."""
    one = s.Settlement(
        id=text_id("paid"),
        agreement=ACME,
        payer=ANA,
        payee=BEN,
        amount=euros(333_333),
        paid=None,
        on=DAY,
        method="bank",
        state="declared",
        reason="",
        causes=[],
        says="it counts once Ben has confirmed it",
        declared_by=ANA,
        declined=False,
        may_confirm=False,
        ref="",
        at=AT,
    )
    return msgspec.structs.replace(one, **more)


def balances(frozen: int = 0) -> Page[s.Balance]:
    """What Ana owes Ben, `frozen` of which she may have paid: that is contested."""
    mine = s.Balance(ACME, ANA, "EUR", 2, 666_667, 0, 0, 0, 0, 1_000_000, 0, frozen, -333_333)
    his = s.Balance(ACME, BEN, "EUR", 2, 333_333, 0, 0, 0, 0, 0, frozen, 0, 333_333)
    return Page([mine, his])


def plan(*contested: s.Settlement) -> s.Plan:
    """What Ana pays Ben; nothing if she may have paid it."""
    return s.Plan([] if contested else [s.Transfer(ACME, ANA, BEN, euros(333_333))], [*contested])


def columns(**more: int) -> st.Columns:
    """Columns of which most are zero."""
    return st.Columns(**{**dict.fromkeys(st.Columns.__struct_fields__, 0), **more})


def statement(**more: object) -> st.Statement:
    """Ben's first quarter."""
    share = st.Entry(DAY, "share", text_id("shared"), "", None, columns(entitled=333_333, open=333_333), 333_333)
    paid = st.Entry(
        "2026-03-20", "received", text_id("paid"), "", ANA, columns(received=300_000, open=-300_000), 33_333
    )
    account = st.Account(
        ACME, "EUR", 2, columns(), [share, paid], columns(entitled=333_333, received=300_000, open=33_333), "ef" * 32
    )
    one = st.Statement(BEN, "2026-01-01", "2026-03-31", [account], DIGEST, AT)
    return msgspec.structs.replace(one, **more)


def waiting() -> w.Waiting:
    """Ben's work, which Ana has not confirmed yet."""
    return w.Waiting("attest", text_id("late"), ACME, ANA, "More code", AT, f"meshnode attest {text_id('late')}")


def answers() -> dict[tuple[str, str], msgspec.Struct | bytes | None]:
    """What a fake node says to every request about money; the ids in paths are single letters."""
    cast = e.CastBallot(text_id("ballot"), "allocation", ACME, ANA, round="spring", budget=100, left=50)
    return {
        ("GET", "/inbox"): w.Inbox([waiting()], 1),
        ("GET", "/contributions/c/evaluation"): evaluation(),
        ("POST", "/contributions/c/shares"): evaluation(),
        ("POST", "/attestations"): evaluation(),
        ("GET", "/ballots"): Page([ballot()]),
        ("POST", "/ballots"): cast,
        ("GET", "/incomes"): Page([income()]),
        ("POST", "/incomes"): income(),
        ("GET", "/incomes/i"): income(),
        ("POST", "/incomes/i/answers"): income(state="confirmed"),
        ("POST", "/distributions/preview"): preview(),
        ("GET", "/distributions"): Page([distribution()]),
        ("POST", "/distributions"): distribution(),
        ("GET", "/distributions/d"): distribution(),
        ("POST", "/distributions/d/approvals"): distribution(state="effective", says="in force", may_approve=False),
        ("POST", f"/distributions/{text_id('shared')}/approvals"): distribution(),
        ("GET", "/distributions/d/explanation"): explanation(),
        ("GET", "/settlements"): Page([settlement()]),
        ("POST", "/settlements"): settlement(),
        ("POST", "/settlements/s/answers"): settlement(state="confirmed"),
        ("GET", "/settlements/s"): settlement(),
        ("GET", "/balances"): balances(),
        ("GET", "/plan"): plan(),
        ("GET", "/statements"): statement(),
    }
