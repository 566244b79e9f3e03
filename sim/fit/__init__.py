"""Fit: an office's own log -> a scenario with measured figures, and how well it tells the truth."""
