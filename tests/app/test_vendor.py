"""The page's libraries and the set-up: done once, not again."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from app import vendor

ROOT = Path(__file__).parents[2]


@pytest.fixture
def fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the two files in a folder where nothing is installed."""
    for name in vendor.FILES:
        shutil.copyfile(ROOT / name, tmp_path / name)
    monkeypatch.setattr(vendor, "ROOT", tmp_path)
    monkeypatch.setattr(vendor, "VENDOR", tmp_path / "vendor")
    monkeypatch.setattr(vendor, "STAMP", tmp_path / "vendor" / ".installed")
    return tmp_path


def program(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n" + text)
    path.chmod(0o755)
    return path


def with_npm(fresh: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    npm = program(fresh / "bin" / "npm", text)
    monkeypatch.setattr(vendor, "npm_command", lambda: [str(npm)])


def test_nothing_is_installed_without_a_stamp(fresh: Path) -> None:
    assert not vendor.is_installed()
    assert (fresh / "package-lock.json").is_file()


def test_what_was_installed_is_not_installed_again(fresh: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with_npm(fresh, monkeypatch, 'echo "$@" >> ../calls\nmkdir -p node_modules\n')
    assert vendor.ensure_vendor() is None
    assert vendor.ensure_vendor() is None
    assert vendor.is_installed()
    assert (fresh / "calls").read_text() == "ci --ignore-scripts --no-audit --no-fund --silent\n"


@pytest.mark.parametrize("name", ["package.json", "package-lock.json"])
def test_another_lock_file_is_installed_anew(fresh: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    with_npm(fresh, monkeypatch, "mkdir -p node_modules\n")
    vendor.ensure_vendor()
    with (fresh / name).open("a") as file:
        file.write("\n")
    assert not vendor.is_installed()


def test_an_installation_that_failed_is_tried_again(fresh: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with_npm(fresh, monkeypatch, "echo 'no network' >&2\nexit 1\n")
    told = vendor.ensure_vendor()
    assert told is not None
    assert "no network" in told
    assert not vendor.is_installed()


def test_libraries_that_were_removed_are_installed_anew(fresh: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with_npm(fresh, monkeypatch, "mkdir -p node_modules\n")
    vendor.ensure_vendor()
    shutil.rmtree(fresh / "vendor" / "node_modules")
    assert not vendor.is_installed()


def test_without_npm_the_page_says_where_its_libraries_come_from(fresh: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vendor, "npm_command", lambda: None)
    told = vendor.ensure_vendor()
    assert told is not None
    assert "content delivery network" in told
    assert not (fresh / "vendor").exists()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The set-up script beside a Python that only writes down how it was called."""
    for name in ("scripts/setup.sh", "requirements.txt", "requirements-dev.txt", "constraints.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copyfile(ROOT / name, tmp_path / name)
    program(tmp_path / ".venv" / "bin" / "python", 'echo "$@" >> calls\n')
    program(tmp_path / "bin" / "npm", "exit 0\n")
    program(tmp_path / "scripts" / "chromium.sh", "exit 0\n")
    return tmp_path


def set_up(checkout: Path, purpose: str) -> list[str]:
    """The calls of Python that one run of the set-up made."""
    calls = checkout / "calls"
    calls.unlink(missing_ok=True)
    path = f"{checkout / 'bin'}:{os.environ['PATH']}"
    subprocess.run(["sh", "scripts/setup.sh", purpose], cwd=checkout, check=True, env=os.environ | {"PATH": path})
    return calls.read_text().splitlines()


@pytest.mark.parametrize("purpose", ["run", "test"])
def test_a_second_set_up_installs_nothing(checkout: Path, purpose: str) -> None:
    first = set_up(checkout, purpose)
    assert [call for call in first if call.startswith("-m pip install")]
    assert set_up(checkout, purpose) == ["-m app.vendor"]


def test_other_requirements_are_installed_anew(checkout: Path) -> None:
    set_up(checkout, "run")
    with (checkout / "constraints.txt").open("a") as file:
        file.write("# changed\n")
    assert len(set_up(checkout, "run")) == 2


def test_a_set_up_that_failed_is_tried_again(checkout: Path) -> None:
    program(checkout / ".venv" / "bin" / "python", "exit 1\n")
    with pytest.raises(subprocess.CalledProcessError):
        set_up(checkout, "run")
    program(checkout / ".venv" / "bin" / "python", 'echo "$@" >> calls\n')
    assert len(set_up(checkout, "run")) == 2
