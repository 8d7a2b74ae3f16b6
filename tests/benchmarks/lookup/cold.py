"""The hook as Claude Code runs it: a new process for each spawn, from its start to its answer."""

import json
import resource
import subprocess
import sys
from collections.abc import Iterator, Sequence
from functools import cache

from recommender.settings import data_home
from tests.benchmarks.lookup.material import AGENTS, tasks
from tests.benchmarks.lookup.measures import Measure, latencies_ms, spread

CASE = "cold hook process"
RUNS = 200
HOOK = "import sys; from recommender.cli import entry; sys.argv[1:] = 'hook pre-spawn --mode enforce'.split(); entry()"
# What the hook loads and nothing more: the same libraries, and the vocabulary read from its file.
FLOOR = """
import ast, contextlib, dataclasses, datetime, functools, hashlib, json, pathlib, random, re, sys, threading, uuid
import numpy, numpy.typing, safetensors.numpy
import importlib.util
folder = importlib.util.find_spec("wordllama").submodule_search_locations[0]
content = open(folder + "/tokenizers/l2_supercat_tokenizer_config.json", "rb").read()
json.loads(content[: content.rfind(b"}", 0, content.find(b'"merges"')) + 1] + b"}}")
json.load(sys.stdin)
"""
# What it took before words were cut without the library: kept, as earlier figures are relative to it.
FORMER_FLOOR = """
import importlib.util, json, sys
import numpy
from tokenizers import Tokenizer
folder = importlib.util.find_spec("wordllama").submodule_search_locations[0]
Tokenizer.from_file(folder + "/tokenizers/l2_supercat_tokenizer_config.json")
json.load(sys.stdin)
"""


def measure() -> Iterator[Measure]:
    """Measure hook and floors in turns, so that all meet the same machine; CPU, as others may use it too."""
    source = tasks(seed=2)
    systems = {"spawnwise": HOOK, "floor": FLOOR, "former floor": FORMER_FLOOR}
    taken: dict[str, list[float]] = {name: [] for name in systems}
    cpu: dict[str, list[float]] = {name: [] for name in systems}
    learned = 0
    for _ in range(RUNS):
        said = event(next(source))
        for name, code in systems.items():
            answers: list[bytes] = []
            before = cpu_ms()
            taken[name] += latencies_ms(lambda code=code, answers=answers: answers.append(_run(code, said)), 1)  # type: ignore[misc]  # noqa: B023
            cpu[name].append(cpu_ms() - before)
            learned += name == "spawnwise" and is_from_evidence(answers[0])
    for name in systems:
        yield from spread(CASE, name, taken[name])
        yield Measure(CASE, name, "median_cpu_ms", round(_median(cpu[name]), 1))
    yield Measure(CASE, "spawnwise", "answers_from_evidence", f"{learned} of {RUNS}")
    for floor in ("floor", "former floor"):
        ratio = _median(cpu["spawnwise"]) / _median(cpu[floor])
        yield Measure(CASE, "spawnwise", f"cpu_over_{floor.replace(' ', '_')}", round(ratio, 2))


def is_from_evidence(answer: bytes) -> bool:
    """Tell whether a hook answered from what is published."""
    return b"haiku did 27 of 28 well" in answer or b"by 28 known outcomes" in answer


def event(task: str) -> bytes:
    """Return what Claude Code says before a spawn; the parent's transcript says that it would run on opus."""
    given = {"description": task[:40], "prompt": task, "subagent_type": AGENTS[0]}
    said = {"tool_name": "Agent", "tool_use_id": "toolu_1", "tool_input": given, "transcript_path": _transcript()}
    return json.dumps(said).encode()


@cache
def _transcript() -> str:
    path = data_home() / "parent.jsonl"
    path.write_text(json.dumps({"type": "assistant", "message": {"role": "assistant", "model": "claude-opus-5-5"}}))
    return str(path)


def _median(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]


def cpu_ms() -> float:
    """Return the CPU that the processes started so far have used."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1000 * (used.ru_utime + used.ru_stime)


def _run(code: str, said: bytes) -> bytes:
    command: Sequence[str] = (sys.executable, "-c", code)
    return subprocess.run(command, input=said, capture_output=True, check=True).stdout
