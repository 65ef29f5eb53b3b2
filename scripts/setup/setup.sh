# What every script here starts with: find Python, see that what libp2p builds from source can be built, make .venv.
# Source it, then call `prepare run` (what a node needs) or `prepare dev` (what tests and checks need too).
# Runs on bash 3.2 and later; everything it says goes to stderr, so that a script's own output stays clean.
# shellcheck shell=bash

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
VENV=$ROOT/.venv
# Names the people at the keyboard typed, for hints they can paste.
SCRIPT=${0#"$PWD/"}

# A foreign Python's settings would steer ours to the wrong packages, or pip to the wrong place.
unset PYTHONPATH PYTHONHOME PIP_USER PIP_TARGET PIP_PREFIX PIP_REQUIRE_VIRTUALENV __PYVENV_LAUNCHER__

say() { printf 'meshnode: %s\n' "$*" >&2; }

fail() {
    say "$@"
    exit 1
}

# Makes .venv fit for "run" or "dev" and says where the command is. Quick, and without network, once that is done.
prepare() {
    local kind=$1
    if ! "$VENV/bin/python" -I "$ROOT/scripts/setup/environment.py" check "$kind" 2>/dev/null; then
        find_python
        require_build_tools
        "$PYTHON" -I "$ROOT/scripts/setup/environment.py" make "$kind" || exit 1
    fi
    say "the command is $VENV/bin/meshnode"
}

# Sets PYTHON to the newest 3.11–3.13 that can make virtual environments, one with its C headers before one without.
# $PYTHON, when set, is the only candidate. Where there is none, installs it (root on Debian or Ubuntu) or says what to do.
find_python() {
    local wanted=${PYTHON:-}
    PYTHON=$wanted
    choose_python && return
    [ -n "$wanted" ] && fail "PYTHON=$wanted is not a Python 3.11, 3.12 or 3.13 with venv, ssl and sqlite3"
    local version packages
    version=$(python_of_the_distribution)
    packages="python$version python$version-venv python$version-dev"
    install_or_explain "Python 3.11, 3.12 or 3.13 with venv, ssl and sqlite3" "$packages"
    PYTHON=
    choose_python || fail "there is still no Python 3.11, 3.12 or 3.13 after installing $packages"
}

choose_python() {
    local name path answer best=""
    for name in ${PYTHON:-python3.13 python3.12 python3.11 python3 python}; do
        while IFS= read -r path; do
            answer=$("$path" -I "$ROOT/scripts/setup/probe.py" 2>/dev/null) || continue
            if [[ $answer == headers\ * ]]; then
                PYTHON=${answer#* }
                return 0
            fi
            best=${best:-${answer#* }}
        done < <(type -aP "$name")
    done
    PYTHON=$best
    [ -n "$best" ]
}

# The version to ask apt for: the newest it offers; 3.11 where that cannot be asked.
python_of_the_distribution() {
    local version
    if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then apt-get update -qq >&2 || true; fi
    for version in 3.13 3.12 3.11; do
        if apt-cache show "python$version-venv" >/dev/null 2>&1; then
            echo "$version"
            return
        fi
    done
    echo 3.11
}

# fastecdsa, which libp2p needs, comes as source on Linux: a compiler, Python's headers and libgmp's.
require_build_tools() {
    local what="" packages="" version
    version=$("$PYTHON" -I -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    if ! compiler >/dev/null; then
        what="a C compiler"
        packages="gcc libc6-dev"
    elif ! has_header stdlib.h; then
        what="the C library's headers"
        packages="libc6-dev"
    fi
    if ! "$PYTHON" -I "$ROOT/scripts/setup/probe.py" | grep -q '^headers '; then
        what="$what${what:+, }the headers of Python $version (Python.h)"
        packages="$packages python$version-dev"
    fi
    if ! compiler >/dev/null || ! has_header gmp.h; then
        what="$what${what:+, }the headers of libgmp (gmp.h)"
        packages="$packages libgmp-dev"
    fi
    [ -z "$what" ] || install_or_explain "$what" "$packages"
}

compiler() { command -v "${CC:-gcc}" || command -v cc; }

has_header() { printf '#include <%s>\n' "$1" | "$(compiler)" -E -o /dev/null - 2>/dev/null; }

# Installs Debian packages when root; otherwise says exactly what is missing and the one command that helps, and ends.
install_or_explain() {
    local what=$1 wanted
    read -ra wanted <<<"$2"
    if ! command -v apt-get >/dev/null; then
        say "missing: $what"
        say "Install it with your system's packages (on Debian they are called: ${wanted[*]}), then run $SCRIPT again."
        exit 1
    fi
    if [ "$(id -u)" != 0 ]; then
        say "missing: $what"
        say "Run this once, then $SCRIPT again:"
        printf '    sudo apt-get update && sudo apt-get install -y %s\n' "${wanted[*]}" >&2
        exit 1
    fi
    say "missing: $what; installing ${wanted[*]}"
    if ! (apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "${wanted[@]}") >&2; then
        fail "apt could not install them; mend that, then run $SCRIPT again"
    fi
}

# require_commands "what for" command=package…: the same for programs.
require_commands() {
    local purpose=$1 pair what="" packages=""
    shift
    for pair in "$@"; do
        if ! command -v "${pair%%=*}" >/dev/null; then
            what="$what${what:+, }${pair%%=*}"
            packages="$packages ${pair#*=}"
        fi
    done
    [ -z "$what" ] || install_or_explain "$what ($purpose)" "$packages"
}
