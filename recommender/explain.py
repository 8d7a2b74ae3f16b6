"""Why this model? What the answer was taken from, and what would change it."""

from typing import Any

from recommender.kinds import Match, kind_of_task
from recommender.lookup import Recommendation, Recommender
from recommender.models import price_rank
from recommender.snapshot import ANY_AGENT, ANY_KIND, ModelEvidence, Snapshot


def explain(task: str, agent: str | None = None, recommender: Recommender | None = None) -> dict[str, Any]:
    """Return the recommendation, the kind of task it was taken for, each model's record, and what would change it."""
    recommender = recommender or Recommender()
    recommendation = recommender.recommend(task, agent)
    snapshot, vector = recommender.understand(task)
    match = kind_of_task(snapshot, vector) if snapshot and vector is not None else None
    records = _records(snapshot, recommendation) if snapshot else []
    return {
        "recommendation": recommendation.as_dict(),
        "kind": _kind(match),
        "models": [record._asdict() for record in records],
        "would_change": _would_change(recommendation, records, snapshot.rule.required_probability if snapshot else 1.0),
    }


def in_words(explanation: dict[str, Any]) -> str:
    """Return the explanation as a person reads it."""
    recommendation, kind = explanation["recommendation"], explanation["kind"]
    agent = recommendation["agent"]
    lines = [f"{recommendation['model']}{f' for {agent}' if agent else ''}", recommendation["reason"], ""]
    if kind:
        nearness = "taken for" if kind["is_inside"] else "unlike every kind seen; the nearest is"
        lines.append(f"Kind of task: {nearness} {kind['label']!r} (similarity {kind['similarity']:.2f})")
        lines += [f"  past task: {title}" for title in kind["examples"]]
    if explanation["models"]:
        lines += ["", f"{'model':<14}{'tasks':>6}{'success':>9}{'at least':>10}{'cost':>10}{'reliable':>10}"]
    for record in explanation["models"]:
        cost = "" if record["expected_cost_usd"] is None else f"${record['expected_cost_usd']:.3f}"
        lines.append(
            f"{record['model']:<14}{record['tasks_observed']:>6}{record['success_rate']:>9.2f}"
            f"{record['success_low']:>10.2f}{cost:>10}{record['reliable_probability']:>10.2f}"
        )
    return "\n".join([*lines, "", f"What would change it: {explanation['would_change']}"])


def _kind(match: Match | None) -> dict[str, Any] | None:
    if match is None:
        return None
    return match.kind._asdict() | {"similarity": round(match.similarity, 4), "is_inside": match.is_inside}


def _records(snapshot: Snapshot, recommendation: Recommendation) -> list[ModelEvidence]:
    """Return the record of each model in the scope that the answer came from, the cheapest first."""
    agent = recommendation.agent or ANY_AGENT
    kind = ANY_KIND if recommendation.cluster_id is None else recommendation.cluster_id
    scopes = [(agent, kind), (ANY_AGENT, kind), (agent, ANY_KIND)]
    known = [scope for scope in scopes if scope in snapshot.best_of]
    return sorted(snapshot.evidence_of.get(known[0], ()), key=_cost) if known else []


def _cost(record: ModelEvidence) -> tuple[float, int]:
    return (
        float("inf") if record.expected_cost_usd is None else record.expected_cost_usd,
        price_rank(record.model),
    )


def _would_change(recommendation: Recommendation, records: list[ModelEvidence], required: float) -> str:
    if recommendation.source in ("tier", "default"):
        return "Any outcome of such a task or of this agent, once the next nightly run has learned from it."
    chosen = next((record for record in records if record.model == recommendation.model), None)
    cheaper = [record for record in records if chosen and _cost(record) < _cost(chosen)]
    if not cheaper:
        return f"Failures of {recommendation.model}: nothing cheaper has been tried here."
    nearest = max(cheaper, key=lambda record: record.reliable_probability)
    more = f"About {nearest.outcomes_to_choose} more" if nearest.outcomes_to_choose else "Many more"
    return (
        f"{more} good outcomes of {nearest.model}: it costs less, and is as good as the best with probability "
        f"{nearest.reliable_probability:.2f}, where {required:g} is required ({nearest.tasks_observed} tasks seen)."
    )
