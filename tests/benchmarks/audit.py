"""Corrected success rates on simulated histories, against the truth that was planted.

python -m tests.benchmarks.audit [--histories N] [--audits N] [--seed N] [--varied] [--json FILE]

Each history has three models and three agents. The rules see some failures of each model and miss others: planted miss
rates lie between 1 and 15 % and are the larger the fewer failures the rules see, so that the order of models by today's
outcomes is wrong. Each of ten nights a tenth of the audits is drawn and judged, with sensitivity .85 and specificity
.99. With --varied each history has its own numbers of models, agents and spawns, its own miss rates from .5 to 15 %
and its own judge, whose errors nobody knows.

An error is of one model's rate: the mean, over histories and models, of its absolute value. Beside it stands the least
that chance leaves to an estimator without a prior, which knows the judge's errors, and draws as if it knew each rate.
"""

import argparse
import json
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

import numpy as np

from pipelines.audit.draw import drawn, number_of, probability, sizes_of
from pipelines.audit.rates import Audited, Cell, Rates, fit_rates

MODELS = ("haiku", "sonnet", "opus", "fable", "mini")
NIGHTS = 10
APART = 0.02  # pairs of models that are closer have no order worth knowing


class Setting(NamedTuple):
    """What a history is made from; `missed` and `seen` (models,) are shares of spawns."""

    agents: int
    spawns: tuple[int, int]
    missed: np.ndarray
    seen: np.ndarray
    doubted: tuple[float, float] = (0.05, 0.3)
    sensitivity: float = 0.85
    specificity: float = 0.99


class History(NamedTuple):
    """Spawns as columns (n,): their cell, whether they are bad, their number in the draw; the cells, and the judge."""

    cell: np.ndarray
    is_bad: np.ndarray
    number: np.ndarray
    cells: list[Cell]
    setting: Setting

    @property
    def models(self) -> tuple[str, ...]:
        """Return the names of its models."""
        return MODELS[: len(self.setting.missed)]


class Measured(NamedTuple):
    """What came of one history; arrays are (models,), shares of spawns that succeeded."""

    truth: np.ndarray
    today: np.ndarray
    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray
    least: np.ndarray
    overall: float


def main(arguments: Sequence[str] | None = None) -> int:
    """Print how far corrected and today's rates are from the truth."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.audit", description=__doc__)
    parser.add_argument("--histories", type=int, default=100)
    parser.add_argument("--audits", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0, help="of the first history; each has one of its own")
    parser.add_argument("--varied", action="store_true", help="other models, agents, miss rates and judges")
    parser.add_argument("--json", type=Path, help="write the figures there too")
    options = parser.parse_args(arguments)
    seeds = range(options.seed, options.seed + options.histories)
    figures = figures_of([measured(seed, options.audits, options.varied) for seed in seeds])
    figures = {"histories": options.histories, "audits": options.audits, **figures}
    for name, value in figures.items():
        print(f"{name:<60} {value}")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2), encoding="utf-8")
    return 0


def measured(seed: int, audits: int, is_varied: bool) -> Measured:
    """Return what the audits of one history show."""
    source = np.random.default_rng(seed)
    history = simulate(varied(source) if is_varied else usual(source), source)
    rates = audit(history, audits, source)
    draws = np.array([rates.corrected(counts(history, model)) for model in history.models])
    low, high = np.quantile(draws, [0.05, 0.95], axis=1)
    overall = float(rates.corrected(counts(history)).mean() - 1 + history.is_bad.mean())
    least = least_error(history, audits)
    return Measured(*rates_by_model(history), draws.mean(axis=1), low, high, least, overall)


def figures_of(all_: Sequence[Measured]) -> dict[str, float]:
    """Return the figures over all histories."""
    truth, today, mean, low, high, least = (np.concatenate([each[place] for each in all_]) for place in range(6))
    right = [is_right for each in all_ for is_right in mended_pairs(each)]
    size, before = 100 * np.abs(mean - truth), 100 * np.abs(today - truth)
    best = [np.argmax(each.mean) == np.argmax(each.truth) for each in all_]
    best_today = [np.argmax(each.today) == np.argmax(each.truth) for each in all_]
    return {
        "mean absolute error of a model's rate, points": round(float(size.mean()), 2),
        "  today, points": round(float(before.mean()), 2),
        "  least that chance leaves without a prior, points": round(100 * float(least.mean()), 2),
        "  of models that fail in under 4 %, points": round(float(size[truth > 0.96].mean()), 2),
        "  of models that fail in over 10 %, points": round(float(size[truth < 0.9].mean()), 2),
        "  median, points": round(float(np.median(size)), 2),
        "  worst, points": round(float(size.max()), 2),
        "mean error (bias), points": round(100 * float((mean - truth).mean()), 2),
        "models within 2 points": round(float((size <= 2).mean()), 3),
        "  today, within 2 points": round(float((before <= 2).mean()), 3),
        "absolute error of the rate of all spawns, points": round(
            100 * float(np.mean([abs(each.overall) for each in all_])), 2
        ),
        "90 % intervals that cover the truth": round(float(((low <= truth) & (truth <= high)).mean()), 3),
        "mean width of an interval, points": round(100 * float((high - low).mean()), 2),
        "pairs in wrong order today (2 points or more apart)": len(right),
        "  of these right after the audit": round(float(np.mean(right or [1.0])), 3),
        "best model found": round(float(np.mean(best)), 3),
        "  today, best model found": round(float(np.mean(best_today)), 3),
    }


def mended_pairs(one: Measured) -> list[bool]:
    """Return for each pair of models that is in wrong order today whether the audit has it right."""
    found = []
    for first, second in combinations(range(len(one.truth)), 2):
        gap = one.truth[first] - one.truth[second]
        if abs(gap) >= APART and (one.today[first] - one.today[second]) * gap < 0:
            found.append(bool((one.mean[first] - one.mean[second]) * gap > 0))
    return found


def usual(source: np.random.Generator) -> Setting:
    """Return a history whose rules miss more of a model's failures the fewer they see."""
    order = source.permutation(3)
    missed = np.array([0.01, source.uniform(0.03, 0.09), 0.15])
    return Setting(3, (150, 900), missed[order], np.linspace(0.04, 0.0, 3)[order])


