"""`meshnode completion bash|zsh|fish`: completion scripts, generated from the declarations of the commands."""

from meshnode.cli.commands import EVERYWHERE, Argument, Command
from meshnode.cli.desk import Desk
from meshnode.cli.exits import Exit
from meshnode.cli.index import ENTRIES, every_name

SHELLS = ("bash", "zsh", "fish")


def completion(desk: Desk, *, shell: str) -> Exit:
    """Print the completion script of one shell."""
    from meshnode.cli.main import load  # The entry loads this file, so it cannot be loaded before it.

    commands = [load(name) for name in every_name()]
    script = {"bash": bash, "zsh": zsh, "fish": fish}[shell](commands)
    if desk.out.as_json:
        desk.out.give("completion", {"shell": shell, "script": script})
    else:
        desk.out.stdout.write(script)
    return Exit.OK


def bash(commands: list[Command]) -> str:
    """Return the script for bash, which also does for zsh's bash mode."""
    cases = [
        f'        "{first}") words="{" ".join(entry.second)}" ;;' for first, entry in ENTRIES.items() if entry.second
    ]
    for command in commands:
        offered = " ".join(_offered(command))
        cases.append(f'        "{command.name}") words="{offered}"; files={_files(command)} ;;')
    choices = [
        f'        "{command.name} {name}") words="{" ".join(argument.choices)}"; files=no ;;'
        for command in commands
        for argument in command.arguments
        if argument.choices and argument.is_option
        for name in argument.names
    ]
    choices += [
        f'        "{command.name} {name}") words=""; files=yes ;;'
        for command in commands
        for argument in command.arguments
        if argument.complete and argument.is_option
        for name in argument.names
    ]
    return _BASH.format(
        first=" ".join(ENTRIES),
        skip="|".join(name for argument in EVERYWHERE if argument.kind != "flag" for name in argument.names),
        groups="|".join(first for first, entry in ENTRIES.items() if entry.second),
        cases="\n".join(cases),
        choices="\n".join(choices),
    )


def zsh(commands: list[Command]) -> str:
    """Return the script for zsh."""
    lines = ["#compdef meshnode", "", "_meshnode() {", "  local -a first", "  first=("]
    lines += [f"    '{name}:{_quoted(entry.summary)}'" for name, entry in ENTRIES.items()]
    skipped = "|".join(name for argument in EVERYWHERE if argument.kind != "flag" for name in argument.names)
    lines += ["  )", *_ZSH_NAME.format(skipped=skipped).splitlines()]
    for first, entry in ENTRIES.items():
        if entry.second:
            lines += [f"    {first})", f"      (( CURRENT == 3 )) && {{ compadd -- {' '.join(entry.second)}; return }}"]
            lines += ['      name="$name ${words[3]}"', "      ;;"]
    lines += ["  esac", '  case "$name" in']
    for command in commands:
        lines += [f"    '{command.name}')", "      _arguments -s \\"]
        lines += [f"        {spec} \\" for spec in _zsh_options(command)]
        lines += [f"        {_zsh_words(command)}", "      ;;"]
    return "\n".join([*lines, "  esac", "}", "", *_ZSH_END.splitlines(), ""])


def fish(commands: list[Command]) -> str:
    """Return the script for fish."""
    lines = ["complete -c meshnode -f"]
    for first, entry in ENTRIES.items():
        lines.append(f"complete -c meshnode -n __fish_use_subcommand -a {first} -d '{_quoted(entry.summary)}'")
        for second in entry.second:
            test = f"__fish_seen_subcommand_from {first}; and not __fish_seen_subcommand_from {' '.join(entry.second)}"
            lines.append(f"complete -c meshnode -n '{test}' -a {second}")
    for command in commands:
        seen = "; and ".join(f"__fish_seen_subcommand_from {word}" for word in command.name.split())
        if any(argument.complete for argument in command.arguments if not argument.is_option):
            lines.append(f"complete -c meshnode -n '{seen}' -F")
        lines += [
            f"complete -c meshnode -n '{seen}' {_fish_option(argument)}"
            for argument in command.arguments
            if argument.is_option
        ]
        for argument in command.arguments:
            if argument.choices and not argument.is_option:
                lines.append(f"complete -c meshnode -n '{seen}' -a '{' '.join(argument.choices)}'")
    lines += [f"complete -c meshnode {_fish_option(argument)}" for argument in EVERYWHERE]
    return "\n".join([*lines, ""])


def _offered(command: Command) -> list[str]:
    """Return the words that may follow a command: its options, and the values of a word with choices."""
    options = [argument.names[-1] for argument in (*command.arguments, *EVERYWHERE) if argument.is_option]
    values = [choice for argument in command.arguments if not argument.is_option for choice in argument.choices]
    return [*values, *options]


