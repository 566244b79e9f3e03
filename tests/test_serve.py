"""The live page's server: who is let in, what is asked and answered, full runs beside it, and a user's steps."""

import asyncio
import http.client
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from email.message import Message
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from answers import english_in
from click.testing import CliRunner
from shown import small

import cli
from sim.comparison import compare
from sim.comparison.report import Comparison
from sim.core.options import Options
from sim.operations.destination import is_loopback
from sim.output.text.formats import interval, points
from sim.scenario.loading import Loaded, ScenarioFile, load
from sim.serve import jobs, server
from sim.serve.gate import Gate
from sim.serve.page import _script_words, asset
from sim.serve.viewers import MOST_VIEWERS, Stream, Viewers, WrongQuestion, question_of
from sim.whatif.levers import LeverGroup, levers_of
from sim.whatif.live_run import LOOKS, shown_replications
from sim.whatif.what_if import WhatIf

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

TOKEN = "0123456789abcdef"
HEADS = "teams.city.staff.four_teams_three_shifts"
VIEWER = "viewer0001"
LOOK = LOOKS[0]


class Reply(NamedTuple):
    status: int
    headers: Message
    body: bytes


class Served(NamedTuple):
    """A server of two staffings in a thread of its own."""

    port: int
    file: ScenarioFile
    what_if: WhatIf

    @contextmanager
    def request(
        self, path: str, method: str = "GET", body: Any = None, **headers: str
    ) -> Iterator[http.client.HTTPResponse]:
        """One request, as anybody may send it; `Host` and `Origin` are right unless said."""
        here = f"127.0.0.1:{self.port}"
        sent = {"Host": here} | ({"Origin": f"http://{here}"} if method == "POST" else {})
        sent |= {} if body is None else {"Content-Type": "application/json"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        content = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)) as connection:
            connection.request(method, path, content, {name: value for name, value in sent.items() if value})
            with connection.getresponse() as answer:
                yield answer

    def ask(self, path: str, method: str = "GET", body: Any = None, **headers: str) -> Reply:
        with self.request(path, method, body, **headers) as answer:
            return Reply(answer.status, answer.headers, answer.read())

    def cookie(self) -> str:
        return str(self.ask(f"/?token={TOKEN}").headers["Set-Cookie"]).partition(";")[0]

    def answers(self, viewer: str = VIEWER) -> Iterator[dict[str, Any]]:
        """What a stream tells; close it."""
        with self.request(f"/events?viewer={viewer}", Cookie=self.cookie()) as stream:
            assert stream.status == 200
            for line in stream:
                if line.startswith(b"data: {") and line.strip() != b"data: {}":
                    yield json.loads(line.removeprefix(b"data: "))

    def first(self, wanted: Callable[[dict[str, Any]], Any] = lambda _: True) -> dict[str, Any]:
        """The first thing that a stream tells and that is wanted."""
        with closing(self.answers()) as answers:
            return next(each for each in answers if wanted(each))


def question(*changes: dict[str, str], generation: int = 1, **others: Any) -> dict[str, Any]:
    staffings = [{"scenario": 0, "name": f"staffing {at}", "changes": each} for at, each in enumerate(changes)]
    usual = {"lang": "en", "focus": len(changes) - 1, "sla": "signed", "team": "city"}
    return {"viewer": VIEWER, "generation": generation, "staffings": staffings, **usual, **others}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("serve"), Options(workers=1)) as there:
        yield there


