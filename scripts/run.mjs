// The entry point of `npm run demo|bench|test|check|stack|cli|docs|start:*` and others: installs what is
// missing, builds what is stale, and runs the target. Needs only Node and npm. An old Node must be able to
// parse this file and report its version.
const needed = [20, 19];
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major < needed[0] || (major === needed[0] && minor < needed[1])) {
  console.error(
    `Node ${process.versions.node} is too old: install Node ${needed.join('.')} or newer, then try again.`,
  );
  process.exitCode = 1;
} else {
  const { runTarget } = await import('./run/run-target.mjs');
  const [target, ...args] = process.argv.slice(2);
  process.exitCode = await runTarget(target, args);
}
