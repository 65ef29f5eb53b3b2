"""Why a record stands as it does, in words, with what one can do about it."""

from typing import NamedTuple

from meshnode.runtime.forks import KnownFork
from meshnode.views.forks import Cause
from meshproto.records.reasons import Reason


class Explanation(NamedTuple):
    """The text names the cause; `fix` is what helps, empty where nothing does."""

    text: str
    fix: str = ""


FINE = Explanation("It is valid: its log, its signature and its author's right to write here hold.")
ROTATED = Explanation(
    "Its author's root key was replaced, and neither knew of the other.",
    "let its author accept it with the key that followed",
)
RIVALS = Explanation(
    "Two rotations of its author's root key have equally many signatures, so nobody knows which is right; what both "
    "new keys sign is contested.",
    "let its author rotate once more, with more recovery keys: meshnode id rotate --help",
)
_PERMANENT = "; it stays here and is passed on, but has no effect anywhere"
_FACTS = f"The facts are not those of its type{_PERMANENT}"

_ANEW = "share it out anew: meshnode distribution new --help"

EXPLANATIONS: dict[Reason, Explanation] = {
    Reason.P_DEP: Explanation(
        "It names records that have not arrived here yet; it takes effect as soon as they do.", "meshnode sync"
    ),
    Reason.X_FOREIGN: Explanation(f"It reaches into a scope that its own scope may not see{_PERMANENT}."),
    Reason.X_KEY: Explanation(f"The key that signed it is not one of its agent's{_PERMANENT}."),
    Reason.X_SCOPE: Explanation(f"Its agent may not write this in this scope{_PERMANENT}."),
    Reason.X_REVOKED: Explanation(f"Its author knew that the authority it was signed with had been ended{_PERMANENT}."),
    Reason.X_QUOTA: Explanation(f"There is more of this than is allowed, such as records in one log{_PERMANENT}."),
    Reason.X_STRANGER: Explanation(
        "Its author is not a member, and no member's record refers to it: it waits aside, without effect.",
        "meshnode contribution thank, to bring it in",
    ),
    Reason.T_MISSING: Explanation(
        f"Somebody had not agreed yet when it was signed: a founder, or whom a grant was given to{_PERMANENT}."
    ),
    Reason.T_LIMIT: Explanation(
        "It goes beyond the limits of the grant it was signed with.",
        "somebody with the authority can stand by it: meshnode reaffirm",
    ),
    Reason.C_REVOKED: Explanation(
        "The authority it was signed with was ended, and neither knew of the other.",
        "its author, or whoever still signs for it, can stand by it: meshnode reaffirm",
    ),
    Reason.C_RESTS: Explanation(
        "A grant, an accept or a resolution it rests on is contested.",
        "its author, or whoever still signs for it, can stand by it: meshnode reaffirm",
    ),
    Reason.R_RIVAL: Explanation(
        "The founders decided otherwise as well.", "let them carry a resolution that follows both"
    ),
    Reason.R_DECIDED: Explanation(
        "Those who decide disputes under this agreement chose another; what was settled under it stays settled.",
        "let all sign a version that follows both, or those who decide pick it: meshnode agreement decide --help",
    ),
    Reason.A_SELF: Explanation(
        f"Its author attests work of their own, or work done for them{_PERMANENT}.", "let somebody else attest it"
    ),
    Reason.D_CHAIN: Explanation(
        f"The distribution does not follow what it says it follows, or its agreement shares no money{_PERMANENT}.",
        _ANEW,
    ),
    Reason.D_INCOME: Explanation(
        "The distribution shares an income that may not be shared there: not confirmed, shared before, in another "
        f"currency, or more going back than there was{_PERMANENT}.",
        _ANEW,
    ),
    Reason.D_INPUTS: Explanation(
        f"The distribution leaves out, or invents, something its author knew of{_PERMANENT}.", _ANEW
    ),
    Reason.D_LINES: Explanation(
        f"The distribution gives somebody another amount than the equation makes of what was known{_PERMANENT}.", _ANEW
    ),
    Reason.D_SUM: Explanation(
        f"The rest that the distribution leaves, or its digest, is not that of its sums{_PERMANENT}.", _ANEW
    ),
    Reason.K_CONFLICT: Explanation(
        "Two versions of the agreement were signed by all who must; neither pays before they say which.",
        "let all sign a version that follows both, or pick one: meshnode agreement decide --help",
    ),
    Reason.S_SIG: Explanation(f"A signature among its facts is not valid{_PERMANENT}."),
    Reason.F_FORK: Explanation("Its author signed another record with the same number; both stand, as concurrent."),
    Reason.U_TYPE: Explanation(
        "This version does not know what it means; it is stored and passed on.", "update meshnode"
    ),
    Reason.U_ENGINE: Explanation(
        "It was computed by an engine that this version does not have: it can be neither checked nor refused here.",
        "update meshnode",
    ),
    Reason.I_FIELD: Explanation(f"{_FACTS}: one is missing, unknown or of another kind."),
    Reason.I_VALUE: Explanation(f"{_FACTS}: one has an impossible value."),
    Reason.I_LIST: Explanation(f"{_FACTS}: a list is too long, unsorted or holds something twice."),
    Reason.I_RULE: Explanation(f"{_FACTS}: two of them contradict each other."),
}

