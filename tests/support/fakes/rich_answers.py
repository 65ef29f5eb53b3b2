"""Answers in which everything is said that can be."""

from meshnode.api.models import terms as t
from meshnode.api.models import work as w
from meshnode.api.models.shared import Quantity
from tests.support.fakes.fake_node import contribution
from tests.support.fakes.sample_people import ANA, AT, BEN, STUDIO, text_id


def rich_contribution(title: str) -> w.Contribution:
    """A contribution of which everything is said that can be."""
    entry = contribution(title)
    entry.kind, entry.quantity, entry.seconds = "material", Quantity(125, 1, "KGM"), None
    entry.value, entry.corrected = t.Money(3190, "EUR", 2), True
    entry.comp, entry.stream, entry.licence = "deferred", "love", "CC-BY-SA-4.0"
    entry.warrants, entry.classes = ["own_work"], ["https://example.org/paper"]
    entry.authors, entry.shares = 2, [t.Share(BEN, 300), t.Share(ANA, 700)]
    entry.beneficiaries, entry.of = [BEN], text_id("earlier")
    entry.evidence = [t.Evidence("ab" * 32, 1_200_000, "application/pdf")]
    entry.doubles = [text_id("double")]
    return entry


def recognition(kind: str = "thanks", text: str = "so much", skill: str = "") -> t.Recognition:
    """Ben's words for Ana."""
    return t.Recognition(text_id(kind), BEN, [ANA], kind, skill, text, text_id("Paper"), "Paper", STUDIO, AT)
