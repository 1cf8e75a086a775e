import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { FastifyAdapter } from '@bull-board/fastify';
import { membersOf } from '@redis-to-mongo/pipeline';
import type { FastifyInstance } from 'fastify';
import type { Dashboard } from '../dashboard-options.js';
import { keyPath } from '../keys/key-path.js';
import { BOARD_POLICY } from '../security-headers.js';
import { webFolder } from '../web-folder.js';

const PATH = '/queues';

/** The number of job schedulers on Bull Board's page, which does not page through them: those that are due first. */
const LISTED_SCHEDULERS = 200;

/** Bull Board under /queues. In read-only mode nothing under it can be changed, whatever Bull Board would allow. */
export async function addQueueBoard(
  server: FastifyInstance,
  { queue, readOnly, basePath, logger }: Dashboard,
): Promise<void> {
  const packed = webFolder('bull-board');
  const adapter = new FastifyAdapter();
  adapter.setBasePath(basePath + PATH);
  createBullBoard({
    queues: [
      new BullMQAdapter(withFewSchedulers(queue), {
        readOnlyMode: readOnly,
        // Bull Board cuts what is longer than its header.
        description: `Lists the ${LISTED_SCHEDULERS} job schedulers that are due first; any other is on its key’s page, under Keys.`,
        externalJobUrl: ({ data }) => linkToKey(data, basePath),
      }),
    ],
    serverAdapter: adapter,
    options: {
      ...(packed === undefined ? {} : { uiBasePath: packed }),
      uiConfig: {
        boardTitle: 'redis-to-mongo',
        miscLinks: [
          { text: 'Status', url: `${basePath}/` },
          { text: 'Keys', url: `${basePath}/keys` },
        ],
        hideDocsLink: true,
        locale: { lng: 'en-US' },
      },
    },
  });
  await server.register(
    async (board) => {
      board.addHook('onRequest', async (request, reply) => {
        await reply.helmet({ contentSecurityPolicy: BOARD_POLICY });
        if (request.method === 'GET' || request.method === 'HEAD') return;
        if (readOnly) return await reply.code(403).send({ error: 'The dashboard is read-only.' });
        logger.info('an operator changes the queue', {
          method: request.method,
          path: request.url,
          from: request.ip,
        });
      });
      board.addHook('onSend', async (_request, _reply, payload) =>
        typeof payload === 'string' ? withoutForeignFonts(payload) : payload,
      );
      await board.register(adapter.registerPlugin());
    },
    { prefix: PATH },
  );
}

/** Links a job to the page of its key. A job with several keys, or with none that is known, leads to the list. */
function linkToKey(data: unknown, basePath: string) {
  const key = keyOf(data);
  if (key === undefined) return { displayText: 'All keys', href: `${basePath}/keys` };
  return { displayText: 'The key', href: `${basePath}/${keyPath(key)}` };
}

function keyOf(data: unknown): string | undefined {
  const { key: only, keys } = membersOf(data);
  const [key, ...others] = Array.isArray(keys) ? keys : [only];
  return others.length === 0 && typeof key === 'string' ? key : undefined;
}

/**
 * The same queue, with at most LISTED_SCHEDULERS job schedulers to list. Bull Board asks for all of them at once and
 * looks up two jobs for each, and a fleet with a hundred thousand streams and sets has as many. The count stays the true one.
 */
function withFewSchedulers(queue: Dashboard['queue']): Dashboard['queue'] {
  const few: Dashboard['queue'] = Object.create(queue);
  few.getJobSchedulers = () => queue.getJobSchedulers(0, LISTED_SCHEDULERS - 1, true);
  return few;
}

/** Removes the links to Google's fonts from Bull Board's page: the dashboard works offline, and does not report its use. */
function withoutForeignFonts(page: string): string {
  return page.replace(/<link href="https:\/\/fonts\.googleapis\.com[^>]*>/, '');
}
