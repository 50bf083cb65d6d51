"""That a request for a change of a grant is withdrawn can come on paper too."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from core.triggers import RunDropTriggers, RunEnsureTriggers


class Migration(migrations.Migration):
    dependencies = [
        ("grants", "0024_requests_on_paper"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        RunDropTriggers(),
        migrations.AddField(
            model_name="grantchange",
            name="withdrawal_registered_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="grantchange",
            name="withdrawal_signed_by",
            field=models.CharField(
                blank=True, max_length=200, verbose_name="withdrawal signed on the paper by"
            ),
        ),
        migrations.AddField(
            model_name="grantchange",
            name="withdrawal_text",
            field=models.TextField(blank=True, verbose_name="what the withdrawal says"),
        ),
        migrations.AddConstraint(
            model_name="grantchange",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("withdrawal_registered_by__isnull", True),
                        ("withdrawal_signed_by", ""),
                        ("withdrawal_text", ""),
                    ),
                    models.Q(
                        ("state", "withdrawn"),
                        ("withdrawal_registered_by__isnull", False),
                        models.Q(("withdrawal_signed_by", ""), _negated=True),
                        models.Q(("withdrawal_text", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="grantchange_withdrawn_on_paper",
            ),
        ),
        RunEnsureTriggers(),
    ]
