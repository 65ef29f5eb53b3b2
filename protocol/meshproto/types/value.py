"""What people did and said of each other: `contribution` and `recognition`."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, cast

from meshproto.records.encoding import Value
from meshproto.records.ids import DIGEST, EXT, digest33
from meshproto.records.limits import MAX_EXT_MORE, MAX_EXT_REF
from meshproto.records.reasons import Reason, Refused
from meshproto.records.record import Record
from meshproto.types.licences import licence
from meshproto.types.schema import (
    Check,
    Facts,
    Field,
    Schema,
    array,
    check_each,
    code,
    day,
    either,
    ids,
    integer,
    mapping,
    matching,
    measure,
    money,
    octets,
    pairs,
    record_id,
    tagged,
    text,
)

KINDS = ("work", "idea", "cite", "use", "consume", "material", "money", "introduction", "care", "data", "deliver")
COMPENSATIONS = ("paid", "deferred", "gift")
STREAMS = ("livelihood", "love", "care")
WARRANTS = ("own_work", "third_party_licensed", "employer_consent")
THANKS = ("thanks", "kudos", "skill")
SHARES_TOTAL = 1000
"""Most that the parts of all co-authors add up to, so that exact arithmetic stays small."""

_LINK: Check = either(tagged(EXT), record_id)
_EVIDENCE = mapping(
    Field("sha256", tagged(DIGEST)),
    Field("size", integer(0)),
    Field("media", matching(r"[a-z0-9.+-]{1,64}/[a-z0-9.+-]{1,64}")),
)


_SCHEME = matching(r"[a-z][a-z0-9-]{0,31}")
_OCTETS = octets(1, MAX_EXT_REF)


def _foreign(value: Value) -> None:
    _OCTETS(value)
    if len(cast(bytes, value)) == 32:  # would be read as the id of a record
        raise Refused(Reason.I_VALUE)


def _ext_ref(value: Value) -> None:
    if not isinstance(value, list) or len(value) != 2:
        raise Refused(Reason.I_FIELD)
    check_each(((_SCHEME, value[0]), (_foreign, value[1])))


def _period_runs_forward(record: Record) -> None:
    when = record.facts["when"]
    if when["from"] > when["to"]:
        raise Refused(Reason.I_RULE, "when")


def _author_has_a_share(record: Record) -> None:
    shares = record.facts.get("shares")
    if shares is None:
        return
    if sum(part for _, part in shares) > SHARES_TOTAL or record.author not in [agent for agent, _ in shares]:
        raise Refused(Reason.I_RULE, "shares")


def _results_are_licensed(record: Record) -> None:
    if record.facts.get("outputs") and "licence" not in record.facts:
        raise Refused(Reason.I_RULE, "licence")


def _more_follows_a_first(record: Record) -> None:
    if "ext_more" in record.facts and "ext_ref" not in record.facts:
        raise Refused(Reason.I_RULE, "ext_more")


CONTRIBUTION = Schema(
    (
        Field("kind", code(*KINDS)),
        Field("qty", measure(1)),
        Field("when", mapping(Field("from", day), Field("to", day))),
        Field("project", _LINK, optional=True),
        Field("of", _LINK, optional=True),
        Field("classified_as", array(text()), optional=True),
        Field("value", money(0), optional=True),
        Field("shares", pairs(integer(1, SHARES_TOTAL), least=1), optional=True),
        Field("beneficiaries", ids(), optional=True),
        Field("inputs", ids(_LINK), optional=True),
        Field("outputs", ids(_LINK), optional=True),
        Field("evidence", array(_EVIDENCE), optional=True),
        Field("licence", licence, optional=True),
        Field("warrants", array(code(*WARRANTS)), optional=True),
        Field("comp", code(*COMPENSATIONS), optional=True),
        Field("stream", code(*STREAMS), optional=True),
        Field("fulfills", _LINK, optional=True),
        Field("ext_ref", _ext_ref, optional=True),
        Field("ext_more", array(_foreign, most=MAX_EXT_MORE), optional=True),
    ),
    (_period_runs_forward, _author_has_a_share, _results_are_licensed, _more_follows_a_first),
)
RECOGNITION = Schema(
    (
        Field("to", ids(least=1)),
        Field("kind", code(*THANKS)),
        Field("for", _LINK, optional=True),
        Field("skill", text(), optional=True),
    )
)


class Measure(NamedTuple):
    """n·10^−s of the unit u (UN/ECE Rec 20: HUR hours, MIN minutes, DAY, KGM, C62 pieces)."""

    n: int
    s: int
    u: str

    def facts(self) -> Facts:
        """The map that stands in a record."""
        return {"n": self.n, "s": self.s, "u": self.u}


class Money(NamedTuple):
    """amt minor units of a currency."""

    amt: int
    cur: str

    def facts(self) -> Facts:
        """The map that stands in a record."""
        return {"amt": self.amt, "cur": self.cur}


class Evidence(NamedTuple):
    """A file that shows the work: its SHA-256, size in bytes and media type."""

    sha256: bytes
    size: int
    media: str

    def facts(self) -> Facts:
        """The map that stands in a record."""
        return {"sha256": digest33(self.sha256), "size": self.size, "media": self.media}


def contribution(
    *,
    kind: str,
    qty: Measure,
    when: tuple[str, str],
    project: bytes | None = None,
    of: bytes | None = None,
    value: Money | None = None,
    shares: Mapping[bytes, int] | None = None,
    classified_as: Sequence[str] = (),
    beneficiaries: Sequence[bytes] = (),
    evidence: Sequence[Evidence] = (),
    licence: str | None = None,
    warrants: Sequence[str] = (),
    comp: str | None = None,
    stream: str | None = None,
    ext_ref: tuple[str, bytes] | None = None,
    ext_more: Sequence[bytes] = (),
) -> Facts:
    """Facts of a contribution; `when` is (first day, last day). Title and text go into its private part.

    `project` and `of` are ids within the scope's reach, or 33-byte `ext` beyond it. `ext_more` are further values of
    the scheme of `ext_ref`.
    """
    facts: Facts = {"kind": kind, "qty": qty.facts(), "when": {"from": when[0], "to": when[1]}}
    optional: dict[str, Value] = {
        "project": project,
        "of": of,
        "value": None if value is None else value.facts(),
        "shares": [[agent, part] for agent, part in sorted((shares or {}).items())],
        "classified_as": [*classified_as],
        "beneficiaries": [*sorted(set(beneficiaries))],
        "evidence": [each.facts() for each in evidence],
        "licence": licence,
        "warrants": [*warrants],
        "comp": comp,
        "stream": stream,
        "ext_ref": ext_ref and [*ext_ref],
        "ext_more": [*ext_more],
    }
    facts.update({name: each for name, each in optional.items() if each})
    return facts


def recognition(
    *, to: Sequence[bytes], kind: str = "thanks", for_: bytes | None = None, skill: str | None = None
) -> Facts:
    """Facts of thanks to some agents, perhaps for a record. The words go into its private part."""
    facts: Facts = {"to": [*sorted(set(to))], "kind": kind}
    if for_:
        facts["for"] = for_
    if skill:
        facts["skill"] = skill
    return facts
