import { fileURLToPath } from 'node:url';
import { chromiumPath } from '@redis-to-mongo/local-stack';
import axe from 'axe-core';
import {
  type Browser,
  type BrowserContextOptions,
  chromium,
  type Page,
  type PageScreenshotOptions,
} from 'playwright-core';
import { LOGIN } from './a-dashboard.js';

/** The folder of the screenshots. Git ignores it. */
const SHOTS = fileURLToPath(new URL('../artifacts/', import.meta.url));

/** A page behind the login, and what its browser saw. */
export interface OpenPage {
  readonly page: Page;
  /** What the browser complained of: errors of scripts, what the policy forbade, what was not found. */
  readonly complaints: readonly string[];
  /** Where it sent its requests. */
  readonly origins: ReadonlySet<string>;
}

/** @returns the path of a browser; says so where there is none, since its tests are left out then. */
export async function findBrowser(): Promise<string | undefined> {
  const path = await chromiumPath();
  if (path === undefined)
    console.warn(
      'The pages are NOT tested in a browser: none was found, and none could be installed. Install chromium, or name one in CHROME_PATH.',
    );
  return path;
}

export async function startBrowser(executablePath: string): Promise<Browser> {
  // Without its sandbox, since tests run as root in containers; it sees the dashboard alone.
  // Certificates of tests sign themselves.
  const args = ['--no-sandbox', '--disable-dev-shm-usage', '--ignore-certificate-errors'];
  return await chromium.launch({ executablePath, args });
}

/** Logs in as a person does. @returns what opens pages from then on. */
export async function logInOnce(browser: Browser, address: string) {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${address}/`);
  await page.getByLabel('User name').fill(LOGIN.username);
  await page.getByLabel('Password').fill(LOGIN.password);
  await page.keyboard.press('Enter');
  await page.waitForURL(`${address}/`);
  const state = await context.storageState();
  await context.close();
  return state;
}

/** Opens a page behind the login. Its context is the caller's to close. */
export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions,
): Promise<OpenPage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  const origins = new Set<string>();
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => origins.add(new URL(request.url()).origin));
  await page.goto(url);
  return { page, complaints, origins };
}

/** If the environment has `SCREENSHOTS=1`, saves a picture of a page for a person to view. */
export async function takeScreenshot(
  page: Page,
  name: string,
  options: PageScreenshotOptions = {},
): Promise<void> {
  if (process.env.SCREENSHOTS === '1') await page.screenshot({ path: `${SHOTS}${name}.png`, ...options });
}

/** What axe finds wrong on a page, by its rule and the places; nothing is left out. */
export async function axeFindings(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  return await page.evaluate(async () => {
    const run = Reflect.get(globalThis, 'axe').run;
    const { violations } = await run();
    return violations.map(
      ({
        id,
        help,
        nodes,
      }: {
        id: string;
        help: string;
        nodes: { target: string[]; failureSummary: string }[];
      }) =>
        `${id}: ${help}: ${nodes.map(({ target, failureSummary }) => `${target.join(' ')} (${failureSummary})`).join('; ')}`,
    );
  });
}
