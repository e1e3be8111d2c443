"""Many photos: discover, plan, prepare each in a worker process, remember and say what became of it."""

from scanfix.batch.items import BatchItem
from scanfix.batch.run import BatchRun
from scanfix.batch.runner import prepare_batch
from scanfix.batch.summary import Summary

__all__ = ["BatchItem", "BatchRun", "Summary", "prepare_batch"]
