"""How well a segmenter reaches true outlines, from prompts made out of those outlines."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean, median
from typing import Any

import cv2
import numpy as np
import shapely
import shapely.geometry as sg
from shapely.geometry.base import BaseGeometry

from annotator.errors import BadImage, BadMap
from annotator.evaluation.metrics import mask_iou
from annotator.geometry import geometry_box_px, gsd_m, rasterize
from annotator.segmenter.base import Embedding, MaskResult, Prompt, Segmenter
from annotator.types import BoolMask, BoxPx, Grid, RgbImage, SignedPoint, WindowPx

PROMPTS = ("box", "box+1", "box+3", "1", "3", "poi")
TYPICAL_SIDE_M = 14.0
NOC_CLICKS = 20
NOC_TARGETS = {"80": 0.80, "85": 0.85, "90": 0.90}

SizeHint = float | Callable[[Mapping[str, Any]], float]
Progress = Callable[[int, int], None]


@dataclass(frozen=True, eq=False)
class TrueObject:
    """One object of the truth: outline and box in pixels of the picture, and its COCO annotation."""

    polygon_px: BaseGeometry
    box_px: BoxPx
    annotation: Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class Bench:
    """What every prompt of one evaluation shares."""

    segmenter: Segmenter
    embedding: Embedding
    gsd_m: float | None
    typical_size_m: SizeHint

    def predict(self, prompt: Prompt) -> tuple[MaskResult, float]:
        """The answer and the milliseconds it took."""
        start = time.perf_counter()
        (result,) = self.segmenter.predict(self.embedding, [prompt])
        return result, (time.perf_counter() - start) * 1000

    def windows(self, thing: TrueObject, result: MaskResult | None) -> tuple[WindowPx, BoolMask, BoolMask]:
        """A window that holds object and answer, the true mask and the answer's mask in it."""
        width, height = self.embedding.size_px
        boxes = [thing.box_px] if result is None else [thing.box_px, result.window_px]
        x0, y0 = (int(max(0, np.floor(min(box[i] for box in boxes)))) for i in (0, 1))
        x1, y1 = int(np.ceil(max(box[2] for box in boxes))), int(np.ceil(max(box[3] for box in boxes)))
        window = x0, y0, min(width, x1), min(height, y1)
        answer = np.zeros((window[3] - y0, window[2] - x0), bool)
        if result is not None:
            a0, b0, a1, b1 = result.window_px
            answer[b0 - y0 : b1 - y0, a0 - x0 : a1 - x0] = result.pixels
        return window, rasterize(thing.polygon_px, window), answer


@dataclass
class Tally:
    """IoU of each object and milliseconds of each call, for one kind of prompt."""

    ious: list[float] = field(default_factory=list)
    milliseconds: list[float] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        return {
            "mean_iou": mean(self.ious),
            "median_iou": median(self.ious),
            "ms_median": median(self.milliseconds),
            "n": len(self.ious),
        }


