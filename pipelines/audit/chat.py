"""A judge behind any OpenAI-compatible endpoint."""

from typing import TYPE_CHECKING

from pipelines.audit.verdict import (
    INSTRUCTIONS,
    PROMPT_VERSION,
    JudgeError,
    JudgeLimitError,
    Verdict,
    question,
    read_answer,
)
from pipelines.settings import Settings

if TYPE_CHECKING:
    from openai import OpenAI

TIMEOUT_S = 60.0
ATTEMPTS = 3


class ChatJudge:
    """A chat model with its instructions; `name` names both, so that answers of others are told apart."""

    def __init__(self, settings: Settings) -> None:
        if not settings.judge_model:
            raise JudgeError("The judge has no model: set SPAWNWISE_JUDGE_MODEL, or SPAWNWISE_JUDGE=claude-code.")
        self.name = f"{settings.judge_model}/{PROMPT_VERSION}"
        self._model, self._client = settings.judge_model, _client(settings)

    def ask(self, evidence: str, dollars_left: float) -> Verdict:
        """Return the model's verdict; an answer that cannot be read is unclear. Raises `JudgeError`."""
        import openai

        try:
            answer = self._client.chat.completions.create(
                model=self._model,
                messages=[
                    {"role": "system", "content": INSTRUCTIONS},
                    {"role": "user", "content": question(evidence)},
                ],
            )
            said = answer.choices[0].message.content
            used = answer.usage
            tokens = (used.prompt_tokens, used.completion_tokens) if used else (len(evidence) // 3, 200)
        except openai.RateLimitError:
            message = f"The judge {self._model} has reached a usage limit; the rest waits for the next run."
            raise JudgeLimitError(message) from None
        except (openai.OpenAIError, ValueError, TypeError, IndexError, AttributeError) as error:
            message = (
                f"The judge {self._model} does not answer ({type(error).__name__}). Check SPAWNWISE_JUDGE_BASE_URL, "
                "SPAWNWISE_JUDGE_API_KEY and the model's name; what was judged stays, the rest waits for the next run."
            )
            raise JudgeError(message) from None  # the original may quote what was sent
        return read_answer(said or "", evidence, _cost(self._model, *tokens))


def _cost(model: str, read: int, written: int) -> float:
    """Return what an answer costs by the list price; 0 for a model that has none, as one on this machine."""
    from genai_prices import Usage, calc_price

    try:
        return float(calc_price(Usage(input_tokens=read, output_tokens=written), model_ref=model).total_price)
    except LookupError:
        return 0.0


def _client(settings: Settings) -> "OpenAI":
    from openai import OpenAI

    key = settings.judge_api_key.get_secret_value() if settings.judge_api_key else None
    try:
        return OpenAI(
            api_key=key or ("not-needed" if settings.judge_base_url else None),
            base_url=settings.judge_base_url,
            timeout=TIMEOUT_S,
            max_retries=ATTEMPTS - 1,
        )
    except Exception as error:
        message = "The judge has no key: set SPAWNWISE_JUDGE_API_KEY, or OPENAI_API_KEY, or unset SPAWNWISE_JUDGE."
        raise JudgeError(message) from error
