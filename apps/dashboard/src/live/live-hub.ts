import type { Writable } from 'node:stream';
import { healthEvent } from '../pages/health-sign.js';
import { type Parts, statusParts } from '../pages/status-page.js';
import type { FleetPoller, Sample } from '../status/fleet-poller.js';
import type { Moment } from './history.js';

/** Streams at once, of all sessions and of one; a browser has one for each page that is seen. */
const MAX_STREAMS = 250;
const MAX_OF_SESSION = 20;
/** Bytes that may wait for a slow reader; one with more is let go, and comes back when it can. */
const MAX_WAITING_BYTES = 1024 * 1024;

interface Viewer {
  readonly stream: Writable;
  /** Asked before each sending: a login can end while its stream is open. */
  readonly isAllowed: () => boolean;
}

/**
 * Server-sent events for all viewers: at first all parts of the page and the history of the hour, then whatever part
 * has changed, and the new moments. All get the same text, made once.
 * Source: https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export class LiveHub {
  readonly #poller: FleetPoller;
  readonly #viewers = new Set<Viewer>();
  /** All that are open, those too for which the first report is still being read. */
  readonly #streams = new Set<Writable>();
  /** Streams of each session, from the moment they were let in: before anything is read for them. */
  readonly #admitted = new Map<string, number>();
  #unsubscribe: (() => void) | undefined;
  #parts = new Map<string, string>();

  constructor(poller: FleetPoller) {
    this.#poller = poller;
  }

  /**
   * Lets one more stream of a session in, if there is room.
   * @returns what gives the place back, once: to be called when the stream is over, whatever became of it.
   */
  admit(session: string): (() => void) | 'full' | 'session is full' {
    const all = [...this.#admitted.values()].reduce((sum, streams) => sum + streams, 0);
    const own = this.#admitted.get(session) ?? 0;
    if (all >= MAX_STREAMS) return 'full';
    if (own >= MAX_OF_SESSION) return 'session is full';
    this.#admitted.set(session, own + 1);
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      const left = (this.#admitted.get(session) ?? 1) - 1;
      if (left > 0) this.#admitted.set(session, left);
      else this.#admitted.delete(session);
    };
  }

  /** Sends to the stream until it closes, or the hub does. */
  async open(stream: Writable, isAllowed: () => boolean): Promise<void> {
    const viewer = { stream, isAllowed };
    this.#streams.add(stream);
    stream.once('close', () => {
      this.#streams.delete(stream);
      this.#forget(viewer);
    });
    stream.on('error', () => stream.destroy());
    stream.write('retry: 2000\n\n');
    const report = await this.#poller.recent();
    if (stream.destroyed || stream.writableEnded) return;
    const { history } = this.#poller;
    const parts = rendered(statusParts(report));
    stream.write(
      event('history', columns(history.moments)) +
        event('health', healthEvent(report)) +
        partEvents([...parts]) +
        event('tick', {}),
    );
    this.#viewers.add(viewer);
    this.#unsubscribe ??= this.#poller.subscribe((sample) => this.#send(sample));
  }

  /** Ends all streams; browsers come back by themselves. */
  close(): void {
    for (const stream of this.#streams) stream.end();
    for (const viewer of [...this.#viewers]) this.#forget(viewer);
  }

  #send({ report, moment }: Sample): void {
    const parts = rendered(statusParts(report));
    const changed = [...parts].filter(([id, text]) => this.#parts.get(id) !== text);
    this.#parts = parts;
    const health = event('health', healthEvent(report));
    const text =
      health + partEvents(changed) + (moment ? event('moment', columns([moment])) : '') + event('tick', {});
    for (const viewer of [...this.#viewers]) {
      const { stream, isAllowed } = viewer;
      if (!isAllowed()) stream.end();
      else if (stream.writableLength > MAX_WAITING_BYTES) stream.destroy();
      else {
        stream.write(text);
        continue;
      }
      this.#forget(viewer);
    }
  }

  #forget(viewer: Viewer): void {
    this.#viewers.delete(viewer);
    if (this.#viewers.size > 0) return;
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
    this.#parts = new Map();
  }
}

function rendered(parts: Parts): Map<string, string> {
  return new Map(Object.entries(parts).map(([id, html]) => [id, html.toString()]));
}

function partEvents(parts: readonly (readonly [string, string])[]): string {
  return parts.map(([id, html]) => event('part', { id, html })).join('');
}

/** One server-sent event. JSON has no line breaks, which would end the data. */
function event(name: string, data: unknown): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** As the chart takes them: seconds since 1970, and a list for each line. */
function columns(moments: readonly Moment[]) {
  return {
    at: moments.map(({ at }) => Math.round(at / 1000)),
    behind: moments.map(({ behindMs }) => tenths(behindMs === null ? null : behindMs / 1000)),
    lag: moments.map(({ lag }) => lag),
    rate: moments.map(({ perSecond }) => tenths(perSecond)),
  };
}

function tenths(value: number | null): number | null {
  return value === null ? null : Math.round(value * 10) / 10;
}
