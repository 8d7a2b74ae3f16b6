"""Many hooks at once, as when an orchestrator spawns many agents in one message."""

import subprocess
import sys
import time
from collections.abc import Iterator

from tests.benchmarks.lookup.cold import HOOK, cpu_ms, event, is_from_evidence
from tests.benchmarks.lookup.material import tasks
from tests.benchmarks.lookup.measures import Measure

HOOKS = 100  # of each size of burst, at least


def measure() -> Iterator[Measure]:
    """Measure bursts of 1, 4, 10 and 50: answers from evidence, how long the last one took, and the CPU of each."""
    source = tasks(seed=4)
    for size in (1, 4, 10, 50):
        learned, died, slowest, cpu, hooks = 0, 0, 0.0, 0.0, 0
        while hooks < HOOKS:
            hooks += size
            taken, answers, codes, used = _burst([event(next(source)) for _ in range(size)])
            slowest, cpu = max(slowest, taken), cpu + used
            learned += sum(map(is_from_evidence, answers))
            died += sum(code != 0 for code in codes)
        case = f"burst of {size}"
        yield Measure(case, "spawnwise", "answers_from_evidence", f"{learned} of {hooks}")
        yield Measure(case, "spawnwise", "processes_that_died", died)
        yield Measure(case, "spawnwise", "slowest_last_ms", round(slowest * 1000))
        yield Measure(case, "spawnwise", "cpu_of_each_ms", round(cpu / hooks))


def _burst(said: list[bytes]) -> tuple[float, list[bytes], list[int], float]:
    """Start a hook for each event at once; return seconds to the last answer, answers, exit codes, CPU in ms."""
    before, started = cpu_ms(), time.perf_counter()
    hooks = []
    for each in said:
        hook = subprocess.Popen([sys.executable, "-c", HOOK], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert hook.stdin
        hook.stdin.write(each)
        hook.stdin.close()
        hooks.append(hook)
    answers = [hook.stdout.read() for hook in hooks if hook.stdout]
    codes = [hook.wait() for hook in hooks]
    return time.perf_counter() - started, answers, codes, cpu_ms() - before
