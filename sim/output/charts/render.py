"""Render all charts of a page in a worker process, which gets ready while something else is computed."""

import atexit
import os
import pickle
import re
import subprocess
import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from threading import Lock
from typing import IO, TYPE_CHECKING, Any, Final, NamedTuple

from sim.core.errors import SimError
from sim.core.options import Options
from sim.core.safe_text import safe_file_name
from sim.experiment.pool import cores, forked, map_in_order
from sim.output.charts import FONT
from sim.output.charts.compact import compact
from sim.output.words import Languages, worded

if TYPE_CHECKING:
    # Loads what draws, which only the worker needs.
    from sim.output.charts.base import Chart, Page


@dataclass(frozen=True)
class Picture:
    """A chart ready for a page.

    Attributes:
        name: unique in the page; with the language, and without the ending of its file.
        title: the finding, which the page says in its own text.
        alt: what somebody hears who cannot see it.
        svg: an `<svg>` element without the title.
    """

    name: str
    title: str
    alt: str
    svg: str


Groups = Sequence[tuple[str, Sequence[Picture]]]
"""Pictures by the question that they answer."""


class Job(NamedTuple):
    """Charts to be rendered.

    Attributes:
        page: whose charts.
        subject: what they are about; must survive being pickled.
        folder: exists, and takes the files.
        langs: languages of the pictures.
        options: those of the command; if they say so, pictures in its language are written as PNG, too.
    """

    page: "Page"
    subject: object
    folder: Path
    langs: tuple[str, ...]
    options: Options


def start_renderer(page: "Page") -> None:
    """Start the worker process, so that it has imported what a page needs when there is something to render."""
    _worker(page)


def render(job: Job) -> dict[str, Groups]:
    """Draw charts, write them to files, and return them for a page, by language.

    Raises: SimError if the worker dies; whatever drawing raises, such as OSError for a full disk.
    """
    with _ONE_AT_A_TIME:
        worker = _worker(job.page)
        asked, answered = _pipes(worker)
        try:
            # This process may have gone to another folder since that one was started.
            pickle.dump(job._replace(folder=job.folder.absolute()), asked)
            asked.flush()
            drawn, error = pickle.load(answered)
        except (EOFError, OSError, pickle.UnpicklingError):
            _dismiss(worker)
            _worker.cache_clear()
            raise SimError(
                "the charts could not be drawn: the process that draws them died, perhaps for want of memory; "
                "--no-report leaves them out"
            ) from None
    if error is not None:
        raise error
    pictures: dict[str, Groups] = drawn
    return pictures


_ONE_AT_A_TIME: Final = Lock()


