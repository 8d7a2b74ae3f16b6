import pytest

from pipelines.judge import chat
from pipelines.judge.chat import Judge, JudgeError, Judgement, parsed
from pipelines.settings import Settings
from tests.support.chat_server import running_chat_server


@pytest.mark.parametrize(
    ("answer", "judgement"),
    [
        ('{"verdict": "good", "confidence": 0.8}', Judgement("good", 0.8)),
        ('Sure!\n```json\n{"verdict": "bad", "confidence": 1}\n```', Judgement("bad", 1.0)),
        ('{"verdict": "unclear", "confidence": 0.5}', Judgement("unclear", 0.5)),
        ('{"verdict": "excellent", "confidence": 1}', Judgement("unclear", 0.0)),
        ('{"verdict": "good", "confidence": 7}', Judgement("unclear", 0.0)),
        ('{"verdict": "good", "confidence": "very"}', Judgement("unclear", 0.0)),
        ('{"verdict": "good"', Judgement("unclear", 0.0)),
        ("", Judgement("unclear", 0.0)),
    ],
)
def test_answers_are_read_leniently_but_never_guessed(answer: str, judgement: Judgement) -> None:
    assert parsed(answer) == judgement


def test_task_and_evidence_are_sent_as_data() -> None:
    with running_chat_server() as server:
        judge = Judge(Settings(judge_model="small", judge_base_url=server.url))
        assert judge.ask("Fix login", "REPORT:\nDone") == Judgement("good", 0.9)
    system, user = server.requests[0]["messages"]
    assert (system["role"], user["role"]) == ("system", "user")
    assert "Fix login" in user["content"]
    assert "REPORT:\nDone" in user["content"]
    assert judge.version == f"small/{chat.PROMPT_VERSION}"


@pytest.mark.parametrize("status", [400, 401, 404])
def test_refusal_is_a_clear_error_without_the_text(status: int) -> None:
    with running_chat_server() as server:
        server.answers = [status]
        judge = Judge(Settings(judge_model="small", judge_base_url=server.url))
        with pytest.raises(JudgeError, match="SPAWNWISE_JUDGE_BASE_URL") as raised:
            judge.ask("my words", "more words")
    assert "words" not in str(raised.value)


def test_a_busy_server_is_asked_again() -> None:
    with running_chat_server() as server:
        server.answers = [503, '{"verdict": "bad", "confidence": 0.6}']
        judge = Judge(Settings(judge_model="small", judge_base_url=server.url))
        assert judge.ask("x", "y") == Judgement("bad", 0.6)


def test_missing_key_says_what_to_set() -> None:
    with pytest.raises(JudgeError, match="SPAWNWISE_JUDGE_API_KEY"):
        Judge(Settings(judge_model="small"))
