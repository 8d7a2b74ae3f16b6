"""`spawnwise install`: the hook into Claude Code, Codex or opencode."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from recommender.errors import SpawnwiseError
from recommender.settings import claude_home, codex_home, opencode_home
from recommender.terminal import add_json_argument, printable, say

CLIENTS = {"claude": "Claude Code", "codex": "Codex", "opencode": "opencode"}
TRUST_CODEX = (
    "Codex runs a hook only once you trust it: start `codex`, and where it asks to review hooks (later: enter /hooks), "
    "trust the one that runs spawnwise. After each change of it, trust it again."
)
SAMPLE = (
    "Only the bundled sample was learned here, which is invented work: the hook will change nothing. "
    "Run `spawnwise learn --logs <Claude home>` to learn from your own."
)


class SampleError(SpawnwiseError):
    """Only invented work was learned, and is not enforced."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command."""
    add_place_arguments(parser)
    parser.add_argument("--mode", choices=["off", "audit", "advise", "enforce"], default="advise")
    by = "how to enforce: change the call, or refuse it and name the model (for versions that ignore changes)"
    parser.add_argument("--by", choices=["update", "deny"], default="update", help=f"{by}; Claude Code only")


def run(arguments: argparse.Namespace) -> int:
    """Install, and say what was done; raises `SampleError` where invented work would be enforced."""
    from recommender.hooks.installer import install

    is_sample = _is_sample_learned()
    if is_sample and arguments.mode == "enforce" and not arguments.dry_run:
        raise SampleError(
            f"{SAMPLE} Nothing was changed; `--mode audit` or `--mode advise` can be installed meanwhile."
        )
    home = client_folder(arguments)
    done = install(home, arguments.mode, arguments.by, client=arguments.client, dry_run=arguments.dry_run)
    tell(arguments, done)
    if is_sample:
        print(SAMPLE, file=sys.stderr)
    if arguments.client == "codex" and done:
        print(TRUST_CODEX, file=sys.stderr)
    return 0


def add_place_arguments(parser: argparse.ArgumentParser) -> None:
    """Let a person choose whose settings are meant."""
    parser.add_argument("--client", choices=CLIENTS, default="claude", help="which client (default: claude)")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--project", action="store_true", help="for the current project (the default for claude)")
    where.add_argument("--user", action="store_true", help="for all your projects (the default for codex and opencode)")
    parser.add_argument("--dry-run", action="store_true", help="only say what would be done")
    add_json_argument(parser)


def client_folder(arguments: argparse.Namespace) -> Path:
    """Return the folder of the settings that are meant."""
    is_project = arguments.project or (arguments.client == "claude" and not arguments.user)
    if is_project:
        return Path(f".{arguments.client}")
    return {"claude": claude_home, "codex": codex_home, "opencode": opencode_home}[arguments.client]()


def tell(arguments: argparse.Namespace, done: Sequence[str]) -> None:
    """Print what was done, or would be."""
    lines = [f"would {line}" if arguments.dry_run else line for line in done] or ["nothing to do"]
    say(arguments, printable("\n".join(lines)), done=list(done), is_dry_run=arguments.dry_run)


def _is_sample_learned() -> bool:
    from recommender.home import snapshot_file
    from recommender.snapshot_file import SnapshotError, read_snapshot

    try:
        return read_snapshot(snapshot_file()).is_sample
    except SnapshotError:
        return False
