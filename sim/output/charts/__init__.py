"""Charts: each answers one question about a report, and draws only what the report already says."""
