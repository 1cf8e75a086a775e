"""Runs SecantusDB as `python -m secantus` does, with less CPU.

SecantusDB keeps the replies to retryable writes for half an hour, 10,000 at most. At each write it scans all of them twice, and
sorts them if there are more. After 10,000 writes, a write took ten times the CPU of the first ones. A dict keeps the oldest
records first, so the same ones can be removed without scanning the others.

Half the CPU of a start went into libraries for geographic queries, which no test uses. Each new document was checked for
geographic indexes, too. The garbage collector scanned all objects after every 700 new ones, which took a tenth of the CPU.

WiredTiger's bindings interpret the format of a key or value, character by character, each time that they pack or unpack one. There
are few formats, so each gets its own functions here, which give the same bytes. SecantusDB decodes the definitions of all
indexes of a collection several times for each document that it writes. Here each definition is decoded once.
"""

import functools
import gc
import re
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

import bson  # noqa: E402
from secantus import cli, storage, transactions  # noqa: E402
import packing  # noqa: E402
import swig_wiredtiger  # noqa: E402


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


# A larger integer is stored as the number of bytes, with these bits set, and the bytes of the difference.
LARGEST_SHORT = 2**6 + 2**13
LONG = 0xE0


def pack_int(value):
    if value <= LARGEST_SHORT:
        return packing.pack_int(value)
    above = value - LARGEST_SHORT
    size = (above.bit_length() + 7) // 8
    return bytes((LONG | size,)) + above.to_bytes(size, "big")


def unpack_int(packed):
    size = packed[0] - LONG
    if size < 0:
        return packing.unpack_int(packed)[0]
    return LARGEST_SHORT + int.from_bytes(packed[1 : size + 1], "big")


TAILS = {
    "": (lambda values: b"", lambda packed: []),
    "u": (lambda values: values[-1], lambda packed: [b"" if packed is None else packed]),
    "q": (lambda values: pack_int(values[-1]), lambda packed: [unpack_int(packed)]),
}


@functools.cache
def packer(fmt):
    """Functions that pack and unpack a format: strings, each ended by NUL, then bytes, an integer, or nothing."""
    known = re.fullmatch("(S*)([uq]?)", fmt)
    if fmt == "" or known is None:
        return functools.partial(packing.pack, fmt), functools.partial(packing.unpack, fmt)
    count = len(known[1])
    pack_tail, unpack_tail = TAILS[known[2]]
    if count == 0:
        return lambda *values: pack_tail(values), unpack_tail

    def pack(*values):
        head = ("\0".join(values[:count]) + "\0").encode()
        if head.count(b"\0") != count:
            return packing.pack(fmt, *values)
        return head + pack_tail(values)

    def unpack(packed):
        parts = packed.split(b"\0", count)
        return [part.decode() for part in parts[:count]] + unpack_tail(parts[count])

    return pack, unpack


swig_wiredtiger.pack = lambda fmt, *values: packer(fmt)[0](*values)
swig_wiredtiger.unpack = lambda fmt, packed: packer(fmt)[1](packed)

decode_index = functools.lru_cache(maxsize=1_000)(bson.decode)


def iter_indexes(self, db, coll):
    cursor = self._cursor(storage._IDX_TABLE)
    cursor.set_key(db, coll, "")
    found = cursor.search_near()
    if found == storage.wt.WT_NOTFOUND or (found < 0 and cursor.next() != 0):
        return
    while True:
        its_db, its_coll, name = cursor.get_key()
        if its_db != db or its_coll != coll:
            return
        index = decode_index(bytes(cursor.get_value()))
        # Copies, so that nobody changes the decoded definition.
        yield name, dict(index.get("key", {})), dict(index.get("options", {}))
        if cursor.next() != 0:
            return


storage.Storage._iter_indexes = iter_indexes
validate_geo_indexes = storage.Storage._validate_geo_indexes


def validate_if_geo(self, db, coll, doc, indexes, partials=None):
    # Usually there are none, and the original reads the options of all indexes first.
    geo = [index for index in indexes if storage._geo_type_of(index[1])]
    if geo:
        validate_geo_indexes(self, db, coll, doc, geo, partials)


storage.Storage._validate_geo_indexes = validate_if_geo

gc.freeze()
gc.set_threshold(50_000, 20, 50)
raise SystemExit(cli.main())
