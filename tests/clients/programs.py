"""Run a client, where it is installed, in a home and an environment of its own."""

import json
import os
import subprocess
from pathlib import Path

import pytest

INSTALLED = Path(os.environ.get("SPAWNWISE_TEST_CLIENTS") or Path(__file__).parents[2] / "build" / "clients")
SECONDS = 120  # a client that hangs is stopped, and its test fails
CLAUDES = ("claude", "claude-spring")  # the newest Claude Code, and one of April 2026

_CODEX = """model = "{model}"
model_provider = "scripted"
approval_policy = "never"
sandbox_mode = "danger-full-access"

[model_providers.scripted]
name = "scripted"
base_url = "{url}/v1"
wire_api = "responses"
env_key = "SCRIPTED_KEY"
request_max_retries = 0
stream_max_retries = 0
"""


def program(name: str) -> Path:
    """Return the program of a client; skips the test where it is not installed."""
    found = INSTALLED / name / "node_modules" / ".bin" / name.partition("-")[0]
    if not found.exists():
        pytest.skip(f"{name} is not installed: run `make test-clients`.")
    return found


def run_claude(url: str, folder: Path, prompt: str, *options: str, client: str = "claude", **env: str) -> Path:
    """Run Claude Code once on a prompt; return its home."""
    quiet = {"CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1", "DISABLE_AUTOUPDATER": "1", "IS_SANDBOX": "1"}
    own = {"ANTHROPIC_BASE_URL": url, "ANTHROPIC_API_KEY": "not-a-key", "CLAUDE_CODE_MAX_RETRIES": "1"}
    command = [program(client), "-p", "--permission-mode", "acceptEdits", *options, "--", prompt]
    _run(command, folder, quiet | own | env)
    return folder / "home" / ".claude"


def run_claude_command(folder: Path, *words: str | Path, **env: str) -> None:
    """Run a command of Claude Code that asks no model, such as `plugin install`."""
    _run([program("claude"), *words], folder, {"CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1", **env})


def run_codex(url: str, folder: Path, prompt: str, *options: str, model: str = "gpt-5.5", **env: str) -> Path:
    """Run Codex once on a prompt; return the folder of its rollouts."""
    codex, home = program("codex"), folder / "home" / ".codex"
    home.mkdir(parents=True, exist_ok=True)
    (home / "config.toml").write_text(_CODEX.format(url=url, model=model))
    command = [codex, "exec", "--json", "--skip-git-repo-check", *options, prompt]
    _run(command, folder, {"SCRIPTED_KEY": "not-a-key", **env})
    return home / "sessions"


def run_opencode(url: str, folder: Path, prompt: str, **env: str) -> None:
    """Run opencode once on a prompt."""
    opencode = program("opencode")
    models = {name: {"limit": {"context": 100_000, "output": 8_000}} for name in ("strong", "cheap")}
    options = {"baseURL": f"{url}/v1", "apiKey": "not-a-key"}
    provider = {"npm": "@ai-sdk/openai-compatible", "name": "scripted", "options": options, "models": models}
    config = {"provider": {"scripted": provider}, "model": "scripted/strong", "share": "disabled", "autoupdate": False}
    (folder / "project").mkdir(parents=True, exist_ok=True)
    (folder / "project" / "opencode.json").write_text(json.dumps(config))
    quiet = {f"OPENCODE_DISABLE_{what}": "1" for what in ("AUTOUPDATE", "MODELS_FETCH", "LSP_DOWNLOAD")}
    _run([opencode, "run", "--format", "json", prompt], folder, quiet | env)


def _run(command: list[str | Path], folder: Path, own: dict[str, str]) -> None:
    home, project, scratch = (folder / name for name in ("home", "project", "tmp"))
    for each in (home, project, scratch):
        each.mkdir(parents=True, exist_ok=True)
    env = {"PATH": os.environ["PATH"], "HOME": str(home), "TMPDIR": str(scratch), "LANG": "C.UTF-8", **own}
    done = subprocess.run(
        command, env=env, cwd=project, stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS, check=False
    )
    (folder / "output.txt").write_bytes(done.stdout + done.stderr)
