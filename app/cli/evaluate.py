"""``evaluate``: measures a part of the pipeline against known truth; reads only, runs beside the page."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from annotator.errors import BadInput
from app.cli.common import add_json_option, say, settings_of

PROMPTS = ("box", "box+1", "box+3", "1", "3", "poi")


def add(commands: Any) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(
        "evaluate",
        help="measure the segmenter against known outlines",
        description="Measures a part of the pipeline against known truth. Nothing is written to the store.",
    )
    parts = command.add_subparsers(dest="part", metavar="PART", required=True)
    one = parts.add_parser(
        "segmenter",
        help="masks against COCO outlines, from boxes and clicks",
        description="Mean IoU of a segmenter's masks with the outlines of a COCO file, in native pixels. "
        "Prompts: box = the exact box; box+N = and N corrective clicks; N = clicks alone, the first at the deepest "
        "interior point; poi = that point and a typical size.",
    )
    one.add_argument("--image", type=Path, required=True, metavar="F", help="GeoTIFF the outlines belong to")
    one.add_argument("--coco", type=Path, required=True, metavar="F", help="COCO file, polygons in its pixels")
    one.add_argument("--segmenter", metavar="NAME", help="default: grabcut")
    one.add_argument(
        "--prompts", type=_prompts, default=PROMPTS, metavar="LIST", help=f"of {','.join(PROMPTS)} (default: all)"
    )
    one.add_argument(
        "--jitter", type=_share, default=0.0, metavar="J", help="also boxes moved by up to J of a side, 0 to 0.5"
    )
    one.add_argument("--seed", type=int, default=0, help="seed of the jitter")
    one.add_argument("--limit", type=_count, metavar="N", help="only the first N objects")
    one.add_argument("--noc", action="store_true", help="also number of clicks to IoU .80, .85, .90 (slow)")
    add_json_option(one)
    return command


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Returns the JSON contract of ``evaluate segmenter``."""
    settings = settings_of(args)
    from annotator.evaluation.segmenter import evaluate_segmenter
    from app.backends import make_segmenter
    from app.server import bound_threads

    bound_threads(settings.threads)
    for path in (args.image, args.coco):
        if not path.is_file():
            raise BadInput(f"There is no file at {path}. Check the path.")
    result: dict[str, Any] = evaluate_segmenter(
        args.image,
        args.coco,
        make_segmenter(settings.segmenter),
        prompts=args.prompts,
        jitter=args.jitter,
        seed=args.seed,
        limit=args.limit,
        noc=args.noc,
        progress=_progress,
        typical_size_m=_size_m,
    )
    _tell(result)
    return result


def _prompts(text: str) -> tuple[str, ...]:
    """Kinds of prompts from the command line, each once."""
    from annotator.evaluation.segmenter import parse_prompt

    names = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    if not names:
        raise argparse.ArgumentTypeError("name at least one kind of prompt")
    try:
        for name in names:
            parse_prompt(name)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return names


def _share(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 0.5:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and 0.5")
    return value


def _count(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is not 1 or more")
    return value


def _size_m(tags: Mapping[str, Any]) -> float:
    """Typical long side of the class that an object's tags lead to; a common building's where they lead to none."""
    from annotator.evaluation.segmenter import TYPICAL_SIDE_M
    from annotator.taxonomy import load_taxonomy

    taxonomy = load_taxonomy()
    classes = taxonomy.classes_of_tags({key: value for key, value in tags.items() if isinstance(value, str)})
    return max(taxonomy.typical_size_m(classes[0])) if classes else TYPICAL_SIDE_M


def _progress(done: int, total: int) -> None:
    if done == total or done % 100 == 0:
        say(f"{done} of {total} objects")


def _tell(result: dict[str, Any]) -> None:
    say(f"{result['segmenter']} over {result['n']} objects; the bare box as a mask: {result['bare_box']:.3f}")
    say(f"{'prompt':10} {'mean IoU':>9} {'median':>7} {'ms':>7} {'n':>6}")
    for name, row in result["prompts"].items():
        say(f"{name:10} {row['mean_iou']:9.3f} {row['median_iou']:7.3f} {row['ms_median']:7.1f} {row['n']:6d}")
