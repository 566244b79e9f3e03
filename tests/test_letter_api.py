"""The description of the letter API is what the example server does, and what load is sent with."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession
from jsonschema import Draft202012Validator
from systems import listening

from sim.operations.requests import letter_body
from sim.operations.trace_files import TracedLetter

sys.path.insert(0, str(Path(__file__).parent.parent / "examples"))
from server import application

EXAMPLES = Path(__file__).parent.parent / "examples"
API = json.loads((EXAMPLES / "openapi.json").read_text("utf-8"))
CALLS = [
    (path, method, call)
    for path, item in API["paths"].items()
    for method, call in item.items()
    if method != "parameters"
]


def resolved(value: Any) -> Any:
    """A part of the description, itself and not a reference."""
    while isinstance(value, dict) and "$ref" in value:
        place, *names = value["$ref"].split("/")
        assert place == "#"
        value = API
        for name in names:
            value = value[name]
    return value


def valid(content: Any, schema: dict[str, Any]) -> None:
    """Hold JSON against a schema of the description."""
    Draft202012Validator({**schema, "components": API["components"]}).validate(content)


def references(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if "$ref" in value:
            yield value
        for each in value.values():
            yield from references(each)
    elif isinstance(value, list):
        for each in value:
            yield from references(each)


@asynccontextmanager
async def mailbox(folder: Path) -> AsyncIterator[tuple[ClientSession, str]]:
    async with listening(application(folder / "letters.db")) as url, ClientSession() as session:
        yield session, url.removesuffix("/letters")


def test_the_description_is_sound() -> None:
    assert API["openapi"] == "3.1.0"
    assert all(resolved(each) is not None for each in references(API))
    for schema in API["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    names = [call["operationId"] for _, _, call in CALLS]
    assert len(names) == len(set(names))
    for path, _, call in CALLS:
        parameters = map(resolved, [*API["paths"][path].get("parameters", []), *call.get("parameters", [])])
        in_path = {each["name"] for each in parameters if each["in"] == "path"}
        assert in_path == {part[1:-1] for part in path.split("/") if part.startswith("{")}


def test_the_server_has_the_routes_of_the_description(tmp_path: Path) -> None:
    routes = application(tmp_path / "letters.db").router.routes()
    there = {(route.resource.canonical, route.method.lower()) for route in routes if route.resource is not None}
    assert {each for each in there if each[1] != "head"} == {(path, method) for path, method, _ in CALLS}


def test_each_call_answers_as_it_is_described(tmp_path: Path) -> None:
    async def call_all() -> None:
        async with mailbox(tmp_path) as (session, url):
            for path, method, call in sorted(CALLS, key=lambda each: each[2]["operationId"] != "receive"):
                parameters = map(resolved, [*API["paths"][path].get("parameters", []), *call.get("parameters", [])])
                examples = {each["name"]: (each["in"], each["example"]) for each in parameters if "example" in each}
                place = path.format(**{name: example for name, (where, example) in examples.items() if where == "path"})
                query = {name: example for name, (where, example) in examples.items() if where == "query"}
                content = call.get("requestBody", {}).get("content", {}).get("application/json", {})
                if content:
                    valid(content["example"], content["schema"])
                async with session.request(method, url + place, params=query, json=content.get("example")) as answer:
                    success = next(status for status in call["responses"] if status.startswith("2"))
                    assert str(answer.status) == success, path
                    described = resolved(call["responses"][success])
                    if "content" in described:
                        valid(await answer.json(), described["content"]["application/json"]["schema"])
                    assert set(described.get("headers", {})) <= set(answer.headers)

    asyncio.run(call_all())


@pytest.mark.parametrize(
    ("method", "path", "content", "status"),
    [
        ("post", "/letters", b"{", 400),
        ("post", "/letters", b"[]", 400),
        ("post", "/letters", b'{"sequence": "1"}', 400),
        ("get", "/letters?limit=0", None, 400),
        ("get", "/letters?limit=99999999999999999999", None, 400),
        ("get", "/letters/1", None, 404),
        ("get", "/letters/none", None, 404),
        ("get", f"/letters/{10**30}", None, 404),
        ("post", "/letters/1/steps/sign/start", b'{"at": "2021-05-03T08:00:00"}', 404),
    ],
)
def test_what_cannot_be_meant_is_refused_as_described(
    tmp_path: Path, method: str, path: str, content: bytes | None, status: int
) -> None:
    async def ask() -> tuple[int, str]:
        async with mailbox(tmp_path) as (session, url), session.request(method, url + path, data=content) as answer:
            return answer.status, answer.content_type

    assert asyncio.run(ask()) == (status, "text/plain")
    plain = path.partition("?")[0].split("/")
    described = next(
        call
        for pattern, verb, call in CALLS
        if verb == method
        and len(parts := pattern.split("/")) == len(plain)
        and all(part.startswith("{") or part == said for part, said in zip(parts, plain, strict=True))
        and pattern != "/letters/count"
    )
    assert str(status) in described["responses"]


def test_a_letter_goes_its_way_and_a_new_server_knows_it(tmp_path: Path) -> None:
    letter = TracedLetter(datetime(2021, 5, 3, 8), "web", "noise", "station-7", 5)

    async def live() -> tuple[list[dict[str, Any]], dict[str, Any], dict[str, Any]]:
        async with mailbox(tmp_path) as (session, url):
            for number in (1, 2):
                async with session.post(f"{url}/letters", data=letter_body(number, letter)) as answer:
                    assert await answer.json() == {"id": number}
            for moment, at in (("start", "2021-05-03T08:02:00"), ("finish", "2021-05-03T08:04:00")):
                async with session.post(f"{url}/letters/2/steps/sign/{moment}", json={"at": at}) as answer:
                    assert answer.status == 204
            async with session.post(f"{url}/letters/1/steps/sign/begin", json={"at": ""}) as answer:
                assert answer.status == 400
            async with session.post(f"{url}/letters/1/steps/sign/start", json={"at": "2021-05-03T08:05:00"}) as answer:
                assert answer.status == 204
        async with mailbox(tmp_path) as (session, url):
            async with session.get(f"{url}/letters", params={"unit": "station-7", "limit": 1}) as answer:
                latest = (await answer.json())["letters"]
            async with session.get(f"{url}/letters/2") as answer:
                status = await answer.json()
            async with session.get(f"{url}/dashboard") as answer:
                return latest, status, await answer.json()

    latest, status, dashboard = asyncio.run(live())
    assert [each["id"] for each in latest] == [2]
    assert [(each["step"], each["moment"], each["at"][11:]) for each in status["steps"]] == [
        ("sign", "start", "08:02:00"),
        ("sign", "finish", "08:04:00"),
    ]
    assert dashboard == {"letters": 2, "steps": 1, "in_work": 1}


def test_what_is_sent_is_a_letter_of_the_description() -> None:
    valid(
        json.loads(letter_body(1, TracedLetter(datetime(2021, 5, 3, 8), size=3))),
        {"$ref": "#/components/schemas/Letter"},
    )
