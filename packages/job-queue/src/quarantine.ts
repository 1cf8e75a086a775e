/**
 * A key is quarantined for `ms` after `starts` runs in a row that began and never ended. After `suspectAfter` of
 * them it is a suspect, and runs alone: the next death then tells which key it was. The first death makes no
 * suspects, since it is seldom a key's doing, and a worker has thousands of keys in hand: alone, they take minutes.
 */
export const QUARANTINE = { suspectAfter: 2, starts: 3, ms: 3_600_000 } as const;

/**
 * Lua: whether a claim's key is quarantined. A run that began in the future, by a clock that was set back since,
 * is as far from now as one of the past.
 */
export const IS_QUARANTINED = `
local function isQuarantined(claim)
  return claim.starts >= ${QUARANTINE.starts} and math.abs(now - tonumber(claim.began)) < ${QUARANTINE.ms}
end`;
