"""What a machine installs is said once: requirements, constraints, the README's front matter and the npm lock agree."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest

from app.vendor import COPIES, is_installed, public_copies
from app.version import VERSION

ROOT = Path(__file__).parents[1]
USERS_EIGHT = ("gradio", "torch", "transformers", "segment-anything", "leafmap", "folium", "pillow", "sqlalchemy")


def pins(name: str) -> dict[str, str]:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    rows = [line for line in lines if line and not line.startswith(("#", "-r"))]
    assert all("==" in row for row in rows), f"{name} has a line that is not pinned"
    return {key.lower().replace("_", "-"): value for key, value in (row.split("==") for row in rows)}


def front_matter() -> dict[str, str]:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    block = re.match(r"---\n(.*?)\n---\n", text, re.DOTALL)
    assert block is not None, "README.md has no front matter for a Space"
    return dict(re.findall(r"^(\w+): *['\"]?(.*?)['\"]?$", block.group(1), re.MULTILINE))


def test_requirements_hold_the_eight_packages_the_project_is_made_of() -> None:
    assert set(USERS_EIGHT) <= set(pins("requirements.txt"))


def test_constraints_agree_with_the_requirements() -> None:
    constraints = pins("constraints.txt")
    for name in ("requirements.txt", "requirements-dev.txt"):
        for package, version in pins(name).items():
            assert constraints[package] == version, package


def test_no_requirement_brings_a_build_for_one_kind_of_machine() -> None:
    assert not [name for name in pins("constraints.txt") if name.startswith(("nvidia", "triton", "torchvision"))]


def test_the_readme_starts_the_same_gradio_on_a_space() -> None:
    matter = front_matter()
    assert matter["sdk"] == "gradio"
    assert matter["sdk_version"] == pins("requirements.txt")["gradio"]
    assert matter["python_version"] == "3.11"
    assert matter["app_file"] == "app.py"
    assert matter["license"] == "apache-2.0"


def test_the_program_and_the_project_file_say_one_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == VERSION
    assert f"[{VERSION}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


@pytest.mark.skipif(not is_installed(), reason="the page's libraries are not installed: run make setup")
def test_the_copies_on_public_networks_have_the_hashes_of_the_installed_files() -> None:
    assert json.loads(COPIES.read_text(encoding="utf-8")) == public_copies()


def test_the_npm_lock_has_the_versions_of_package_json_and_no_address() -> None:
    wanted = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["dependencies"]
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    assert {name: lock[f"node_modules/{name}"]["version"] for name in wanted} == wanted
    assert all("integrity" in row for name, row in lock.items() if name)
    assert not [name for name, row in lock.items() if "resolved" in row]
