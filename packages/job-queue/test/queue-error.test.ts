import { expect, it } from 'vitest';
import { queueError } from '../src/queue-error.js';

it.each([
  'could not renew lock for job ID',
  'Missing lock for job ID. moveToFinished',
  'Lock mismatch for job ID. Cmd moveToFinished from active',
  'Missing key for job ID. moveToFinished',
  'Job ID is not in the active state. moveToFinished',
])(
  'a job that is another worker’s by now is distinguished, and its id stays out of the message: %s',
  (message) => {
    const error = queueError(new Error(message.replace('ID', 'repeat:stream:secret\nkey:1700000000000')));
    expect(error).toMatchObject({ code: 'JOB_LOCK_LOST', errorClass: 'overtaken' });
    expect(error.message).not.toContain('secret');
  },
);

it('what BullMQ says before an error of Redis does not hide it', () => {
  const error = queueError(
    new Error('Failed to add repeatable job for next iteration: OOM command not allowed'),
  );
  expect(error).toMatchObject({ code: 'REDIS_OUT_OF_MEMORY', errorClass: 'configuration' });
});
