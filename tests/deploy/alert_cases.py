"""For each alert what makes it fire, with what it says then, and what comes near and does not."""

from __future__ import annotations

from dataclasses import dataclass, field

_OF_GOLD = '{source="desk",policy="gold",target="first_response"}'
_MET = '{source="desk",policy="gold",target="first_response",outcome="met"}'
_WAS_MET = '{source="desk",policy="gold",target="first_response",was="met"}'
_WAS_BREACHED = '{source="desk",policy="gold",target="first_response",was="breached"}'


@dataclass(frozen=True)
class Case:
    """Series as promtool writes them, a value every `step` minutes; `at` is the minute at which it is looked at."""

    alert: str
    fires: dict[str, str]
    says: str
    labels: dict[str, str]
    calm: dict[str, str]
    at: int = 60
    step: int = 1  # minutes between two values
    also: dict[str, str] = field(default_factory=dict)  # there in both


def _promises(met: str, breached: str) -> dict[str, str]:
    return {f"slamon_commitments_ended_total{_MET}": met, f"slamon_commitments_breached_total{_OF_GOLD}": breached}


_CORRECTED = {
    f"slamon_commitments_corrected_total{_WAS_MET}": "0x1500",
    f"slamon_commitments_corrected_total{_WAS_BREACHED}": "0x1500",
}
_GOLD = {"policy": "gold", "target": "first_response"}


def _standing(condition: str, of: str) -> dict[str, str]:
    return {f'slamon_condition{{condition="{condition}",of="{of}"}}': "1x200"}


