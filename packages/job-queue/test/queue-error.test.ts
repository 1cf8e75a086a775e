import { expect, it } from 'vitest';
import { queueError } from '../src/queue-error.js';

it('a lock that could not be renewed is another worker’s by now, and the job’s id stays out of the message', () => {
  const error = queueError(new Error('could not renew lock for job repeat:stream:secret:1700000000000'));
  expect(error).toMatchObject({ code: 'JOB_LOCK_LOST', errorClass: 'overtaken' });
  expect(error.message).not.toContain('secret');
});

it('what BullMQ says before an error of Redis does not hide it', () => {
  const error = queueError(new Error('Failed to add repeatable job for next iteration: OOM command not allowed'));
  expect(error).toMatchObject({ code: 'REDIS_OUT_OF_MEMORY', errorClass: 'configuration' });
});
