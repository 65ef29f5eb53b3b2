"""Running steps on a pool, and on what a rejection sets free."""

from dataclasses import replace

from meshproto.equation.running import Run
from meshproto.equation.terms import Bracket, Fixed, Residual, Tiers
from tests.support.looking import view_of
from tests.support.sharing import ANA, BO, CY, by_hours, hours, round_, terms

TIERS = Tiers((Bracket(100, (Fixed({ANA: 30}),)), Bracket(150, (Residual(BO),))))
WORK = (hours("w", ANA, 3), hours("x", BO, 1))


def test_slices_lie_on_the_income_before() -> None:
    view = view_of(terms(TIERS, Residual(CY)), round_(0))
    view.earlier.income = 60
    run = Run(view, 120)
    assert run.share(120) == 0
    assert {path: tally.got for path, tally in run.tallies.items()} == {
        (0, 0, 0): {ANA: 30},
        (0, 1, 0): {BO: 50},
        (1,): {CY: 40},
    }
    assert [run.tallies[path].took for path in ((0, 0, 0), (0, 1, 0), (1,))] == [40, 50, 40]


def test_what_a_rejection_sets_free_goes_on_from_its_step() -> None:
    view = view_of(terms(by_hours(), Residual(CY)), round_(0, *WORK))
    run = Run(view, 100)
    assert run.share(100) == 0
    assert run.share_again([b"w"], replace(view, without=frozenset({b"w"}), again=True)) == 0
    assert run.tallies[0,].got == {ANA: 0, BO: 100}
    assert run.share_again([b"x"], replace(view, without=frozenset({b"w", b"x"}), again=True)) == 0
    assert (run.tallies[0,].got, run.tallies[1,].got) == ({ANA: 0, BO: 0}, {CY: 100})
