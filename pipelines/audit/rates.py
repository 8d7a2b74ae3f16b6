"""How often the rules are wrong, by agent and model, from the spawns that got a second look.

Of the spawns that the rules call success a share t is bad by the agent's own fault; likewise of the successes that
something speaks against, and of the failures. For each of these classes

    logit t = class + agent + model + (agent, model)
    P(judge says bad) = t x sensitivity + (1 - t)(1 - specificity)

with each group of effects around a stated prior (from 474 spawns that were labelled by reading), so that a cell with
few audits borrows from others; both kinds of success share the effects of agent and model. The spreads of the groups
are updated by EM, held by their priors. How far a judge is to be trusted is estimated too. The fit is Fisher scoring;
what is made of it comes from draws of Laplace's approximation, with the tails of Student's t. An audit weighs by the
inverse of its chance to be drawn, the weights of a cell scaled to their effective number (Kish).
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

Floats = NDArray[np.floating]
Ints = NDArray[np.integer]
# What the rules say: a success that nothing speaks against, one that something does, a failure of the agent's own.
Observed = Literal["success", "doubted", "failure"]

# Own failures among what rules call success: 1.25 % over all agents, 6.7 % of Explore on haiku. Nobody has seen the
# agent and the model apart. Public outcomes (pipelines/estimate/priors.py) put haiku .3 logits behind sonnet and .65
# behind opus: .5 is laid on the model, the rest on the agent's kind of work. The centers lie below the logits of these
# shares, since the mean of a share is above its median.
MISSED = -4.9
EXPLORE, HAIKU = 1.2, 0.5
DOUBTED = -2.2  # 3 of 18 whom the user's next words push back, 3 of 23 of whom the parent speaks in alarm; shrunk
FALSE_ALARMS = 1.4  # logit of .8: what the rules' own weights say of the failures that they call
SPREADS = {"class": 0.6, "agent": 0.3, "model": 0.5, "cell": 0.2}
FREEDOM = 4.0  # of the classes' prior, which is Student's t: audits that contradict it win
PRIOR_EFFECTS = 2.0  # the prior spread of a group counts as much as so many effects seen
# A judge that reads the evidence called 10 of 12 own failures bad and 0 of 60 successes.
SENSITIVITY, SENSITIVITY_SPREAD = 1.73, 0.35
SPECIFICITY, SPECIFICITY_SPREAD = 4.6, 0.4
PERSON = "person"
CERTAINTY = 0.995  # of a person's word
STEPS, TOLERANCE = 60, 1e-4
DRAWS = 2_000
TAIL_FREEDOM = 5.0  # the draws are Student's t: the spreads are estimated, and Laplace takes them for known


class Cell(NamedTuple):
    """An agent on a model, where the rules call it so."""

    agent: str
    model: str
    observed: Observed


class Audited(NamedTuple):
    """A spawn that somebody looked at, what came of it, how likely it was to be drawn, and who looked."""

    cell: Cell
    is_bad: bool
    probability: float
    judge: str


class Agreement(NamedTuple):
    """Spawns that a person and a judge have looked at, by what the person and the judge say."""

    both_bad: int = 0
    judge_only: int = 0
    person_only: int = 0
    both_good: int = 0


@dataclass(frozen=True)
class Rates:
    """Draws of the share of own failures (cells, draws), and how many audits each cell had, in effect."""

    cells: tuple[Cell, ...]
    bad: Floats
    audits: Floats
    apart: Floats  # as `bad`, with what moves all agents and models alike held at its mean

    def mean(self) -> Floats:
        """Return the expected share of own failures (cells,)."""
        return np.asarray(self.bad.mean(axis=1))

    def corrected(self, count: Mapping[Cell, float]) -> Floats:
        """Return draws (draws,) of the success rate of so many spawns of each cell."""
        weight = np.array([count.get(cell, 0.0) for cell in self.cells])
        return np.asarray(1 - weight @ self.bad / max(float(weight.sum()), 1e-12))

    def limits(self) -> Floats:
        """Return how many outcomes each cell (cells,) can count for: a share is known no better than its spread."""
        return np.asarray(_limit(self.apart.mean(axis=1), self.apart.var(axis=1)))

    def limit_of(self, count: Mapping[Cell, float]) -> float:
        """Return how many outcomes so many spawns of each cell can count for together."""
        weight = np.array([count.get(cell, 0.0) for cell in self.cells])
        share = weight @ self.apart / max(float(weight.sum()), 1e-12)
        return float(_limit(share.mean(), share.var()))


def _limit(mean: Floats | float, variance: Floats | float) -> Floats:
    return np.asarray(mean * (1 - mean) / np.maximum(variance, 1e-12))


@dataclass(frozen=True)
class _Effects:
    """The effects by name, and the prior mean and spread of each."""

    place: dict[tuple[str, ...], int]
    mean: Floats
    spread: Floats

    def columns(self, cell: Cell) -> list[int]:
        return [self.place[name] for name in _names(cell)]


def fit_rates(
    audited: Sequence[Audited], cells: Iterable[Cell], agreement: Mapping[str, Agreement] | None = None
) -> Rates:
    """Return the shares of own failures in `cells` and in those that were audited."""
    wanted = tuple(sorted({*cells, *(each.cell for each in audited)}))
    effects = _effects(wanted)
    rows, effective = _weighted(audited)
    judges = sorted({judge for _, _, judge in rows} - {PERSON})
    fit = _Fit(effects, judges, rows, agreement or {})
    fit.run()
    source = np.random.default_rng(0)
    normal = np.linalg.cholesky(fit.covariance()) @ source.standard_normal((len(fit.theta), DRAWS))
    tails = np.sqrt(TAIL_FREEDOM / source.chisquare(TAIL_FREEDOM, DRAWS))
    columns = np.array([effects.columns(cell) for cell in wanted], dtype=np.int64).reshape(-1, 4)
    center = fit.theta[columns].sum(axis=1)[:, None]
    # Limits come from a variance, which rare draws of a heavy tail would move at random: a normal of the same spread.
    apart = center + normal[columns[:, 1:]].sum(axis=1) * np.sqrt(TAIL_FREEDOM / (TAIL_FREEDOM - 2))
    audits = np.array([effective.get(cell, 0.0) for cell in wanted])
    return Rates(wanted, expit(center + normal[columns].sum(axis=1) * tails), audits, expit(apart))


class _Fit:
    """Fisher scoring of the effects and of the judges' sensitivity and specificity, on the logit scale."""

    def __init__(
        self,
        effects: _Effects,
        judges: Sequence[str],
        rows: Mapping[tuple[Cell, bool, str], float],
        agreement: Mapping[str, Agreement],
    ) -> None:
        trust = [(SENSITIVITY, SENSITIVITY_SPREAD), (SPECIFICITY, SPECIFICITY_SPREAD)] * len(judges)
        self.mean = np.append(effects.mean, [center for center, _ in trust])
        self.spread = np.append(effects.spread, [spread for _, spread in trust])
        self.theta = self.mean.copy()
        self._effects = len(effects.mean)
        self._group = np.array([name[0] for name in effects.place], dtype=object)
        self._columns = np.array([effects.columns(cell) for cell, _, _ in rows], dtype=np.int64).reshape(-1, 4)
        self._bad = np.array([is_bad for _, is_bad, _ in rows], dtype=float)
        self._weight = np.array(list(rows.values()), dtype=float)
        self._judge = np.array([judges.index(j) if j != PERSON else -1 for _, _, j in rows], dtype=np.int64)
        self._agreed = [agreement.get(judge, Agreement()) for judge in judges]
        self._precision: Floats = np.diag(self.spread**-2.0)

    def run(self) -> None:
        """Find the mode."""
        for _ in range(STEPS):
            gradient, information = self._derivatives()
            departure = self.theta - self.mean
            prior = self.spread**-2.0
            heavy = (FREEDOM + 1) / (FREEDOM + (departure / self.spread) ** 2)
            prior[: self._effects][self._group == "class"] *= heavy[: self._effects][self._group == "class"]
            self._precision = information + np.diag(prior)
            step = np.linalg.solve(self._precision, gradient - prior * departure)
            self.theta = self.theta + np.clip(step, -1, 1)
            if np.abs(step).max(initial=0) < TOLERANCE:
                break
            self._learn_spreads()

    def _learn_spreads(self) -> None:
        """Set the spread of each group from the effects that audits touch."""
        squares = (self.theta - self.mean) ** 2 + np.diag(self.covariance())
        touched = np.unique(self._columns)
        for group, prior in SPREADS.items():
            own = touched[self._group[touched] == group]
            if group != "class" and len(own):
                variance = (squares[own].sum() + PRIOR_EFFECTS * prior**2) / (len(own) + PRIOR_EFFECTS)
                self.spread[: self._effects][self._group == group] = np.sqrt(variance)

    def covariance(self) -> Floats:
        """Return Laplace's approximation of the spread of all parameters."""
        return np.asarray(np.linalg.inv(self._precision))

    def _derivatives(self) -> tuple[Floats, Floats]:
        size = len(self.theta)
        trust = expit(self.theta[self._effects :]).reshape(-1, 2)
        trust = np.vstack([trust, [CERTAINTY, CERTAINTY]])  # a person stands last, and so at -1
        sensitivity, specificity = trust[self._judge].T
        share = expit(self.theta[self._columns].sum(axis=1))
        says_bad = share * sensitivity + (1 - share) * (1 - specificity)
        jacobian = np.zeros((len(share), size))
        slope = share * (1 - share) * (sensitivity + specificity - 1)
        np.add.at(jacobian, (np.arange(len(share))[:, None], self._columns), slope[:, None])
        judged = np.flatnonzero(self._judge >= 0)
        column = self._effects + 2 * self._judge[judged]
        jacobian[judged, column] = (share * sensitivity * (1 - sensitivity))[judged]
        jacobian[judged, column + 1] = -((1 - share) * specificity * (1 - specificity))[judged]
        weight = self._weight / np.maximum(says_bad * (1 - says_bad), 1e-9)
        gradient = jacobian.T @ (weight * (self._bad - says_bad))
        information = jacobian.T @ (jacobian * weight[:, None])
        for judge, agreed in enumerate(self._agreed):
            pairs = ((agreed.both_bad, agreed.person_only), (agreed.both_good, agreed.judge_only))
            for kind, (right, wrong) in enumerate(pairs):
                place = self._effects + 2 * judge + kind
                accuracy = expit(self.theta[place])
                gradient[place] += right - (right + wrong) * accuracy
                information[place, place] += (right + wrong) * accuracy * (1 - accuracy)
        return gradient, information


