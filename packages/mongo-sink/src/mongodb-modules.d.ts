/** The driver's own modules, which it does not document: see ready-made-bson.ts and fail-cut-sends.ts. */
declare module 'mongodb/lib/cmap/commands.js';
declare module 'mongodb/lib/cmap/connection.js';
