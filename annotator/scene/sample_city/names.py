"""Names of the made-up town: English with a Korean form for a good part."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

_POOLS: dict[str, tuple[tuple[str, str], ...]] = {
    "street": (
        ("Market Street", "시장길"),
        ("Mill Lane", "방앗간길"),
        ("Orchard Street", "과수원길"),
        ("Chestnut Street", "밤나무길"),
        ("Willow Lane", "버들길"),
        ("Lantern Street", "등불길"),
        ("Potter's Lane", "도공길"),
        ("Rose Street", "장미길"),
        ("Ferry Lane", "나루길"),
        ("Hawthorn Street", "산사길"),
        ("Sparrow Lane", "참새길"),
        ("Harvest Street", "추수길"),
        ("Observatory Street", "천문대길"),
        ("Weaver Street", "직녀길"),
        ("Juniper Street", "향나무길"),
        ("Clover Lane", "토끼풀길"),
        ("Aspen Street", "사시나무길"),
        ("Beacon Street", "봉화길"),
        ("Cobbler Lane", "갖바치길"),
        ("Elm Street", "느릅길"),
        ("Garden Street", "정원길"),
        ("Heron Lane", "왜가리길"),
        ("Ivy Street", "담쟁이길"),
        ("Larch Street", "낙엽송길"),
        ("Magpie Lane", "까치길"),
        ("Nightingale Street", "꾀꼬리길"),
        ("Oak Street", "참나무길"),
        ("Plum Street", "자두길"),
        ("Quarry Lane", "채석길"),
        ("Reed Street", "갈대길"),
        ("Spring Street", "샘길"),
        ("Thistle Lane", "엉겅퀴길"),
        ("Violet Street", "제비꽃길"),
    ),
    "middle_school": (
        ("Maple Street Middle School", "단풍길중학교"),
        ("Linden Middle School", "보리수중학교"),
        ("Northgate Middle School", "북문중학교"),
    ),
    "high_school": (
        ("St. Clara High School", "성클라라고등학교"),
        ("Haneul High School", "하늘고등학교"),
        ("Observatory Hill High School", "천문대고등학교"),
    ),
    "academy": (
        ("Bright Lantern Academy", "밝은등불학원"),
        ("Saebyeok International School", "새벽국제학교"),
        ("Orchard Hill Elementary School", "과수원초등학교"),
    ),
    "kindergarten": (("Little Sparrow Kindergarten", "참새유치원"), ("Sunny Steps Kindergarten", "햇살유치원")),
    "hospital": (
        ("Aldermoor General Hospital", "앨더무어종합병원"),
        ("St. Luke's Hospital", "성루카병원"),
        ("Hanbit Medical Center", "한빛의료원"),
    ),
    "clinic": (
        ("Bridge Street Clinic", "다리길의원"),
        ("Dr. Noh Family Clinic", "노가정의원"),
        ("Linden Health Centre", "보리수보건소"),
    ),
    "pharmacy": (("Corner Pharmacy", "모퉁이약국"), ("Green Leaf Pharmacy", "푸른잎약국")),
    "mall": (("Riverbend Shopping Centre", "리버벤드쇼핑센터"), ("Twin Fountains Mall", "쌍분수몰")),
    "supermarket": (("Daily Basket Supermarket", "매일마트"), ("Harvest Food Market", "추수마트")),
    "park": (("Lakeside Park", "호수공원"), ("Lantern Park", "등불공원"), ("Founders' Park", "설립공원")),
    "small_park": (("Sparrow Green", "참새쉼터"), ("Clover Square", "토끼풀광장"), ("Mill Green", "방앗간쉼터")),
    "church": (("St. Agnes Church", "성아녜스성당"), ("Hope Presbyterian Church", "소망교회")),
    "temple": (("White Lotus Temple", "백련사"), ("Cloud Gate Temple", "운문사")),
    "cinema": (("Orpheum Cinema", "오르페움극장"), ("Moonlight Cinema", "달빛영화관")),
    "bank": (
        ("Aldermoor Savings Bank", "앨더무어저축은행"),
        ("Hana Bridge Bank", "다리은행"),
        ("Mutual Bank", "상호은행"),
    ),
    "hotel": (("Grand Linden Hotel", "그랜드린든호텔"), ("Hotel Seorak", "설악호텔"), ("Riverview Hotel", "강변호텔")),
    "fuel": (
        ("Northway Fuel", "북로주유소"),
        ("Comet Petrol Station", "혜성주유소"),
        ("Two Rivers Fuel", "양강주유소"),
    ),
    "office": (
        ("Keystone House", "키스톤빌딩"),
        ("Meridian Tower", "자오선타워"),
        ("Bluebell Systems", "블루벨시스템"),
        ("Pioneer Insurance", "개척보험"),
    ),
    "estate": (
        ("Willow Gardens", "버들마을"),
        ("Orchard Estate", "과수원마을"),
        ("Northfield", "북들마을"),
        ("Ferry Quarter", "나루마을"),
        ("Sunrise Apartments", "해돋이아파트"),
        ("Lotus Heights", "연꽃하이츠"),
        ("Potter's Rise", "도공마을"),
        ("Heron Bank", "왜가리마을"),
    ),
    "factory": (
        ("Aldermoor Foundry", "앨더무어주물"),
        ("Kestrel Logistics", "황조롱이물류"),
        ("Two Rivers Textile Mill", "양강방직"),
        ("Bolt & Beam Works", "볼트앤빔공업"),
    ),
    "restaurant": (("Noodle House", "국수집"), ("The Copper Pot", "구리냄비"), ("Trattoria Alba", "알바식당")),
    "cafe": (("Café Mirabel", "카페 미라벨"), ("Paper Crane Coffee", "종이학커피")),
    "bakery": (("Golden Crust Bakery", "황금빵집"), ("Miller's Bakery", "방앗간빵집")),
}


@dataclass(slots=True)
class Names:
    """Draws names from pools, each once, in an order that the seed decides."""

    rng: np.random.Generator
    _left: dict[str, list[tuple[str, str]]] = field(default_factory=dict)

    def take(self, pool: str) -> dict[str, str]:
        """Tags of the next unused name: name and, for three in four, name:ko; empty when the pool is used up."""
        left = self._left.setdefault(pool, list(_POOLS[pool]))
        if not left:
            return {}
        english, korean = left.pop(int(self.rng.integers(len(left))))
        tags = {"name": english}
        if self.rng.random() < 0.75:
            tags["name:ko"] = korean
        return tags
