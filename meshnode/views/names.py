"""Names that people type for what has a title."""

import re
import unicodedata


def slug(title: str) -> str:
    """Return the short name of a project: lower case, letters and digits of any script, hyphens between words."""
    plain = unicodedata.normalize("NFKC", title).casefold()
    return "-".join(re.findall(r"\w+", plain.replace("_", " ")))
