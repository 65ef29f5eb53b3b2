"""The options of `meshnode import`, by the names under which the API knows them."""

from meshnode.cli.commands import Argument

_DRY_RUN = Argument(("--dry-run",), "Only show what would be imported.", kind="flag")
_COMMON = (
    _DRY_RUN,
    Argument(("--email",), "Your address in the source (else what git says).", kind="repeat"),
    Argument(("--network",), "Sign into this network (else the project's, the default one, or your notebook)."),
    Argument(("--project",), "The project all of it was for."),
    Argument(("--create-projects",), "Begin the projects that the source names.", kind="flag"),
    Argument(("--without-projects",), "Leave the source's projects out.", kind="flag"),
    Argument(("--kind",), "What kind of contribution it was (work)."),
    Argument(("--accept-partial",), "Import the rest although something is refused.", kind="flag"),
    Argument(("--again",), "Also take rows that begin when an imported one did.", kind="flag"),
)
GIT = (
    Argument(("path",), "The repository.", complete="folder"),
    *_COMMON,
    Argument(("--per",), "One entry for each.", choices=("commit", "day")),
    Argument(("--each",), "Count every entry as this much time, instead of one piece.", metavar="DURATION"),
    Argument(("--merges",), "Take merges too.", kind="flag"),
    Argument(("--all",), "All branches.", kind="flag"),
    Argument(("--branch",), "This branch (else the one checked out)."),
    Argument(("--since",), "Only from this day on: 2026-03-09.", metavar="DATE"),
    Argument(("--until",), "Only up to this day.", metavar="DATE"),
)
CSV = (
    Argument(("path",), "The file.", complete="file"),
    *_COMMON,
    Argument(("--map",), "Which column is what, in other tables.", kind="repeat", metavar="FIELD=COLUMN"),
    Argument(("--tz",), "Time zone of its times, such as Europe/Madrid.", metavar="ZONE"),
    Argument(("--date-format",), "How its dates are written, where that is unclear.", metavar="FORMAT"),
    Argument(("--encoding",), "How its letters are encoded, where that is guessed wrong."),
    Argument(("--delimiter",), "What separates its columns: comma, semicolon, tab, pipe.", metavar="SIGN"),
    Argument(("--max-hours",), "Longer entries are refused as forgotten timers.", kind="number", metavar="HOURS"),
    Argument(("--keep-duplicates",), "Take rows that stand there twice.", kind="flag"),
)
BUNDLE = (Argument(("path",), "The file.", complete="file"), _DRY_RUN)
BATCH = (Argument(("batch",), "Its name in `meshnode import ls`."),)
