from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from slamon.ports import Reason
from tests.notifiers.hostile import message
from tests.notifiers.mailing import A, B, C, failing, kind_of, notifier
from tests.notifiers.servers import Mailbox, mail_server


@pytest.mark.asyncio
async def test_one_bad_recipient_of_three_does_not_keep_it_from_the_others() -> None:
    box = Mailbox(rcpt={B: "550 5.1.1 no such mailbox"})
    async with mail_server(box) as port:
        mail = notifier(port, to=(A, B, C))
        with capture_logs() as logged:
            await mail.send(message())
            await mail.send(message(id="another"))
            box.rcpt.clear()
            await mail.send(message(id="a third"))
    assert [kept.recipients for kept in box.kept] == [[A, C], [A, C], [A, B, C]]
    refused = "recipients refused for good, while others are served: b@example.com (550 5.1.1 no such mailbox)"
    assert logged == [
        {"event": refused, "notifier": "mail", "log_level": "warning"},
        {"event": "recipients taken again: b@example.com", "notifier": "mail", "log_level": "warning"},
    ]


@pytest.mark.asyncio
async def test_a_recipient_who_is_put_off_is_tried_again_alone() -> None:
    box = Mailbox(rcpt={B: "451 4.7.1 greylisted"})
    async with mail_server(box) as port:
        mail = notifier(port, to=(A, B, C))
        with failing() as caught:
            await mail.send(message())
        assert kind_of(caught[0]) == (Reason.SERVER_ERROR, False, False)
        assert str(caught[0]) == "put off: b@example.com (451 4.7.1 greylisted); 2 of 3 have it"
        box.rcpt.clear()
        await mail.send(message())
        await mail.send(message(id="another"))
    assert [kept.recipients for kept in box.kept] == [[A, C], [B], [A, B, C]]
    assert box.kept[0].content == box.kept[1].content


@pytest.mark.asyncio
async def test_a_recipient_put_off_and_then_refused_for_good_ends_the_matter() -> None:
    box = Mailbox(rcpt={A: "550 no", B: "451 later"})
    async with mail_server(box) as port:
        mail = notifier(port, to=(A, B, C))
        with capture_logs() as logged:
            with failing():
                await mail.send(message())
            box.rcpt[B] = "550 never"
            await mail.send(message())
    assert [kept.recipients for kept in box.kept] == [[C]]
    named = [one["event"].split(": ")[-1] for one in logged]
    assert named == ["a@example.com (550 no)", "b@example.com (550 never)"]


@pytest.mark.asyncio
async def test_if_nobody_takes_it_the_failure_names_them_and_nothing_is_logged() -> None:
    many = tuple(f"{number}@example.com" for number in range(5))
    async with mail_server(Mailbox(rcpt=dict.fromkeys(many, "550 no"))) as port:
        with capture_logs() as logged, failing() as caught:
            await notifier(port, to=many).send(message())
    assert kind_of(caught[0]) == (Reason.NO_RECIPIENT, True, False)
    assert str(caught[0]) == (
        "refused for good: 0@example.com (550 no), 1@example.com (550 no), 2@example.com (550 no) and 2 more"
    )
    assert logged == []


@pytest.mark.asyncio
async def test_after_a_text_refused_for_now_everybody_still_waits() -> None:
    box = Mailbox(data="451 later")
    async with mail_server(box) as port:
        mail = notifier(port, to=(A, B))
        with failing():
            await mail.send(message())
        box.data = "250 kept"
        await mail.send(message())
    assert [kept.recipients for kept in box.kept] == [[A, B]]


@pytest.mark.asyncio
async def test_without_recipients_nothing_is_sent() -> None:
    with failing() as caught:
        await notifier(1, to=()).send(message())
    assert kind_of(caught[0]) == (Reason.NO_RECIPIENT, True, False)
    assert str(caught[0]) == "nobody to send to: write to: lead@example.com"