@contextmanager
def serving(folder: Path, options: Options) -> Iterator[Served]:
    small(folder)
    (folder / "more.yaml").write_text("extends: small.yaml\nname: More\nteams: {city: {staff: {office: 2}}}\n")
    files = [ScenarioFile(folder / "small.yaml"), ScenarioFile(folder / "more.yaml")]
    told: dict[str, Any] = {}
    there = threading.Event()

    class Kept(WhatIf):
        def __init__(self, *arguments: Any, **others: Any) -> None:
            super().__init__(*arguments, **others)
            told["what_if"] = self

    async def main() -> None:
        told["loop"], told["task"] = asyncio.get_running_loop(), asyncio.current_task()

        def ready(port: int) -> None:
            told["port"] = port
            there.set()

        await server.serve(files, Gate(TOKEN), options, host="127.0.0.1", port=0, ready=ready)

    def run() -> None:
        with pytest.raises(asyncio.CancelledError):
            asyncio.run(main())

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(server, "WhatIf", Kept)
        thread = threading.Thread(target=run)
        thread.start()
        assert there.wait(60)
        yield Served(told["port"], files[0], told["what_if"])
        told["loop"].call_soon_threadsafe(told["task"].cancel)
        thread.join(30)
        assert not thread.is_alive()


# The gate

PATHS = [
    "/",
    "/live.js",
    "/live.css",
    "/font.woff2",
    f"/events?viewer={VIEWER}",
    "/scenario.yaml",
    "/results/1/a",
    "/no",
]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("secret", ["", "token=wrong", "token=", f"token={TOKEN}x"])
def test_nothing_is_there_for_who_has_no_token(served: Served, path: str, secret: str) -> None:
    answer = served.ask(f"{path}{'&' if '?' in path else '?'}{secret}", Cookie="lettersim=guess")
    assert answer.status == 403
    assert b"token" in answer.body


@pytest.mark.parametrize("path", ["/ask", "/jobs", "/jobs/1/stop"])
def test_nothing_can_be_asked_without_the_cookie(served: Served, path: str) -> None:
    assert served.ask(path, "POST", question({})).status == 403


def test_the_token_is_shown_once_and_becomes_a_cookie_that_no_script_and_no_other_site_gets(served: Served) -> None:
    entrance = served.ask(f"/?token={TOKEN}")
    cookie = entrance.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert TOKEN not in cookie
    assert TOKEN.encode() not in entrance.body
    assert served.ask("/", Cookie=served.cookie()).status == 200


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "[", "[::2]"])
def test_another_name_of_this_machine_is_refused(served: Served, host: str) -> None:
    assert served.ask("/", Host=host, Cookie=served.cookie()).status in (400, 421)
    assert served.ask(f"/?token={TOKEN}", Host=host).status in (400, 421)


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:1", ""])
def test_another_site_can_ask_for_nothing(served: Served, origin: str) -> None:
    assert served.ask("/ask", "POST", question({}), Cookie=served.cookie(), Origin=origin).status == 403
    if origin:
        assert served.ask(f"/events?viewer={VIEWER}", Cookie=served.cookie(), Origin=origin).status == 403


def test_a_request_that_the_browser_says_is_of_another_site_is_refused(served: Served) -> None:
    headers = {"Cookie": served.cookie(), "Sec_Fetch_Site": "same-site"}
    assert served.ask("/ask", "POST", question({}), **headers).status == 403


@pytest.mark.parametrize("path", ["/", "/no", "/live.js", "/scenario.yaml"])
def test_every_answer_says_that_nothing_may_be_loaded_from_elsewhere(served: Served, path: str) -> None:
    for cookie in ("", served.cookie()):
        headers = served.ask(path, Cookie=cookie).headers
        assert headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self';")
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"


def test_a_proxy_of_another_name_must_be_named() -> None:
    assert "desk.example" in Gate(TOKEN, ["Desk.Example"])._hosts
    assert [is_loopback(host) for host in ("127.0.0.1", "::1", "localhost", "0.0.0.0", "desk")] == [
        *[True] * 3,
        *[False] * 2,
    ]


# Questions

