"""No secret of slamon.yml shows in what is said about it, wherever it comes from and whatever is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from slamon.rulefile.records import options
from slamon.rulefile.render import render
from slamon.settings_file.tables import DOCUMENT
from tests.settings_file.build import START, read

CANARY = "CANARY-8d1f"


@pytest.mark.parametrize(
    "notifier",
    [
        "{kind: slack, webhook: $, timeout: $}",
        "{kind: slack, webhook: [$]}",
        "{kind: slack, webhook: {a: $}}",
        "{kind: slack, webhok: $}",
        "{kind: slak, webhook: $}",
        "{kind: $}",
        "{use: $}",
        "{kind: email, host: $, from: $, to: $, tls: $, port: $, user: $, password: $, timeout: $, ca_file: $}",
        "{kind: email, host: $, from: a@b.example, to: a@b.example}",
        "{kind: email, host: h, from: $, to: a@b.example}",
        "{kind: email, host: h, from: a@b.example, to: [a@b.example, $]}",
        "{kind: email, host: h, from: a@b.example, to: a@b.example, password: $}",
        "{kind: email, host: h, from: a@b.example, to: a@b.example, user: u, password: $, tls: none}",
        "{kind: pagerduty, key: $, url: $, timeout: $, ca_file: $}",
        "{kind: pagerduty, key: [$], url: https://events.example}",
        "{kind: console, colour: $, timeout: $}",
        "{kind: console, token: $}",
        "$",
        "[$]",
    ],
)
@pytest.mark.parametrize("secret", [f"{CANARY} x", f"4:30{CANARY}", f"{CANARY}\n{CANARY}", f"{'x' * 90}{CANARY}"])
def test_a_value_from_outside_never_shows(notifier: str, secret: str, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(secret)
    for reference in ("${env:SECRET}", "${file:secret}", "x${env:SECRET}y"):
        text = f"{START}notifiers: {{n: {notifier}}}".replace("$", f'"{reference}"')
        found = read(text, tmp_path, SECRET=secret)
        assert CANARY not in render(found.diagnostics)
        assert CANARY not in render(found.diagnostics, style="json")


@pytest.mark.parametrize("path", [one.path for one in options(DOCUMENT) if "NAME" not in one.path])
def test_no_key_of_the_service_shows_a_value_from_outside(path: str) -> None:
    text = "${env:SECRET}"
    for key in reversed(path.split(".")):
        text = f"{{{key}: {text}}}" if text.startswith("{") else f'{{{key}: "{text}"}}'
    assert CANARY not in render(read(text, SECRET=f"0{CANARY} ").diagnostics)


@pytest.mark.parametrize(
    "text",
    [
        "notifiers: {s: {kind: slak, webhook: CANARY-8d1f}}",
        "notifiers: {s: {kind: slack, timeout: x, webhook: CANARY-8d1f}}",
        "notifiers: {s: {kind: slack, webhook: CANARY-8d1f}}",
        "notifiers: {s: {kind: slack, webhok: CANARY-8d1f}}",
        "notifiers: {s: {kind: pagerduty, key: CANARY-8d1f and more}}",
        "notifiers: {s: {kind: email, pasword: CANARY-8d1f}}",
        "notifiers: {s: {kind: email, password: a, password: CANARY-8d1f, port: x}}",
        "notifiers: {s: {kind: console, tokn: CANARY-8d1f}}",
        "notifiers: {s: {kind: email, password: *CANARY-8d1f}}",
        "notifiers: {s: {kind: email, password: !CANARY-8d1f }}",
        "notifiers: {s: {kind: email, password: &a CANARY-8d1f, port: *a}}",
        "notifiers: {s: {kind: email, password: [CANARY-8d1f]}}",
        "notifiers: {s: {kind: email, password: 'CANARY-8d1f}}",
        "notifiers: {s: {kind: email, password: CANARY-8d1f: x}}",
        "notifiers: {s: {kind: email, password: ${CANARY-8d1f}}}",
        'notifiers: {s: {kind: slack, webhook: "${env:NONE} CANARY-8d1f"}}',
        'notifiers: {s: {kind: slack, timeout: "x", webhook: "${env:NONE:-CANARY-8d1f}"}}',
        "notifiers: {s: {kind: slack, pol: x}}  # CANARY-8d1f",
        "web: {tokens: {ops: {scope: read, secret: CANARY-8d1f}}}",
        "heartbeat: {url: CANARY-8d1f}",
        "web:\n  url: https://u:CANARY-8d1f@h",
        "web:\n  url: https://CANARY-8d1f@h?x",
        "web:\n  lissten: https://u:CANARY-8d1f@h",
        "storage:\n  path: postgresql://u:CANARY-8d1f@h/d",
        "notifiers:\n  a:\n    kind: nope\n    host: https://u:CANARY-8d1f@h",
        "notifiers:\n  a:\n    kind: alertmanager\n    urls: https://u:CANARY-8d1f@h",
        "notifiers:\n  a:\n    kind: pagerduty\n    url: https://u:CANARY-8d1f@h",
    ],
)
def test_a_secret_written_out_never_shows_in_a_line_of_the_file(text: str) -> None:
    found = read(START + text)
    assert found.diagnostics
    assert CANARY not in render(found.diagnostics)


def test_a_secret_that_yaml_takes_for_an_alias_or_a_tag_is_told_to_be_quoted() -> None:
    text = START + "notifiers: {s: {kind: slack, webhook: *hook}, t: {kind: slack, webhook: !hook }}"
    assert [(one.code, one.help) for one in read(text).diagnostics] == [
        ("bad-alias", "quote a text that begins with *, & or !"),
        ("bad-tag", "quote a text that begins with *, & or !"),
    ]
