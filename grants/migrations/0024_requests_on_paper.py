"""Requests and answers about a grant that came on paper, and who registered them."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from core.triggers import RunDropTriggers, RunEnsureTriggers


class Migration(migrations.Migration):
    dependencies = [
        ("grants", "0023_grant_changes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        RunDropTriggers(),
        migrations.RemoveConstraint(
            model_name="carryoverrequest",
            name="carryover_four_eyes",
        ),
        migrations.RemoveConstraint(
            model_name="changequestion",
            name="changequestion_answered_with_words",
        ),
        migrations.RemoveConstraint(
            model_name="grantchange",
            name="grantchange_four_eyes",
        ),
        migrations.AddField(
            model_name="carryoverrequest",
            name="registered_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="carryoverrequest",
            name="signed_by",
            field=models.CharField(
                blank=True, max_length=200, verbose_name="signed on the paper by"
            ),
        ),
        migrations.AddField(
            model_name="changequestion",
            name="registered_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="changequestion",
            name="signed_by",
            field=models.CharField(
                blank=True, max_length=200, verbose_name="signed on the paper by"
            ),
        ),
        migrations.AddField(
            model_name="grantchange",
            name="registered_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="grantchange",
            name="signed_by",
            field=models.CharField(
                blank=True, max_length=200, verbose_name="signed on the paper by"
            ),
        ),
        migrations.AlterField(
            model_name="carryoverrequest",
            name="asked_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            model_name="grantchange",
            name="asked_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="carryoverrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("decided_by__isnull", True),
                    models.Q(
                        models.Q(("decided_by", models.F("asked_by")), _negated=True),
                        models.Q(("decided_by", models.F("registered_by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="carryover_four_eyes",
            ),
        ),
        migrations.AddConstraint(
            model_name="carryoverrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("asked_by__isnull", False),
                        ("registered_by__isnull", True),
                        ("signed_by", ""),
                    ),
                    models.Q(
                        ("asked_by__isnull", True),
                        ("registered_by__isnull", False),
                        models.Q(("signed_by", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="carryover_asked_or_registered",
            ),
        ),
        migrations.AddConstraint(
            model_name="changequestion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("answer", ""),
                        ("answered_at__isnull", True),
                        ("answered_by__isnull", True),
                        ("registered_by__isnull", True),
                        ("signed_by", ""),
                    ),
                    models.Q(
                        ("answered_at__isnull", False),
                        models.Q(("answer", ""), _negated=True),
                        models.Q(
                            models.Q(
                                ("answered_by__isnull", False),
                                ("registered_by__isnull", True),
                                ("signed_by", ""),
                            ),
                            models.Q(
                                ("answered_by__isnull", True),
                                ("registered_by__isnull", False),
                                models.Q(("signed_by", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                    ),
                    _connector="OR",
                ),
                name="changequestion_answered_with_words",
            ),
        ),
        migrations.AddConstraint(
            model_name="grantchange",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("prepared_by__isnull", True),
                        models.Q(("prepared_by", models.F("asked_by")), _negated=True),
                        _connector="OR",
                    ),
                    models.Q(
                        ("decided_by__isnull", True),
                        models.Q(
                            models.Q(("decided_by", models.F("asked_by")), _negated=True),
                            models.Q(("decided_by", models.F("prepared_by")), _negated=True),
                            models.Q(("decided_by", models.F("registered_by")), _negated=True),
                        ),
                        _connector="OR",
                    ),
                ),
                name="grantchange_four_eyes",
            ),
        ),
        migrations.AddConstraint(
            model_name="grantchange",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("asked_by__isnull", False),
                        ("registered_by__isnull", True),
                        ("signed_by", ""),
                    ),
                    models.Q(
                        ("asked_by__isnull", True),
                        ("registered_by__isnull", False),
                        models.Q(("signed_by", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="grantchange_asked_or_registered",
            ),
        ),
        RunEnsureTriggers(),
    ]
