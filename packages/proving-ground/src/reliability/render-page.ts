import { readRuns } from './proving-run.js';
import { renderReliability } from './render-reliability.js';

/** The page as `npm run docs` writes it. */
export async function renderPage(): Promise<string> {
  return renderReliability(await readRuns());
}
