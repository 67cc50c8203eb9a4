"""Questions over HTTP: the same answers as elsewhere, by the published description, to this machine alone."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator, Mapping
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from policy import serving
from policy.cli import command
from policy.desk import openapi
from policy.diagnostic import ClausebookError, Diagnostic
from policy.instrument import Case
from tests.policy.served import served
from tests.policy.small import write

QUESTION = "May Ann Lee lease 30 shares on September 1, 2001?"


@frozen
class Reply:
    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def data(self) -> Any:
        return json.loads(self.text)


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with served(tmp_path_factory.mktemp("served")) as port:
        yield port


def send(port: int, method: str, path: str, body: str | bytes | None = None, **headers: str) -> Reply:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
    reply = connection.getresponse()
    found = Reply(reply.status, dict(reply.getheaders()), reply.read().decode())
    connection.close()
    return found


def ask(port: int, request: Any, **headers: str) -> Reply:
    body = request if isinstance(request, (str, bytes)) else json.dumps(request)
    return send(port, "POST", "/api/ask", body, **{"Content_Type": "application/json", **headers})


def test_a_question_gets_the_answer_that_it_gets_elsewhere(port: int, tmp_path: Path) -> None:
    book, lease = write(tmp_path)
    arguments = ["ask", str(book), QUESTION, "--case", str(lease), "--json"]
    elsewhere = json.loads(CliRunner().invoke(command, arguments).output)
    answer = ask(port, {"question": QUESTION, "case": "lease.md"}).data
    assert {**answer, "stamp": 0, "proof": 0} == {**elsewhere, "stamp": 0, "proof": 0}
    assert answer["verdict"] == "no"


def test_a_part_and_further_facts_are_added_for_one_question(port: int) -> None:
    facts = "L-1 was given up on June 1, 2001. A given up lease does not count."
    added = ask(port, {"question": QUESTION, "case": "lease.md", "facts": facts}).data
    assert added["verdict"] == "depends"
    assert ask(port, {"question": QUESTION, "case": "lease.md", "part": "b"}).data["verdict"] == "no"
    assert ask(port, {"question": QUESTION, "case": "lease.md"}).data["verdict"] == "no"


def test_what_is_served_is_as_it_is_described(port: int) -> None:
    reply = send(port, "GET", "/api/openapi.json")
    assert reply.data["openapi"] == "3.1.0"
    schemas = reply.data["components"]["schemas"]
    whole = {"$ref": "#/components/schemas/Answer", "components": reply.data["components"]}
    Draft202012Validator.check_schema(schemas["Answer"])
    request = {"question": QUESTION, "case": "lease.md"}
    Draft202012Validator({**schemas["Request"]}).validate(request)
    Draft202012Validator(whole).validate(ask(port, request).data)
    unread = ask(port, {"question": "Is Bob Ray tall?", "case": "lease.md"})
    assert unread.status == 422
    Draft202012Validator(schemas["Errors"]).validate(unread.data)


def test_every_status_that_is_given_is_described() -> None:
    described = {*openapi("t", ())["paths"]["/api/ask"]["post"]["responses"]}
    assert described == {"200", "400", "403", "411", "413", "415", "422", "500", "503", "504"}


@pytest.mark.parametrize(
    "body",
    [
        "no JSON",
        "[]",
        "{}",
        '{"question": 1}',
        '{"question": "x", "other": ""}',
        '{"question": "x", "case": "../lease.md"}',
        '{"question": "x", "case": "/etc/passwd"}',
        json.dumps({"question": "x" * 2001}),
        "[" * 20_000,
        b"\xff\xfe",
    ],
)
def test_a_request_that_is_not_as_described_is_refused(port: int, body: str | bytes) -> None:
    reply = ask(port, body)
    assert (reply.status, [*reply.data]) == (400, ["error"])


def test_a_name_that_is_unknown_is_an_error_with_its_place(port: int) -> None:
    (error,) = ask(port, {"question": "Is Bob Ray welcome on March 1, 2001?"}).data["errors"]
    assert (error["code"], error["line"], error["column"]) == ("E0114", 1, 4)


def test_a_question_takes_no_longer_than_its_limit(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def stops(case: Case, text: str) -> Any:
        raise ClausebookError(Diagnostic("E0701", "no verdict: more than 30 seconds", None))

    monkeypatch.setattr(Case, "ask", stops)
    reply = ask(port, {"question": QUESTION})
    assert (reply.status, reply.data["errors"][0]["code"]) == (504, "E0701")


def test_no_more_are_answered_at_once_than_there_is_room_for(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    inner: list[int] = []
    alone = {"question": QUESTION, "facts": "The Club opened the garden on May 1, 1990."}  # a case of its own

    def asks_again(case: Case, text: str) -> Any:
        inner.append(ask(port, alone).status)
        raise AssertionError

    monkeypatch.setattr(Case, "ask", asks_again)
    assert ask(port, alone).status == 500
    assert inner == [503, *[500] * (serving.MOST_AT_ONCE - 1)]


# ----------------------------------------------------------------- strangers


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1", "localhost.evil.example", ""])
def test_a_foreign_host_is_refused(port: int, host: str) -> None:
    assert send(port, "GET", "/", Host=host).status == 403
    assert ask(port, {"question": QUESTION}, Host=host).status == 403


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "https://127.0.0.1", "http://127.0.0.1:1"])
def test_a_foreign_page_is_refused(port: int, origin: str) -> None:
    assert ask(port, {"question": QUESTION}, Origin=origin).status == 403


def test_a_page_from_elsewhere_is_refused_by_what_the_browser_says_of_it(port: int) -> None:
    assert ask(port, {"question": QUESTION}, Sec_Fetch_Site="cross-site").status == 403
    assert ask(port, {"question": QUESTION}, Sec_Fetch_Site="same-site").status == 403


def test_its_own_pages_may_ask(port: int) -> None:
    own = f"http://127.0.0.1:{port}"
    assert ask(port, {"question": QUESTION, "case": "lease.md"}, Origin=own, Sec_Fetch_Site="same-origin").status == 200
    assert send(port, "GET", "/", Host=f"localhost:{port}").status == 200


def test_a_form_cannot_ask(port: int) -> None:
    assert ask(port, {"question": QUESTION}, Content_Type="text/plain").status == 415


def test_a_request_that_is_too_long_or_says_not_how_long_it_is_is_refused_unread(port: int) -> None:
    assert ask(port, {"question": QUESTION}, Content_Length="999999999").status == 413
    assert ask(port, {"question": QUESTION}, Content_Length="-1").status == 411
    assert ask(port, {"question": QUESTION}, Transfer_Encoding="chunked").status == 411


def test_only_this_machine_is_listened_to(port: int) -> None:
    assert serving.HOST == "127.0.0.1"
    others = {each[4][0] for each in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)} - {"127.0.0.1"}
    for address in (str(each) for each in others if not str(each).startswith("127.")):
        with socket.socket() as stranger:
            stranger.settimeout(1)
            assert stranger.connect_ex((address, port)) != 0


def test_nothing_but_the_pages_is_served(port: int) -> None:
    assert "§ 2(a)" in send(port, "GET", "/section-2.html").text
    for path in ("/../club.md", "/%2e%2e/club.md", "/club.md", "//etc/passwd", "/section-2.html/"):
        assert send(port, "GET", path).status == 404
    assert send(port, "POST", "/", "").status == 404
    assert send(port, "PUT", "/api/ask", "").status == 501
    assert send(port, "GET", "/api/ask").status == 405


def test_no_reply_may_be_framed_kept_or_taken_for_something_else(port: int) -> None:
    for reply in (send(port, "GET", "/"), ask(port, {"question": QUESTION, "case": "lease.md"})):
        assert "frame-ancestors 'none'" in reply.headers["Content-Security-Policy"]
        assert reply.headers["X-Content-Type-Options"] == "nosniff"
        assert reply.headers["Cache-Control"] == "no-store"
        assert "Access-Control-Allow-Origin" not in reply.headers


def test_an_answer_as_a_part_of_a_page_leads_to_the_clauses(port: int) -> None:
    text = ask(port, {"question": QUESTION, "case": "lease.md"}, Accept="text/html").text
    assert '<a href="section-2.html#c-2-a">§ 2(a)</a>' in text
    assert "<svg" in text


def test_a_port_that_is_taken_is_an_error(port: int, tmp_path: Path) -> None:
    book, _ = write(tmp_path)
    result = CliRunner().invoke(command, ["serve", str(book), "--port", str(port), "--jobs", "1"])
    assert result.exit_code == 2
    assert "E0040" in result.output
