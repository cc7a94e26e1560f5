"""The whole service beside a real Redmine: whoever leaves an issue unanswered is warned by mail while there is time."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from tests.conftest import SHARED
from tests.e2e.process import ServiceProcess, fetch, is_ready, until
from tests.notifiers.servers import Mailbox, mail_server
from tests.peers.redmine import ADMIN, Redmine, running
from tests.peers.redmine_people import make_project
from tests.peers.traces import free_port

pytestmark = [pytest.mark.shared, pytest.mark.peer("redmine")]

PROMISED = timedelta(seconds=60)
SOON = timedelta(seconds=8)  # after the due instant: a breach is news by then
RULES = """
version: 1
policies: [{name: all, match: all, calendar: 24x7, warn_at: 50%, targets: {first_response: 60s}}]
routes: [{name: all, match: all, steps: [{when: [at_risk, breached], notify: mail}]}]
"""
SETTINGS = """
version: 1
rules: rules.yml
storage: {{path: slamon.db}}
web: {{listen: "127.0.0.1:{web}"}}
sources: {{desk: {{kind: redmine, url: "{redmine}", key: {key}, project: desk, poll: 5s}}}}
notifiers: {{mail: {{kind: email, host: 127.0.0.1, port: {mail}, tls: none, from: slamon@example.com, to: lead@example.com}}}}
"""


@pytest.fixture(scope="module")
def redmine() -> Iterator[Redmine]:
    with running(SHARED / "servers", frozen=False) as found:
        make_project(found, "desk")
        yield found


@dataclass(frozen=True)
class Watched:
    """A Redmine, slamon as a process that reads it, and who gets its mails."""

    redmine: Redmine
    service: ServiceProcess
    url: str
    box: Mailbox

    def ask(self, subject: str) -> tuple[int, datetime]:
        """A customer opens an issue; its id and the instant of its creation, as Redmine tells it."""
        made = {"project_id": "desk", "tracker_id": 1, "subject": subject}
        issue = self.redmine.call("POST", "/issues.json", {"issue": made}, "carol")["issue"]
        return issue["id"], datetime.fromisoformat(issue["created_on"])

    def about(self, subject: str) -> list[tuple[datetime, str]]:
        """When each mail about an issue arrived, and its subject."""
        mails = [(datetime.fromtimestamp(one.at, UTC), str(one.mail["Subject"])) for one in self.box.kept]
        return [one for one in mails if subject in one[1]]

    def answer(self, id: int) -> None:
        self.redmine.call("PUT", f"/issues/{id}.json", {"issue": {"notes": "We are on it"}}, "alice")

    async def counts(self, **wanted: int) -> bool:
        """Whether slamon has so many promises of each status."""
        _, metrics = await fetch(f"{self.url}/metrics")
        of = 'slamon_commitments{policy="all",source="desk",status="%s",target="first_response"} %.1f'
        return all(of % (status, number) in metrics for status, number in wanted.items())


@pytest_asyncio.fixture
async def watched(redmine: Redmine, tmp_path: Path) -> AsyncIterator[Watched]:
    box, web = Mailbox(), free_port()
    async with mail_server(box) as mail:
        (tmp_path / "rules.yml").write_text(RULES, "utf-8")
        settings = SETTINGS.format(web=web, redmine=redmine.url, key=ADMIN, mail=mail)
        (tmp_path / "slamon.yml").write_text(settings, "utf-8")
        service, url = ServiceProcess(tmp_path), f"http://127.0.0.1:{web}"
        await service.start()
        try:
            await until(lambda: is_ready(url), what=f"the service is ready:\n{service.log}")
            yield Watched(redmine, service, url, box)
        finally:
            await service.kill()


@pytest.mark.asyncio
async def test_nobody_answers_and_a_mail_warns_before_the_due_instant_and_tells_the_breach_after_it(
    watched: Watched, figure: Callable[[str], None]
) -> None:
    at_once, _ = watched.ask("Answered at once")
    watched.answer(at_once)
    late, _ = watched.ask("Answered late")
    _, created = watched.ask("Never answered")
    due = created + PROMISED

    await until(lambda: watched.about("Never answered"), what="a warning arrived", patience=60)
    warned, warning = watched.about("Never answered")[0]
    assert "is due in" in warning
    assert created + PROMISED / 2 <= warned < due
    await until(lambda: watched.about("Answered late"), what="the other warning arrived")
    assert datetime.now(UTC) < due
    watched.answer(late)

    await until(lambda: len(watched.about("Never answered")) == 2, what="the breach arrived", patience=60)
    told, breach = watched.about("Never answered")[1]
    assert "is overdue" in breach
    assert due <= told < due + SOON
    await until(lambda: watched.counts(met=2, breached=1), what="the answers were seen")
    assert await watched.service.stop() == 0
    assert watched.about("Answered at once") == []
    assert ["is due in" in subject for _, subject in watched.about("Answered late")] == [True]
    assert len(watched.box.kept) == 3
    lead, delay = (due - warned).total_seconds(), (told - due).total_seconds()
    figure(f"redmine, alerts: the warning arrived {lead:.1f} s before the due instant, the breach {delay:.1f} s after")
