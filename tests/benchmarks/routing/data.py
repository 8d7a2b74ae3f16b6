"""Public outcomes as task histories: every model's outcome on every task."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recommender.embedding.local import LocalEmbedder

Floats = NDArray[np.floating]
Ints = NDArray[np.integer]

NEEDED = {"task_id", "category", "model", "success", "cost_usd"}
# Which models of a dataset make one question; other datasets are taken whole.
MODELS = {
    "swebench_verified_mini": (
        "mini-v2.0.0_claude-4-5-haiku-high",
        "mini-v2.0.0_claude-4-5-sonnet-high",
        "mini-v2.0.0_claude-4-5-opus-high",
    ),
}
LOGGED_MODELS = {"coderouterbench_id_test": ("Qwen3-Max", "claude-sonnet-4-6", "claude-opus-4-6")}


@dataclass(frozen=True)
class Outcomes:
    """Success and cost (tasks, models); `category` (tasks,) indexes `categories`; `vectors` (tasks, d) of texts."""

    name: str
    task_ids: Sequence[str]
    categories: tuple[str, ...]
    category: Ints
    vectors: Floats | None
    models: tuple[str, ...]
    success: Floats
    cost: Floats

    @property
    def strongest(self) -> int:
        """Index of the model with the highest success over all tasks."""
        return int(self.success.mean(axis=0).argmax())

    @property
    def agent(self) -> Ints:
        """The agent of each task: its category where there is no text, else one for all, so that only text tells."""
        return self.category if self.vectors is None else np.zeros(len(self.category), dtype=np.int64)

    @property
    def agents(self) -> tuple[str, ...]:
        """Names of the agents."""
        return self.categories if self.vectors is None else ("worker",)

    def only(self, models: Sequence[str]) -> "Outcomes":
        """Return the same tasks with these models."""
        kept = [self.models.index(model) for model in models]
        return Outcomes(
            self.name,
            self.task_ids,
            self.categories,
            self.category,
            self.vectors,
            tuple(models),
            self.success[:, kept],
            self.cost[:, kept],
        )

    def logged_models(self) -> tuple[str, ...]:
        """Return a cheap, a middling and the strongest model, for the protocols that reveal one outcome a task."""
        if self.name in LOGGED_MODELS:
            return LOGGED_MODELS[self.name]
        by_success = sorted(range(len(self.models)), key=lambda index: self.success[:, index].mean())
        cheapest = int(self.cost.mean(axis=0).argmin())
        rest = [index for index in by_success if index != cheapest]
        chosen = sorted({cheapest, rest[len(rest) // 2], rest[-1]}, key=lambda index: self.cost[:, index].mean())
        return tuple(self.models[index] for index in chosen)


def load(path: Path) -> Outcomes | None:
    """Load a parquet file of one row per (task, model); None for other files, and without a task of all models."""
    table = pd.read_parquet(path)
    if not set(table.columns) >= NEEDED:
        return None
    if "contaminated" in table:
        table = table[~table["contaminated"]]
    if path.stem in MODELS:
        table = table[table["model"].isin(MODELS[path.stem])]
    success = table.pivot_table(index="task_id", columns="model", values="success").dropna()
    if success.empty:
        return None
    cost = table.pivot_table(index="task_id", columns="model", values="cost_usd").reindex(success.index)
    tasks = table.drop_duplicates("task_id").set_index("task_id").reindex(success.index)
    categories = tuple(sorted(tasks["category"].astype(str).unique()))
    number = {name: index for index, name in enumerate(categories)}
    has_text = "task_text" in tasks and bool(tasks["task_text"].notna().all())
    return Outcomes(
        name=path.stem,
        task_ids=list(success.index),
        categories=categories,
        category=tasks["category"].astype(str).map(number).to_numpy(dtype=np.int64),
        vectors=embed(list(tasks["task_text"])) if has_text else None,
        models=tuple(success.columns),
        success=success.to_numpy(dtype=np.float64),
        cost=cost.fillna(0).to_numpy(dtype=np.float64),
    )


def embed(texts: Sequence[str]) -> Floats:
    """Embed texts with the product's local embedder, each distinct one once."""
    distinct = {text: index for index, text in enumerate(dict.fromkeys(texts))}
    vectors = LocalEmbedder().embed(list(distinct))
    return np.asarray(vectors[[distinct[text] for text in texts]], dtype=np.float64)
