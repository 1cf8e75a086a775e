/** The driver's own module of commands, which it does not document: see ready-made-bson.ts. */
declare module 'mongodb/lib/cmap/commands.js';
