"""Worker processes that end with the run that started them."""

import multiprocessing
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor


def pool(workers: int, begin: Callable[[], object] | None = None) -> ProcessPoolExecutor:
    """begin: called once in each worker."""
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(workers, mp_context=context, initializer=_begin, initargs=(os.getpid(), begin))


def _begin(parent: int, begin: Callable[[], object] | None) -> None:
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    if begin is not None:
        begin()


def _end_with(parent: int) -> None:
    """A worker does not outlive a run that was killed."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)
