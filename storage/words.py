"""The store's closed lists of words, as DESIGN.md's Words has them."""

from __future__ import annotations

from enum import StrEnum


class DecisionKind(StrEnum):
    ACCEPT = "accept"
    EDIT = "edit"
    ADD = "add"
    REJECT = "reject"
    FLAG = "flag"
    UNDO = "undo"
    REDO = "redo"
    RETIRE = "retire"
    RESTORE = "restore"
    SPLIT = "split"
    MERGE = "merge"
    NOTHING_HERE = "nothing_here"
    SCENE_COMPLETE = "scene_complete"
    CHOOSE = "choose"
    TRACE_EDIT = "trace_edit"


class RejectReason(StrEnum):
    """In the order of the keys 1 to 8."""

    WRONG_PLACE = "wrong_place"
    WRONG_CLASS = "wrong_class"
    BOUNDARY = "boundary"
    MERGED = "merged"
    SPLIT = "split"
    NOTHING_THERE = "nothing_there"
    IMAGERY_OUTDATED = "imagery_outdated"
    DUPLICATE = "duplicate"


class LabelStatus(StrEnum):
    DRAFT = "draft"
    ACCEPTED = "accepted"
    EDITED = "edited"
    DRAWN = "drawn"
    UNSURE = "unsure"
    RETIRED = "retired"


LIVE_STATUSES = (LabelStatus.ACCEPTED, LabelStatus.EDITED, LabelStatus.DRAWN, LabelStatus.UNSURE)
"""Statuses of labels that are on the map."""


class Review(StrEnum):
    NONE = "none"
    APPROVED = "approved"
    RETURNED = "returned"


class ProposalState(StrEnum):
    """What people have made of a proposal; the last decision about it says so."""

    OPEN = "open"
    ACCEPTED = "accepted"
    EDITED = "edited"
    UNSURE = "unsure"
    REJECTED = "rejected"


class RunStatus(StrEnum):
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class DraftState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"
    DISCARDED = "discarded"


class SourceKind(StrEnum):
    GEOTIFF = "geotiff"
    OSM_GEOJSON = "osm_geojson"
    SAMPLE_CITY = "sample_city"


class PromptKind(StrEnum):
    """What a person did to a shape: clicks and boxes for the segmenter, changes by hand, and taking one back."""

    POINT = "point"
    BOX = "box"
    VERTEX = "vertex"
    POLYGON = "polygon"
    BRUSH = "brush"
    MOVE = "move"
    MAP_OUTLINE = "map_outline"
    TAKE_BACK = "take_back"
