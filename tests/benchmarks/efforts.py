"""`python -m tests.benchmarks.efforts DATA`: what choosing a model and its effort is worth against the model alone.

Models that ran the same tasks at several efforts (MCPMark), five folds of tasks: what is learned on four is answered on
the fifth. The baseline is the vendor's largest model, at its middle and at its highest effort. Costs are tokens at list
prices.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from pipelines.estimate.estimates import Estimates, estimate
from pipelines.estimate.list_prices import price_usd
from pipelines.estimate.outcomes import Outcomes
from pipelines.settings import Settings
from recommender.decision import decide, rule_of
from recommender.efforts import arm_name, effort_rank, model_of, split_arm
from recommender.published_rows import ANY_AGENT, ANY_KIND, ANY_TYPE, Scope
from tests.benchmarks.trials.data import SIZES, Floats, Ints, _list_name, _strata, _with_costs, named

AGENT, WORK_TYPE, FOLDS = "worker", "other", 5
BASELINES = ("middle", "highest")
FEW = 5
ORDERS = 3  # of drawing the outcomes that are known, and the folds


class Group(NamedTuple):
    """A vendor's models at several efforts on the same tasks: (tasks, arms, runs), and ways of dividing the tasks."""

    name: str
    arms: tuple[str, ...]
    baseline: str
    success: Floats
    cost_usd: Floats
    list_price: dict[str, float]
    kinds: dict[str, Ints]


class Result(NamedTuple):
    """What a policy costs and does on tasks that it has not seen, against always the baseline; in spawns on it."""

    group: str
    kinds: str
    outcomes: str
    policy: str
    cost_ratio: float
    success_points: float
    net_benefit: float
    net_benefit_se: float


