import pytest


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is answered is tested apart from how fast: a busy machine misses the default deadline."""
    monkeypatch.setenv("SPAWNWISE_DEADLINE_MS", "10000")