def _names(cell: Cell) -> list[tuple[str, ...]]:
    kind = "alarm" if cell.observed == "failure" else "missed"
    return [
        ("class", cell.observed),
        ("agent", kind, cell.agent),
        ("model", kind, cell.model),
        ("cell", kind, cell.agent, cell.model),
    ]


def _effects(cells: Iterable[Cell]) -> _Effects:
    names = sorted({name for cell in cells for name in _names(cell)})
    return _Effects(
        {name: place for place, name in enumerate(names)},
        np.array([_center(name) for name in names], dtype=float),
        np.array([SPREADS[name[0]] for name in names], dtype=float),
    )


def _center(name: tuple[str, ...]) -> float:
    match name:
        case ("class", "success"):
            return MISSED
        case ("class", "doubted"):
            return DOUBTED
        case ("class", _):
            return FALSE_ALARMS
        case ("agent", "missed", agent) if agent.casefold() == "explore":
            return EXPLORE
        case ("model", "missed", model) if "haiku" in model.casefold():
            return HAIKU
    return 0.0


def _weighted(audited: Sequence[Audited]) -> tuple[dict[tuple[Cell, bool, str], float], dict[Cell, float]]:
    """Return the weight of each answer of a judge in a cell, and the effective number of audits of each cell."""
    of_cell: defaultdict[Cell, list[float]] = defaultdict(list)
    for each in audited:
        of_cell[each.cell].append(1 / each.probability)
    effective = {cell: sum(w) ** 2 / sum(x * x for x in w) for cell, w in of_cell.items()}
    rows: Counter[tuple[Cell, bool, str]] = Counter()
    for each in audited:
        share = 1 / each.probability / sum(of_cell[each.cell])
        rows[each.cell, each.is_bad, each.judge] += share * effective[each.cell]  # type: ignore[assignment]
    return dict(rows), effective


def share_bad_given(verdict_bad: bool, expected: float, judge: str) -> float:
    """Return how likely a spawn is bad that a judge has looked at, where such a share of its cell is expected to be."""
    sensitivity = CERTAINTY if judge == PERSON else float(expit(SENSITIVITY))
    specificity = CERTAINTY if judge == PERSON else float(expit(SPECIFICITY))
    if verdict_bad:
        bad, good = expected * sensitivity, (1 - expected) * (1 - specificity)
    else:
        bad, good = expected * (1 - sensitivity), (1 - expected) * specificity
    return bad / (bad + good)