WRONG: list[tuple[dict[str, Any], str]] = [
    ({"viewer": "x"}, "viewer must be"),
    ({"viewer": "../../etc/passwd"}, "viewer must be"),
    ({"staffings": []}, "a list of 1 to 8"),
    ({"staffings": [{"scenario": 2, "name": "", "changes": {}}]}, "scenario must be the number of one"),
    ({"staffings": [{"scenario": True, "name": "", "changes": {}}]}, "scenario must be the number of one"),
    ({"staffings": [{"scenario": 0, "name": "x" * 81, "changes": {}}]}, "at most 80"),
    ({"staffings": [{"scenario": 0, "name": "", "changes": {"arrivals.trace": "a.csv"}}]}, "cannot be changed here"),
    ({"staffings": [{"scenario": 0, "name": "", "changes": {HEADS: 5}}]}, "must be text"),
    ({"staffings": [{"scenario": 0, "name": "", "changes": {HEADS: "5" * 501}}]}, "must be text"),
    ({"focus": 1}, "focus must be"),
    ({"generation": -1}, "generation must be"),
    ({"lang": "xx"}, "lang must be one of"),
    ({"sla": "other"}, "sla must be one of"),
    ({"team": None}, "team must be one of"),
]


@pytest.mark.parametrize(("wrong", "said"), WRONG)
def test_a_question_that_the_page_never_asks_is_refused(served: Served, wrong: dict[str, Any], said: str) -> None:
    answer = served.ask("/ask", "POST", {**question({}), **wrong}, Cookie=served.cookie())
    assert answer.status == 400
    assert said in answer.body.decode()


def test_what_is_wrong_is_told_in_the_language_of_the_server(tmp_path: Path) -> None:
    with serving(tmp_path, Options(workers=1, lang="zh")) as served:
        cookie = served.cookie()
        for wrong, _ in WRONG:
            answer = served.ask("/ask", "POST", {**question({}), **wrong}, Cookie=cookie)
            assert (answer.status, english_in(answer.body.decode())) == (400, [])
        assert served.ask("/results/9/a", Cookie=cookie).body.decode() == "这里没有内容\n"
        assert served.ask("/jobs", "POST", {"kind": "rm"}, Cookie=cookie).body.decode() == "kind 须为 run 或 plan\n"


def test_what_is_no_question_at_all_is_refused(served: Served) -> None:
    cookie = served.cookie()
    for body, status in ((b"{", 400), (b"[1]", 400), (b"\xff", 400), (b'{"a":' * 10_000, 400), (b" " * 200_000, 413)):
        assert served.ask("/ask", "POST", body, Cookie=cookie).status == status
    plain = served.ask("/ask", "POST", question({}), Cookie=cookie, Content_Type="text/plain")
    assert plain.status == 415
    assert served.ask("/", "PUT", question({}), Cookie=cookie, Origin=f"http://127.0.0.1:{served.port}").status == 405


def test_no_more_look_at_once_than_can_be_served() -> None:
    viewers = Viewers()
    for number in range(MOST_VIEWERS):
        viewers.named(f"viewer{number:04}").streams.add(Stream())
    with pytest.raises(WrongQuestion, match="look already"):
        viewers.named("viewer9999")
    viewers.named("viewer0003").streams.clear()
    assert not viewers.named("viewer9999").streams


# Answers


def compared_with(served: Served, replications: int) -> Comparison:
    """Today's staffing and one with fewer people, in so many replications."""
    each = {"today": served.file.with_changes(), "fewer": served.file.with_changes([f"{HEADS}=5"])}
    return compare(
        [
            Loaded(one.scenario.model_copy(update={"replications": replications}), one.source, stem, (), ())
            for stem, one in each.items()
        ]
    )


