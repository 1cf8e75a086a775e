/** What bullmq does not export: see new-job-schedulers.ts. */
declare module 'bullmq/dist/cjs/version.js' {
  export const version: string;
}
