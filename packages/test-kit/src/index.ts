export { type AppProcess, builtApp, DYING_WORKER, SCHEDULER, startApp, WORKER } from './app-process.js';
export { LOGIN, metricsOf, prints, readyz } from './ask-app.js';
export { type Certificates, makeCertificates, tlsArgs } from './certificates.js';
export { cpuMs } from './cpu-ms.js';
export { type FleetUnderTest, fleetForTests, fleetUnderTest } from './fleet-under-test.js';
export { fuzz } from './fuzz.js';
export { isAlive } from './is-alive.js';
export {
  addsUp,
  type LineUnderTest,
  lineForTests,
  lineUnderTest,
  wholeSlice,
} from './line-under-test.js';
export { parentOf } from './parent-of.js';
export { type RedisCluster, startCluster, startMovingSlot } from './redis-cluster.js';
export { type Sentinel, startSentinel } from './sentinel.js';
export { testMongoUri } from './test-mongo-uri.js';
export { testSinkOptions } from './test-sink-options.js';
export { until } from './until.js';
export { appEnv, openWorkers, startWorker } from './worker-process.js';
