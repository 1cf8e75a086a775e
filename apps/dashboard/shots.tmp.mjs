import { chromiumPath } from '@redis-to-mongo/local-stack';
import { chromium } from 'playwright-core';

const B = 'http://127.0.0.1:27822',
  OUT = '/tmp/pg/shots/';
const only = process.argv.slice(2);
const browser = await chromium.launch({
  executablePath: await chromiumPath(),
  args: ['--no-sandbox', '--disable-dev-shm-usage'],
});
const ctx = await browser.newContext();
const p0 = await ctx.newPage();
await p0.goto(B + '/');
await p0.screenshot({ path: OUT + 'login.png' });
await p0.getByLabel('User name').fill('admin');
await p0.getByLabel('Password').fill('s3cret-s3cret');
await p0.keyboard.press('Enter');
await p0.waitForURL(B + '/', { timeout: 60000 });
const storageState = await ctx.storageState();
await ctx.close();
const letterPath = await (async () => {
  const c = await browser.newContext({ storageState });
  const p = await c.newPage();
  await p.goto(B + '/dead-letters');
  const h = await p
    .locator('tbody a[href^="dead-letter?"]')
    .first()
    .getAttribute('href')
    .catch(() => null);
  await c.close();
  return h;
})();
const PAGES = {
  status: '/',
  keys: '/keys',
  'keys-failing': '/keys?status=failing',
  'keys-none': '/keys?q=nobody-has-this',
  'key-stream': '/key?id=orders%3A3',
  'key-hash': '/key?id=user%3A2',
  'key-failing': '/key?id=vault%3A3',
  'key-large': '/key?id=inventory%3Alarge',
  letters: '/dead-letters',
  letter: '/' + letterPath,
  workers: '/workers',
  history: '/history',
  audit: '/audit',
  configuration: '/configuration',
  queue: '/queues',
  error: '/nowhere',
};
const MODES = {
  light: {},
  dark: { colorScheme: 'dark' },
  phone: { viewport: { width: 390, height: process.env.TOP ? 1100 : 800 }, hasTouch: true, isMobile: true },
  'phone-dark': {
    viewport: { width: 390, height: process.env.TOP ? 1100 : 800 },
    colorScheme: 'dark',
    isMobile: true,
  },
};
for (const [mode, o] of Object.entries(MODES)) {
  const c = await browser.newContext({ viewport: { width: 1280, height: 900 }, storageState, ...o });
  for (const [name, path] of Object.entries(PAGES)) {
    if (only.length && !only.some((x) => `${name}-${mode}`.includes(x))) continue;
    const p = await c.newPage();
    const bad = [];
    p.on('console', (m) => m.type() === 'error' && bad.push(m.text()));
    p.on('pageerror', (e) => bad.push(e.message));
    await p.goto(B + path);
    await p.waitForTimeout(2500);
    const wide = await p.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    await p.screenshot({
      path: `${OUT}${name}-${mode}.png`,
      fullPage: !process.env.TOP,
      ...(process.env.TOP ? {} : {}),
    });
    console.log(name, mode, 'overflow', wide, bad.join(' | '));
    await p.close();
  }
  await c.close();
}
await browser.close();
