"""The server of the live page: pages, questions, the stream of answers, full runs, and saved scenarios."""

import asyncio
import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from aiohttp import web

from sim.core.errors import ScenarioError
from sim.core.json_text import to_json
from sim.core.options import DEFAULT, Options
from sim.models.labels import labels_of
from sim.output.text.errors import error_text
from sim.output.words import Language, languages, say, translated
from sim.scenario.loading import ScenarioFile
from sim.serve.answer import answer
from sim.serve.gate import Gate, add_headers
from sim.serve.jobs import BackgroundJobs, JobKind, JobState
from sim.serve.page import asset, font_of, live_page, title_of
from sim.serve.viewers import Question, Stream, Viewer, Viewers, WrongQuestion, question_of
from sim.whatif.levers import levers_of
from sim.whatif.live_run import LiveRun
from sim.whatif.outlook import Pairing, worst_sla
from sim.whatif.what_if import WhatIf

_PAUSE: Final = 0.25
"""Seconds between two answers to the same question."""

_HEARTBEAT: Final = 10.0
"""Seconds of silence after which a sign of life is sent, which proxies want and which finds out who has gone."""

_MOST_BYTES: Final = 128 * 1024
"""Of a question."""

_ASSETS: Final = {"live.js": "text/javascript", "live.css": "text/css"}

_REPORT_POLICY: Final = (
    "sandbox allow-scripts allow-modals; default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
    "img-src 'self' data:; font-src data:"
)
"""A page of results is whole in itself; as in a sandbox it is of no site, and can ask this server for nothing."""


