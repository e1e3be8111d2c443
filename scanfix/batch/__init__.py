"""Many photos: discover, plan the targets, prepare each in a worker process, say what became of it."""

from scanfix.batch.runner import BatchItem, BatchRun, prepare_batch
from scanfix.batch.summary import Summary

__all__ = ["BatchItem", "BatchRun", "Summary", "prepare_batch"]
