import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import dagster as dg
import pytest

from pipelines.nightly_job import BY_COMMAND, notice_sensors
from pipelines.notify import Notice, failed_checks, failed_run, send
from pipelines.settings import Settings

SECRET = "ghp_" + "a1B2" * 9
Received = list[dict[str, Any]]


@pytest.fixture
def webhook() -> Iterator[tuple[str, Received]]:
    received: Received = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Hook) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"json://127.0.0.1:{server.server_port}/", received
        server.shutdown()


def evaluation(name: str, *, passed: bool) -> dg.AssetCheckEvaluation:
    return dg.AssetCheckEvaluation(
        asset_key=dg.AssetKey(["marts", "trials"]), check_name=name, passed=passed, metadata={}
    )


def test_a_failed_run_arrives_at_a_webhook_with_what_to_do(webhook: tuple[str, Received]) -> None:
    address, received = webhook
    assert send(Settings(notify=(address,)), failed_run(["The step x failed: disk full."])) == ""
    assert "the nightly run failed" in received[0]["title"]
    assert "The step x failed: disk full." in received[0]["message"]
    assert "spawnwise doctor" in received[0]["message"]


def test_no_secret_and_no_row_leaves_the_machine() -> None:
    notice = failed_run([f"refused {SECRET}\nDETAIL: Failing row contains (words of a task)."])
    assert SECRET not in notice.text
    assert "words of a task" not in notice.text


def test_a_notice_is_short() -> None:
    assert len(failed_run(["The step x failed: " + "so it went " * 1_000]).text) < 2_000


def test_failed_checks_are_told_once_and_passed_ones_not() -> None:
    assert failed_checks([evaluation("holds", passed=True)]) is None
    notice = failed_checks([evaluation("a", passed=False), evaluation("b", passed=True), evaluation("a", passed=False)])
    assert notice is not None
    assert "a check failed" in notice.title
    assert notice.text.startswith("marts/trials: a\n")


def test_an_address_that_does_not_answer_is_told_without_its_password(
    webhook: tuple[str, Received], capfd: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(notify=(webhook[0], "json://bob:hidden@127.0.0.1:9/", "nonsense"))
    fault = send(settings, Notice("title", "text"))
    assert "2 of the 3 addresses" in fault
    assert len(webhook[1]) == 1
    told = capfd.readouterr()
    assert "hidden" not in fault + told.out + told.err


def test_the_addresses_are_given_with_spaces_between(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPAWNWISE_NOTIFY", " json://a/  mailtos://b:c@d ")
    assert [address.get_secret_value() for address in Settings().notify] == ["json://a/", "mailtos://b:c@d"]
    assert "mailtos" not in repr(Settings())


def test_the_sensors_run_only_where_somebody_is_named() -> None:
    for notify, status in (((), dg.DefaultSensorStatus.STOPPED), (("json://a/",), dg.DefaultSensorStatus.RUNNING)):
        assert {sensor.default_status for sensor in notice_sensors(Settings(notify=notify))} == {status}


@pytest.mark.parametrize("tags", [{}, BY_COMMAND])
def test_dagster_tells_of_its_own_failed_runs_only(webhook: tuple[str, Received], tags: dict[str, str]) -> None:
    @dg.op
    def breaks() -> None:
        raise ValueError("disk full")

    @dg.job
    def nightly() -> None:
        breaks()

    with dg.DagsterInstance.ephemeral() as instance:
        result = nightly.execute_in_process(instance=instance, raise_on_error=False, tags=tags)
        context = dg.build_run_status_sensor_context(
            sensor_name="failed_run_notice",
            dagster_event=result.get_run_failure_event()
            if hasattr(result, "get_run_failure_event")
            else next(event for event in result.all_events if event.is_run_failure),
            dagster_instance=instance,
            dagster_run=result.dagster_run,
        ).for_run_failure()
        [sensor, _] = notice_sensors(Settings(notify=(webhook[0],)))
        list(sensor(context) or [])
    told = [notice["message"] for notice in webhook[1]]
    assert bool(told) is not bool(tags)
    assert all("The step breaks failed" in message and "disk full" in message for message in told)