class LiveServer:
    """What the live page talks to; make it inside of a running event loop.

    Args:
        files: scenarios; the first is what all are compared with.
        options: changes, seed, workers and the language in which the page opens.
    Raises: ScenarioError as `sim.whatif.what_if.WhatIf`.
    """

    def __init__(self, files: Sequence[ScenarioFile], gate: Gate, options: Options = DEFAULT) -> None:
        self._loop = asyncio.get_running_loop()
        self.what_if = WhatIf(files, options, changed=self._changed)
        self._options, self._gate = options, gate
        self._keys = [frozenset(lever.key for lever in levers_of(each)) for each in self.what_if.loaded]
        self._labels = labels_of(self.what_if.loaded[0].scenario)
        self._worst = worst_sla(self.what_if.base)
        self._viewers, self._jobs = Viewers(), BackgroundJobs(options)
        self._font_task: asyncio.Future[bytes] | None = None
        self._pool = ThreadPoolExecutor(2, thread_name_prefix="answers")

    def app(self) -> web.Application:
        """The application, with everything behind the gate."""
        app = web.Application(middlewares=[self._gate.guard], client_max_size=_MOST_BYTES)
        app.on_response_prepare.append(add_headers)
        app.on_shutdown.append(self._shut)
        app.router.add_get("/", self._page)
        for file in _ASSETS:
            app.router.add_get(f"/{file}", self._asset)
        app.router.add_get("/font.woff2", self._font)
        app.router.add_post("/ask", self._ask)
        app.router.add_get("/events", self._events)
        app.router.add_get("/scenario.yaml", self._scenario)
        app.router.add_post("/jobs", self._start_job)
        app.router.add_post(r"/jobs/{number:\d+}/stop", self._stop_job)
        app.router.add_get(r"/results/{number:\d+}/{path:.+}", self._results)
        return app

    async def _shut(self, _: web.Application) -> None:
        for viewer in self._viewers:
            self.what_if.leave(viewer.name)
        await self._jobs.close()
        await self._loop.run_in_executor(None, self.what_if.close)
        self._pool.shutdown(wait=False, cancel_futures=True)

    # Pages

    async def _page(self, request: web.Request) -> web.Response:
        lang = request.query.get("lang", self._options.lang)
        lang = lang if lang in languages() else self._options.lang
        return web.Response(text=live_page(self.what_if.loaded, lang, self._worst), content_type="text/html")

    async def _asset(self, request: web.Request) -> web.Response:
        file = request.path.rpartition("/")[2]
        return web.Response(text=asset(file), content_type=_ASSETS[file])

    async def _font(self, _: web.Request) -> web.Response:
        if self._font_task is None:
            self._font_task = asyncio.ensure_future(self._beside(font_of, self.what_if.loaded))
        font = await asyncio.shield(self._font_task)
        return web.Response(body=font, content_type="font/woff2", headers={"Cache-Control": "private, max-age=3600"})

    # Questions and answers

    async def _ask(self, request: web.Request) -> web.Response:
        content = await self._content(request)
        try:
            viewer = self._viewers.named(content.get("viewer"))
            scenario = self.what_if.loaded[0].scenario
            question = question_of(content, self._keys, tuple(scenario.sla), tuple(scenario.teams))
            question = question._replace(lang=Language(question.lang, self._labels))
        except WrongQuestion as wrong:
            raise web.HTTPBadRequest(text=self._told(str(wrong))) from None
        if viewer.question is None or question.generation >= viewer.question.generation:
            viewer.question = question
            if viewer.streams:
                await self._look(viewer, question)
        return web.Response(status=204)

    async def _look(self, viewer: Viewer, question: Question) -> None:
        """Have simulated what a viewer asks for, unless he has asked for something else by then."""
        async with viewer.turn:
            if viewer.question is not question:
                return
            found = await self._beside(self.what_if.watch, viewer.name, question.asked)
            if viewer.question is question:
                viewer.found, viewer.answered = found, question
                viewer.announce(fresh=True)

    async def _events(self, request: web.Request) -> web.StreamResponse:
        try:
            viewer = self._viewers.named(request.query.get("viewer", ""))
        except WrongQuestion as wrong:
            raise web.HTTPBadRequest(text=self._told(str(wrong))) from None
        response = web.StreamResponse(
            headers={
                "Content-Type": "text/event-stream",
                "Cache-Control": "no-store, no-transform",
                "X-Accel-Buffering": "no",
            }
        )
        await response.prepare(request)
        stream = Stream()
        viewer.streams.add(stream)
        try:
            if viewer.question is None:
                await response.write(b"event: ask\ndata: {}\n\n")
            else:
                await self._look(viewer, viewer.question)
            await self._tell(viewer, stream, response)
        except (ConnectionError, RuntimeError):
            pass  # who has gone hears nothing
        finally:
            viewer.streams.discard(stream)
            if not viewer.streams:
                self.what_if.leave(viewer.name)
        return response

    async def _tell(self, viewer: Viewer, stream: Stream, response: web.StreamResponse) -> None:
        """Send answers for as long as somebody listens, at most four a second to one question."""
        while True:
            try:
                await asyncio.wait_for(stream.news.wait(), _HEARTBEAT)
            except TimeoutError:
                await response.write(b": still here\n\n")
                continue
            stream.news.clear()
            stream.fresh.clear()
            question, found = viewer.answered, viewer.found
            if question is None:
                continue
            content = await self._beside(answer, question, found, self._jobs.all())
            await response.write(f"data: {to_json(content, indent=None)}\n\n".encode())
            if content["settled"]:
                with suppress(asyncio.TimeoutError):
                    await asyncio.wait_for(stream.fresh.wait(), _PAUSE)

    async def _beside(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """What a function returns, computed beside the loop."""
        return await self._loop.run_in_executor(self._pool, function, *arguments)

    def _changed(self, run: LiveRun) -> None:
        """There is more to see of a run; called from the threads that simulate."""
        with suppress(RuntimeError):  # the loop is closed, and nobody looks any more
            self._loop.call_soon_threadsafe(self._announce, run)

    def _announce(self, run: LiveRun | None) -> None:
        for viewer in self._viewers:
            if run is None or any(isinstance(each, Pairing) and run in each for each in viewer.found):
                viewer.announce()

    # Files and commands

    async def _scenario(self, request: web.Request) -> web.Response:
        """A staffing as a short scenario file that extends the one that it comes from."""
        question, index = self._staffing(request.query.get("viewer", ""), request.query.get("staffing", ""))
        asked, name = question.asked[index], question.names[index]
        file = self.what_if.files[asked.scenario]
        base = self.what_if.loaded[asked.scenario]
        title = f"{title_of(question.lang, base)}: {name}"[:200]
        changes = [*self._options.overrides, *asked.changes]
        text = await self._beside(file.extension, changes, title)
        told = say(question.lang, "live.saved", file=f"{base.stem}.yaml")
        return web.Response(
            text=f"# {told}\n{text}",
            content_type="application/yaml",
            headers={"Content-Disposition": f'attachment; filename="changed-{index}.yaml"'},
        )

    async def _start_job(self, request: web.Request) -> web.Response:
        content = await self._content(request)
        if content.get("kind") not in list(JobKind):
            raise web.HTTPBadRequest(text=self._told("kind must be run or plan"))
        question, index = self._staffing(content.get("viewer"), str(content.get("staffing", "")))
        asked, kind = question.asked[index], JobKind(content["kind"])
        try:
            loaded = await self._beside(self.what_if.scenario, asked)
            if kind is JobKind.RUN:
                # Who chose a staffing by looking at these letters wants to see it meet others.
                fresh = f"seed={(loaded.scenario.seed + 1) % 2**63}"
                asked = asked._replace(changes=(*asked.changes, fresh))
                loaded = await self._beside(self.what_if.scenario, asked)
        except ScenarioError as error:
            raise web.HTTPBadRequest(text=error_text(error, question.lang) + "\n") from None
        overrides = [*self._options.layers(), *asked.changes]
        job = self._jobs.start(kind, loaded, overrides, question.names[index], question.lang)
        if job is None or job.task is None:
            raise web.HTTPTooManyRequests(text=say(question.lang, "live.too-many-jobs") + "\n")
        job.task.add_done_callback(lambda _: self._announce(None))
        self._announce(None)
        return web.Response(status=204)

    async def _stop_job(self, request: web.Request) -> web.Response:
        job = self._jobs.job(int(request.match_info["number"]))
        if job is None:
            raise web.HTTPNotFound(text=self._told("there is nothing here"))
        self._jobs.stop(job)
        return web.Response(status=204)

    async def _results(self, request: web.Request) -> web.StreamResponse:
        job = self._jobs.job(int(request.match_info["number"]))
        if job is None or job.state is not JobState.DONE:
            raise web.HTTPNotFound(text=self._told("there is nothing here"))
        folder = job.folder.resolve()
        path = Path(folder, request.match_info["path"]).resolve()
        if not path.is_relative_to(folder) or not path.is_file():
            raise web.HTTPNotFound(text=self._told("there is nothing here"))
        return web.FileResponse(path, headers={"Content-Security-Policy": _REPORT_POLICY})

    async def _content(self, request: web.Request) -> dict[str, Any]:
        """The JSON object of a request."""
        if request.content_type != "application/json":
            raise web.HTTPUnsupportedMediaType(text=self._told("must be JSON"))
        try:
            content = await request.json()
        except (ValueError, RecursionError, json.JSONDecodeError):
            raise web.HTTPBadRequest(text=self._told("must be JSON")) from None
        if not isinstance(content, dict):
            raise web.HTTPBadRequest(text=self._told("must be an object"))
        return content

    def _told(self, wrong: str) -> str:
        """What is wrong with a request, in the language in which the page opens: who asks so may have none."""
        return translated(self._options.lang, wrong) + "\n"

    def _staffing(self, viewer: object, index: str) -> tuple[Question, int]:
        try:
            question = self._viewers.named(viewer).question
        except WrongQuestion as wrong:
            raise web.HTTPBadRequest(text=self._told(str(wrong))) from None
        if question is None or not index.isdecimal() or int(index) >= len(question.asked):
            raise web.HTTPNotFound(text=self._told("there is nothing here"))
        return question, int(index)


async def serve(
    files: Sequence[ScenarioFile],
    gate: Gate,
    options: Options = DEFAULT,
    *,
    host: str,
    port: int,
    ready: Callable[[int], object],
) -> None:
    """Serve the live page until it is cancelled.

    Args:
        port: 0 for any that is free.
        ready: called with the port once the engine is warm and somebody may come.
    Raises: ScenarioError as `LiveServer`; OSError if the port is taken.
    """
    runner = web.AppRunner(
        LiveServer(files, gate, options).app(), access_log=None, handler_cancellation=True, shutdown_timeout=1
    )
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        await site.start()
        ready(int(runner.addresses[0][1]))
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()
