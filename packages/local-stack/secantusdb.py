"""Runs SecantusDB as `python -m secantus` does, with less CPU.

SecantusDB keeps the replies to retryable writes for half an hour, 10,000 at most. At each write it scans all of them twice, and
sorts them if there are more. After 10,000 writes, a write took ten times the CPU of the first ones. A dict keeps the oldest
records first, so the same ones can be removed without scanning the others.

Half the CPU of a start went into libraries for geographic queries, which no test uses. The garbage collector scanned all objects
after every 700 new ones, which took a tenth of the CPU.
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