@cache
def _worker(page: "Page") -> subprocess.Popen[bytes]:
    # A process of its own, since matplotlib holds Python's lock; not one of `multiprocessing`, which would import the
    # script that we were called from. Ctrl-C is not for it.
    process = subprocess.Popen(
        [sys.executable, "-c", f"from {__name__} import serve_jobs; serve_jobs({page!r})"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        start_new_session=True,  # where there are none (Windows) a new group does the same
        creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
    )
    atexit.register(_dismiss, process)
    return process


def _dismiss(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    # Closes its pipes, into which something may have been on its way, and waits for it.
    with suppress(BrokenPipeError), process:
        pass


def _pipes(process: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes]]:
    assert process.stdin, "started with a pipe"
    assert process.stdout, "started with a pipe"
    return process.stdin, process.stdout


# In the worker


def serve_jobs(page: "Page") -> None:
    """Render what is read from the input, and answer on the output, until the input ends.

    Args:
        page: whose charts are loaded before anything is read.
    """
    from sim.output.charts.base import load_charts

    # Nothing that is printed may get among the answers.
    answers, sys.stdout = sys.stdout.buffer, sys.stderr
    load_charts(page)
    while True:
        try:
            job = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        try:
            answer: tuple[object, BaseException | None] = (draw_all(job), None)
        except Exception as error:
            error.add_note("".join(traceback.format_exception(error)))  # a traceback itself cannot be sent
            answer = (None, error)
        pickle.dump(answer, answers)
        answers.flush()


def draw_all(job: Job) -> dict[str, Groups]:
    """Draw everything, on as many cores as there are.

    The pool is that of the experiment, but in this worker: matplotlib is imported here, while the simulation that the
    charts are about still runs, and forked copies have it and the subject at once. Its own processes would have to
    be started, import matplotlib and be sent the subject each, once there is something to draw.
    """
    from sim.output.charts.base import charts_of

    pictures = [
        chart(job.subject, panel, job.options) for chart in charts_of(job.page) for panel in chart.panels(job.subject)
    ]
    global _taken
    _taken = job, pictures
    start, numbers = forked(cores()), range(len(pictures))
    if start is None:
        drawn = [_draw(number) for number in numbers]
    else:
        failure = "picture {} could not be drawn"
        drawn = list(map_in_order(_draw, numbers, start, ahead=len(pictures), failure=failure))
    groups: dict[str, dict[str, list[Picture]]] = {lang: {} for lang in job.langs}
    for chart, in_each in zip(pictures, drawn, strict=True):
        for lang, picture in zip(job.langs, in_each, strict=True):
            groups[lang].setdefault(chart.in_language(lang).question(), []).append(picture)
    return {lang: list(by_question.items()) for lang, by_question in groups.items()}


_taken: tuple[Job, list["Chart[Any]"]]


def _draw(index: int) -> list[Picture]:
    job, pictures = _taken
    return draw_picture(pictures[index], job.folder, job.langs)


def draw_picture(chart: "Chart[Any]", folder: Path, langs: Sequence[str]) -> list[Picture]:
    """Draw a picture once, write it as `CHART-PANEL.LANG.svg` in each language, and return these for a page.

    Drawing takes much longer than exchanging the words, so all languages share one layout.

    Args:
        chart: if its options say so, it is drawn as PNG, too, in its own language.
        folder: exists.
    """
    figure = chart.in_language(Languages(langs)).figure()
    drawn, pictures = shortened(figure.svg()), []
    for place, lang in enumerate(langs):
        said, name = chart.in_language(lang), picture_name(chart.name, chart.panel, lang)
        svg = inline(worded(drawn, place), name, said.alt())
        (folder / f"{name}.svg").write_text(svg, "utf-8")
        pictures.append(Picture(name, said.title(), said.alt(), untitled(svg, name, figure.head)))
    if chart.options.png:
        chart.figure().save_png(folder / f"{picture_name(chart.name, chart.panel, chart.lang)}.png")
    return pictures


def picture_name(chart: str, panel: str, lang: str) -> str:
    """`CHART-PANEL.LANG`."""
    return f"{'-'.join(filter(None, (chart, safe_file_name(panel))))}.{lang}"


_SVG: Final = re.compile(r"<svg [^>]*?viewBox=\"([^\"]+)\"[^>]*>", re.DOTALL)
SCREEN: Final = 1.48
"""Pixels of a page a point of a chart, at most."""

_REFERENCE: Final = re.compile(r'((?:\bid="|href="#|url\(#))')


def shortened(svg: str) -> str:
    """What matplotlib wrote, in fewer letters, as an svg element that has only its box yet."""
    start = _SVG.search(svg)
    assert start is not None, "matplotlib writes an svg element with a viewBox"
    return f'<svg viewBox="{start[1]}">{compact(svg[start.end() :].replace("xlink:href", "href"))}</svg>'


def inline(svg: str, name: str, alt: str) -> str:
    """A shortened picture as an element of a page; ids within it are made unique by its name."""
    box, body = svg.removeprefix('<svg viewBox="').split('">', 1)
    shared = f'font-family="{FONT}" stroke-linejoin="round" role="img" aria-label="{escape(alt, quote=True)}"'
    width = float(box.split()[2]) * SCREEN
    opening = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}" style="max-width:{width:.0f}px" {shared}>'
    return opening + _REFERENCE.sub(rf"\g<1>{name}-", body)


def untitled(svg: str, name: str, head: float) -> str:
    """An inline picture without its title, cut off with the points at the top on which it stands."""
    before, box, after = svg.partition(' viewBox="0 0 ')
    width, height = after.split('"', 1)[0].split()
    cropped = f' viewBox="0 {head:g} {width} {float(height) - head:g}'
    start, title, end = (after[len(f"{width} {height}") :]).partition(f'<g id="{name}-title">')
    return before + cropped + start + end.partition("</g>")[2] if box and title else svg
