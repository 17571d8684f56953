"""Merging proposals that are one place twice, such as a node and a building of the same school."""

from __future__ import annotations

from collections.abc import Sequence

from annotator.geometry import window_iou
from annotator.reasoner.naming import same_name
from annotator.types import Proposal

DUPLICATE_IOU = 0.8


def without_duplicates(proposals: Sequence[Proposal]) -> tuple[list[Proposal], dict[int, str]]:
    """The proposals in their order without duplicates, and for each place left out the reason.

    Two are one place when their masks overlap with an IoU above 0.8, their function is the same, and their names
    are alike or one has none. The better one stays: with the map's outline, then with a name, then by score.
    """
    kept: list[Proposal] = []
    merged: dict[int, str] = {}
    for proposal in sorted(proposals, key=_worth, reverse=True):
        twin = next((other for other in kept if _is_duplicate(proposal, other)), None)
        if twin is None:
            kept.append(proposal)
        else:
            merged[proposal.place] = f"It is the same place as place {twin.place + 1}."
    return sorted(kept, key=lambda p: p.place), merged


def _worth(proposal: Proposal) -> tuple[bool, bool, float, int]:
    return proposal.map_outline_lonlat is not None, proposal.name is not None, proposal.score, -proposal.place


def _is_duplicate(a: Proposal, b: Proposal) -> bool:
    return a.function == b.function and window_iou(a.mask, b.mask) > DUPLICATE_IOU and same_name(a.name, b.name)
