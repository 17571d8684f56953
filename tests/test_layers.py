"""Imports go down only: app -> storage -> annotator; heavy libraries wait until they are used."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MAY_IMPORT = {"annotator": {"annotator"}, "storage": {"annotator", "storage"}, "app": {"annotator", "storage", "app"}}
OURS = {"annotator", "storage", "app", "tests"}
HEAVY = ("torch", "transformers", "leafmap", "folium", "rasterio", "rio_tiler", "segment_anything")


def imported_packages(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found.add(node.module.split(".")[0])
    return found


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_a_layer_imports_only_itself_and_those_below(package: str) -> None:
    wrong = {
        str(path.relative_to(ROOT)): sorted(up)
        for path in (ROOT / package).rglob("*.py")
        if (up := (imported_packages(path) & OURS) - MAY_IMPORT[package])
    }
    assert wrong == {}


def test_the_domain_knows_no_page_and_no_database() -> None:
    wrong = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "annotator").rglob("*.py")
        if imported_packages(path) & {"gradio", "sqlalchemy", "alembic", "starlette"}
    }
    assert wrong == set()


def test_starting_the_page_loads_no_heavy_library() -> None:
    code = (
        "import sys, app.server, app.cli.main\n"
        "from app.backends import make_backends\n"
        "make_backends('grounded', 'grabcut')\n"
        f"print(','.join(name for name in {HEAVY!r} if name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
