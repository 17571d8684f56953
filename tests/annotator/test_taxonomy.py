"""The taxonomy file and the reading of OSM tags."""

from __future__ import annotations

import itertools

import pytest

from annotator.errors import BadInput
from annotator.taxonomy import Taxonomy, load_taxonomy, read_taxonomy

THE_82 = """
agricultural_and_sideline_products_market airport amusement_park aquarium archives art_gallery badminton_court bank
basketball_arena botanical_garden business_office_building car_dealership cemetery church cinema clinic
clothing_shoes_hats_store community_center company comprehensive_gymnasium concert_hall court cultural_palace
disease_prevention driving_school entertainment_venue exhibition_and_convention_center factory
financial_and_insurance_institution fire_department fitness_center flower_market gas_station golf_course
government_agency guesthouse home_appliance_and_electronics_store home_furnishing_and_building_materials_market
hospital hotel industrial_and_commercial_and_tax_authorities industrial_building industrial_park insurance_company
library literary_and_art_troupe logistics_and_express_delivery long_distance_bus_station media_organization
memorial_hall museum others park_square parking_lot picking_garden port_and_dock post_office procuratorate
public_security_police residential_area resort sanatorium scenic_spot school science_and_technology_museum
scientific_research_institution service_area shopping_mall soccer_field social_organization specialty_commercial_street
swimming_pool temple tennis_court theater toll_station traffic_and_vehicle_management train_station
training_institution used_car_trading water_sports_center zoo
"""

VALID = """
[functions.educational]
en = ["educational"]
ko = ["교육"]
[classes.school]
function = "educational"
kind = "building"
size_m = [20, 40]
osm = [{ amenity = "school" }]
en = ["school"]
ko = ["학교"]
"""


@pytest.fixture(scope="module")
def taxonomy() -> Taxonomy:
    return load_taxonomy()


def test_the_82_classes_of_the_data_set_are_all_there_and_nothing_else_is_unmarked(taxonomy: Taxonomy) -> None:
    ids = set(THE_82.split())
    assert len(ids) == 82
    assert {c.id for c in taxonomy.classes.values() if not c.extended} == ids


def test_the_functions_are_the_ten_of_the_data_set(taxonomy: Taxonomy) -> None:
    assert list(taxonomy.functions) == [
        "commercial_service",
        "sport_and_cultural",
        "administrative",
        "park_and_greenspace",
        "business_office",
        "transportation_station",
        "educational",
        "industrial",
        "medical",
        "residential",
    ]


def test_every_function_has_classes_and_together_they_are_all_classes_once(taxonomy: Taxonomy) -> None:
    listed = [class_id for function in taxonomy.functions for class_id in taxonomy.classes_of(function)]
    assert sorted(listed) == sorted(taxonomy.classes)
    assert all(taxonomy.classes_of(function) for function in taxonomy.functions)


def test_no_alternative_of_tags_is_equal_in_two_classes(taxonomy: Taxonomy) -> None:
    owner: dict[frozenset[tuple[str, str]], str] = {}
    for place_class in taxonomy.classes.values():
        for pattern in place_class.osm:
            for chosen in itertools.product(*[[(key, value) for value in values] for key, values in pattern.tags]):
                assert owner.setdefault(frozenset(chosen), place_class.id) == place_class.id, chosen


def test_only_others_has_no_tags(taxonomy: Taxonomy) -> None:
    assert [c.id for c in taxonomy.classes.values() if not c.osm] == ["others"]


def test_no_id_is_both_a_class_and_a_function(taxonomy: Taxonomy) -> None:
    assert not set(taxonomy.classes) & set(taxonomy.functions)


