"""The process that draws: it reads what to draw from its input, and answers on its output, until the input ends."""

import multiprocessing
import os
import pickle
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import NamedTuple

from sim.output.charts import registry
from sim.output.charts.album import Album
from sim.output.charts.picture import Groups, Picture
from sim.output.charts.pictures import draw_panel


class Panel(NamedTuple):
    """A picture of an album."""

    lang: str
    chart: int
    key: str


def draw(album: Album) -> dict[str, Groups]:
    """Draw everything, on as many cores as there are."""
    charts = _charts(album)
    panels = [
        Panel(lang, number, key)
        for number, chart in enumerate(charts)
        for key in chart.panels(album.subject)
        for lang in album.langs
    ]
    if "fork" in multiprocessing.get_all_start_methods():
        # A forked worker has the subject, and all that was imported, at once.
        workers = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else None
        fork = multiprocessing.get_context("fork")
        with ProcessPoolExecutor(workers, fork, initializer=_take, initargs=(album,)) as pool:
            pictures = list(pool.map(_draw, panels))
    else:
        _take(album)
        pictures = list(map(_draw, panels))
    groups: dict[str, list[tuple[str, list[Picture]]]] = {lang: [] for lang in album.langs}
    for panel, picture in zip(panels, pictures, strict=True):
        name, drawn = charts[panel.chart].name, groups[panel.lang]
        if not drawn or drawn[-1][0] != name:
            drawn.append((name, []))
        drawn[-1][1].append(picture)
    return dict(groups)


def serve() -> None:
    """Draw what is asked for until nobody asks any more."""
    # Nothing that is printed may get among the answers.
    answers, sys.stdout = sys.stdout.buffer, sys.stderr
    while True:
        try:
            album = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        try:
            answer: tuple[object, BaseException | None] = (draw(album), None)
        except Exception as error:
            answer = (None, error)
        pickle.dump(answer, answers)
        answers.flush()


_taken: list[Album] = []


def _take(album: Album) -> None:
    _taken[:] = [album]


def _charts(album: Album) -> Sequence["registry.Chart[object]"]:
    charts: Sequence[registry.Chart[object]] = getattr(registry, album.charts)
    return charts


def _draw(panel: Panel) -> Picture:
    (album,) = _taken
    chart = _charts(album)[panel.chart]
    return draw_panel(chart, album.subject, panel.key, album.folder, panel.lang, png=panel.lang == album.png)


if __name__ == "__main__":
    serve()
