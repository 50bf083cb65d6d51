"""The renderings of the national report, all from one `ReportContent`."""
