"""The main job in a real browser, end to end, on the sample city and on real imagery."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import shapely
from PIL import Image
from pycocotools.coco import COCO
from shapely.geometry import Point, shape
from shapely.geometry.base import BaseGeometry

from annotator.geometry import geometry_to_px, rasterize
from annotator.types import Grid
from tests.browser.driver import ROOT, OpenPage, Server, running_server

REAL = ROOT.parent / "shared" / "data" / "banepa_west"
LIVE = "socioscribe.debug.state"


@dataclass(frozen=True)
class Story:
    """What is asked on which picture, and how many places come."""

    args: tuple[str, ...]
    query: str
    places: int
    pick: str
    """Name of the proposal that is corrected."""


CITY = Story((), "schools", 4, "Maple Street Middle School")
BANEPA = Story(
    ("--image", str(REAL / "ortho.tif"), "--map", str(REAL / "map.geojson")), "schools", 5, "Innovative Academy"
)


@pytest.fixture(
    params=[pytest.param(CITY, id="sample city"), pytest.param(BANEPA, id="banepa west", marks=pytest.mark.real_data)]
)
def story(request: pytest.FixtureRequest) -> Story:
    if request.param is BANEPA and not REAL.is_dir():
        pytest.skip("../shared/data is not here: the story on real imagery was not told")
    found: Story = request.param
    return found


def draft_of(page: OpenPage) -> dict[str, Any]:
    """The one draft of the page."""
    (draft,) = page.state("drafts").values()
    found: dict[str, Any] = draft
    return found


def drag_a_vertex(page: OpenPage) -> None:
    """Arms vertex editing and pulls a corner of the selected shape outwards by 24 pixels."""
    page.key("4")
    corner = page.page.wait_for_selector(".marker-icon:not(.marker-icon-middle)")
    assert corner is not None
    box = corner.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.page.mouse.move(x, y)
    page.page.mouse.down()
    page.page.mouse.move(x - 24, y - 16, steps=6)
    page.page.mouse.up()
    page.wait_for(f"Object.keys({LIVE}.get('drafts')).length === 1")


def inner_point(geometry: BaseGeometry) -> tuple[float, float]:
    """A point inside, near the outline: halfway from the deepest point to the outline."""
    part = max(shapely.get_parts(geometry), key=lambda polygon: float(polygon.area))
    deep = shapely.maximum_inscribed_circle(part)
    (x0, y0), (x1, y1) = deep.coords[0], deep.coords[-1]
    return x0 + (x1 - x0) * 0.55, y0 + (y1 - y0) * 0.55


def test_ask_see_correct_accept_add_and_lose_nothing(
    story: Story, data: Path, tmp_path: Path, new_page: Callable[..., OpenPage]
) -> None:
    server = running_server(data, *story.args)
    try:
        page = new_page(server.url)
        page.ask(story.query)
        page.wait_proposals(story.places)
        proposals = page.state("proposals")
        assert len(proposals) == story.places
        assert all(one["geometry"] and one["evidence"] and one["points"] for one in proposals)

        corrected = correct_and_accept(page, next(one for one in proposals if one["name"] == story.pick))
        added = add_a_missed_place(page)
        assert page.errors == []

        server.kill()
        server = server.again()
        page.reload()
        page.wait_ready()
        page.wait_for(f"{LIVE}.get('labels').length === 2")
        labels = {label["id"]: label for label in page.state("labels")}
        assert labels == {corrected["id"]: corrected, added["id"]: added}
        assert {one["id"]: one["state"] for one in page.state("proposals")} == {
            one["id"]: "edited" if one["name"] == story.pick else "open" for one in proposals
        }
        check_exports(server, tmp_path, labels)
    finally:
        server.stop()


def correct_and_accept(page: OpenPage, proposal: dict[str, Any]) -> dict[str, Any]:
    """Drags a vertex, excludes a point, accepts; returns the label."""
    page.page.dblclick(f'[data-proposal="{proposal["id"]}"]')
    page.wait_for(f"{LIVE}.get('selected')?.id === '{proposal['id']}'")
    drag_a_vertex(page)
    dragged = shape(draft_of(page)["geometry"])
    assert dragged.symmetric_difference(shape(proposal["geometry"])).area > 0

    page.key("2")
    away = inner_point(dragged)
    page.click(away, alt=True)
    page.wait_for(f"Object.values({LIVE}.get('drafts'))[0].prompts.some((step) => step.kind === 'point')")
    page.wait_mask()
    draft = draft_of(page)
    assert not shape(draft["geometry"]).contains(Point(away))
    assert [step["kind"] for step in draft["prompts"]] == ["vertex", "point"]

    page.key("a")
    page.wait_for(f"{LIVE}.get('labels').length === 1")
    page.wait_saved()
    (label,) = page.state("labels")
    assert (label["status"], label["name"], label["class_id"]) == ("edited", proposal["name"], "school")
    assert label["proposal_id"] == proposal["id"]
    assert not shape(label["geometry"]).contains(Point(away))
    found: dict[str, Any] = label
    return found


def add_a_missed_place(page: OpenPage) -> dict[str, Any]:
    """Draws a box where nothing was proposed; the new place belongs to the same query."""
    page.key("Escape")
    page.key("Escape")
    page.key("3")
    left, top = 520.0, 560.0
    page.page.mouse.move(left, top)
    page.page.mouse.down()
    page.page.mouse.move(left + 120, top + 100, steps=8)
    page.page.mouse.up()
    page.wait_for(f"Object.values({LIVE}.get('drafts')).some((draft) => draft.geometry)")
    page.wait_mask()
    page.key("Enter")
    page.wait_for(f"{LIVE}.get('labels').length === 2")
    page.wait_saved()
    (label,) = [one for one in page.state("labels") if one["status"] == "drawn"]
    assert label["proposal_id"] is None
    assert label["class_id"] == "school"
    found: dict[str, Any] = label
    return found


def check_exports(server: Server, folder: Path, labels: dict[str, dict[str, Any]]) -> None:
    """Exports beside the running page; GDAL and pycocotools read the same shapes."""
    for name in ("geojson", "coco", "socioseg"):
        command = [sys.executable, "app.py", "export", "--format", name, "--out", str(folder / name)]
        done = subprocess.run(
            [*command, "--data", str(server.data), "--json"], cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["labels"] == 2

    document = json.loads((folder / "coco" / "instances.coco.json").read_text(encoding="utf-8"))
    scene = document["images"][0]
    grid = scene_grid(folder)
    shapes_px = {id_: geometry_to_px(grid, shape(label["geometry"])) for id_, label in labels.items()}

    _, ids, wkb, fields = pyogrio.raw.read(folder / "geojson" / "labels.geojson", columns=["status", "class"])[:4]
    read = [geometry_to_px(grid, geometry) for geometry in shapely.from_wkb(wkb)]
    for geometry_px in shapes_px.values():
        assert min(shapely.hausdorff_distance(geometry_px, other) for other in read) < 0.1
    assert ids is None or len(ids) == 2
    assert sorted(fields[0]) == ["drawn", "edited"]

    coco = COCO(str(folder / "coco" / "instances.coco.json"))
    for annotation in coco.dataset["annotations"]:
        geometry_px = shapes_px[annotation["attributes"]["label_id"]]
        truth = rasterize(geometry_px, (0, 0, scene["width"], scene["height"]))
        assert (coco.annToMask(annotation).astype(bool) == truth).all()
    assert len(coco.dataset["annotations"]) == 2
    assert (folder / "coco" / scene["file_name"]).is_file()

    samples = [path.parent for path in (folder / "socioseg").rglob("question.json")]
    assert samples
    for sample in samples:
        mask = np.asarray(Image.open(sample / "mask.png"))
        assert set(np.unique(mask)) <= {0, 255}
        assert json.loads((sample / "question.json").read_text(encoding="utf-8")) == {"problem": "schools"}


def scene_grid(folder: Path) -> Grid:
    """The grid of the whole scene, from a sample's own window."""
    scene = json.loads(next((folder / "socioseg").rglob("scene.json")).read_text(encoding="utf-8"))
    c, a, b, f, d, e = scene["transform"]
    x0, y0 = scene["window_px"][:2]
    origin = (c - a * x0 - b * y0, f - d * x0 - e * y0)
    return Grid(scene["crs"], (origin[0], a, b, origin[1], d, e), 1, 1)