def evaluate_segmenter(
    image: Path | str | RgbImage,
    coco: Path | str | Mapping[str, Any],
    segmenter: Segmenter,
    prompts: Sequence[str] = PROMPTS,
    jitter: float = 0.0,
    seed: int = 0,
    limit: int | None = None,
    progress: Progress | None = None,
    *,
    noc: bool = False,
    typical_size_m: SizeHint = TYPICAL_SIDE_M,
    image_gsd_m: float | None = None,
) -> dict[str, Any]:
    """Mean IoU of each kind of prompt over the objects of a COCO file, in native pixels.

    ``image`` is a GeoTIFF or (H, W, 3) uint8 RGB (then ``image_gsd_m`` gives its pixel size, if known); ``coco`` has
    polygons in its pixels. Prompts: ``box`` the exact box; ``box+k`` then k corrective clicks; ``1`` the deepest
    interior point; ``3`` that point and two corrective clicks; ``poi`` that point and ``typical_size_m``. A corrective
    click stands where the error is deepest, positive in a miss, negative in a false area. ``jitter`` J adds "box~J":
    each side moved by up to J of the box's side. ``limit`` takes that many objects evenly from the file. ``noc`` counts
    clicks alone (20 at most; failures count as 20) until IoU .80, .85, .90. Raises BadImage, BadMap, or ValueError for
    an unknown kind of prompt.
    """
    pixels, ground_m = (image, image_gsd_m) if isinstance(image, np.ndarray) else read_image(Path(image))
    things = read_objects(coco, (pixels.shape[1], pixels.shape[0]))
    if limit is not None and 0 < limit < len(things):
        things = [things[i * len(things) // limit] for i in range(limit)]
    kinds = [parse_prompt(name) for name in prompts]
    start = time.perf_counter()
    bench = Bench(segmenter, segmenter.embed(pixels), ground_m, typical_size_m)
    embed_ms = (time.perf_counter() - start) * 1000
    tallies = {name: Tally() for name in [*prompts, *([f"box~{jitter:g}"] if jitter > 0 else [])]}
    bare, counts = [], []
    for done, thing in enumerate(things, 1):
        window, truth, _ = bench.windows(thing, None)
        bare.append(mask_iou(rasterize(sg.box(*thing.box_px), window), truth))
        measure_prompts(bench, thing, kinds, tallies)
        if jitter > 0:
            box = jittered(thing, jitter, seed, bench.embedding.size_px)
            measure_clicks(bench, thing, Prompt(box, gsd_m=ground_m), 0, {0: tallies[f"box~{jitter:g}"]})
        if noc:
            counts.append(count_clicks(bench, thing))
        if progress is not None:
            progress(done, len(things))
    return {
        "segmenter": segmenter.name,
        "n": len(things),
        "bare_box": mean(bare),
        "embed_ms": embed_ms,
        "prompts": {name: tally.as_dict() for name, tally in tallies.items()},
        "noc": summarize_counts(counts) if noc else None,
    }


def read_image(path: Path) -> tuple[RgbImage, float | None]:
    """The first three bands of a GeoTIFF as (H, W, 3) uint8, and its ground metres per pixel; raises BadImage."""
    import rasterio

    try:
        with rasterio.open(path) as source:
            if source.count < 3 or source.dtypes[0] != "uint8":
                raise BadImage(f"{path.name} has not three bands of 8 bits. Convert it to RGB.")
            pixels = np.ascontiguousarray(np.moveaxis(source.read([1, 2, 3]), 0, -1))
            transform = tuple(source.transform.to_gdal())
            grid = Grid(source.crs.to_string(), transform, source.width, source.height) if source.crs else None
    except rasterio.errors.RasterioIOError as error:
        raise BadImage(f"{path.name} cannot be read as a picture. Check the file.") from error
    return pixels, gsd_m(grid) if grid is not None else None


def read_objects(coco: Path | str | Mapping[str, Any], size_px: tuple[int, int]) -> list[TrueObject]:
    """The objects of a COCO file that have polygons and reach into the picture; raises BadMap when there is none."""
    try:
        found = coco if isinstance(coco, Mapping) else json.loads(Path(coco).read_text(encoding="utf-8"))
        things = [true_object(annotation) for annotation in found["annotations"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadMap("The file with the true outlines is not COCO with polygons. Check the file.") from error
    picture = sg.box(0, 0, *size_px)
    things = [thing for thing in things if thing.polygon_px.intersection(picture).area >= 1]
    if not things:
        raise BadMap("The file with the true outlines has no object on this picture. Check that they belong together.")
    return things


def true_object(annotation: Mapping[str, Any]) -> TrueObject:
    """An annotation's polygons as one geometry."""
    rings = [sg.Polygon(np.asarray(ring, np.float64).reshape(-1, 2)) for ring in annotation["segmentation"]]
    polygon = shapely.union_all([shapely.make_valid(ring) for ring in rings])
    return TrueObject(polygon, geometry_box_px(polygon), annotation)


def parse_prompt(name: str) -> tuple[str, int]:
    """("box" | "point" | "poi", number of corrective clicks after it); raises ValueError for another name."""
    kind, _, clicks = name.partition("+")
    if kind == "box" and (clicks.isdigit() or name == "box"):
        return "box", int(clicks or 0)
    if name.isdigit() and int(name) > 0:
        return "point", int(name) - 1
    if name == "poi":
        return "poi", 0
    raise ValueError(f"{name!r} is not a kind of prompt. Use box, box+1, box+3, 1, 3 or poi.")


def measure_prompts(
    bench: Bench, thing: TrueObject, kinds: Sequence[tuple[str, int]], tallies: Mapping[str, Tally]
) -> None:
    """Ask every kind of prompt once; kinds that differ only in clicks share their first answers."""
    names = list(tallies)
    for kind in dict.fromkeys(kind for kind, _ in kinds):
        wanted = {clicks: tallies[names[i]] for i, (other, clicks) in enumerate(kinds) if other == kind}
        measure_clicks(bench, thing, first_prompt(bench, thing, kind), max(wanted), wanted)


def first_prompt(bench: Bench, thing: TrueObject, kind: str) -> Prompt:
    """The prompt that a kind starts with."""
    if kind == "box":
        return Prompt(thing.box_px, gsd_m=bench.gsd_m)
    window, truth, _ = bench.windows(thing, None)
    x, y, _ = deepest(truth)
    hint = None
    if kind == "poi":
        hint = bench.typical_size_m(thing.annotation) if callable(bench.typical_size_m) else bench.typical_size_m
    return Prompt(None, (SignedPoint(window[0] + x, window[1] + y),), gsd_m=bench.gsd_m, size_hint_m=hint)


def measure_clicks(bench: Bench, thing: TrueObject, first: Prompt, clicks: int, wanted: Mapping[int, Tally]) -> None:
    """Ask ``first``, then correct it ``clicks`` times; ``wanted`` holds a tally for some numbers of clicks."""
    for click, (iou, milliseconds) in enumerate(correcting(bench, thing, first, clicks)):
        if click in wanted:
            wanted[click].ious.append(iou)
            wanted[click].milliseconds.append(milliseconds)


def correcting(bench: Bench, thing: TrueObject, first: Prompt, clicks: int) -> Iterator[tuple[float, float]]:
    """IoU and milliseconds after the first prompt and after each corrective click; a perfect mask needs none."""
    prompt, milliseconds = first, 0.0
    result, milliseconds = bench.predict(prompt)
    for click in range(clicks + 1):
        window, truth, answer = bench.windows(thing, result)
        yield mask_iou(answer, truth), milliseconds
        point = corrective_click(truth, answer)
        if click < clicks and point is not None:
            at = SignedPoint(window[0] + point.x, window[1] + point.y, point.positive)
            prompt = Prompt(prompt.box_px, (*prompt.points, at), result, prompt.gsd_m, prompt.size_hint_m)
            result, milliseconds = bench.predict(prompt)


def corrective_click(truth: BoolMask, answer: BoolMask) -> SignedPoint | None:
    """The centre of the pixel where the error is deepest, positive in a miss; None where there is no error."""
    x, y, miss = deepest(truth & ~answer)
    u, v, false = deepest(answer & ~truth)
    if max(miss, false) == 0:
        return None
    return SignedPoint(x, y, True) if miss >= false else SignedPoint(u, v, False)


def deepest(area: BoolMask) -> tuple[float, float, float]:
    """(x, y, depth): the centre of the pixel farthest from the area's edge; depth 0 where the area is empty."""
    padded = cv2.copyMakeBorder(area.astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    depth = cv2.distanceTransform(padded, cv2.DIST_L2, 5)[1:-1, 1:-1]
    y, x = np.unravel_index(int(np.argmax(depth)), depth.shape)
    return float(x) + 0.5, float(y) + 0.5, float(depth[y, x])


def jittered(thing: TrueObject, jitter: float, seed: int, size_px: tuple[int, int]) -> BoxPx:
    """The box with each side moved by up to ±jitter of the box's side, cut to the picture; the same for one seed."""
    rng = np.random.default_rng([seed, *(int(v) for v in thing.box_px)])
    x0, y0, x1, y1 = thing.box_px
    left, top, right, bottom = rng.uniform(-jitter, jitter, 4) * (x1 - x0, y1 - y0, x1 - x0, y1 - y0)
    return max(0.0, x0 + left), max(0.0, y0 + top), min(size_px[0], x1 + right), min(size_px[1], y1 + bottom)


def count_clicks(bench: Bench, thing: TrueObject) -> list[float]:
    """IoU after 1, 2, … clicks alone, until the highest target or NOC_CLICKS."""
    ious: list[float] = []
    for iou, _ in correcting(bench, thing, first_prompt(bench, thing, "point"), NOC_CLICKS - 1):
        ious.append(iou)
        if iou >= max(NOC_TARGETS.values()):
            break
    return ious


def summarize_counts(counts: Sequence[Sequence[float]]) -> dict[str, Any]:
    """Mean number of clicks to each target, and how many objects never reached it (counted as NOC_CLICKS)."""
    summary = {}
    for name, target in NOC_TARGETS.items():
        needed = [next((i for i, iou in enumerate(ious, 1) if iou >= target), None) for ious in counts]
        summary[name] = {"mean": mean(n or NOC_CLICKS for n in needed), "failed": needed.count(None)}
    return summary
