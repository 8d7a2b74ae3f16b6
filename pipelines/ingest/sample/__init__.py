"""The bundled sample: invented sessions of two small projects, shown where a user has no transcripts yet."""

from pipelines.ingest.sample.sample_home import write_sample_home

__all__ = ["write_sample_home"]
