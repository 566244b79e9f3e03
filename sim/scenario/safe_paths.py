"""Files that a scenario names: they are found from where they are named, inside the scenario's folder tree."""

from pathlib import Path

from sim.models.wording import one_of


def real_path(path: Path) -> Path:
    """The file that a path means, through all links.

    Raises:
        ValueError: no file can have this path.
    """
    try:
        return path.resolve()
    except (OSError, RuntimeError, ValueError) as error:
        # A loop of links is one or another of these, depending on the version of Python.
        raise ValueError(f"is not a path that can be followed: {error}") from None


def named_file(written: str, beside: Path, folder: Path) -> Path:
    """The file that a scenario names.

    Args:
        written: relative to `beside`, the folder of the file that names it.
        folder: the scenario's own folder, real; nothing outside is read.

    Raises:
        ValueError: no path, outside of the folder, or no such file.
    """
    if not written.strip():
        raise ValueError(f"must be the path of a file (got {written!r})")
    path = real_path(beside / written)
    if not path.is_relative_to(folder):
        raise ValueError(f"must stay inside the scenario's folder (got {written!r})")
    try:
        there = path.is_file()
    except OSError as error:
        raise ValueError(f"cannot be read: {error.strerror} (got {written!r})") from None
    if not there:
        like = [each.name for each in sorted(beside.glob(f"*{path.suffix}")) if each.is_file() and path.suffix]
        raise ValueError(f"no such file {one_of(written, like)}")
    return path