CASES = (
    Case(
        "SlamonPromisesBurningFast",
        _promises("0+1x600", "0+1x600"),
        "first_response of gold is broken 10 times as often as it may be",
        _GOLD,
        _promises("0+9x600", "0+1x600"),  # one of ten
        400,
        5,
        _CORRECTED,
    ),
    Case(
        "SlamonPromisesBurningSlowly",
        _promises("0+9x1500", "0+1x1500"),
        "first_response of gold has been broken more often than it may be for days",
        _GOLD,
        _promises("0+99x1500", "0+1x1500"),
        4500,
        4,
        _CORRECTED,
    ),
    Case(
        "SlamonUnmatchedTickets",
        {'slamon_unmatched_tickets{source="desk"}': "3x100"},
        "3 open tickets of desk match no policy: nothing is promised, nobody is alerted",
        {"source": "desk"},
        {'slamon_unmatched_tickets{source="desk"}': "3x50 0x50"},
    ),
    Case(
        "SlamonUndeterminedCommitments",
        {'slamon_undetermined_commitments{source="desk"}': "2x100"},
        "2 promises of desk may be kept or broken: it is read too seldom to tell",
        {"source": "desk"},
        {'slamon_undetermined_commitments{source="desk"}': "0x20 2x100"},
    ),
    Case(
        "SlamonStatusesUnmapped",
        {'slamon_statuses_unmapped_total{source="desk"}': "0x50 1x50"},
        "desk has a status that means nothing here, and counts as open",
        {"source": "desk"},
        {'slamon_statuses_unmapped_total{source="desk"}': "7x100"},
    ),
    Case(
        "SlamonSourceDown",
        {'slamon_source_up{source="desk"}': "1x50 0x50"},
        "desk cannot be read: deadlines go on from what was known",
        {"source": "desk"},
        {'slamon_source_up{source="desk"}': "1x56 0x2 1x50"},
    ),
    Case(
        "SlamonSourceStale",
        _standing("source_stale", "desk"),
        "what is known of desk is so old that a promise could be broken unseen",
        {"condition": "source_stale", "of": "desk"},
        _standing("source_refused", "desk"),
    ),
    Case(
        "SlamonSourceRefused",
        _standing("source_refused", "desk"),
        "desk refuses slamon until somebody acts",
        {"condition": "source_refused", "of": "desk"},
        _standing("source_stale", "desk"),
    ),
    Case(
        "SlamonItemsQuarantined",
        {'slamon_items_quarantined_total{source="desk"}': "0x50 2x50"},
        "desk brings items that are no tickets: nobody watches them",
        {"source": "desk"},
        {'slamon_items_quarantined_total{source="desk"}': "2x100"},
    ),
    Case(
        "SlamonSourceClockSkew",
        {'slamon_source_clock_skew_seconds{source="desk"}': "-90x100"},
        "the clock of desk is off by 1m 30s",
        {"source": "desk"},
        {'slamon_source_clock_skew_seconds{source="desk"}': "-59x100"},
    ),
    Case(
        "SlamonSourceRequestsLow",
        {'slamon_source_requests_left{source="desk"}': "12x100"},
        "desk will soon take no more requests for a while",
        {"source": "desk"},
        {'slamon_source_requests_left{source="desk"}': "50x100"},
    ),
    Case(
        "SlamonPushesRefused",
        {'slamon_pushes_total{source="desk",outcome="unauthorized"}': "0x50 1x50"},
        "pushes to desk are not taken",
        {"source": "desk"},
        {'slamon_pushes_total{source="desk",outcome="repeated"}': "0+1x100"},
    ),
    Case(
        "SlamonDirectoryDown",
        {'slamon_directory_up{directory="customers"}': "0x100"},
        "the directory customers cannot be read: what it said last stays in force",
        {"directory": "customers"},
        {'slamon_directory_up{directory="customers"}': "1x50 0x8 1x50"},
    ),
    Case(
        "SlamonNotifierFailing",
        _standing("notifier_failing", "chat"),
        "chat takes no messages: alerts wait",
        {"condition": "notifier_failing", "of": "chat"},
        _standing("dead_letters", "chat"),
    ),
    Case(
        "SlamonDeliveriesDead",
        {'slamon_deliveries_ended_total{notifier="chat",ending="expired"}': "0x50 4x50"},
        "alerts through chat reached nobody there",
        {"notifier": "chat"},
        {'slamon_deliveries_ended_total{notifier="chat",ending="sent"}': "0+1x100"},
    ),
    Case(
        "SlamonDeliveriesWaiting",
        {'slamon_delivery_oldest_seconds{notifier="chat"}': "0+60x100"},
        "alerts for chat have been waiting for 1h 0m 0s",
        {"notifier": "chat"},
        {'slamon_delivery_oldest_seconds{notifier="chat"}': "900x100"},
    ),
    Case(
        "SlamonDeliveriesLate",
        {
            'slamon_delivery_lateness_seconds_bucket{notifier="chat",le="300"}': "0x100",
            'slamon_delivery_lateness_seconds_bucket{notifier="chat",le="1800"}': "0x100",
            'slamon_delivery_lateness_seconds_bucket{notifier="chat",le="+Inf"}': "0+1x100",
        },
        "alerts through chat come 30m 0s late",
        {"notifier": "chat"},
        {
            'slamon_delivery_lateness_seconds_bucket{notifier="chat",le="300"}': "0+99x100",
            'slamon_delivery_lateness_seconds_bucket{notifier="chat",le="1800"}': "0+100x100",
            'slamon_delivery_lateness_seconds_bucket{notifier="chat",le="+Inf"}': "0+100x100",
        },
    ),
    Case(
        "SlamonDeliveryOutcomeUnknown",
        {'slamon_delivery_attempts_unknown_total{notifier="chat"}': "0+1x100"},
        "chat breaks off: messages may have come twice",
        {"notifier": "chat"},
        {'slamon_delivery_attempts_unknown_total{notifier="chat"}': "0x50 2x50"},
    ),
    Case(
        "SlamonAlertsUnexplained",
        {"slamon_alerts_unexplained": "1x100"},
        "1 alerts reached nobody, and nobody was told of that",
        {},
        {"slamon_alerts_unexplained": "0x100"},
    ),
    Case(
        "SlamonAlertsMissing",
        {"slamon_alerts_missing_total": "0x50 1x50"},
        "the audit found alerts that were due and that nobody had queued",
        {},
        {"slamon_alerts_missing_total": "1x100"},
    ),
    Case(
        "SlamonAbsent",
        {"up": "0x100"},
        "slamon is not scraped, so nobody sees whether it watches",
        {},
        {'slamon_build_info{version="1"}': "1x57 _x1 1x50"},
    ),
    Case(
        "SlamonStoreFailing",
        {"slamon_store_up": "0x100"},
        "the database of slamon does not answer: nothing is judged or told",
        {},
        {"slamon_store_up": "1x100"},
    ),
    Case(
        "SlamonConfigNotLoaded",
        {"slamon_config_last_load_successful": "0x100"},
        "settings or rules cannot be loaded: the old ones are in force",
        {},
        {"slamon_config_last_load_successful": "0x50 1x50"},
    ),
    Case(
        "SlamonJudgeLate",
        {"slamon_judge_lag_seconds": "90x100"},
        "judging is behind by 1m 30s: warnings come late",
        {},
        {"slamon_judge_lag_seconds": "60x100"},
    ),
    Case(
        "SlamonPartSilent",
        {'slamon_part_silent_seconds{part="judge"}': "150x100"},
        "judge has given no sign of life for 2m 30s",
        {"part": "judge"},
        {'slamon_part_silent_seconds{part="judge"}': "150x40 stale"},
    ),
    Case(
        "SlamonSchedulerSilent",
        {"slamon_scheduler_beats_total": "0+12x50 600x50"},
        "the scheduler of slamon calls nothing: sources are not read",
        {},
        {"slamon_scheduler_beats_total": "0+12x100"},
    ),
    Case(
        "SlamonSweepFinds",
        {"slamon_sweep_finds_total": "0x50 1x50"},
        "the safety sweep found judgements that the timers had missed",
        {},
        {"slamon_sweep_finds_total": "1x100"},
    ),
    Case(
        "SlamonClockJumped",
        {"slamon_clock_jumps_total": "0x50 1x50"},
        "the clock of the machine of slamon jumped",
        {},
        {"slamon_clock_jumps_total": "1x100"},
    ),
    Case(
        "SlamonLoopStalled",
        {"slamon_loop_stalled_seconds_total": "0+12x100"},
        "slamon stood still for 1m 0s of the last five minutes",
        {},
        {"slamon_loop_stalled_seconds_total": "0+5x100"},
    ),
    Case(
        "SlamonHeartbeatWithheld",
        {'slamon_heartbeats_total{outcome="withheld"}': "0+1x100"},
        "slamon withholds its heartbeat: it cannot do its work",
        {"outcome": "withheld"},
        {'slamon_heartbeats_total{outcome="sent"}': "0+1x100"},
    ),
    Case(
        "SlamonHeartbeatFailed",
        {'slamon_heartbeats_total{outcome="failed"}': "0+1x100"},
        "whoever listens for the heartbeat of slamon does not answer",
        {"outcome": "failed"},
        {'slamon_heartbeats_total{outcome="failed"}': "0x58 1x50"},
    ),
    Case(
        "SlamonWebDenials",
        {'slamon_web_denials_total{reason="unknown_token"}': "0+2x100"},
        "somebody tries tokens that slamon does not know",
        {"reason": "unknown_token"},
        {'slamon_web_denials_total{reason="unknown_token"}': "0+1x100"},
    ),
)
