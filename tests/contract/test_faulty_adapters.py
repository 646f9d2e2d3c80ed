"""Each requirement is tested: an adapter that breaks it fails a test of the kit."""

from __future__ import annotations

import pytest

from tests.contract import faulty_adapters as faulty
from tests.contract import mini
from tests.contract.mini import MiniAdapter
from tests.contract.run_one_test import assert_fails, run_one_test
from tests.contract.test_mini import TestMini as SoundContract

#: The adapter, a test of the kit that fails on it, the arguments of this test, and its message.
FAULTY: tuple[tuple[type[MiniAdapter], str, tuple[str, ...], str], ...] = (
    (
        faulty.SendsAWriteAgain,
        "test_fault",
        ("create", "reset_after_effect"),
        "it took effect 2 times",
    ),
    (faulty.SendsAWriteAgain, "test_fault", ("update", "http_503"), "sent 2 times, not 1 to 1"),
    (
        faulty.CallsAnUnknownOutcomeUnreachable,
        "test_fault",
        ("create", "silence"),
        "must be unknown, and was alerted",
    ),
    (
        faulty.TakesAnyAnswerForSuccess,
        "test_fault",
        ("create", "html"),
        "must be unknown, and was untouched",
    ),
    (
        faulty.TakesAnyAnswerForSuccess,
        "test_fault",
        ("progress", "empty"),
        "must be unknown, and was untouched",
    ),
    (
        faulty.TakesARefusalForSuccess,
        "test_a_refusal_is_raised_as_refused",
        ("create",),
        "DID NOT RAISE",
    ),
    (
        faulty.RaisesRefusedForADuplicate,
        "test_creating_an_existing_dossier_raises_already_exists",
        (),
        "DID NOT RAISE|code exists",
    ),
    (faulty.SendsNoSteps, "test_progress_without_steps_makes_no_call", (), "must make no call"),
    (faulty.CallsTheSystemForProblems, "test_problems_makes_no_call", (), "must make no call"),
    (
        faulty.QuotesARowInItsReason,
        "test_a_bad_row_is_rejected_and_the_others_are_kept",
        (),
        "came out",
    ),
    (
        faulty.QuotesARowInItsError,
        "test_replay_reads_a_row_as_the_page_did",
        (),
        "came out",
    ),
    (faulty.HidesARowBehindItsError, "test_an_unusable_dossier_raises", (), "came out"),
    (faulty.LogsARow, "test_a_healthy_system_needs_no_retry", ("page",), "came out"),
    (faulty.LogsARow, "test_fault", ("page", "http_503_once"), "came out"),
    (faulty.PrintsARow, "test_fault", ("detail", "http_503_once"), "came out"),
    (faulty.PutsANameIntoTheAddress, "test_a_known_code_is_found", (), "came out"),
    (faulty.PutsANameIntoTheAddress, "test_fault", ("look_up", "http_500"), "came out"),
    (faulty.KeepsAName, "test_records_hold_no_personal_data", (), "came out"),
    (faulty.ShowsItsPassword, "test_repr_and_str_hold_no_secret", (), "came out"),
    (
        faulty.SwallowsABadRow,
        "test_a_bad_row_is_rejected_and_the_others_are_kept",
        (),
        "must be in rejects",
    ),
    (faulty.StopsAtABadRow, "test_a_page_of_bad_rows_has_rejects_only", (), "is no object"),
    (faulty.RaisesTypeErrors, "test_fault", ("detail", "other_shape"), r"was escaped \(TypeError"),
    (
        faulty.PutsAnyIdIntoTheAddress,
        "test_an_unsafe_id_is_not_put_into_the_address",
        ("../../admin",),
        "DID NOT RAISE",
    ),
    (
        faulty.ReplaysARowDifferently,
        "test_replay_reads_a_row_as_the_page_did",
        (),
        "as the page did",
    ),
    (
        faulty.BelievesItsOwnPageNumber,
        "test_a_page_with_another_number_keeps_both_numbers",
        (),
        "the answer has number = 0",
    ),
    (
        faulty.TakesAShortPageForTheLast,
        "test_a_short_page_is_not_taken_for_the_last",
        (),
        "taken for the last",
    ),
    (
        faulty.DropsRowsItHasSeen,
        "test_a_row_served_on_two_pages_is_returned_twice",
        (),
        "all rows served",
    ),
    (faulty.TakesNoAnswerForAbsence, "test_an_answer_without_a_result_raises", (), "DID NOT RAISE"),
    (
        faulty.TakesNoAnswerForAbsence,
        "test_fault",
        ("look_up", "html"),
        "must be unreadable, and was wrong",
    ),
    (
        faulty.TakesNoAnswerForAbsence,
        "test_fault",
        ("look_up_unknown", "garbage"),
        "must be unreadable, and was",
    ),
    (
        faulty.TakesNoAnswerForAbsence,
        "test_an_unusable_dossier_raises",
        (),
        "DID NOT RAISE",
    ),
    (
        faulty.TakesNotFoundForAbsence,
        "test_fault",
        ("look_up_unknown", "http_404"),
        "must be refused, and was untouched",
    ),
    (
        faulty.RepeatsARefusedLogin,
        "test_login_fault",
        ("page", "login_refused"),
        "sent 3 times, not 1 to 1",
    ),
    (faulty.LogsInForEachCall, "test_calls_share_one_session", (), "logged in 2 times"),
    (
        faulty.NeverRenewsItsSession,
        "test_fault",
        ("page", "session_ended"),
        "must be renewed, and was alerted",
    ),
    (faulty.LogsInOnEachThread, "test_threads_share_one_new_login", (), "threads logged in"),
    (
        faulty.DoesNotRetry,
        "test_fault",
        ("page", "http_503_once"),
        "must be retried, and was alerted",
    ),
    (
        faulty.DoesNotRetry,
        "test_fault",
        ("page", "refused_once"),
        "must be retried, and was alerted",
    ),
    (
        faulty.WaitsTooShort,
        "test_fault",
        ("page", "http_429_wait"),
        "asked to wait 7 s and waited 0.1 s",
    ),
    (faulty.WaitsForHours, "test_fault", ("page", "http_429_long"), "sent 3 times, not 1 to 1"),
    (faulty.FollowsARedirect, "test_fault", ("page", "http_302"), "followed a redirect"),
    (faulty.ReadsWithoutEnd, "test_fault", ("page", "bomb"), "must be retried, and was untouched"),
    (
        faulty.RaisesFromItsCheck,
        "test_check_reports_a_fault_without_raising",
        ("http_500",),
        "HTTP 500",
    ),
    (
        faulty.PassesItsCheckWithoutASystem,
        "test_check_reports_a_fault_without_raising",
        ("refused",),
        "check passed",
    ),
    (
        faulty.CallsWithoutItsSecret,
        "test_a_missing_secret_raises_config_error",
        (),
        "without its secret",
    ),
    (faulty.CanBeClosedOnlyOnce, "test_close_can_be_called_twice", (), "transport"),
)


@pytest.mark.parametrize(("adapter", "test", "arguments", "message"), FAULTY)
def test_a_faulty_adapter_fails_a_test_of_the_kit(
    adapter: type[MiniAdapter],
    test: str,
    arguments: tuple[str, ...],
    message: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert_fails(SoundContract, mini.mini(adapter), test, arguments, message, monkeypatch)


@pytest.mark.parametrize(
    ("test", "arguments"), {(test, arguments): None for _, test, arguments, _ in FAULTY}
)
def test_the_sound_adapter_passes_the_same_test(
    test: str, arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    run_one_test(SoundContract, mini.mini(), test, arguments, monkeypatch)