@pytest.mark.parametrize(
    ("tags", "classes"),
    [
        ({"amenity": "school"}, ("school",)),
        ({"building": "school"}, ("school",)),
        ({"amenity": "school", "building": "school"}, ("school",)),
        ({"amenity": "school;kindergarten"}, ("school", "kindergarten")),
        ({"amenity": "school ; kindergarten"}, ("school", "kindergarten")),
        ({"amenity": "", "building": "yes"}, ()),
        ({"building": "yes", "roof:shape": "flat"}, ()),
        ({"building": "school", "tourism": "hotel"}, ("hotel", "school")),
        ({"building": "retail", "shop": "bakery"}, ("bakery", "shop", "commercial_building")),
        ({"shop": "bakery"}, ("bakery", "shop")),
        ({"shop": "ship_chandler"}, ("shop",)),
        ({"shop": "no"}, ()),
        ({"shop": "car", "second_hand": "only"}, ("used_car_trading", "car_dealership", "shop")),
        ({"amenity": "place_of_worship"}, ("place_of_worship",)),
        ({"amenity": "place_of_worship", "religion": "hindu"}, ("temple", "place_of_worship")),
        ({"amenity": "place_of_worship", "religion": "christian"}, ("church", "place_of_worship")),
        ({"amenity": "place_of_worship", "religion": "muslim"}, ("mosque", "place_of_worship")),
        ({"amenity": "place_of_worship", "building": "church"}, ("church", "place_of_worship")),
        ({"building": "temple"}, ("temple",)),
        ({"leisure": "pitch", "sport": "tennis"}, ("tennis_court", "pitch")),
        ({"leisure": "pitch", "sport": "tennis;basketball"}, ("basketball_arena", "tennis_court", "pitch")),
        ({"tourism": "museum", "museum": "science"}, ("science_and_technology_museum", "museum")),
        ({"office": "government", "government": "court"}, ("court", "government_agency")),
        ({"amenity": "fire_station"}, ("fire_department",)),
        ({"landuse": "industrial"}, ("industrial_park",)),
        ({"leisure": "garden", "garden:type": "botanical"}, ("botanical_garden", "garden")),
    ],
)  # fmt: skip
def test_tags_lead_to_classes_most_specific_first(
    taxonomy: Taxonomy, tags: dict[str, str], classes: tuple[str, ...]
) -> None:
    assert taxonomy.classes_of_tags(tags) == classes


def test_the_tags_that_decided_are_told(taxonomy: Taxonomy) -> None:
    tags = {"amenity": "place_of_worship", "religion": "buddhist", "building": "yes"}
    assert taxonomy.tags_by_class(tags) == {
        "temple": "amenity=place_of_worship, religion=buddhist",
        "place_of_worship": "amenity=place_of_worship",
    }


@pytest.mark.parametrize(
    ("class_id", "function"),
    [
        ("school", "educational"),
        ("hospital", "medical"),
        ("pharmacy", "medical"),
        ("fire_department", "administrative"),
        ("cinema", "sport_and_cultural"),
        ("zoo", "park_and_greenspace"),
        ("bank", "business_office"),
        ("port_and_dock", "transportation_station"),
        ("factory", "industrial"),
        ("residential_area", "residential"),
        ("bakery", "commercial_service"),
    ],
)
def test_a_class_belongs_to_its_function(taxonomy: Taxonomy, class_id: str, function: str) -> None:
    assert taxonomy.function_of(class_id) == function


def test_display_names_are_english_unless_korean_is_asked_for(taxonomy: Taxonomy) -> None:
    assert taxonomy.display("school", "en") == "school"
    assert taxonomy.display("school", "ko") == "학교"
    assert taxonomy.display("school", "und") == "school"
    assert taxonomy.display("medical", "ko") == "의료"
    assert taxonomy.display("clothing_shoes_hats_store") == "clothing, shoes and hats store"


def test_typical_area_is_the_product_of_the_typical_sides(taxonomy: Taxonomy) -> None:
    assert taxonomy.typical_size_m("school") == (20.0, 40.0)
    assert taxonomy.typical_area_m2("school") == 800.0


def test_a_small_taxonomy_of_ones_own_is_read() -> None:
    own = read_taxonomy(VALID)
    assert list(own.classes) == ["school"]
    assert own.classes["school"].kind == "building"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('function = "educational"', 'function = "magic"', "class 'school'.*'magic'"),
        ('kind = "building"', 'kind = "cloud"', "class 'school'.*kind"),
        ("size_m = [20, 40]", "size_m = [40, 20]", "class 'school'.*size_m"),
        ("size_m = [20, 40]", "size_m = [20]", "class 'school'.*size_m"),
        ('osm = [{ amenity = "school" }]', "osm = []", "class 'school'.*at least one"),
        ('osm = [{ amenity = "school" }]', "osm = [{}]", "class 'school'.*at least one tag"),
        ('osm = [{ amenity = "school" }]', "osm = [{ amenity = 3 }]", "class 'school'.*amenity"),
        ('en = ["school"]', "en = []", "class 'school'.*en must"),
        ('ko = ["교육"]', "ko = 7", "function 'educational'.*ko must"),
        ('en = ["school"]', 'en = ["school"]\ncolour = "red"', "class 'school'.*colour"),
        ("[classes.school]", "[classes.school", "not valid TOML"),
    ],
)
def test_a_wrong_entry_is_refused_by_name(old: str, new: str, says: str) -> None:
    assert VALID.count(old) == 1
    with pytest.raises(BadInput, match=says):
        read_taxonomy(VALID.replace(old, new))
