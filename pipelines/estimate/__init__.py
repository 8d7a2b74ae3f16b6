"""What each model can be trusted with, for each kind of task, and which one is chosen."""

from pipelines.estimate.labels import write_labels
from pipelines.estimate.nightly import EstimateReport, estimate_models

__all__ = ["EstimateReport", "estimate_models", "write_labels"]