def _files(command: Command) -> str:
    return "yes" if any(argument.complete for argument in command.arguments if not argument.is_option) else "no"


def _zsh_options(command: Command) -> list[str]:
    specs = []
    for argument in (*command.arguments, *EVERYWHERE):
        if argument.is_option:
            repeat = "*" if argument.kind == "repeat" else ""
            value = f":{argument.shown}:{_zsh_values(argument)}" if argument.kind != "flag" else ""
            specs += [f"'{repeat}{name}[{_quoted(argument.meaning)}]{value}'" for name in argument.names]
    return specs


def _zsh_words(command: Command) -> str:
    words = [argument for argument in command.arguments if not argument.is_option]
    values = [_zsh_values(argument) for argument in words if argument.choices or argument.complete]
    return f"'*:{words[0].shown}:{values[0]}'" if values else "'*: :'"


def _zsh_values(argument: Argument) -> str:
    if argument.choices:
        return f"({' '.join(argument.choices)})"
    return {"file": "_files", "folder": "_files -/", "": " "}[argument.complete]


def _fish_option(argument: Argument) -> str:
    parts = [f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}" for name in argument.names]
    if argument.kind != "flag":
        parts.append("-r" if argument.complete else "-x")
    if argument.choices:
        parts.append(f"-a '{' '.join(argument.choices)}'")
    if argument.complete:
        parts.append("-F")
    return " ".join([*parts, f"-d '{_quoted(argument.meaning)}'"])


def _quoted(text: str) -> str:
    """Make a sentence harmless inside the single quotes and brackets of a completion script."""
    return text.replace("'", "’").replace("[", "(").replace("]", ")").replace(":", " –").replace("`", "")


_ZSH_NAME = """\
  local place=2
  while (( place < CURRENT )); do
    case "${{words[place]}}" in
      {skipped}) (( place++ )) ;;
      -*) ;;
      *) break ;;
    esac
    (( place++ ))
  done
  if (( place >= CURRENT )); then
    if [[ "${{words[CURRENT-1]}}" == --home ]]; then
      _files -/
    elif [[ "${{words[CURRENT]}}" == -* ]]; then
      compadd -- --home --json --timeout --help --version
    else
      _describe command first
    fi
    return
  fi
  words=("${{words[1]}}" "${{(@)words[place,-1]}}")
  (( CURRENT -= place - 2 ))
  local name=${{words[2]}}
  case "$name" in"""
"""Finds the first word behind options, offers one where there is none, and leaves the options out of what follows."""

# A function that zsh loads by its name runs as the file does: it has to call what it has just defined, or the first
# press of the key would offer nothing.
_ZSH_END = """\
if [[ "${funcstack[1]}" == _meshnode ]]; then
  _meshnode "$@"
else
  compdef _meshnode meshnode
fi"""

_BASH = """# meshnode completion for bash: eval "$(meshnode completion bash)"
_meshnode() {{
    local current="${{COMP_WORDS[COMP_CWORD]}}" before="${{COMP_WORDS[COMP_CWORD-1]}}" name="" words="" files=no place=1
    while (( place < COMP_CWORD )); do
        case "${{COMP_WORDS[place]}}" in
            {skip}) (( place++ )) ;;
            -*) ;;
            *)
                if [[ -z "$name" ]]; then
                    name="${{COMP_WORDS[place]}}"
                else
                    case "$name" in
                        {groups}) name="$name ${{COMP_WORDS[place]}}" ;;
                    esac
                fi
                ;;
        esac
        (( place++ ))
    done
    case "$name" in
        "") words="{first} --home --json --timeout --help --version" ;;
{cases}
    esac
    case "$name $before" in
{choices}
        *" --home") words=""; files=yes ;;
    esac
    COMPREPLY=( $(compgen -W "$words" -- "$current") )
    [[ "$files" == yes ]] && COMPREPLY+=( $(compgen -f -- "$current") )
    return 0
}}
complete -o filenames -F _meshnode meshnode
"""

COMMANDS = {
    "completion": Command(
        "completion",
        "Print the completion script of a shell.",
        completion,
        (Argument(("shell",), "Which shell.", choices=SHELLS),),
        text='For bash, put eval "$(meshnode completion bash)" into ~/.bashrc. For zsh, write the script to a file '
        "called _meshnode in a folder of your fpath. For fish, write it to ~/.config/fish/completions/meshnode.fish.",
        examples=(("Try it now in bash", 'eval "$(meshnode completion bash)"'),),
    )
}
