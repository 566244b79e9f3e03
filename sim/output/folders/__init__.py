"""Folders of results: written atomically, and listed by their manifest."""
