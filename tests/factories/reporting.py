"""Reports with versions and answers, data sets and editions, put straight in place."""

from datetime import UTC, date, datetime
from typing import Any

import factory
from factory.django import DjangoModelFactory

from grants.enums import Stream
from reporting.enums import AreaStatus, ReportKind, ReportStatus
from reporting.models import (
    Edition,
    EditionBuild,
    EditionTable,
    FrozenDataset,
    Report,
    ReportAnswer,
    ReportArea,
    ReportReference,
    ReportVersion,
)

from .applicants import OrganisationFactory
from .core import AgencyFactory

RECEIVED = datetime(2014, 4, 20, 12, tzinfo=UTC)


class ReportFactory(DjangoModelFactory[Report]):
    """`applications=[…]` are those it answers for; due unless another status is given."""

    agency = factory.SubFactory(AgencyFactory)
    code: Any = factory.Sequence(lambda n: f"R{n:05d}")
    stream = Stream.MUNICIPALITIES
    year = 2013
    organisation = factory.SubFactory(OrganisationFactory)
    status = ReportStatus.DUE
    kind = ReportKind.FINAL
    first_received_at = factory.LazyAttribute(
        lambda each: None if each.status in {ReportStatus.DUE, ReportStatus.DRAFT} else RECEIVED
    )

    class Meta:
        model = Report
        skip_postgeneration_save = True

    @factory.post_generation
    def applications(self: Report, create: bool, extracted: Any, **kwargs: Any) -> None:
        if create:
            for position, application in enumerate(extracted or ()):
                ReportReferenceFactory(report=self, application=application, position=position)


class ReportReferenceFactory(DjangoModelFactory[ReportReference]):
    report = factory.SubFactory(ReportFactory)
    application = factory.SubFactory("tests.factories.grants.ApplicationFactory")
    position: Any = factory.Sequence(lambda n: n)

    class Meta:
        model = ReportReference


class ReportVersionFactory(DjangoModelFactory[ReportVersion]):
    report = factory.SubFactory(ReportFactory, status=ReportStatus.ACCEPTED)
    number = 1
    received_at = RECEIVED

    class Meta:
        model = ReportVersion


class ReportAreaFactory(DjangoModelFactory[ReportArea]):
    version = factory.SubFactory(ReportVersionFactory)
    area = "mapping"
    status = AreaStatus.COMPLETED

    class Meta:
        model = ReportArea


class ReportAnswerFactory(DjangoModelFactory[ReportAnswer]):
    version = factory.SubFactory(ReportVersionFactory)
    area = ""
    question = "attended_training"
    option = "yes"

    class Meta:
        model = ReportAnswer


class FrozenDatasetFactory(DjangoModelFactory[FrozenDataset]):
    agency = factory.SubFactory(AgencyFactory)
    year = 2013
    cutoff = date(2014, 6, 1)
    sha256: Any = factory.Sequence(lambda n: f"{n:064x}")
    folder = factory.LazyAttribute(lambda each: f"frozen/{each.sha256[:12]}")

    class Meta:
        model = FrozenDataset


class EditionFactory(DjangoModelFactory[Edition]):
    dataset = factory.SubFactory(FrozenDatasetFactory)
    agency = factory.SelfAttribute("dataset.agency")
    year = factory.SelfAttribute("dataset.year")
    number = 1
    cutoff = factory.SelfAttribute("dataset.cutoff")
    edition_date = date(2014, 6, 2)

    class Meta:
        model = Edition


class EditionTableFactory(DjangoModelFactory[EditionTable]):
    edition = factory.SubFactory(EditionFactory)
    number: Any = factory.Sequence(lambda n: n + 1)
    stream = Stream.MUNICIPALITIES
    cells: Any = factory.LazyFunction(lambda: {"n": 0, "rows": []})

    class Meta:
        model = EditionTable


class EditionBuildFactory(DjangoModelFactory[EditionBuild]):
    agency = factory.SubFactory(AgencyFactory)
    year = 2013
    cutoff = date(2014, 6, 1)

    class Meta:
        model = EditionBuild
