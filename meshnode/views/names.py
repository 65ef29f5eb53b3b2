"""Names that people type for what has a title."""

import re
import unicodedata
from collections.abc import Iterable
from itertools import islice

NAMES_COMPARED = 1_000
"""Names among which one like another is looked for: some milliseconds, a tenth of a second if all are long."""
LONGEST_LIKE = 60
"""Characters of a name that is offered in place of another; whoever has a longer one is found by the id."""
_ALIKE = 0.6


def slug(title: str) -> str:
    """Return the short name of a project: lower case, letters and digits of any script, hyphens between words."""
    plain = unicodedata.normalize("NFKC", title).casefold()
    return "-".join(re.findall(r"\w+", plain.replace("_", " ")))


def like(wanted: str, names: Iterable[str]) -> str:
    """Ask whether one of these names was meant, in the words that go behind the name that nothing has; or nothing."""
    from difflib import get_close_matches  # Only a mistyped name needs it.

    known = {slug(name): name for name in islice(names, NAMES_COMPARED) if name and len(name) <= LONGEST_LIKE}
    short = slug(wanted[:LONGEST_LIKE])
    longer = sorted(each for each in known if short and f"-{short}-" in f"-{each}-")
    close = longer[:1] or get_close_matches(short, [each for each in known if each], n=1, cutoff=_ALIKE)
    return f" (did you mean {known[close[0]]!r}?)" if close else ""
