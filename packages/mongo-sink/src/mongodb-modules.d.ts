/** Undocumented modules of the driver: see ready-made-bson.ts, fail-cut-sends.ts and quiet-pools.ts. */
declare module 'mongodb/lib/cmap/commands.js';
declare module 'mongodb/lib/cmap/connection.js';
declare module 'mongodb/lib/cmap/connection_pool.js';
