import { readFileSync } from 'node:fs';
import { chromiumPath } from '@redis-to-mongo/local-stack';
import { chromium } from 'playwright-core';

const [out, width, ...files] = process.argv.slice(2);
const b = await chromium.launch({ executablePath: await chromiumPath(), args: ['--no-sandbox'] });
const p = await b.newPage({
  viewport: { width: Number(width) * Math.min(4, files.length) + 40, height: 800 },
});
await p.setContent(
  `<body style="margin:0;display:flex;flex-wrap:wrap;gap:8px;background:#888">${files.map((f) => `<img style="width:${width}px" src="data:image/png;base64,${readFileSync(f).toString('base64')}">`).join('')}`,
);
await p.screenshot({ path: out, fullPage: true });
await b.close();
