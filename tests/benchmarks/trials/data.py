"""Public outcomes as pairs of models on the same tasks, and the tasks as kinds of work."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipelines.estimate.list_prices import list_price_usd, price_usd, tokens_usd
from recommender.models import vendor_of

Floats = NDArray[np.floating]
Ints = NDArray[np.integer]

COLUMNS = {"benchmark", "task_id", "category", "model", "success", "cost_usd"}
# The sizes of a vendor's models, the largest first; a pair is a model and a smaller one of its vendor.
SIZES = {
    "anthropic": ("fable", "opus", "sonnet", "haiku"),
    "openai": ("base", "mini", "nano"),
    "google": ("pro", "flash"),
}
_EFFORT = re.compile(r"[-_](low|medium|high|max|minimal)$")
_SIZE = re.compile(r"(?<![a-z])(fable|opus|sonnet|haiku|mini(?=$|[-_])|nano|pro(?![a-z])|flash)")
_NAME = re.compile(r"claude|gpt|gemini|(?<![a-z])o[1-9](?![a-z])|sonnet|opus|haiku", re.IGNORECASE)
STRATA = 10
KIND_FROM = 10  # tasks


@dataclass(frozen=True)
class Named:
    """A model's name in its parts: what ran it, who made it, its size, its version and effort."""

    harness: str
    vendor: str
    size: str
    version: tuple[str, ...]
    effort: str


@dataclass(frozen=True)
class Pair:
    """Two models on the same tasks (tasks, 2): the strong one first. NaN costs do not occur.

    `kinds` maps a way of dividing the tasks (natural, difficulty) to the kind of each task.
    """

    benchmark: str
    strong: str
    candidate: str
    success: Floats
    cost_usd: Floats
    calls: Floats
    list_price: tuple[float, float]
    kinds: dict[str, Ints]

    @property
    def models(self) -> tuple[str, str]:
        """The names that the product knows the models by."""
        return family_of(self.strong), family_of(self.candidate)

    @property
    def logit_gap(self) -> float:
        """How far the candidate trails over all tasks, in logits."""
        good = self.success.sum(axis=0) + 0.5
        odds = good / (len(self.success) + 1 - good)
        return float(np.log(odds[0] / odds[1]))


def load(path: Path) -> list[Pair]:
    """Load every pair of models of one vendor, harness and effort that ran the same tasks of a benchmark."""
    table = pd.read_parquet(path)
    missing = COLUMNS - set(table.columns)
    if missing:
        raise ValueError(
            f"{path} has no column {', '.join(sorted(missing))}: give a table as agentic_outcomes.parquet."
        )
    return [pair for name, rows in table.groupby("benchmark") for pair in _pairs(str(name), rows)]


@cache
def named(model: str) -> Named | None:
    """Read a model's name; None where it is of no vendor whose sizes are known."""
    found = _NAME.search(model)
    if not found:
        return None
    harness, name = model[: found.start()], model[found.start() :].lower()
    effort = match[1] if (match := _EFFORT.search(name)) else ""
    name = _EFFORT.sub("", name)
    vendor = (
        "anthropic"
        if re.match("claude|sonnet|opus|haiku", name)
        else "google"
        if name.startswith("gemini")
        else "openai"
    )
    size = match[1] if (match := _SIZE.search(name)) else "base"
    if size not in SIZES[vendor]:
        return None
    return Named(harness, vendor, size, tuple(re.findall(r"\d+", re.sub(r"20\d{6}", "", name))), effort)


def family_of(model: str) -> str:
    """Return the name that the product knows a model by."""
    parts = named(model)
    if parts is None:
        return model
    return (
        parts.size if parts.vendor == "anthropic" else f"{'gpt' if parts.vendor == 'openai' else 'gemini'}-{parts.size}"
    )


