"""What a report says in sentences of its own, by its figures."""

from datetime import date

from django.utils import translation

from reporting.selectors.report_texts import stream_introduction, summary


def test_a_report_on_one_application_speaks_of_one() -> None:
    figures = dict.fromkeys(("rejected", "withdrawn", "joint_applications", "late_reports"), 0) | {
        "applications": 1,
        "granted": 1,
        "reports": 1,
        "attended_regional_training": 1,
        "frame_sek": 500_000,
        "requested_sek": 400_000,
        "granted_sek": 380_000,
        "spent_sek": 0,
        "remaining_sek": 380_000,
    }
    with translation.override("sv"):
        said = summary(2027, {"associations": figures})
        introduced = stream_introduction(figures, date(2027, 12, 31), date(2028, 4, 30))
    assert said[1] == (
        "Ideella föreningar: 1 ansökan beviljades 380\xa0000\xa0kr, och 1 redovisning kom in i tid."
    )
    assert said[2] == "Tabellerna bygger på 1 redovisning som kom in i tid."
    assert introduced[0].startswith("1 ansökan kom in, varav 0 gemensam. 1 beviljades, 0 avslogs")
    assert introduced[2].startswith("1 redovisning kom in i tid. I 1 av dem (100\xa0%)")
    with translation.override("en"):
        assert "1 of 1 applications was granted" in summary(2027, {"associations": figures})[0]
