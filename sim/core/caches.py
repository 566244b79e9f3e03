"""Where things are kept that cost time to make again and nothing to lose."""

import os
from pathlib import Path


def user_cache() -> Path:
    """The folder of this program in the user's cache; it need not exist yet, or be one that can be written."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "lettersim"