def test_answers_are_those_of_a_comparison_with_as_many_replications(served: Served) -> None:
    assert served.ask("/ask", "POST", question({}, {HEADS: "5"}), Cookie=served.cookie()).status == 204
    answer = served.first(lambda each: each.get("progress", 0) >= LOOK / LOOKS[-1])
    done = round(answer["progress"] * LOOKS[-1])
    compared, at_look = compared_with(served, done), compared_with(served, shown_replications(done, LOOKS[-1]))
    told = answer["staffings"][1]["slas"]
    for name, sla in compared.pairs[0].slas.items():
        assert told[name]["change"] == points("en", sla.paired)
        assert told[name]["exact"] == interval(at_look.reports["fewer"].slas[name].compliance)
    districts = {each["name"]: each["level"] for each in answer["districts"]}
    assert districts == {
        each.name: interval(each.compliance) for each in at_look.reports["fewer"].slas["signed"].districts
    }
    assert answer["generation"] == 1
    assert answer["staffings"][1]["people"] == "11 (−3)"
    assert answer["sentences"][1].startswith("The target of 99% is missed: ")


def test_who_comes_back_hears_at_once_what_he_asked_before(served: Served) -> None:
    served.ask("/ask", "POST", question({}, generation=7), Cookie=served.cookie())
    for _ in range(2):  # a proxy may cut a stream whenever it likes
        assert served.first()["generation"] == 7


def test_each_of_several_streams_hears_everything(served: Served) -> None:
    served.ask("/ask", "POST", question({}, generation=9), Cookie=served.cookie())
    with closing(served.answers()) as one, closing(served.answers()) as other:
        assert next(one)["generation"] == next(other)["generation"] == 9
        served.ask("/ask", "POST", question({}, {HEADS: "6"}, generation=10), Cookie=served.cookie())
        for stream in (one, other):
            assert next(each for each in stream if each["generation"] == 10)


def test_an_older_question_that_arrives_late_changes_nothing(served: Served) -> None:
    for generation in (12, 11):
        served.ask("/ask", "POST", question({}, {HEADS: "6"}, generation=generation), Cookie=served.cookie())
    assert served.first()["generation"] == 12


def test_who_was_forgotten_is_asked_again(served: Served) -> None:
    with served.request("/events?viewer=viewer0077", Cookie=served.cookie()) as stream:
        assert stream.readline() == b"event: ask\n"
        assert stream.headers["X-Accel-Buffering"] == "no"


def test_wrong_values_are_told_and_the_others_go_on(served: Served) -> None:
    asked = question({}, {HEADS: "-1"}, generation=20)
    served.ask("/ask", "POST", asked, Cookie=served.cookie())
    answer = served.first()
    assert answer["sentences"][1].endswith(f"{HEADS}: must be 0 or more (got -1)")
    assert "must be 0 or more" in answer["staffings"][1]["error"]
    assert answer["staffings"][0]["people"] == "14"


def test_nobody_simulates_for_who_has_gone(served: Served) -> None:
    served.ask("/ask", "POST", question({}, {HEADS: "7"}, generation=30), Cookie=served.cookie())
    answers = served.answers()
    next(answers)
    (run,) = {run for run in served.what_if._runs.values() if run.setting.scenario.teams["city"].headcount == 7}
    assert served.what_if._scheduler.wanted(run)
    answers.close()
    until = time.monotonic() + 30
    while served.what_if._scheduler.wanted(run):
        assert time.monotonic() < until
        time.sleep(0.05)


# Files and commands beside


def test_a_staffing_is_saved_as_a_file_that_extends(served: Served) -> None:
    changes = {HEADS: "5", "arrivals.per_day": "130"}
    served.ask("/ask", "POST", question({}, changes, generation=40), Cookie=served.cookie())
    answer = served.ask(f"/scenario.yaml?viewer={VIEWER}&staffing=1", Cookie=served.cookie())
    assert answer.headers["Content-Disposition"].startswith("attachment")
    saved = Path(served.file.source).with_name("saved.yaml")
    saved.write_bytes(answer.body)
    assert saved.read_text("utf-8").startswith("# Put this file beside small.yaml")
    same = load(served.file.source, [f"{key}={value}" for key, value in changes.items()]).scenario
    assert load(saved).scenario == same.model_copy(update={"name": load(saved).scenario.name})
    assert served.ask(f"/scenario.yaml?viewer={VIEWER}&staffing=9", Cookie=served.cookie()).status == 404


