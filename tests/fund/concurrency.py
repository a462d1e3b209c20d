"""Run the same work in many threads at the same moment, each on its own connection."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connection


def at_once(work, times=16):
    """Run ``work(number)`` that many times, all starting together; answers results or the errors raised."""
    barrier = Barrier(times)

    def one(number):
        try:
            barrier.wait()
            return work(number)
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(one, range(times)))