def _pairs(benchmark: str, rows: pd.DataFrame) -> Iterator[Pair]:
    models = {model: parts for model in rows["model"].unique() if (parts := named(model))}
    means = rows.groupby(["task_id", "model"])["success"].mean().unstack()
    for strong, candidate in product(sorted(models), repeat=2):
        one, other = models[strong], models[candidate]
        sizes = SIZES[one.vendor]
        is_pair = one.vendor == other.vendor and sizes.index(one.size) < sizes.index(other.size)
        if is_pair and (one.harness, one.version, one.effort) == (other.harness, other.version, other.effort):
            pair = _pair(benchmark, strong, candidate, rows, means)
            if pair is not None:
                yield pair


def _pair(benchmark: str, strong: str, candidate: str, rows: pd.DataFrame, means: pd.DataFrame) -> Pair | None:
    prices = _list_price(strong), _list_price(candidate)
    if None in prices:
        return None
    both = _with_costs(rows[rows["model"].isin([strong, candidate])])
    tables = {
        name: both.groupby(["task_id", "model"])[name].mean().unstack().reindex(columns=[strong, candidate])
        for name in ("success", "cost_usd", *({"calls"} & set(both.columns)))
    }
    kept = tables["success"].dropna().index.intersection(tables["cost_usd"].dropna().index)
    if len(kept) < 2 * KIND_FROM:
        return None
    success = tables["success"].loc[kept].to_numpy(dtype=np.float64)
    if success[:, 0].mean() <= success[:, 1].mean() - 0.05:
        return None  # the larger model did not work there: nothing to learn about smaller ones
    calls = (
        tables["calls"].loc[kept].to_numpy(dtype=np.float64) if "calls" in tables else np.full(success.shape, np.nan)
    )
    vendor = named(strong).vendor  # type: ignore[union-attr]
    others = means[
        [model for model in means.columns if vendor_of(str(model)) != vendor and vendor not in _vendor(model)]
    ]
    category = both.drop_duplicates("task_id").set_index("task_id")["category"].loc[kept].astype(str)
    ease = others.loc[kept].mean(axis=1).to_numpy()
    return Pair(
        benchmark,
        strong,
        candidate,
        success,
        tables["cost_usd"].loc[kept].to_numpy(dtype=np.float64),
        calls,
        (float(prices[0] or 0), float(prices[1] or 0)),
        {"natural": category.astype("category").cat.codes.to_numpy(dtype=np.int64), "difficulty": _strata(ease)},
    )


def _with_costs(rows: pd.DataFrame) -> pd.DataFrame:
    """Fill costs that no row of a model tells from its tokens at list prices."""
    tokens = ["input_tokens", "output_tokens"]
    if not set(tokens) <= set(rows.columns):
        return rows
    filled = rows.copy()
    for model, own in rows.groupby("model"):
        if own["cost_usd"].isna().all():
            known = own[tokens].dropna().astype(int)
            costs = [tokens_usd(_list_name(str(model)), *row) for row in known.itertuples(index=False)]
            filled.loc[known.index, "cost_usd"] = np.array(costs, dtype=np.float64)
    return filled


def _vendor(model: object) -> str:
    parts = named(str(model))
    return parts.vendor if parts else ""


def _strata(ease: Floats) -> Ints:
    """Divide tasks into deciles of how many other models solve them."""
    order = np.argsort(np.argsort(np.nan_to_num(ease, nan=0.5), kind="stable"), kind="stable")
    return order * STRATA // len(ease)


def _list_price(model: str) -> float | None:
    parts = named(model)
    assert parts is not None
    if parts.vendor == "anthropic":
        return list_price_usd(parts.size, {parts.size: _list_name(model)})
    return price_usd(_list_name(model))


def _list_name(model: str) -> str:
    """Return a model's name as price lists write it."""
    parts = named(model)
    assert parts is not None
    if parts.vendor == "anthropic":
        return f"claude-{parts.size}-{'-'.join(parts.version)}"
    dotted = ".".join(parts.version)
    stem = f"gpt-{dotted}" if parts.vendor == "openai" else f"gemini-{dotted}"
    return stem if parts.size == "base" else f"{stem}-{parts.size}"
