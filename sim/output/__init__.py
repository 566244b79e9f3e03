"""What people get: folders of results, tables, texts, charts and pages."""
