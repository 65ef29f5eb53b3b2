"""A budget that refills with time."""

from meshnode.net.libp2p.rates import Bucket


def test_a_full_bucket_gives_what_it_holds_and_refills() -> None:
    bucket = Bucket(rate=2.0, burst=3, now=0.0)
    assert [bucket.draw(1, 0.0) for _ in range(4)] == [True, True, True, False]
    assert [bucket.draw(1, 0.4), bucket.draw(1, 0.5), bucket.draw(1, 0.6)] == [False, True, False]


def test_it_never_holds_more_than_its_burst() -> None:
    bucket = Bucket(rate=1000.0, burst=2, now=0.0)
    assert bucket.draw(2, 3600.0)
    assert not bucket.draw(1, 3600.0)


def test_it_gives_all_or_nothing() -> None:
    bucket = Bucket(rate=1.0, burst=5, now=0.0)
    assert not bucket.draw(6, 0.0)
    assert bucket.draw(5, 0.0)
