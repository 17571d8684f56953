"""Words read as a query, and the features a query selects."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Point, shape

from annotator.errors import BadQuery
from annotator.query import NAME_THRESHOLD, match_name, read_query, select, selects
from annotator.taxonomy import Taxonomy, load_taxonomy
from annotator.types import MapFeature, Tier

BANEPA = Path(__file__).parents[3] / "shared" / "data" / "banepa_west" / "map.geojson"
NAMES = ("Rose Cinema", "Hill View School", "All Saints Church", "City Hotel", "North Town Office", "카페 봄날")
SCHOOLS = {f"way/{n}" for n in (209363402, 215268905, 270542235, 300290298, 309943877)}
TEMPLES = {
    *(f"way/{n}" for n in (342118431, 348066675, 1093362790, 1093362791, 1093362792)),  # chandeshwori temple
    *(f"way/{n}" for n in (342118448, 342118575, 344543938, 1096995628, 1098873055)),
}
MARKETS = [
    "home_furnishing_and_building_materials_market",
    "agricultural_and_sideline_products_market",
    "flower_market",
]
CHANDESHWORI = {f"way/{n}" for n in (342118431, 348066675, 1093362790, 1093362791, 1093362792)}


@pytest.fixture(scope="module")
def taxonomy() -> Taxonomy:
    return load_taxonomy()


@pytest.fixture(scope="module")
def banepa() -> tuple[MapFeature, ...]:
    """The 957 buildings of Banepa, (c) OpenStreetMap contributors, ODbL 1.0; nulls are absent tags."""
    if not BANEPA.exists():
        pytest.skip(f"no {BANEPA}")
    features = []
    for record in json.loads(BANEPA.read_text(encoding="utf-8"))["features"]:
        tags = {key: str(value) for key, value in record["properties"].items() if value not in (None, "")}
        features.append(MapFeature(f"{tags['osm_type']}/{tags['osm_id']}", shape(record["geometry"]), tags))
    return tuple(features)


def names_of(features: tuple[MapFeature, ...]) -> list[str]:
    return [name for feature in features for name in feature.names]


def ids_selected(text: str, features: tuple[MapFeature, ...], taxonomy: Taxonomy) -> set[str]:
    query = read_query(text, taxonomy, names_of(features))
    return {feature.id for feature, _ in select(query, features, taxonomy)}


def place(id_: str, **tags: str) -> MapFeature:
    return MapFeature(id_, Point(0, 0), tags)


@pytest.mark.parametrize(
    ("text", "classes"),
    [
        ("school", ["school"]),
        ("Schools", ["school"]),
        ("SCHOOLS!", ["school"]),
        ("all schools", ["school"]),
        ("find me the schools", ["school"]),
        ("schools nearby", ["school"]),
        ("Where are the schools in this area?", ["school"]),
        ("hotels in the city", ["hotel"]),
        ("shcool", ["school"]),
        ("scool", ["school"]),
        ("hospitls", ["hospital"]),
        ("resturants", ["restaurant"]),
        ("libary", ["library"]),
        ("churches", ["church"]),
        ("art galleries", ["art_gallery"]),
        ("places of worship", ["place_of_worship"]),
        ("police", ["public_security_police"]),
        ("fire stations", ["fire_department"]),
        ("café", ["cafe"]),
        ("bus station", ["long_distance_bus_station"]),
        ("clothing/shoes/hats store", ["clothing_shoes_hats_store"]),
        ("market", MARKETS),
        ("college", ["university", "college"]),
        ("schools and hospitals", ["school", "hospital"]),
        ("학교", ["school"]),
        ("모든 학교", ["school"]),
        ("학교들을 보여줘", ["school"]),
        ("근처 병원", ["hospital"]),
        ("병원은 어디", ["hospital"]),
        ("초등하교", ["school"]),
        ("버스 터미널", ["long_distance_bus_station"]),
        ("학교와 병원", ["school", "hospital"]),
        ("주유소", ["gas_station"]),
    ],
)  # fmt: skip
def test_words_of_a_class_are_read_as_that_class(taxonomy: Taxonomy, text: str, classes: list[str]) -> None:
    query = read_query(text, taxonomy, NAMES)
    assert (query.tier, list(query.classes), query.name) == (Tier.CLASS, classes, None)


@pytest.mark.parametrize(
    ("text", "function"),
    [
        ("educational", "educational"),
        ("everything educational", "educational"),
        ("everything medical", "medical"),
        ("medical places", "medical"),
        ("all medical facilities", "medical"),
        ("residential buildings", "residential"),
        ("sports and culture", "sport_and_cultural"),
        ("park and greenspace", "park_and_greenspace"),
        ("transportaton", "transportation_station"),
        ("의료", "medical"),
        ("의료시설", "medical"),
        ("모든 교육 시설", "educational"),
        ("산업 시설을 찾아줘", "industrial"),
    ],
)
def test_words_of_a_function_are_read_as_that_function(taxonomy: Taxonomy, text: str, function: str) -> None:
    query = read_query(text, taxonomy, NAMES)
    assert (query.tier, query.function) == (Tier.FUNCTION, function)
    assert query.classes == taxonomy.classes_of(function)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Rose Cinema", "Rose Cinema"),
        ("rose cinma", "rose cinma"),
        ("where is the Rose Cinema?", "Rose Cinema"),
        ("All Saints Church", "All Saints Church"),
        ("City Hotel", "City Hotel"),
        ("봄날 카페", "봄날 카페"),
        ("Saint Mary Hospital", "Saint Mary Hospital"),
        ("schools in Paris", "schools in Paris"),
        ("asdkjh", "asdkjh"),
        ("🙂", "🙂"),
        ("horse", "horse"),
        ("all", "all"),
        ("city office", "city office"),
        ("Школа № 5", "Школа No 5"),
    ],
)
def test_other_words_are_read_as_a_name(taxonomy: Taxonomy, text: str, name: str) -> None:
    query = read_query(text, taxonomy, NAMES)
    assert (query.tier, query.name, query.function) == (Tier.NAME, name, None)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("schools", "en"),
        ("shcool", "en"),
        ("medical places", "en"),
        ("Saint Mary Hospital", "en"),
        ("학교", "ko"),
        ("봄날 카페", "ko"),
        ("asdkjh", "und"),
        ("東京大学", "und"),
    ],
)
def test_the_language_is_that_of_the_words(taxonomy: Taxonomy, text: str, language: str) -> None:
    assert read_query(text, taxonomy, NAMES).language == language


def test_every_display_name_is_read_as_its_own_class_or_function(taxonomy: Taxonomy) -> None:
    for place_class in taxonomy.classes.values():
        for word in (place_class.en[0], place_class.ko[0]):
            query = read_query(word, taxonomy, ())
            assert query.tier is Tier.CLASS, word
            assert place_class.id in query.classes, word
    for function in taxonomy.functions.values():
        for word in function.en + function.ko:
            assert read_query(word, taxonomy, ()).function == function.id, word
            assert read_query(word, taxonomy, ()).tier is Tier.FUNCTION, word


def test_a_class_query_has_the_function_its_classes_share(taxonomy: Taxonomy) -> None:
    assert read_query("schools", taxonomy, ()).function == "educational"
    assert read_query("schools and hospitals", taxonomy, ()).function is None


@pytest.mark.parametrize("text", ["", "   ", "\x00\x07\n", "?!...", "'; --", "\u200b\u202e", "\u200d"])
def test_nothing_to_look_for_is_refused(taxonomy: Taxonomy, text: str) -> None:
    with pytest.raises(BadQuery, match='Type what to look for, for example "schools"'):
        read_query(text, taxonomy, NAMES)


def test_more_than_2000_characters_are_refused_and_2000_are_not(taxonomy: Taxonomy) -> None:
    with pytest.raises(BadQuery, match="2,000 characters"):
        read_query("a" * 2001, taxonomy, NAMES)
    assert read_query("a" * 2000, taxonomy, NAMES).tier is Tier.NAME


def test_control_characters_and_wide_letters_are_cleaned_away(taxonomy: Taxonomy) -> None:
    query = read_query("\u202eｓｃｈｏｏｌｓ\x00\n", taxonomy, NAMES)
    assert (query.text, query.tier) == ("schools", Tier.CLASS)


@settings(max_examples=300, deadline=None)
@given(st.text(min_size=1, max_size=80).filter(lambda text: any(char.isalnum() for char in text)))
def test_any_text_with_a_letter_is_a_query(text: str) -> None:
    taxonomy = load_taxonomy()
    query = read_query(text, taxonomy, NAMES)
    assert (query.name is None) == (query.tier is not Tier.NAME)
    feature = place("1", name="Rose Cinema", amenity="cinema")
    assert all(0 < match.score <= 1 for _, match in select(query, [feature], taxonomy))


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("Mayur Cinema", "Mayur Cinema"),
        ("cinema MAYUR", "Mayur Cinema"),
        ("mayur cinma", "Mayur Cinema"),
        ("municipality office", "Office Municipality Banepa"),
        ("auto workshop bajaj", "Bajaj Auto-Workshop"),
        ("bajaj auto workshop", "Bajaj Autoworkshop"),
        ("cafe gilli", "Caffè Gilli"),
        ("st marys", "St. Mary's"),
        ("łódź", "Lodz"),
        ("carrefur", "Carrefour"),
        ("시네마 서울", "서울 시네마"),
        ("東京大学", "東京大学附属病院"),
        ("школа", "Школа № 5"),
    ],
)
def test_a_name_is_matched_whatever_its_order_case_marks_or_small_misspellings(asked: str, name: str) -> None:
    assert match_name(asked, name) >= NAME_THRESHOLD


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("municipality office", "ward no. 8 office"),
        ("municipality office", "Nepal Majdoor Kishan Party Office"),
        ("ward no. 7 office", "ward no. 8 office"),
        ("chandeshwori temple", "Ashok Stupa"),
        ("Trattoria Maria", "Trattoria Mario"),
        ("maria", "Marina"),
        ("Saint Mary Hospital", "Saint Mary School"),
        ("english", "Bagmati English Secondary School"),
        ("the", "The Hub"),
        ("🙂", "Rose Cinema"),
        ("rose cinema", "🙂"),
    ],
)
def test_another_name_is_not_matched(asked: str, name: str) -> None:
    assert match_name(asked, name) < NAME_THRESHOLD


def test_the_same_words_in_order_score_100_and_in_another_order_97() -> None:
    assert match_name("ROSE cinema.", "Rose Cinema") == 100.0
    assert match_name("cinema rose", "Rose Cinema") == pytest.approx(97.0)


def test_a_name_in_another_language_on_the_map_is_matched_too(taxonomy: Taxonomy) -> None:
    feature = place("1", name="서울역", **{"name:en": "Seoul Station"})
    match = selects(read_query("seoul station", taxonomy, feature.names), feature, taxonomy)
    assert match is not None
    assert (match.score, match.why) == (1.0, 'its name is "Seoul Station"')


def test_class_and_kind_select_by_tags_where_no_name_says_so(taxonomy: Taxonomy) -> None:
    hindu = place("1", amenity="place_of_worship", religion="hindu")
    buddhist = place("2", amenity="place_of_worship", religion="buddhist")
    query = read_query("hindu temples", taxonomy, ())
    assert [(f.id, m.class_id) for f, m in select(query, [buddhist, hindu], taxonomy)] == [("1", "temple")]


def test_an_exact_name_leaves_no_place_for_the_same_words_in_another_order(taxonomy: Taxonomy) -> None:
    places = [place("1", name="Office Town North"), place("2", name="North Town Office")]
    names = [p.tags["name"] for p in places]
    found = {
        text: [f.id for f, _ in select(read_query(text, taxonomy, names), places, taxonomy)]
        for text in ("north town office", "office town north", "town office", "town north office")
    }
    assert found == {
        "north town office": ["2"],
        "office town north": ["1"],
        "town office": ["1", "2"],
        "town north office": ["1", "2"],
    }


def test_a_name_much_nearer_than_another_leaves_it_out(taxonomy: Taxonomy) -> None:
    places = [place("1", name="Rose Garden Hotel Annex Building"), place("2", name="Rose Garden")]
    query = read_query("rose gardn", taxonomy, [p.tags["name"] for p in places])
    assert [f.id for f, _ in select(query, places, taxonomy)] == ["2"]


def test_class_word_and_part_of_a_name_select_the_place_of_that_class(taxonomy: Taxonomy) -> None:
    school = place("1", name="Innovative Academy", building="school")
    bank = place("2", name="Innovative Bank", amenity="bank")
    query = read_query("innovative school", taxonomy, ["Innovative Academy", "Innovative Bank"])
    assert [f.id for f, _ in select(query, [bank, school], taxonomy)] == ["1"]


def test_a_place_whose_first_class_is_another_scores_less(taxonomy: Taxonomy) -> None:
    first = place("1", amenity="school")
    second = place("2", amenity="cinema", building="school")
    scores = [m.score for _, m in select(read_query("schools", taxonomy, ()), [second, first], taxonomy)]
    assert scores == [1.0, 0.9]


def test_a_place_whose_tags_say_no_class_is_found_by_the_words_of_its_name(taxonomy: Taxonomy) -> None:
    untagged = place("way/1", building="yes", name="banepa community police building")
    other = place("way/2", shop="clothes", name="Police Outfitters")
    found = select(read_query("police", taxonomy, []), (untagged, other), taxonomy)
    assert [(feature.id, match.score, match.class_id) for feature, match in found] == [
        ("way/1", 0.6, "public_security_police")
    ]


def test_a_named_place_without_class_tags_takes_its_class_from_its_name(taxonomy: Taxonomy) -> None:
    police = place("1", name="Hill Police Post", building="yes")
    house = place("2", name="Kristan Niwas", building="yes")
    found = [selects(read_query(p.tags["name"], taxonomy, p.names), p, taxonomy) for p in (police, house)]
    assert [m and (m.class_id, m.function) for m in found] == [
        ("public_security_police", "administrative"),
        ("others", "commercial_service"),
    ]


@pytest.mark.real_data
@pytest.mark.parametrize("text", ["school", "schools", "학교", "shcool", "everything educational", "교육 시설"])
def test_banepa_has_the_five_schools(banepa: tuple[MapFeature, ...], taxonomy: Taxonomy, text: str) -> None:
    assert ids_selected(text, banepa, taxonomy) == SCHOOLS


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("temple", TEMPLES),
        ("사원", TEMPLES),
        ("cinema", {"way/342407820"}),
        ("Mayur Cinema", {"way/342407820"}),
        ("mayur cinma", {"way/342407820"}),
        ("municipality office", {"way/270540728", "way/342216366"}),
        ("chandeshwori temple", CHANDESHWORI),
        ("hindu temples", CHANDESHWORI | {"way/344543938", "way/1098873055"}),
        ("Innovative academy", {"way/215268905"}),
        ("bagmati school", {"way/209363402"}),
        ("bajaj auto workshop", {"way/303570872"}),
        ("hotel", {"way/209331025"}),
        ("hospital", set()),
        ("everything medical", set()),
        ("Saint Mary Hospital", set()),
        ("ward no. 7 office", set()),
        ("asdkjh", set()),
        ("🙂", set()),
        ("'; DROP TABLE labels; --", set()),
    ],
)
def test_banepa_answers(banepa: tuple[MapFeature, ...], taxonomy: Taxonomy, text: str, ids: set[str]) -> None:
    assert ids_selected(text, banepa, taxonomy) == ids


@pytest.mark.real_data
def test_every_name_of_banepa_selects_all_places_of_that_name_and_no_other(
    banepa: tuple[MapFeature, ...], taxonomy: Taxonomy
) -> None:
    named = [feature for feature in banepa if feature.name]
    assert len(named) == 23
    for feature in named:
        same = {other.id for other in named if other.name == feature.name}
        assert ids_selected(feature.tags["name"], banepa, taxonomy) == same, feature.name
