"""Many hooks at once, as when an orchestrator spawns many agents in one message."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from tests.benchmarks.lookup.cold import HOOK, cpu_ms, event, is_from_evidence
from tests.benchmarks.lookup.material import tasks
from tests.benchmarks.lookup.measures import Measure

HOOKS = 100  # of each size of burst, at least


class Burst(NamedTuple):
    """How hooks that started at once ended: seconds to the last answer, and what each printed and returned."""

    seconds: float
    cpu_ms: float
    answers: list[bytes]
    errors: list[bytes]
    codes: list[int]


def measure() -> Iterator[Measure]:
    """Measure bursts of 1, 4, 10 and 50: answers from evidence, how long the last one took, and the CPU of each."""
    source = tasks(seed=4)
    for size in (1, 4, 10, 50):
        learned, died, slowest, cpu, hooks = 0, 0, 0.0, 0.0, 0
        while hooks < HOOKS:
            hooks += size
            ended = burst([event(next(source)) for _ in range(size)])
            slowest, cpu = max(slowest, ended.seconds), cpu + ended.cpu_ms
            learned += sum(map(is_from_evidence, ended.answers))
            died += sum(code != 0 for code in ended.codes)
        case = f"burst of {size}"
        yield Measure(case, "spawnwise", "answers_from_evidence", f"{learned} of {hooks}")
        yield Measure(case, "spawnwise", "processes_that_died", died)
        yield Measure(case, "spawnwise", "slowest_last_ms", round(slowest * 1000))
        yield Measure(case, "spawnwise", "cpu_of_each_ms", round(cpu / hooks))


def burst(said: list[bytes], env: Mapping[str, str] | None = None) -> Burst:
    """Start a hook for each event at once, and wait for all; `env` is added to the environment."""
    before, started = cpu_ms(), time.perf_counter()
    hooks = []
    for each in said:
        hook = subprocess.Popen(
            [sys.executable, "-c", HOOK],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, **(env or {})},
        )
        assert hook.stdin
        hook.stdin.write(each)
        hook.stdin.close()
        hook.stdin = None
        hooks.append(hook)
    answers, errors = zip(*(hook.communicate() for hook in hooks), strict=True)
    taken = time.perf_counter() - started
    return Burst(taken, cpu_ms() - before, list(answers), list(errors), [hook.returncode for hook in hooks])
