import type { Batch, Element, Line, MembersWrite } from '@redis-to-mongo/pipeline';

/** What happens while a value is read for being written: before a reading, after each page, and once all is read. */
export interface Tampering {
  before?(how: 'paged' | 'atomic'): Promise<unknown>;
  afterPage?(): Promise<unknown>;
  atEnd?(): Promise<unknown>;
}

/** A line whose large values are tampered with while the sink reads them. */
export function tamperedLine(line: Line, tampering: Tampering): Line {
  return {
    ...line,
    source: {
      ...line.source,
      syncer: (keyType) => {
        const syncer = line.source.syncer(keyType);
        if (!syncer) return undefined;
        return {
          ...syncer,
          async *read(...given) {
            for await (const batch of syncer.read(...given)) yield tampered(batch, tampering);
          },
        };
      },
    },
  };
}

function tampered(batch: Batch, tampering: Tampering): Batch {
  const writes = batch.writes.map((write) =>
    write.kind === 'members'
      ? { ...write, scan: (how: 'paged' | 'atomic') => scan(write, how, tampering) }
      : write,
  );
  // The batch's position is settled by the write: its getter must stay one.
  return Object.create(batch, { writes: { value: writes } });
}

async function* scan(
  write: MembersWrite,
  how: 'paged' | 'atomic',
  tampering: Tampering,
): AsyncGenerator<readonly Element[], boolean> {
  await tampering.before?.(how);
  const pages = write.scan?.(how);
  if (!pages) return true;
  for (;;) {
    const page = await pages.next();
    if (page.done) {
      await tampering.atEnd?.();
      return page.value;
    }
    yield page.value;
    await tampering.afterPage?.();
  }
}
