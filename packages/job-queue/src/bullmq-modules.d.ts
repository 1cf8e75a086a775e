/** A module that bullmq does not export; new-job-schedulers.ts imports it. */
declare module 'bullmq/dist/cjs/version.js' {
  export const version: string;
}
