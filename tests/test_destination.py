"""Secrets of a replay: they go to the system, and nowhere else."""

from pathlib import Path

import pytest

from sim.core.errors import ScenarioError
from sim.operations.destination import ReplayOptions, read_headers, without_secrets


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://127.0.0.1:8080/letters", "http://127.0.0.1:8080/letters"),
        ("http://user:SECRET@127.0.0.1:8080/letters", "http://127.0.0.1:8080/letters"),
        ("https://SECRET@[::1]:8443/", "https://[::1]:8443/"),
        ("http://127.0.0.1/letters?token=SECRET&x=SECRET", "http://127.0.0.1/letters?token=***&x=***"),
        ("http://127.0.0.1/letters?SECRET", "http://127.0.0.1/letters?***"),
        ("http://127.0.0.1/letters?a=1;token=SECRET", "http://127.0.0.1/letters?a=***"),
        ("http://127.0.0.1/letters?key%3DSECRET", "http://127.0.0.1/letters?***"),
        ("http://127.0.0.1/letters#SECRET", "http://127.0.0.1/letters"),
        # A slash in a password ends the host, and the rest of it is path.
        ("http://user:12/SECRET@127.0.0.1/letters", "http://user:12/***"),
        # What is no URL of a web server may be anything.
        ("http://user:SEC[RET@127.0.0.1/letters", "***"),
        ("http://user:SECRET@127.0.0.1:99999/letters", "***"),
        ("user:SECRET@127.0.0.1/letters", "***"),
        ("SECRET", "***"),
    ],
)
def test_a_url_is_shown_without_its_secrets(url: str, shown: str) -> None:
    assert without_secrets(url) == shown
    plan = ReplayOptions(url, speed=0, headers={"X-Key": "SECRET"})
    assert "SECRET" not in repr(plan)
    with pytest.raises(ScenarioError) as refused:
        plan.check()
    assert "SECRET" not in str(refused.value)
    assert shown in str(refused.value)


def test_credentials_are_given_once() -> None:
    with pytest.raises(ScenarioError, match="credentials are given twice: by the URL, and by the header Authorization"):
        ReplayOptions("http://user:secret@127.0.0.1/", headers={"authorization": "Bearer 1"}).check()


def test_headers_come_from_a_file_and_a_token_from_the_environment(tmp_path: Path) -> None:
    path = tmp_path / "headers.txt"
    path.write_text("# of the staging system\nX-Key: a:b c\n\nX-Bureau:  深圳 \n", "utf-8")
    assert read_headers(path, "abc") == {"X-Key": "a:b c", "X-Bureau": "深圳", "Authorization": "Bearer abc"}
    assert read_headers(None, None) == {}
    assert read_headers(None, "") == {}


def test_headers_that_cannot_be_sent_are_named_without_their_values(tmp_path: Path) -> None:
    path = tmp_path / "headers.txt"
    path.write_text(
        "X-Key SECRET\nContent-Length: SECRET\nX: SECRET\nx: SECRET\nY: SEC\x07RET\nAuthorization: SECRET\n"
    )
    with pytest.raises(ScenarioError) as refused:
        read_headers(path, "SE CRET")
    assert [str(each) for each in refused.value.problems] == [
        "line 1   must be like 'Name: value'",
        "line 2   Content-Length is set by the sender itself",
        "line 4   x is given twice",
        "line 5   must be like 'Name: value'",
        "the token in LETTERSIM_TOKEN must be printable ASCII without spaces",
        "Authorization is given twice: by the file, and by LETTERSIM_TOKEN",
    ]


def test_a_file_of_headers_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="cannot be read: No such file"):
        read_headers(tmp_path / "nowhere.txt", None)
    (tmp_path / "headers.txt").write_bytes(b"X: \xff")
    with pytest.raises(ScenarioError, match="must be text in UTF-8"):
        read_headers(tmp_path / "headers.txt", None)
