"""Fork proofs: two records with the same key, scope and seq, each under its author's signature.

Anyone can check a proof offline; it needs nothing but itself. It says that two records exist, not that
someone meant harm: an old copy restored forks as well.
"""

from typing import NamedTuple

from meshproto.records.encoding import Value, decode, encode
from meshproto.records.ids import RecordId, ScopeId
from meshproto.records.limits import MAX_RUN_BYTES
from meshproto.records.log import Run, check_run
from meshproto.records.reasons import Reason, Refused

MAGIC = "meshnode/1 fork"
MAX_PROOF = 2 * MAX_RUN_BYTES + 8192
"""Largest proof in bytes: two full runs and what frames their 1,024 headers."""


class ForkProof(NamedTuple):
    """Two runs of one log whose first records share their seq; `left` begins with the smaller id."""

    left: Run
    right: Run

    @property
    def ids(self) -> tuple[RecordId, RecordId]:
        """The two records that should have been one."""
        return self.left.records[0].id, self.right.records[0].id

    @property
    def seq(self) -> int:
        """The number both records bear."""
        return self.left.records[0].seq

    @property
    def home(self) -> ScopeId:
        """The scope of the log."""
        return self.left.records[0].home


def make_fork_proof(one: Run, other: Run) -> ForkProof:
    """Put two runs into the order of a proof. Raises Refused if they prove nothing."""
    left, right = sorted((one, other), key=lambda run: run.records[0].id)
    return _checked(ForkProof(left, right))


def encode_fork_proof(proof: ForkProof) -> bytes:
    """Encode a proof, as a file holds it."""
    fields: list[Value] = [MAGIC]
    for run in proof:
        fields += [[record.raw for record in run.records], run.signature]
    return encode(fields)


def check_fork_proof(raw: bytes) -> ForkProof:
    """Read a proof and check all of it. Raises Refused: Z-*, or the reason for which a run is refused."""
    if len(raw) > MAX_PROOF:
        raise Refused(Reason.E_SIZE, f"{len(raw)} bytes")
    fields = decode(raw)
    if not isinstance(fields, list) or len(fields) != 5 or fields[0] != MAGIC:
        raise Refused(Reason.Z_SHAPE)
    _, left, left_signature, right, right_signature = fields
    headers = [_headers(left, left_signature), _headers(right, right_signature)]
    runs = [check_run(*each) for each in headers]
    return _checked(ForkProof(*runs))


def _headers(headers: Value, signature: Value) -> tuple[list[bytes], bytes]:
    if not isinstance(headers, list) or not isinstance(signature, bytes):
        raise Refused(Reason.Z_SHAPE)
    if not all(isinstance(each, bytes) for each in headers):
        raise Refused(Reason.Z_SHAPE)
    return [each for each in headers if isinstance(each, bytes)], signature


def _checked(proof: ForkProof) -> ForkProof:
    left, right = proof.left.records[0], proof.right.records[0]
    # SPEC 01-records 7: Two different records with the same key, home and `seq` are a **fork**.
    if left.key != right.key or left.home != right.home:
        raise Refused(Reason.Z_LOG, ids=proof.ids)
    if left.seq != right.seq:
        raise Refused(Reason.Z_SEQ, ids=proof.ids)
    if left.id >= right.id:
        raise Refused(Reason.Z_ORDER, ids=proof.ids)
    return proof
