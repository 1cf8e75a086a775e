#!/usr/bin/env node
import { runCli } from './run-cli.js';

const { env, stdout, stderr } = process;
// A reader that has seen enough (`| head`) ends the command, without an error.
stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
process.exitCode = await runCli({ argv: process.argv.slice(2), env, cwd: process.cwd(), stdout, stderr });
