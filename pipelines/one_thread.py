"""One thread for the libraries that compute."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module


@contextmanager
def one_thread(*libraries: str) -> Iterator[None]:
    """Hold what computes to one thread, the libraries that are named and yet to be loaded included.

    More threads add up their sums in any order, and gain little on matrices of a few hundred columns; on a busy machine
    their waiting for each other costs ten times the work. A library that is loaded within the limit is not held to it.
    """
    from threadpoolctl import threadpool_limits

    for library in libraries:
        import_module(library)
    with threadpool_limits(limits=1):
        yield
