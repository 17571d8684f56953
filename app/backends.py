"""Which reasoners and segmenters there are, by name, and what each needs and costs."""

from __future__ import annotations

from dataclasses import dataclass

from annotator.errors import BadInput
from annotator.reasoner.base import Reasoner
from annotator.segmenter.base import Segmenter

REASONERS = ("grounded",)
SEGMENTERS = ("grabcut",)


@dataclass(frozen=True)
class Backends:
    """A reasoner and a segmenter that work together, and what the page says of them."""

    reasoner: Reasoner
    segmenter: Segmenter
    device: str = "CPU"
    cost: str = "free"


def make_segmenter(name: str) -> Segmenter:
    """The segmenter of that name. Raises BadInput for an unknown one."""
    if name != "grabcut":
        raise BadInput(f"There is no segmenter {name!r}. Known are: {', '.join(SEGMENTERS)}.")
    from annotator.segmenter.grabcut import GrabCutSegmenter

    return GrabCutSegmenter()


def make_backends(reasoner: str, segmenter: str) -> Backends:
    """Reasoner and segmenter by name. Raises BadInput for an unknown one."""
    if reasoner != "grounded":
        raise BadInput(f"There is no reasoner {reasoner!r}. Known are: {', '.join(REASONERS)}.")
    from annotator.reasoner.grounded import GroundedReasoner
    from annotator.taxonomy import load_taxonomy

    masks = make_segmenter(segmenter)
    return Backends(GroundedReasoner(load_taxonomy(), masks), masks)
