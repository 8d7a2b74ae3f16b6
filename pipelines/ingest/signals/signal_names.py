"""Signals that mean something to more than the source that sees them, by their names in outcome_rules.csv."""

RETURNED = "result_returned"
OUTAGES = {"usage_limit", "login_expired", "api_error"}
EMPTY = "empty_report"
IN_SESSION, LATER, NOTED = "respawned_in_session", "respawned_later", "respawned_with_note"
DERIVED = {"no_result", IN_SESSION, LATER, NOTED}  # they follow from the history, whatever a log calls so
TASK_STOPPED, RUN_STOPPED = "task_stopped", "run_stopped"  # by the parent; by whom is not known
AFTER_TESTS = {"test_passed_after", "test_failed_after"}
