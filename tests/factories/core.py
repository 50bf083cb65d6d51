"""Agencies and the registers of geography."""

from typing import Any

import factory
from factory.django import DjangoModelFactory

from core.formats import swedish_sort_key
from core.models import Agency, County, Municipality


class CountyFactory(DjangoModelFactory[County]):
    """A county of the register, which `migrate` has made; Stockholm unless named by code."""

    code = "01"
    letter = "AB"
    name = "Stockholms län"
    sort_key = factory.LazyAttribute(lambda county: swedish_sort_key(county.name))
    position = 1

    class Meta:
        model = County
        django_get_or_create = ("code",)


class MunicipalityFactory(DjangoModelFactory[Municipality]):
    """A municipality of the register; Stockholm unless named by code."""

    code = "0180"
    name = "Stockholm"
    official_name = "Stockholms kommun"
    county = factory.SubFactory(CountyFactory)
    sort_key = factory.LazyAttribute(lambda each: swedish_sort_key(each.name))

    class Meta:
        model = Municipality
        django_get_or_create = ("code",)


class AgencyFactory(DjangoModelFactory[Agency]):
    code: Any = factory.Sequence(lambda n: f"myndighet-{n}")
    name_sv: Any = factory.Sequence(lambda n: f"Myndighet {n}")
    name_en: Any = factory.Sequence(lambda n: f"Agency {n}")
    short: Any = factory.Sequence(lambda n: f"M{n}")
    series = "801"

    class Meta:
        model = Agency
