"""The reports, a file each; found by `reports.report.load`."""
