"""``python app.py propose`` on real data, as a command of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

from tests.bench.table import Row
from tests.browser.driver import ROOT

BANEPA = ROOT.parent / "shared" / "data" / "banepa_west"


def propose_rows(folder: Path, times: int) -> list[Row]:
    """Rows of the whole command and of the seconds it reports itself; skipped where the data are absent."""
    step = "propose on banepa_west, “schools”"
    if not (BANEPA / "ortho.tif").is_file():
        return [Row(step, [], note="skipped: no data")]
    whole: list[float] = []
    own: list[float] = []
    for number in range(times):
        command = [
            sys.executable,
            "app.py",
            "propose",
            "--json",
            "--query",
            "schools",
            "--data",
            str(folder / str(number)),
        ]
        command += ["--image", str(BANEPA / "ortho.tif"), "--map", str(BANEPA / "map.geojson")]
        began = time.perf_counter()
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        whole.append((time.perf_counter() - began) * 1000)
        if done.returncode != 0:
            return [Row(step, [], note=f"failed: {done.stderr.strip()[-80:]}")]
        own.append(json.loads(done.stdout)["seconds"] * 1000)
    return [Row(f"{step}: the command", whole), Row(f"{step}: arguments read -> last proposal", own)]
