"""The endpoints. What each says in which state: docs/reference/endpoints.md."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler

from slamon.ports import StoreError
from slamon.rulefile.suggest import did_you_mean, listed, nearest, quoted
from slamon.web.access import Access, Lapse, Need
from slamon.web.acting import Acting
from slamon.web.health import Health
from slamon.web.hooks import Hooks, Take
from slamon.web.messages import PATHS, Find, Messages
from slamon.web.planning import PlanAhead, Planning
from slamon.web.problems import Problem, Unwilling, as_json, refusal
from slamon.web.say import Say

_MOST_BODY_BYTES = 64 * 1024
_METRICS = Need("read", "metrics")
_READ = Need("read", "api")
_ACT = Need("act")
_ADMIN = Need("admin")

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


def _nothing(_: Lapse) -> None:
    """Nobody counts."""


def _utc() -> str:
    return "UTC"


@dataclass(frozen=True, slots=True)
class Answers:
    """Where the endpoints get what they say."""

    health: Callable[[], Health]
    metrics: Callable[[], Awaitable[tuple[bytes, str]]]  # text and content type
    status: Callable[[], Awaitable[dict[str, Any]]]
    tickets: Callable[[str], Awaitable[Sequence[bytes]]]  # the histories of an id, of each source; Unwilling if none
    take: Take  # what is pushed
    say: Say | None = None  # what people say; None: they cannot
    plan: PlanAhead | None = None
    message: Find | None = None  # what was told, by the id that it showed
    reload: Callable[[], Awaitable[None]] | None = None  # Unwilling: all is as it was
    denied: Callable[[Lapse], None] = _nothing  # somebody was not let in
    zone: Callable[[], str] = _utc  # in which people are shown times; what is said here is UTC
    click: Take | None = None  # a button under a message was clicked


def application(answers: Answers, access: Callable[[], Access]) -> web.Application:
    """Every endpoint, as those may use it who come by one listener; `access` is asked at each request."""
    app = web.Application(client_max_size=_MOST_BODY_BYTES, middlewares=[_trouble])
    for path, answer in _health(answers):
        app.router.add_get(path, answer)
    app.router.add_post("/hooks/{name}", Hooks(answers.take).answer)
    if answers.click is not None:
        app.router.add_post("/clicks/{name}", Hooks(answers.click, taken=200).answer)
    for method, path, need, answer in _guarded(answers):
        guarded = _guard(answer, need, access, answers.denied)
        for one in (method, "HEAD") if method == "GET" else (method,):
            app.router.add_route(one, path, guarded)
    return app


def _guard(answer: Answer, need: Need, access: Callable[[], Access], denied: Callable[[Lapse], None]) -> Answer:
    async def guarded(request: web.Request) -> web.StreamResponse:
        denial = access().denial(need, request.headers.getall("Authorization", []))
        if denial is None:
            return await answer(request)
        denied(denial.lapse)
        refused = refusal(denial.status, [denial.problem], {"WWW-Authenticate": denial.challenge})
        refused.force_close()  # its body is not waited for
        return refused

    return guarded


def _health(answers: Answers) -> Sequence[tuple[str, Answer]]:
    async def livez(_: web.Request) -> web.Response:
        stuck = answers.health().stuck
        return web.Response(text=f"{stuck or 'ok'}\n", status=503 if stuck else 200)

    async def readyz(_: web.Request) -> web.Response:
        health = answers.health()
        return as_json(health.body, 200 if health.ready else 503)

    async def healthz(_: web.Request) -> web.Response:
        health = answers.health()
        return as_json(health.body, 503 if health.stuck else 200)

    return ("/livez", livez), ("/readyz", readyz), ("/healthz", healthz)


def _guarded(answers: Answers) -> Sequence[tuple[str, str, Need, Answer]]:
    found: list[tuple[str, str, Need, Answer]] = [
        ("GET", "/metrics", _METRICS, _metrics(answers)),
        ("GET", "/api/status", _READ, _status(answers)),
        ("GET", "/api/tickets", _READ, _tickets(answers)),
    ]
    if answers.plan is not None:
        found.append(("GET", "/api/plan", _READ, Planning(answers.plan, answers.zone).answer))
    if answers.message is not None:
        found += [("GET", path, _READ, Messages(answers.message).answer) for path in PATHS]
    if answers.reload is not None:
        found.append(("POST", "/-/reload", _ADMIN, _reload(answers.reload)))
    if answers.say is not None:
        acting = Acting(answers.say, answers.zone)
        found += [
            ("GET", "/api/acks", _READ, acting.acks),
            ("POST", "/api/acks", _ACT, acting.acknowledge),
            ("GET", "/api/silences", _READ, acting.silences),
            ("POST", "/api/silences", _ACT, acting.silence),
            ("DELETE", "/api/silences/{id}", _ACT, acting.end),
        ]
    return found


def _metrics(answers: Answers) -> Answer:
    async def metrics(_: web.Request) -> web.Response:
        text, content_type = await answers.metrics()
        return web.Response(body=text, headers={"Content-Type": content_type})

    return metrics


def _status(answers: Answers) -> Answer:
    async def status(_: web.Request) -> web.Response:
        return as_json({**await answers.status(), "zone": answers.zone()})

    return status


def _reload(reload: Callable[[], Awaitable[None]]) -> Answer:
    async def answer(_: web.Request) -> web.Response:
        await reload()
        return web.Response(text="reloaded\n")

    return answer


def _tickets(answers: Answers) -> Answer:
    async def tickets(request: web.Request) -> web.Response:
        found = await answers.tickets(request.query.get("id", ""))
        return web.Response(body=b"".join(line + b"\n" for line in found), content_type="application/jsonl")

    return tickets


@web.middleware
async def _trouble(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except Unwilling as unwilling:
        return refusal(unwilling.status, unwilling.problems)
    except web.HTTPNotFound:
        return refusal(404, [_nowhere(request)])
    except web.HTTPMethodNotAllowed as error:
        allowed = sorted(error.allowed_methods)
        problem = Problem(f"{error.method} cannot be used at {quoted(request.path)}", f"use {listed(allowed)}")
        return refusal(405, [problem], {"Allow": ",".join(allowed)})
    except StoreError as error:
        return web.Response(text=f"the store does not answer: {error}\n", status=503)


def _nowhere(request: web.Request) -> Problem:
    known = (one.canonical for one in request.app.router.resources())
    return Problem(f"there is no endpoint {quoted(request.path)}", did_you_mean(nearest(request.path, known)))