def job_of(served: Served) -> dict[str, Any]:
    """The latest job, once it is over."""
    found = served.first(lambda each: each["jobs"] and not each["jobs"][0]["stoppable"])
    return dict(found["jobs"][0])


def test_a_full_run_is_the_command_and_its_page_is_shown_in_a_sandbox(
    served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    called: list[list[str]] = []

    async def run(command: list[str]) -> tuple[int, str]:
        called.append(command)
        (folder := Path("results/small", folder_of(command))).mkdir(parents=True)
        (folder / "report.html").write_text("the page")
        return 0, ""

    def folder_of(command: list[str]) -> str:
        loaded = load(command[1], [each for each in command if "=" in each])
        return str(jobs.of_scenario("run", loaded, Options())["home"]).rpartition("/")[2]

    monkeypatch.setattr(jobs, "_called", run)
    served.ask("/ask", "POST", question({}, {HEADS: "5"}, generation=50), Cookie=served.cookie())
    started = served.ask("/jobs", "POST", {"viewer": VIEWER, "staffing": 1, "kind": "run"}, Cookie=served.cookie())
    assert started.status == 204
    job = job_of(served)
    assert called[0][:4] == ["run", served.file.source, "--set", f"{HEADS}=5"]
    assert f"seed={load(served.file.source).scenario.seed + 1}" in called[0]
    page = served.ask(f"/{job['link']}", Cookie=served.cookie())
    assert page.body == b"the page"
    assert page.headers["Content-Security-Policy"].startswith("sandbox allow-scripts")
    for path in (
        "/results/1/../../../../small.yaml",
        "/results/1/%2e%2e/%2e%2e/x",
        "/results/1//etc/passwd",
        "/results/9/a",
    ):
        assert served.ask(path, Cookie=served.cookie()).status == 404


def test_a_command_that_fails_says_why(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    async def run(_: list[str]) -> tuple[int, str]:
        return 1, "no room left"

    monkeypatch.setattr(jobs, "_called", run)
    served.ask("/ask", "POST", question({}, generation=60), Cookie=served.cookie())
    served.ask("/jobs", "POST", {"viewer": VIEWER, "staffing": 0, "kind": "plan"}, Cookie=served.cookie())
    job = job_of(served)
    assert job["error"] == "no room left"
    assert job["link"] is None
    wrong = served.ask("/jobs", "POST", {"viewer": VIEWER, "staffing": 0, "kind": "rm"}, Cookie=served.cookie())
    assert wrong.status == 400


def test_a_command_can_be_stopped(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    async def run(_: list[str]) -> tuple[int, str]:
        await asyncio.sleep(60)
        return 0, ""

    monkeypatch.setattr(jobs, "_called", run)
    served.ask("/ask", "POST", question({}, generation=70), Cookie=served.cookie())
    served.ask("/jobs", "POST", {"viewer": VIEWER, "staffing": 0, "kind": "plan"}, Cookie=served.cookie())
    job = served.first(lambda each: each["jobs"][0]["stoppable"])["jobs"][0]
    assert served.ask(f"/jobs/{job['number']}/stop", "POST", {}, Cookie=served.cookie()).status == 204
    assert job_of(served)["text"] == "Plan of staffing 0 was stopped"
    assert served.ask("/jobs/99/stop", "POST", {}, Cookie=served.cookie()).status == 404


def test_the_command_beside_is_this_program() -> None:
    code, said = asyncio.run(jobs._called(["run", "nowhere.yaml", "--quiet"]))
    assert code == 2
    assert "nowhere.yaml" in said


# What can be changed, and words


def test_what_can_be_changed_are_letters_people_absence_and_assumptions() -> None:
    levers = {lever.key: lever for lever in levers_of(load("scenarios/shenzhen_stress_600.yaml"))}
    assert levers["arrivals.per_day"].group is LeverGroup.LETTERS
    people = levers["teams.branch.staff.four_teams_two_shifts"]
    assert (people.written, people.slider and people.slider.most) == ("80", 160)
    assert levers["teams.city.absence"].written == "15%"
    effort = levers["workflow.sign.effort.mean"]
    assert (effort.group, effort.written) == (LeverGroup.ASSUMPTIONS, "1.5 min")
    assert effort.note.startswith("squad minutes")
    assert effort.slider is not None
    assert effort.slider.unit == " min"
    assert levers["workflow.handle.by.per_category.noise"].slider is None
    # Of a weekday's weights and of the window the scenario has marks, but the window is no assumption there.
    assert "arrivals.by_weekday" in levers
    assert "replications" not in levers


@pytest.mark.parametrize("name", ["shenzhen_stress_600", "mm8", "shenzhen_baseline"])
def test_a_slider_can_stand_where_the_figure_is(name: str) -> None:
    loaded = load(f"scenarios/{name}.yaml")
    for lever in levers_of(loaded):
        if lever.slider is not None:
            at, least, most, step = lever.slider[:4] if isinstance(lever.slider, tuple) else (
                lever.slider.at, lever.slider.least, lever.slider.most, lever.slider.step,
            )  # fmt: skip
            assert least <= at <= most, lever.key
            places = (at - least) / step
            assert abs(places - round(places)) < 1e-6, lever.key


def test_every_change_to_what_is_written_is_the_same_scenario() -> None:
    file = ScenarioFile("scenarios/shenzhen_stress_600.yaml")
    loaded = file.with_changes()
    same = file.with_changes([f"{lever.key}={lever.written}" for lever in levers_of(loaded)])
    assert same.scenario == loaded.scenario


def test_the_script_has_words_for_what_it_says() -> None:
    script = asset("live.js")
    asked = {part.partition('"]')[0] for part in script.split('words["')[1:]}
    assert asked | {"district", "letters", "late", "in-time", "difference"} == set(_script_words())


def test_question_names_scenarios_without_slas() -> None:
    content = {**question({}), "sla": ""}
    assert question_of(content, [frozenset()], (), ("city",)).sla == ""


# The command


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--host", "0.0.0.0"], "needs --token"),
        (["--token", "short"], "16 characters or more"),
        (["--port", "70000"], "70000"),
        (["--host", "300.1.1.1", "--token", "t" * 16], "must be an address of this machine or a name of it"),
    ],
)
def test_the_command_refuses_what_would_let_others_in(arguments: list[str], said: str) -> None:
    found = CliRunner().invoke(cli.cli, ["serve", "scenarios/mm8.yaml", *arguments], env={"COLUMNS": "300"})
    assert found.exit_code == 2
    assert said in found.output


def test_the_command_says_what_is_wrong_with_a_scenario(tmp_path: Path) -> None:
    found = CliRunner().invoke(cli.cli, ["serve", str(tmp_path / "none.yaml"), "--port", "0"])
    assert found.exit_code == 2
    assert "no such file" in found.output
    both = ["serve", "scenarios/mm8.yaml", "--with", "scenarios/shenzhen_baseline.yaml", "--port", "0"]
    found = CliRunner().invoke(cli.cli, both)
    assert found.exit_code == 2
    assert "no SLA in common" in found.output


# A user's steps


@pytest.fixture
def page(served: Served, chromium: "Browser") -> Iterator["Page"]:
    """The page, entered with its token; it must ask for nothing elsewhere and complain of nothing."""
    opened = chromium.new_page(viewport={"width": 1400, "height": 900})
    asked: list[str] = []
    complaints: list[str] = []
    opened.on("request", lambda request: asked.append(request.url))
    opened.on("console", lambda message: complaints.append(message.text))
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.goto(f"http://127.0.0.1:{served.port}/?token={TOKEN}")
    opened.wait_for_selector("body[data-current=yes]")
    yield opened
    opened.close()
    assert [url for url in asked if not url.startswith((f"http://127.0.0.1:{served.port}/", "data:"))] == []
    assert complaints == []


def type_into(page: "Page", key: str, value: str) -> None:
    page.locator(f'[id="lever-{key}"]').fill(value)
    page.locator(f'[id="lever-{key}"]').press("Enter")
    page.wait_for_selector("body[data-current=yes]")


def rows(page: "Page") -> list[str]:
    return [row.inner_text() for row in page.locator("#staffings tbody tr").all()]


@pytest.mark.browser
def test_a_change_is_a_staffing_beside_today_and_can_be_undone(served: Served, page: "Page") -> None:
    assert "token" not in page.url
    assert len(rows(page)) == 2
    type_into(page, HEADS, "5")
    assert [row.split("\t")[1].split()[0] for row in rows(page)] == ["14", "16", "11"]
    page.wait_for_selector("#staffings tr.focus .t-missed")
    assert "points" in page.locator("#answer").inner_text()
    page.locator("#keep").click()
    type_into(page, HEADS, "12")
    assert [row.split("\t")[1].split()[0] for row in rows(page)] == ["14", "16", "11", "18"]
    for count in (4, 3, 2):
        page.locator("#undo").click()
        page.wait_for_selector("body[data-current=yes]")
        assert len(rows(page)) == count
    assert page.locator("#undo").is_disabled()


@pytest.mark.browser
def test_figures_on_the_page_are_those_of_a_comparison(served: Served, page: "Page") -> None:
    type_into(page, HEADS, "5")
    page.wait_for_selector("#staffings tr.focus td:nth-child(4) .t-missed:nth-child(3)")
    # Read at once, since more comes meanwhile.
    read = "[...document.querySelectorAll('#staffings tr.focus td')].map((cell) => [cell.innerText, cell.title])"
    status, cells = page.evaluate(f"[document.getElementById('status').innerText, {read}]")
    done = int(status.split()[0])
    compared, at_look = compared_with(served, done), compared_with(served, shown_replications(done, LOOKS[-1]))
    assert points("en", compared.pairs[0].slas["signed"].paired) in cells[2][0]
    assert cells[2][1] == interval(at_look.reports["fewer"].slas["signed"].compliance)
    for chart in ("heat", "team", "backlog"):
        page.wait_for_selector(f"#{chart} svg")
    assert "%" in page.locator("#heat rect title").first.text_content()  # type: ignore[operator]


@pytest.mark.browser
def test_sliders_move_and_wrong_values_are_told(page: "Page") -> None:
    slider = page.locator(f'.lever[data-key="{HEADS}"] input[type=range]')
    slider.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_selector("body[data-current=yes]")
    assert rows(page)[-1].split("\t")[1].startswith("15")
    type_into(page, HEADS, "many")
    assert HEADS in page.locator("#answer").inner_text()
    page.locator("#reset").click()
    page.wait_for_selector("body[data-current=yes]")
    assert len(rows(page)) == 2


@pytest.mark.browser
def test_the_page_speaks_each_language_and_remembers_what_was_changed(page: "Page") -> None:
    type_into(page, HEADS, "5")
    page.get_by_role("link", name="中文").click()
    page.wait_for_selector("html[lang=zh-CN] body[data-current=yes]")
    assert len(rows(page)) == 3
    assert "目标" in page.locator("#answer").inner_text()
    assert page.locator("#undo").inner_text() == "撤销"
    assert page.evaluate("document.fonts.ready.then(() => document.fonts.check('16px \"Noto Sans SC\"', '方案'))")


@pytest.mark.browser
def test_a_phone_is_wide_enough(page: "Page") -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    nameless = "!(e.labels && e.labels.length) && !e.getAttribute('aria-label') && !e.textContent.trim()"
    controls = "Array.from(document.querySelectorAll('input, button, table, section'))"
    assert page.evaluate(f"{controls}.filter(e => {nameless}).length") == 0
