#!/bin/sh
# Finds a Chromium for the browser tests, or installs Debian's when root. Fails only where CI=true.
set -eu
for name in chromium chromium-browser google-chrome google-chrome-stable; do
    command -v "$name" >/dev/null 2>&1 && exit 0
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing Chromium for the browser tests …" >&2
    if apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null; then
        exit 0
    fi
fi
echo "No Chromium was found: the browser tests are skipped. On Debian: apt install chromium" >&2
[ "${CI:-}" = true ] && exit 1
exit 0
