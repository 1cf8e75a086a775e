/** How many of each: enough for several pages of the list. */
const STREAMS = 70;

/** Documents of `keys`, as a fleet leaves them: most in step, some behind, some with losses or errors. */
export function someKeys(now: number) {
  const at = (secondsAgo: number) => new Date(now - secondsAgo * 1000);
  return Array.from({ length: STREAMS }, (_none, i) => [
    document(`shop:${i}`, i, 'stream', 'main', `shop:${i}`),
    document(`shop:${i}:info:tags`, i, 'set', 'tags', `shop:${i}`),
  ]).flat();

  function document(key: string, i: number, keyType: string, type: string, stream: string) {
    const isMain = type === 'main';
    const seen = isMain ? 1000 + i * 37 : 4;
    const gap = isMain && i === 7 ? 12 : 0;
    const dead = isMain && i === 9 ? 2 : 0;
    const lag = isMain && i % 20 === 3 ? 40 * i : 0;
    return {
      _id: key,
      keyType,
      stream,
      type,
      status: i === 11 ? 'deleted' : 'active',
      incarnation: i === 11 ? 2 : 1,
      revision: 5,
      position: isMain ? { entryId: `${now - i * 900}-0`, lastId: `${now}-0` } : { digest: 'x' },
      lag,
      counts: { seen, written: seen - dead, alreadyThere: 0, dead, gap },
      gaps:
        gap === 0
          ? []
          : [
              {
                incarnation: 1,
                after: '1700000000000-0',
                upTo: '1700000000900-0',
                entries: gap,
                cause: 'trimmed',
                exact: true,
                at: at(90),
              },
            ],
      activity: [
        {
          incarnation: 1,
          from: at(86_400),
          to: i === 11 ? at(3600) : null,
          end: i === 11 ? 'deleted' : null,
        },
      ],
      firstSyncedAt: at(86_400),
      lastSyncedAt: at(i),
      lastChangedAt: at(i * 3),
      expiresAt: null,
      lastError:
        isMain && (i === 5 || i === 6)
          ? {
              code: i === 5 ? 'KEY_QUARANTINED' : 'MONGO_TIMEOUT',
              errorClass: i === 5 ? 'unknown' : 'transient',
              message: `key ${key}: MongoDB did not answer within 30,000 ms: see that it is up`,
              at: at(120),
            }
          : null,
      savedBy: 'test',
    };
  }
}
