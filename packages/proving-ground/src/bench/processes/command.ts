import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { openParent } from './parent.js';

/** Runs a script of the product on request, until it ends. Its CPU time counts as this process's. */
const parent = openParent();
parent.send({ ready: true });
await parent.nextMessage();
const { config } = parent;
const child = spawn(process.execPath, [config.text('script'), config.text('command')], {
  stdio: ['ignore', 'ignore', 'inherit'],
});
const [code] = await once(child, 'exit');
parent.send({ code });
