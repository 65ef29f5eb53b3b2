"""Why something was refused or set aside: one code for each cause, the same on every node.

The letters tell the stage: E encoding, H header, L log, S signature, V private part, Z fork proof,
B bundle, I schema, P pending, X authority and scope, T signatures missing or beyond a mandate, C contests,
A attestations, R rivals, F forks, U unknown, Q preview of an equation, N lines that are passed on.
The wire has its own (W), in meshproto.wire.
"""

from enum import StrEnum


class Reason(StrEnum):
    """The codes of protocol/spec/06-reasons.md. A reader stops at the first error, left to right."""

    # Encoding: named by the strict decoder, in byte order.
    E_SIZE = "E-SIZE"
    E_END = "E-END"
    E_TRAIL = "E-TRAIL"
    E_DEPTH = "E-DEPTH"
    E_FLOAT = "E-FLOAT"
    E_EXT = "E-EXT"
    E_NIL = "E-NIL"
    E_INT = "E-INT"
    E_LONG = "E-LONG"
    E_KEY = "E-KEY"
    E_ORDER = "E-ORDER"
    E_TWICE = "E-TWICE"
    E_ASCII = "E-ASCII"
    E_UTF8 = "E-UTF8"

    # Header: named by the field that is wrong, in the order of the fields.
    H_SHAPE = "H-SHAPE"
    H_VERSION = "H-VERSION"
    H_SCOPE = "H-SCOPE"
    H_KEY = "H-KEY"
    H_SEQ = "H-SEQ"
    H_GENESIS = "H-GENESIS"
    H_PREV = "H-PREV"
    H_DEPS = "H-DEPS"
    H_AT = "H-AT"
    H_TYPE = "H-TYPE"
    H_AGENT = "H-AGENT"
    H_AUTH = "H-AUTH"
    H_FACTS = "H-FACTS"
    H_PRIVATE = "H-PRIVATE"

    # Log: a run of headers and its signature.
    L_EMPTY = "L-EMPTY"
    L_SIZE = "L-SIZE"
    L_LOG = "L-LOG"
    L_SEQ = "L-SEQ"
    L_PREV = "L-PREV"
    S_SIG = "S-SIG"

    # Private part.
    V_NONE = "V-NONE"
    V_SIZE = "V-SIZE"
    V_DIGEST = "V-DIGEST"
    V_SHAPE = "V-SHAPE"
    V_SALT = "V-SALT"

    # Fork proof.
    Z_SHAPE = "Z-SHAPE"
    Z_LOG = "Z-LOG"
    Z_SEQ = "Z-SEQ"
    Z_ORDER = "Z-ORDER"

    # Bundle. What it carries is refused with the reasons above.
    B_MAGIC = "B-MAGIC"
    B_FRAME = "B-FRAME"
    B_TORN = "B-TORN"
    B_TRAIL = "B-TRAIL"
    B_SHAPE = "B-SHAPE"
    B_KIND = "B-KIND"
    B_VERSION = "B-VERSION"
    B_ORDER = "B-ORDER"
    B_TWICE = "B-TWICE"
    B_PREV = "B-PREV"
    B_COUNT = "B-COUNT"
    B_ROOT = "B-ROOT"
    B_SUM = "B-SUM"

    # Schema: facts that are not those of the type. The detail is the path of the fact.
    I_FIELD = "I-FIELD"
    I_VALUE = "I-VALUE"
    I_LIST = "I-LIST"
    I_RULE = "I-RULE"

    # What a stored record is worth. The ids are those that cause it.
    P_DEP = "P-DEP"
    X_FOREIGN = "X-FOREIGN"
    X_KEY = "X-KEY"
    X_SCOPE = "X-SCOPE"
    X_REVOKED = "X-REVOKED"
    X_QUOTA = "X-QUOTA"
    X_STRANGER = "X-STRANGER"
    A_SELF = "A-SELF"
    D_CHAIN = "D-CHAIN"
    D_INCOME = "D-INCOME"
    D_INPUTS = "D-INPUTS"
    D_LINES = "D-LINES"
    D_SUM = "D-SUM"
    K_CONFLICT = "K-CONFLICT"
    T_MISSING = "T-MISSING"
    T_LIMIT = "T-LIMIT"
    C_REVOKED = "C-REVOKED"
    C_RESTS = "C-RESTS"
    R_RIVAL = "R-RIVAL"
    R_DECIDED = "R-DECIDED"
    F_FORK = "F-FORK"
    U_TYPE = "U-TYPE"
    U_ENGINE = "U-ENGINE"

    # Preview of an equation. The detail is the path of what is wrong.
    Q_JSON = "Q-JSON"
    Q_KEY = "Q-KEY"
    Q_WORK = "Q-WORK"

    # Lines that are pasted.
    N_KIND = "N-KIND"
    N_SIZE = "N-SIZE"
    N_SUM = "N-SUM"
    N_VERSION = "N-VERSION"
    N_SHAPE = "N-SHAPE"
    N_PLACE = "N-PLACE"


class Refused(Exception):
    """What was received breaks a rule of the protocol.

    `reason` is the code, `detail` says where (a field, an index, an offset), `ids` name the records concerned, and
    `allowed` are the words or keys that may stand there, where those are few.
    """

    def __init__(
        self, reason: Reason, detail: str = "", ids: tuple[bytes, ...] = (), allowed: tuple[str, ...] = ()
    ) -> None:
        super().__init__(reason, detail, ids, allowed)
        self.reason = reason
        self.detail = detail
        self.ids = ids
        self.allowed = allowed

    def __str__(self) -> str:
        text = f"{self.reason.value} {self.detail}".rstrip()
        return " ".join([text, *(each.hex() for each in self.ids)])
