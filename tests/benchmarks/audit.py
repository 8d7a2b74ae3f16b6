"""Corrected success rates on simulated histories, against the truth that was planted.

python -m tests.benchmarks.audit [--histories N] [--audits N] [--json FILE]

Each history has three models and three agents. The rules see some failures of each model and miss others: planted miss
rates lie between 1 and 15 % and are the larger the fewer failures the rules see, so that the order of models by today's
outcomes is wrong. Each of ten nights a tenth of the audits is drawn and judged, with sensitivity .85 and specificity
.99.
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

SENSITIVITY, SPECIFICITY = 0.85, 0.99
AGENTS, MODELS = ("executor", "researcher", "tester"), ("haiku", "sonnet", "opus")
NIGHTS = 10


class History(NamedTuple):
    """Spawns as columns (n,): their cell, whether they are bad, their number in the draw; and the cells."""

    cell: np.ndarray
    is_bad: np.ndarray
    number: np.ndarray
    cells: list[Cell]


def main(arguments: Sequence[str] | None = None) -> int:
    """Print how far corrected and today's rates are from the truth."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.audit", description=__doc__)
    parser.add_argument("--histories", type=int, default=100)
    parser.add_argument("--audits", type=int, default=200)
    parser.add_argument("--json", type=Path, help="write the figures there too")
    options = parser.parse_args(arguments)
    figures = measure(options.histories, options.audits)
    for name, value in figures.items():
        print(f"{name:<52} {value}")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2), encoding="utf-8")
    return 0


def measure(histories: int, audits: int) -> dict[str, float]:
    """Return the figures over so many histories."""
    errors, overall, today_errors, covered, right, today_right, widths, wrong_pairs = [], [], [], [], [], [], [], []
    for seed in range(histories):
        source = np.random.default_rng(seed)
        history = simulate(source)
        rates = audit(history, audits, source)
        truth, today = rates_by_model(history)
        draws = np.array([rates.corrected(counts(history, model)) for model in MODELS])
        low, high = np.quantile(draws, [0.05, 0.95], axis=1)
        mean = draws.mean(axis=1)
        errors += list(mean - truth)
        today_errors += list(today - truth)
        overall.append(float(rates.corrected(counts(history)).mean() - 1 + history.is_bad.mean()))
        covered += list((low <= truth) & (truth <= high))
        widths += list(high - low)
        for one, other in combinations(range(len(MODELS)), 2):
            if abs(truth[one] - truth[other]) >= 0.02 and (today[one] - today[other]) * (truth[one] - truth[other]) < 0:
                wrong_pairs.append((mean[one] - mean[other]) * (truth[one] - truth[other]) > 0)
        right.append(bool(np.argmax(mean) == np.argmax(truth)))
        today_right.append(bool(np.argmax(today) == np.argmax(truth)))
    size = np.abs(errors)
    return {
        "histories": histories,
        "audits": audits,
        "mean absolute error of a model's rate, points": round(100 * float(size.mean()), 2),
        "  today, points": round(100 * float(np.abs(today_errors).mean()), 2),
        "mean error (bias), points": round(100 * float(np.mean(errors)), 2),
        "models within 2 points": round(float((size <= 0.02).mean()), 3),
        "  today, within 2 points": round(float((np.abs(today_errors) <= 0.02).mean()), 3),
        "absolute error of the rate of all spawns, points": round(100 * float(np.abs(overall).mean()), 2),
        "90 % intervals that cover the truth": round(float(np.mean(covered)), 3),
        "mean width of an interval, points": round(100 * float(np.mean(widths)), 2),
        "pairs in wrong order today (2 points or more apart)": len(wrong_pairs),
        "  of these right after the audit": round(float(np.mean(wrong_pairs)), 3),
        "best model found": round(float(np.mean(right)), 3),
        "  today, best model found": round(float(np.mean(today_right)), 3),
    }


def simulate(source: np.random.Generator) -> History:
    """Return a history whose rules miss more of a model's failures the fewer they see."""
    missed = (0.01, source.uniform(0.03, 0.09), 0.15)
    seen = np.linspace(0.04, 0.0, len(MODELS))
    order = source.permutation(len(MODELS))
    cells, cell, is_bad = [], [], []
    for model, place in enumerate(order):
        for agent in AGENTS:
            count = int(source.integers(150, 900))
            bad = source.random(count) < np.clip(missed[place] * source.uniform(0.7, 1.3), 0.005, 0.2)
            doubted = source.random(count) < np.where(bad, 0.3, 0.05)
            alarms = source.random(round(count * seen[place])) < 0.85
            for observed, truths in (("success", bad[~doubted]), ("doubted", bad[doubted]), ("failure", alarms)):
                cells.append(Cell(agent, MODELS[model], observed))
                cell += [len(cells) - 1] * len(truths)
                is_bad += list(truths)
    number = np.array([number_of(UUID(bytes=source.bytes(16))) for _ in cell])
    return History(np.array(cell), np.array(is_bad), number, cells)


def audit(history: History, audits: int, source: np.random.Generator) -> Rates:
    """Draw and judge over ten nights, each with what the nights before it have shown."""
    chance, is_audited = np.zeros(len(history.cell)), np.zeros(len(history.cell), dtype=bool)
    says_bad = source.random(len(history.cell)) < np.where(history.is_bad, SENSITIVITY, 1 - SPECIFICITY)
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
