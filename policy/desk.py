"""Questions that come as JSON, and their answers: what `policy.serving` serves, without the serving.

A request names a case file of the book or brings facts of its own; nothing of it is kept, and no path in it is opened.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

from attrs import define, field, frozen

from policy.answer import Answer
from policy.diagnostic import ClausebookError, Diagnostic
from policy.instrument import TIME_LIMIT, Case, Instrument, engine_version
from policy.source import Source

_PLACES = (Path(__file__).parent / "answer.schema.json", Path(__file__).parent.parent / "docs" / "answer.schema.json")
_KEYS = {"question": 2_000, "case": 200, "part": 100, "facts": 20_000}
"""What a request may hold, each a string of at most so many characters."""


class BadRequest(Exception):
    """A request that is not as the description says."""


class Busy(Exception):
    """Another question about the same case has not been answered for as long as one may take."""


@frozen
class Request:
    """A question, the case file that it is about ("": none), the part of it, and further facts."""

    question: str
    case: str = ""
    part: str = ""
    facts: str = ""


@define(eq=False)
class Desk:
    """Answers questions to one book about its case files, by their names."""

    instrument: Instrument
    files: Mapping[str, Path]
    _cases: dict[tuple[str, str], Case] = field(init=False, factory=dict)
    _turns: dict[tuple[str, str], Lock] = field(init=False, factory=dict)
    _lock: Lock = field(init=False, factory=Lock)

    def read(self, body: bytes) -> Request:
        """A request from JSON. Raises `BadRequest`."""
        try:
            data = json.loads(body.decode("utf-8"))
        except (ValueError, RecursionError):
            raise BadRequest("the body is not JSON in UTF-8") from None
        if not isinstance(data, dict) or not isinstance(data.get("question"), str):
            raise BadRequest("the body is an object with a `question`")
        for key, value in data.items():
            if key not in _KEYS:
                raise BadRequest(f"a request has no `{key[:40]}`: it has {', '.join(_KEYS)}")
            if not isinstance(value, str) or len(value) > _KEYS[key]:
                raise BadRequest(f"`{key}` is a string of at most {_KEYS[key]:,} characters")
        if data.get("case") and data["case"] not in self.files:
            raise BadRequest("the book has no such case file")
        return Request(**data)

    def ask(self, request: Request) -> Answer:
        """The answer. Raises `ClausebookError` for a question or facts that cannot be read, and at a limit.

        Questions about one case are answered one after the other; raises `Busy` where the turn does not come.
        """
        if request.facts:
            named = (self.files[request.case],) if request.case else ()
            return self.instrument.case(*named, Source("facts", request.facts), part=request.part).ask(request.question)
        case = self._case(request.case, request.part)
        turn = self._turns[request.case, request.part]
        if not turn.acquire(timeout=TIME_LIMIT):
            raise Busy
        try:
            return case.ask(request.question)
        finally:
            turn.release()

    def _case(self, name: str, part: str) -> Case:
        """The case of a file, read once: its facts never change."""
        with self._lock:
            if (name, part) not in self._cases:
                named = (self.files[name],) if name else ()
                self._turns[name, part] = Lock()
                self._cases[name, part] = self.instrument.case(*named, part=part)
            return self._cases[name, part]


def errors(error: ClausebookError) -> dict[str, Any]:
    """What is wrong, as data."""
    return {"errors": [_error(each) for each in error.diagnostics if each.is_error]}


def _error(each: Diagnostic) -> dict[str, Any]:
    return {
        "code": each.code,
        "message": each.message,
        "line": each.span.line if each.span is not None else None,
        "column": each.span.column if each.span is not None else None,
        "expected": list(each.expected),
        "nearest": list(each.nearest),
    }


# ------------------------------------------------------------------ description


@cache
def _answer_schema() -> Any:
    place = next(path for path in _PLACES if path.is_file())
    return _moved(json.loads(place.read_text("utf-8")))


def _moved(node: Any) -> Any:
    """The schema of answers as a part of the description: what it refers to stands deeper there."""
    if isinstance(node, dict):
        moved = {key: _moved(value) for key, value in node.items() if key != "$schema"}
        if "$ref" in moved:
            moved["$ref"] = moved["$ref"].replace("#/$defs/", "#/components/schemas/Answer/$defs/")
        return moved
    return [_moved(each) for each in node] if isinstance(node, list) else node


def openapi(title: str, cases: Sequence[str]) -> dict[str, Any]:
    """What is served, as OpenAPI 3.1; the answers by the published schema."""
    error = {
        "type": "object",
        "additionalProperties": False,
        "required": ["code", "message", "line", "column", "expected", "nearest"],
        "properties": {
            "code": {"type": "string", "pattern": "^E[0-9]{4}$"},
            "message": {"type": "string"},
            "line": {"type": ["integer", "null"]},
            "column": {"type": ["integer", "null"]},
            "expected": {"type": "array", "items": {"type": "string"}},
            "nearest": {"type": "array", "items": {"type": "string"}},
        },
    }
    properties: dict[str, Any] = {
        "question": {"description": "A question in the words of the book."},
        "case": {"description": "The case file that it is about; empty or left out: no facts.", "enum": ["", *cases]},
        "part": {"description": "The case of that file whose facts are added."},
        "facts": {"description": "Further facts, as sentences of a case file."},
    }
    request = {
        "type": "object",
        "additionalProperties": False,
        "required": ["question"],
        "properties": {key: {"type": "string", "maxLength": _KEYS[key], **properties[key]} for key in _KEYS},
    }
    problems = {"type": "object", "required": ["errors"], "properties": {"errors": {"type": "array", "items": error}}}
    answered = {"description": "The answer.", "content": _content("Answer")}
    unread = {"description": "The question or the facts cannot be read.", "content": _content("Errors")}
    limited = {"description": "No verdict: a limit was reached.", "content": _content("Errors")}
    operation = {
        "operationId": "ask",
        "summary": "Ask the book a question.",
        "requestBody": {"required": True, "content": _content("Request")},
        "responses": {
            "200": answered,
            "400": {"description": "The request is not as described."},
            "403": {"description": "The request names another host, or comes from another page."},
            "411": {"description": "The request does not say how long it is."},
            "413": {"description": "The request is too long."},
            "415": {"description": "The request is not JSON."},
            "422": unread,
            "500": {"description": "A fault of the software: no verdict."},
            "503": {"description": "Too many questions are being answered: ask again."},
            "504": limited,
        },
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": engine_version()},
        "paths": {"/api/ask": {"post": operation}},
        "components": {"schemas": {"Request": request, "Answer": _answer_schema(), "Errors": problems}},
    }


def _content(name: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}
