"""The reasoner on Banepa: (c) OpenStreetMap contributors, ODbL 1.0; OpenAerialMap, CC-BY-4.0."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from annotator.evaluation.hidden import hidden_report
from annotator.geometry import bounds_lonlat
from annotator.query import read_query, select
from annotator.reasoner.grounded import GroundedReasoner
from annotator.reasoner.two_stage import RunResult, run
from annotator.scene.map_modes import apply_map_mode
from annotator.scene.view import open_place
from annotator.segmenter.grabcut import GrabCutSegmenter
from annotator.taxonomy import load_taxonomy
from annotator.types import MapFeature, Query, Scene
from tests.annotator.reasoner.worlds import drain

BANEPA = Path(__file__).parents[3].parent / "shared" / "data" / "banepa_west"
pytestmark = [
    pytest.mark.real_data,
    pytest.mark.skipif(not BANEPA.is_dir(), reason="../shared/data/banepa_west is not here"),
]


@pytest.fixture(scope="module")
def banepa() -> Scene:
    return open_place(BANEPA / "ortho.tif", BANEPA / "map.geojson").scene()


@pytest.fixture(scope="module")
def segmenter() -> GrabCutSegmenter:
    return GrabCutSegmenter()


def read(text: str, on: Scene) -> Query:
    return read_query(text, load_taxonomy(), [name for f in on.features for name in f.names])


def ask(text: str, on: Scene, segmenter: GrabCutSegmenter) -> RunResult:
    return drain(run(on, read(text, on), GroundedReasoner(load_taxonomy(), segmenter), segmenter))[1]


@dataclass(frozen=True)
class IdIn:
    """Whether a feature is one of these."""

    ids: frozenset[str]

    def __call__(self, feature: MapFeature) -> bool:
        return feature.id in self.ids


def names(result: RunResult) -> Sequence[str | None]:
    return sorted(p.name or "" for p in result.proposals)


@pytest.mark.parametrize("text", ["school", "학교"])
def test_five_schools_two_of_them_cut(text: str, banepa: Scene, segmenter: GrabCutSegmenter) -> None:
    result = ask(text, banepa, segmenter)
    assert names(result) == [
        "Bagmati English Secondary School",
        "Bal Niketan Higher Secondary School",
        "Innovative Academy",
        "Ram Bhakta Memorial School",
        "Sichhya Sadan",
    ]
    assert sorted(p.name or "" for p in result.proposals if p.clipped) == [
        "Bal Niketan Higher Secondary School",
        "Ram Bhakta Memorial School",
    ]
    assert all(p.geometry_lonlat.is_valid for p in result.proposals)


@pytest.mark.parametrize("text", ["Mayur Cinema", "mayur cinma"])
def test_one_cinema_despite_a_misspelling(text: str, banepa: Scene, segmenter: GrabCutSegmenter) -> None:
    assert names(ask(text, banepa, segmenter)) == ["Mayur Cinema"]


def test_every_hindu_and_buddhist_temple(banepa: Scene, segmenter: GrabCutSegmenter) -> None:
    found = {p.feature_id for p in ask("temple", banepa, segmenter).proposals}
    on_map = {f.id for f in banepa.features if f.tags.get("religion") in {"hindu", "buddhist"}}
    assert found == on_map
    assert len(found) == 10


def test_two_municipality_offices(banepa: Scene, segmenter: GrabCutSegmenter) -> None:
    assert names(ask("municipality office", banepa, segmenter)) == [
        "Banepa Municipality Office",
        "Office Municipality Banepa",
    ]


def test_no_hospital_and_why(banepa: Scene, segmenter: GrabCutSegmenter) -> None:
    result = ask("hospital", banepa, segmenter)
    assert result.nothing_here
    assert result.reasons == (
        "The map here has 957 features; none is tagged as hospital "
        "(amenity=hospital, building=hospital, healthcare=hospital).",
    )


def test_masks_of_the_schools_agree_with_the_map(banepa: Scene, segmenter: GrabCutSegmenter) -> None:
    result = ask("school", banepa, segmenter)
    agreement = [e.value or 0.0 for p in result.proposals for e in p.evidence if e.source == "agreement"]
    assert len(agreement) == 5
    assert sum(agreement) / 5 > 0.7


def test_hidden_places_are_found_better_than_by_discs(banepa: Scene, segmenter: GrabCutSegmenter) -> None:
    taxonomy = load_taxonomy()
    total, iou, disc = 0, 0.0, 0.0
    for name in dict.fromkeys(f.name for f in banepa.features if f.name):
        query = read(name, banepa)
        asked = IdIn(frozenset(f.id for f, _ in select(query, banepa.features, taxonomy)))
        bounds = bounds_lonlat(banepa.grid)
        shown, hidden = apply_map_mode(banepa.features, "points", asked, within_lonlat=bounds)
        world = replace(banepa, features=shown)
        result = drain(run(world, query, GroundedReasoner(taxonomy, segmenter), segmenter))[1]
        report = hidden_report(hidden, result.proposals, world, taxonomy)
        total += int(report["n"])
        iou += report["n"] * report["mean_iou"]
        disc += report["n"] * report["disc_mean_iou"]
    assert total == 23
    assert iou / total >= disc / total + 0.10
    assert iou / total > 0.5