def main() -> int:
    """Replay every group in the file; print the table and write the rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="parquet file of one row per (benchmark, task, model, run)")
    parser.add_argument("--out", type=Path, default=Path("build/bench-efforts.json"))
    parser.add_argument("--orders", type=int, default=ORDERS)
    parser.add_argument("--few", action="store_true", help="also where few outcomes of each arm and kind are known")
    parser.add_argument("--baseline", choices=BASELINES, nargs="*", default=BASELINES, help="effort of what runs now")
    parser.add_argument("--failure-cost", type=float, nargs="*", help="prices of a failure", default=[1.0, 10.0])
    arguments = parser.parse_args()
    try:
        groups = load(arguments.data)
    except (OSError, ValueError, KeyError) as error:
        print(f"{arguments.data} cannot be used: {error}", file=sys.stderr)
        return 1
    results = []
    for group, effort in product(groups, arguments.baseline):
        from_here = group._replace(baseline=_baseline(group.arms, effort))
        known = (None, FEW) if arguments.few else (None,)
        results += measure(from_here, arguments.failure_cost, arguments.orders, known)
        print(f"{group.name}: {len(group.success)} tasks, {', '.join(group.arms)}", file=sys.stderr)
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps([row._asdict() for row in results], indent=1) + "\n", encoding="utf-8")
    for row in results:
        print(
            f"{row.group:<50}{row.kinds:<12}{row.outcomes:<16}{row.policy:<16}cost {row.cost_ratio:.3f}  "
            f"success {row.success_points:+.1f} points  net benefit {row.net_benefit:+.3f} +- {row.net_benefit_se:.3f}"
        )
    return 0


def load(path: Path) -> list[Group]:
    """Load the groups of models of one vendor and version of which two efforts or more ran the same tasks."""
    table = pd.read_parquet(path)
    found: dict[tuple[str, str, tuple[str, ...]], dict[str, str]] = {}
    for benchmark, model in table[["benchmark", "model"]].drop_duplicates().itertuples(index=False):
        parts = named(model)
        if parts is not None and parts.effort:
            arm = arm_name(f"{parts.vendor}-{parts.size}", parts.effort)
            found.setdefault((benchmark, parts.vendor, parts.version), {})[arm] = model
    groups = []
    for (benchmark, vendor, version), arms in sorted(found.items()):
        priced = {arm: model for arm, model in arms.items() if price_usd(_list_name(model)) is not None}
        if len({model_of(arm) for arm in priced}) < len(priced):
            name = f"{benchmark} {vendor} {'.'.join(version)}"
            groups.append(_group(name, vendor, table[table["benchmark"] == benchmark], priced))
    return groups


def _group(name: str, vendor: str, rows: pd.DataFrame, model_of_arm: dict[str, str]) -> Group:
    arms = tuple(sorted(model_of_arm, key=lambda arm: (_place(vendor, arm), effort_rank(split_arm(arm)[1]))))
    own = _with_costs(rows[rows["model"].isin(model_of_arm.values())])
    tables = {
        field: own.pivot_table(index="task_id", columns=["model", "run"], values=field)
        for field in ("success", "cost_usd")
    }
    kept = tables["success"].dropna().index.intersection(tables["cost_usd"].dropna().index)
    success, cost = (
        np.stack([tables[field].loc[kept][model_of_arm[arm]].to_numpy(dtype=np.float64) for arm in arms], axis=1)
        for field in ("success", "cost_usd")
    )
    others = rows[~rows["model"].isin(model_of_arm.values())]
    ease = others.groupby("task_id")["success"].mean().reindex(kept).to_numpy()
    category = own.drop_duplicates("task_id").set_index("task_id")["category"].loc[kept].astype("category")
    prices = {arm: float(price_usd(_list_name(model_of_arm[arm])) or np.nan) for arm in arms}
    return Group(
        name,
        arms,
        _baseline(arms, "middle"),
        success,
        cost,
        prices,
        {"natural": category.cat.codes.to_numpy(dtype=np.int64), "difficulty": _strata(ease)},
    )


def _baseline(arms: Sequence[str], effort: str) -> str:
    """Return the arm of the largest model at its middle or its highest effort."""
    largest = [arm for arm in arms if model_of(arm) == model_of(arms[0])]
    return largest[-1] if effort == "highest" else largest[(len(largest) - 1) // 2]


def _place(vendor: str, arm: str) -> int:
    return SIZES[vendor].index(model_of(arm).removeprefix(f"{vendor}-"))


def measure(group: Group, prices: Sequence[float], orders: int, knowns: Sequence[int | None]) -> Iterator[Result]:
    """Replay the policies on each division of the tasks, with all outcomes known and with few."""
    usual = split_arm(group.baseline)[1]
    same_effort = [arm for arm in group.arms if split_arm(arm)[1] == usual]
    one_model = [arm for arm in group.arms if model_of(arm) == model_of(group.baseline)]
    policies = {"model alone": same_effort, "effort alone": one_model, "model, effort": list(group.arms)}
    for division, kinds in group.kinds.items():
        for known in knowns:
            for policy, arms in policies.items():
                if len(arms) > 1:
                    yield from _replayed(group, division, kinds, known, policy, arms, prices, orders)


def _replayed(
    group: Group,
    division: str,
    kinds: Ints,
    known: int | None,
    policy: str,
    arms: Sequence[str],
    prices: Sequence[float],
    orders: int,
) -> Iterator[Result]:
    seen: dict[float, list[tuple[float, float]]] = {price: [] for price in prices}
    baseline = group.arms.index(group.baseline)
    for order in range(orders):
        rng = np.random.default_rng(order)
        fold = rng.permutation(len(kinds)) % FOLDS
        for held_out in range(FOLDS):
            train, test = np.flatnonzero(fold != held_out), np.flatnonzero(fold == held_out)
            learned = _learn(group, kinds, train, known, arms, rng)
            cost, rate = group.cost_usd[test].mean(axis=2), group.success[test].mean(axis=2)
            for price in prices:
                chosen = _choices(learned, arms, price)
                arm = np.array([group.arms.index(chosen.get(kind, group.baseline)) for kind in kinds[test].tolist()])
                place = np.arange(len(test))
                ratio = cost[place, arm].mean() / cost[:, baseline].mean()
                seen[price].append((float(ratio), float((rate[place, arm] - rate[:, baseline]).mean())))
    for price, folds in seen.items():
        ratio, gain = np.array(folds).T
        benefit = 1 - ratio + price * gain
        yield Result(
            f"{group.name}, {group.baseline}, v = {price:g}",
            division,
            "all" if known is None else f"{known} an arm, kind",
            policy,
            float(ratio.mean()),
            100 * float(gain.mean()),
            float(benefit.mean()),
            float(benefit.std() / np.sqrt(FOLDS)),
        )


def _choices(learned: Estimates, arms: Sequence[str], failure_cost: float) -> dict[int, str]:
    """Return the arm that the rule chooses for each kind."""
    chosen = decide(learned.evidence, replace(rule_of(Settings()), failure_cost=failure_cost)).chosen
    return {
        scope.cluster_id: arms[int(chosen[row])]
        for row, scope in enumerate(learned.scopes.keys)
        if scope.agent_name == AGENT and scope.cluster_id != ANY_KIND
    }


def _learn(
    group: Group, kinds: Ints, train: Ints, known: int | None, arms: Sequence[str], rng: np.random.Generator
) -> Estimates:
    """Return what the product learns from the outcomes of these tasks."""
    task, arm, run = (part.ravel() for part in np.meshgrid(train, np.arange(len(arms)), np.arange(4), indexing="ij"))
    if known is not None:
        drawn = rng.permutation(len(task))
        place = pd.Series(np.ones(len(task))).groupby([kinds[task[drawn]], arm[drawn]]).cumsum().to_numpy()
        kept = drawn[place <= known]
        task, arm, run = task[kept], arm[kept], run[kept]
    place_of = np.array([group.arms.index(name) for name in arms])
    names = tuple(np.unique(kinds).tolist())
    count, none = len(task), np.zeros(len(task), dtype=np.int64)
    outcomes = Outcomes(
        agents=(AGENT,),
        work_types=(WORK_TYPE,),
        clusters=names,
        projects=("",),
        models=tuple(arms),
        cluster_type=np.zeros(len(names), dtype=np.int64),
        agent=none,
        cluster=np.searchsorted(np.array(names), kinds[task]),
        project=none,
        model=arm,
        success=group.success[task, place_of[arm], run],
        information=np.ones(count),
        counted=np.ones(count),
        propensity=np.full(count, np.nan),
        cost_usd=group.cost_usd[task, place_of[arm], run],
        calls=np.full(count, np.nan),
    )
    places = [(ANY_TYPE, ANY_KIND), (WORK_TYPE, ANY_KIND), *((WORK_TYPE, kind) for kind in names)]
    baselines = {Scope(agent, *place): group.baseline for agent in (AGENT, ANY_AGENT) for place in places}
    return estimate(outcomes, Settings(), baselines, {name: group.list_price[name] for name in arms})


if __name__ == "__main__":
    sys.exit(main())
