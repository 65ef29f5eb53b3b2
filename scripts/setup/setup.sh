# What every script here starts with: find Python, see that what libp2p builds from source can be built, make .venv.
# Source it, then call `prepare run` (what a node needs) or `prepare dev` (what tests and checks need too), with the
# programs the script needs besides, each as command=Debian-package.
# Runs on bash 3.2 and later; everything it says goes to stderr, so that a script's own output stays clean.
# shellcheck shell=bash

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
VENV=$ROOT/.venv
# As it was typed, for hints that can be pasted.
SCRIPT=$0

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
    shift
    look_for_what_is_missing "$kind" "$@"
    if [ -n "$MISSING" ]; then
        install_or_explain
        look_for_what_is_missing "$kind" "$@"
        [ -z "$MISSING" ] || fail "apt installed $PACKAGES, and this is missing all the same: $MISSING"
    fi
    if ! is_ready "$kind"; then
        "$PYTHON" -I "$ROOT/scripts/setup/environment.py" make "$kind" || exit 1
    fi
    say "the command is $VENV/bin/meshnode"
}

is_ready() { "$VENV/bin/python" -I "$ROOT/scripts/setup/environment.py" check "$1" 2>/dev/null; }

# Collects everything at once, so that one command mends it: MISSING for people, PACKAGES for apt. Sets PYTHON.
look_for_what_is_missing() {
    local kind=$1 pair
    shift
    MISSING="" PACKAGES=""
    for pair in "$@"; do
        command -v "${pair%%=*}" >/dev/null || lacks "${pair%%=*}" "${pair#*=}"
    done
    is_ready "$kind" && return
    WANTED_PYTHON=${WANTED_PYTHON-${PYTHON:-}}
    PYTHON=$WANTED_PYTHON
    if ! choose_python; then
        [ -z "$WANTED_PYTHON" ] || fail "PYTHON=$WANTED_PYTHON is not a Python 3.11, 3.12 or 3.13 with venv, ssl and sqlite3"
        lacks "Python 3.11, 3.12 or 3.13 with venv, ssl and sqlite3" "$(python_packages)"
    fi
    look_for_build_tools
}

lacks() {
    MISSING="$MISSING${MISSING:+, }$1"
    PACKAGES="$PACKAGES${PACKAGES:+ }$2"
}

# Sets PYTHON to the newest 3.11–3.13 that can make virtual environments, one with its C headers before one without.
# $PYTHON, when set, is the only candidate.
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

# What to ask apt for: the newest Python that does and that it offers; the distribution's own where that cannot be seen.
python_packages() {
    local version
    if [ "$(id -u)" = 0 ]; then apt-get update -qq >/dev/null 2>&1 || true; fi
    for version in 3.13 3.12 3.11; do
        if apt-cache show "python$version-venv" >/dev/null 2>&1; then
            echo "python$version python$version-venv python$version-dev"
            return
        fi
    done
    echo "python3 python3-venv python3-dev"
}

# fastecdsa, which libp2p needs, comes as source on Linux: a compiler, Python's headers and libgmp's.
look_for_build_tools() {
    local version
    if ! compiler >/dev/null; then
        lacks "a C compiler" "gcc libc6-dev"
    elif ! has_header stdlib.h; then
        lacks "the C library's headers (stdlib.h)" "libc6-dev"
    fi
    if [ -n "$PYTHON" ] && ! "$PYTHON" -I "$ROOT/scripts/setup/probe.py" | grep -q '^headers '; then
        version=$("$PYTHON" -I -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        lacks "the C headers of Python $version (Python.h)" "python$version-dev"
    fi
    has_header gmp.h || lacks "the headers of libgmp (gmp.h)" "libgmp-dev"
}

compiler() { command -v "${CC:-gcc}" || command -v cc; }

has_header() {
    local cc
    # Not through a pipe: a compiler that reads nothing would break it, and with it the answer.
    cc=$(compiler) && "$cc" -E -o /dev/null - <<<"#include <$1>" 2>/dev/null
}

# Installs PACKAGES when root on Debian or Ubuntu; otherwise says what is missing and the one command that helps, and ends.
install_or_explain() {
    local wanted output
    read -ra wanted <<<"$PACKAGES"
    say "missing: $MISSING"
    if ! command -v apt-get >/dev/null; then
        say "Install it with your system's packages (Debian calls them ${wanted[*]}), then run $SCRIPT again."
        exit 1
    fi
    if [ "$(id -u)" != 0 ]; then
        say "Run this once, then $SCRIPT again:"
        printf '    sudo apt-get update && sudo apt-get install -y %s\n' "${wanted[*]}" >&2
        exit 1
    fi
    say "installing with apt: ${wanted[*]}"
    if ! output=$(apt-get update -qq 2>&1 &&
        DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "${wanted[@]}" 2>&1); then
        printf '%s\n' "$output" | tail -n 15 >&2
        fail "apt could not install them; mend that, then run $SCRIPT again"
    fi
}
