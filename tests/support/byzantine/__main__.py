"""Replay one schedule: `python -m tests.support.byzantine [--money] SEED`.

Prints what every record came to, and what differs.
"""

import random
import sys

from tests.support.byzantine.checks import as_said, check, made
from tests.support.byzantine.companies import company
from tests.support.reference.statuses import reference


def main(seed: int, *, is_about_money: bool) -> None:
    """Print the records of a schedule with what the text says of them, then check them as the campaign does."""
    records = company(seed) if is_about_money else made(seed)
    wanted = reference(records)
    for record in records:
        said = wanted[record.id]
        ids = " ".join(each.hex()[:8] for each in said.ids)
        words = [record.id.hex()[:8], record.type, said.status, said.reason, said.detail, ids, said.state, *said.flags]
        sys.stdout.write(" ".join(each for each in words if each) + "\n")
    followed = check(records, random.Random(seed), every_prefix=True)
    differ = [each for each in records if as_said(followed.fold.standing(each.id)) != wanted[each.id]]
    sys.stdout.write(f"{len(records)} records, {len(differ)} differ\n")


if __name__ == "__main__":
    main(int(sys.argv[-1]), is_about_money="--money" in sys.argv)
