"""The folder of a result: written whole or not at all, and listed by its manifest."""
