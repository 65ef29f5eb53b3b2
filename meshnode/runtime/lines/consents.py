"""Recovery by the consent of somebody trusted: lines that are pasted, one to offer it, one to ask, one to answer.

How they are written stands in 10-lines 3.3 and 3.4.

Who is asked compares four words, made of the agent and the new key, with whoever asks.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import NamedTuple

from meshnode.runtime.lines.pairing import words_of
from meshnode.runtime.refusals import Code, Refusal
from meshproto.lines import reading
from meshproto.lines.reading import AskLine, OfferLine, YesLine, read_line, write_line
from meshproto.records.ids import key33
from meshproto.records.reasons import Reason, Refused
from meshproto.records.signatures import SigningKey, verify_bytes
from meshproto.types.authority import ROTATE_CONTEXT, rotation_message
from meshproto.types.schema import Facts

_WORDS_CONTEXT = b"meshnode/1 consent words\n"
_AGAIN = "copy the whole line again"


class Consent(NamedTuple):
    """A recovery key kept by somebody trusted has signed a rotate."""

    key: bytes
    signature: bytes


def write_offer(key: bytes) -> str:
    """The line by which somebody offers to keep a recovery key; `key` are its 32 public bytes."""
    return write_line(OfferLine(key))


def read_offer(text: str) -> bytes:
    """The public key that is offered. Raises Refusal."""
    line = _read(text, reading.OFFER, "id guardian offer")
    assert isinstance(line, OfferLine)
    return line.key


def write_request(facts: Facts) -> str:
    """The line that asks somebody to sign these facts of a rotate."""
    return write_line(AskLine(facts))


def read_request(text: str) -> Facts:
    """The facts that somebody is asked to sign. Raises Refusal."""
    line = _read(text, reading.ASK, "id recover")
    assert isinstance(line, AskLine)
    return line.facts


def write_consent(consent: Consent) -> str:
    """The line that answers."""
    return write_line(YesLine(*consent))


def read_consent(text: str) -> Consent:
    """What was answered. Raises Refusal."""
    line = _read(text, reading.YES, "id guardian sign")
    assert isinstance(line, YesLine)
    return Consent(*line)


def consent(facts: Facts, key: SigningKey) -> Consent:
    """Sign the facts of a rotate with one more recovery key than they name."""
    named = [each[1:] for each in facts["keys"] if isinstance(each, bytes)] if isinstance(facts["keys"], list) else []
    message = rotation_message(with_keys(facts, [*named, key.public]))
    return Consent(key.public, key.sign_bytes(ROTATE_CONTEXT, message))


def with_keys(facts: Facts, keys: Iterable[bytes]) -> Facts:
    """The facts of a rotate that these recovery keys are to sign."""
    return {**facts, "keys": [*sorted({key33(each) for each in keys})]}


def signed(facts: Facts, holders: Sequence[SigningKey], consents: Sequence[Consent]) -> Facts:
    """The facts of a rotate with the signatures of keys that are here, and of those that were given. Raises Refusal."""
    message = rotation_message(facts)
    found = {bytes(each.public): each.sign_bytes(ROTATE_CONTEXT, message) for each in holders}
    for each in consents:
        if each.key not in found and not verify_bytes(each.key, ROTATE_CONTEXT, message, each.signature):
            why = "an answer was signed for something else: since then the keys that sign, or the devices, are others"
            raise Refusal(
                Code.VERIFICATION_FAILED, why, f"ask once more: meshnode id guardian sign {write_request(facts)}"
            )
        found.setdefault(each.key, each.signature)
    return {**facts, "sigs": [found[each] for each in sorted(found)]}


def consent_words(agent: bytes, root: bytes) -> str:
    """The words that who asks and who is asked compare; `root` is the new key, 32 bytes."""
    return words_of(sha256(_WORDS_CONTEXT + agent + root).digest())


def _read(text: str, kind: str, command: str) -> reading.Line:
    plain = "".join(text.split())
    try:
        if reading.kind_of(plain) == kind:
            return read_line(plain)
    except Refused as error:
        if error.reason is not Reason.N_SUM:
            why = (
                "this line asks for nothing that can be signed"
                if kind == reading.ASK
                else f"this is no line of `{command}`"
            )
            raise Refusal(Code.BAD_REQUEST, why, _AGAIN) from error
    raise Refusal(Code.BAD_REQUEST, f"this is no line of `{command}`, or not all of it", _AGAIN)