def varied(source: np.random.Generator) -> Setting:
    """Return a history of another home."""
    models, fewest = int(source.integers(2, 6)), int(source.integers(30, 300))
    return Setting(
        agents=int(source.integers(1, 7)),
        spawns=(fewest, fewest * int(source.integers(2, 9))),
        missed=np.exp(source.uniform(np.log(0.005), np.log(0.15), models)),
        seen=source.uniform(0, 0.06, models),
        doubted=(source.uniform(0, 0.1), source.uniform(0, 0.5)),
        sensitivity=source.uniform(0.75, 0.95),
        specificity=source.uniform(0.975, 1),
    )


def simulate(setting: Setting, source: np.random.Generator) -> History:
    """Return a history; each agent fails somewhat more or less often than its model does."""
    cells, cell, is_bad = [], [], []
    for model, (missed, seen) in enumerate(zip(setting.missed, setting.seen, strict=True)):
        for agent in range(setting.agents):
            count = int(source.integers(*setting.spawns))
            bad = source.random(count) < np.clip(missed * source.uniform(0.7, 1.3), 0.005, 0.2)
            doubted = source.random(count) < np.where(bad, setting.doubted[1], setting.doubted[0])
            alarms = source.random(round(count * seen)) < 0.85
            for observed, truths in (("success", bad[~doubted]), ("doubted", bad[doubted]), ("failure", alarms)):
                cells.append(Cell(f"agent {agent}", MODELS[model], observed))
                cell += [len(cells) - 1] * len(truths)
                is_bad += list(truths)
    number = np.array([number_of(UUID(bytes=source.bytes(16))) for _ in cell])
    return History(np.array(cell), np.array(is_bad), number, cells, setting)


def audit(history: History, audits: int, source: np.random.Generator) -> Rates:
    """Draw and judge over ten nights, each with what the nights before it have shown."""
    chance, is_audited = np.zeros(len(history.cell)), np.zeros(len(history.cell), dtype=bool)
    right = np.where(history.is_bad, history.setting.sensitivity, 1 - history.setting.specificity)
    says_bad = source.random(len(history.cell)) < right
    rates = fit_rates([], history.cells)
    for _ in range(NIGHTS):
        place = {cell: index for index, cell in enumerate(rates.cells)}
        order = [place[cell] for cell in history.cells]
        seen = np.bincount(history.cell, weights=is_audited, minlength=len(history.cells))
        stake = np.bincount(history.cell, minlength=len(history.cells)).astype(float)
        size = sizes_of(history.cells, history.cell, rates.mean()[order], stake, seen)
        open_ = np.flatnonzero(~is_audited)
        taken, threshold = drawn(history.number[open_], size[open_], audits // NIGHTS)
        is_audited[open_[taken]] = True
        chance = np.maximum(chance, probability(size, threshold))
        rows = [
            Audited(history.cells[history.cell[i]], bool(says_bad[i]), float(chance[i]), "judge")
            for i in np.flatnonzero(is_audited)
        ]
        rates = fit_rates(rows, history.cells)
    return rates


def least_error(history: History, audits: int) -> np.ndarray:
    """Return the expected absolute error (models,) of an estimator without bias and without a prior.

    It knows the judge's errors, and has the audits in the cells where they tell most of the models' rates (Neyman), for
    which it would have to know the rates.
    """
    number = np.maximum(np.bincount(history.cell, minlength=len(history.cells)), 1)
    share = np.bincount(history.cell, weights=history.is_bad, minlength=len(history.cells)) / number
    sensitivity, specificity = history.setting.sensitivity, history.setting.specificity
    says_bad = share * sensitivity + (1 - share) * (1 - specificity)
    model = np.array([MODELS.index(cell.model) for cell in history.cells])
    weight = number / np.bincount(model, weights=number)[model]
    spread = np.sqrt(says_bad * (1 - says_bad)) / (sensitivity + specificity - 1)
    of_model = np.bincount(model, weights=weight * spread)
    return np.asarray(np.sqrt(2 / np.pi * of_model * of_model.sum() / audits))


def rates_by_model(history: History) -> tuple[np.ndarray, np.ndarray]:
    """Return each model's true success rate, and the one that the rules' outcomes give."""
    model = np.array([MODELS.index(cell.model) for cell in history.cells])[history.cell]
    failed = np.array([cell.observed == "failure" for cell in history.cells])[history.cell]
    count = np.bincount(model)
    return 1 - np.bincount(model, weights=history.is_bad) / count, 1 - np.bincount(model, weights=failed) / count


def counts(history: History, model: str | None = None) -> dict[Cell, float]:
    """Return how many spawns each cell of a model has."""
    number = np.bincount(history.cell, minlength=len(history.cells))
    return {cell: float(n) for cell, n in zip(history.cells, number, strict=True) if model in (None, cell.model)}


if __name__ == "__main__":
    raise SystemExit(main())