AGREED: dict[Reason, Explanation] = {
    Reason.T_MISSING: Explanation(
        "It is valid, and waits for those who have not signed or approved it yet.", "meshnode inbox"
    ),
    Reason.R_RIVAL: Explanation(
        "It is valid, but so is another, and both cannot hold: neither counts before one is picked.",
        "those who decide say which: meshnode agreement decide --help",
    ),
    Reason.K_CONFLICT: EXPLANATIONS[Reason.K_CONFLICT],
    Reason.C_RESTS: Explanation(
        "It is valid, but a signature or version it rests on is contested.",
        "whoever still signs for its author can stand by it: meshnode reaffirm",
    ),
}
"""What a reason means of a valid record of an agreement that is not in force."""

FORK_CAUSES: dict[Cause, str] = {
    Cause.KNOWINGLY: "knowingly: one of them rests on another, which no copy of a home does by accident",
    Cause.TWO_WRITERS: "two copies of one home at work at the same time, as far as their clocks tell",
    Cause.OLD_COPY: "an old copy of a home restored and used, as far as its clock tells",
}
"""What a fork comes from, to be read after "looks like" or a colon."""


def explain_fork(fork: KnownFork, who: str, where: str, *, mine: bool) -> Explanation:
    """A fork in words: who signed what, from what cause, and what one can do; `who` and `where` are names."""
    records = f"{len(fork.branches)} records with the number {fork.seq} in {where}"
    text = f"{who} signed {records}: {FORK_CAUSES[fork.cause]}"
    if fork.healed:
        return Explanation(f"{text}; a later record has joined the branches")
    log = fork.log.hex()
    proof = f"meshnode export fork fork-{log[:8]}.proof --log {log}"
    if not mine:
        return Explanation(text, f"both stand, as concurrent; for the proof: {proof}")
    return Explanation(text, f"{_OWN_CAUSES[fork.cause]}the next thing you sign there joins them again")


_OWN_CAUSES: dict[Cause, str] = {
    Cause.KNOWINGLY: "somebody else may have your key; ",
    Cause.TWO_WRITERS: "stop the other copy of this home, only one may sign; ",
    Cause.OLD_COPY: "",
}


def explain(status: str, reason: str, detail: str) -> Explanation:
    """The explanation of a standing; a reason without words of its own is told by its code."""
    if status == "yes" and not reason:
        return FINE
    known = Reason(reason) if reason in set(Reason) else None
    found = AGREED.get(known) if status == "yes" and known else None
    found = found or (EXPLANATIONS.get(known) if known else None)
    if found is None:
        found = Explanation(f"It stands as {status}, with the reason {reason or 'none'}.")
    return found._replace(text=f"{found.text} ({detail})") if detail else found
