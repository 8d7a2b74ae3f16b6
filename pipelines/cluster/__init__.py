"""Kinds of task: versioned clusters of the task embeddings."""

from pipelines.cluster.nightly import ClusterReport, cluster_tasks

__all__ = ["ClusterReport", "cluster_tasks"]
