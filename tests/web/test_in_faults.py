"""What every endpoint and command says in each fault is what the page about endpoints says: the page is read, and each
of its rows is played in the running service."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from tests.web import causes
from tests.web.faulty import CAUSES, Said, in_trouble

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "endpoints.md"
_TABLE = "| fault | `/healthz` | `/readyz` | `/metrics` | `slamon status` | `slamon healthcheck` |"
_STANDS_FOR = {"FILE": r"\S+", "URL": r"http://\S+", "SOCKET": r"\S+\.sock", "N": r"\d+(\.\d+)?", "SPAN": r"\d[\w ]*"}
_NOTHING = "\N{EN DASH}"

assert causes.__all__  # importing it is what makes CAUSES complete


@dataclass(frozen=True)
class Cell:
    """A number, 0 where nothing answers, and words."""

    code: int
    words: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> Cell:
        code, words = re.match(r"\d*", text), tuple(re.findall(r"`([^`]+)`", text))
        assert code is not None
        rest = re.sub(r"`[^`]+`|<br>|\s", "", text)
        assert rest in (code.group(), _NOTHING), f"not understood: {text}"
        return cls(int(code.group() or 0), words)


@dataclass(frozen=True)
class Row:
    """What the page says of a fault."""

    healthz: Cell
    readyz: Cell
    metrics: Cell
    status: Cell
    healthcheck: Cell

    @property
    def is_answered(self) -> bool:
        """Whether slamon says something of itself."""
        return bool(self.healthz.words)


def _page() -> dict[str, Row]:
    lines = PAGE.read_text("utf-8").split(_TABLE, 1)[1].lstrip("\n").split("\n\n", 1)[0].splitlines()[1:]
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
    assert len({name for name, *_ in cells}) == len(cells), "a fault stands there twice"
    return {name: Row(*map(Cell.of, others)) for name, *others in cells}


ROWS = _page()


def test_the_page_has_a_row_for_every_fault_that_is_played_and_for_no_other() -> None:
    assert sorted(ROWS) == sorted(CAUSES)


@pytest.mark.asyncio
@pytest.mark.parametrize("name", ROWS)
async def test_in_a_fault_everybody_says_what_the_page_says(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = ROWS[name]
    async with in_trouble(name, tmp_path, monkeypatch) as place:
        said = await place.said()
        sound = place.sound
    assert (said.healthz[0], said.readyz[0]) == (row.healthz.code, row.readyz.code), said.readyz
    assert (said.status.exit_code, said.healthcheck.exit_code) == (row.status.code, row.healthcheck.code)
    if row.is_answered:
        _compare_health(row, said)
        _compare_metrics(row.metrics.words, said.metrics, sound)
    else:
        assert (row.readyz.words, row.metrics.words) == ((), ())
    _compare_status(row, said.status)


def _compare_health(row: Row, said: Said) -> None:
    """Everything that is said stands on the page, in its order, and nothing else stands there."""
    found, body = json.loads(said.readyz[1]), json.loads(said.healthz[1])
    assert _all_fit(row.readyz.words, [found["status"], *found["problems"]]), said.readyz[1]
    assert _all_fit(row.healthz.words, [body["status"]]), said.healthz[1]
    assert _but_numbers(said.readyz[1]) == _but_numbers(said.healthz[1])  # a second may have passed
    _compare_liveness(found, said)
    told = found["problems"]
    assert all(f"{one['condition']}: {one['text']}" in told for one in found["conditions"]), found
    assert all(any(one.startswith(f"{part}: no sign of life") for one in told) for part in found["silent"]), found


def _compare_liveness(found: dict[str, Any], said: Said) -> None:
    """A new process is asked for if a part is silent, and never else."""
    silent = "; ".join(one for one in found["problems"] if re.fullmatch(r"[a-z ]+: no sign of life for \d+ s", one))
    is_stuck = said.healthz[0] == 503
    assert _but_numbers(said.livez[1]) == _but_numbers(f"{silent if is_stuck else 'ok'}\n")
    assert (said.livez[0], is_stuck) == (said.healthz[0], bool(found["silent"]))


def _but_numbers(text: str) -> str:
    return re.sub(r"[\d.]+", "N", text)


def _compare_metrics(words: tuple[str, ...], said: tuple[int, str], sound: str) -> None:
    assert said[0] == 200
    for one in words:
        assert any(_fits(one, line) for line in said[1].splitlines()), f"{one} is not shown"
        assert all(line not in sound.splitlines() for line in said[1].splitlines() if _fits(one, line)), (
            f"{one}: always"
        )


def _compare_status(row: Row, said: Result) -> None:
    text = " ".join(said.output.split())  # long lines are broken
    wanted = row.status.words
    if row.is_answered and wanted == row.healthz.words:
        assert text.startswith(f"{wanted[0]} slamon "), text
        wanted = row.readyz.words[1:]
    for one in wanted:
        assert re.search(rf"(^| ){_pattern(one)}( |$)", text), (one, text)


def _all_fit(words: tuple[str, ...], found: list[str]) -> bool:
    return len(words) == len(found) and all(map(_fits, words, found))


def _fits(words: str, found: str) -> bool:
    return re.fullmatch(_pattern(words), found) is not None


def _pattern(words: str) -> str:
    """With something for what the capitals stand for."""
    parts = re.split(rf"\b({'|'.join(_STANDS_FOR)})\b", words)
    return "".join(_STANDS_FOR.get(part, re.escape(part)) for part in parts)
