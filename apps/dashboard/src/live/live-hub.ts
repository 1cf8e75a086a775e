import type { Writable } from 'node:stream';
import { healthEvent } from '../pages/health-sign.js';
import { type Parts, statusParts } from '../pages/status-page.js';
import type { FleetPoller, Sample } from '../status/fleet-poller.js';
import type { Moment } from './history.js';

/** The most open streams, of all sessions and of one. A browser has one for each visible page. */
const MAX_STREAMS = 250;
const MAX_OF_SESSION = 20;
/** The most bytes that may wait for a slow reader. A reader with more is disconnected, and reconnects by itself. */
const MAX_WAITING_BYTES = 1024 * 1024;

interface Viewer {
  readonly stream: Writable;
  /** Checked before each event is sent: a login can end while its stream is open. */
  readonly isAllowed: () => boolean;
}

/**
 * Server-sent events for all viewers: first all parts of the page and the history of the last hour, then each changed
 * part, and new moments. Each event is made once, and all viewers get the same text.
 * Source: https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export class LiveHub {
  readonly #viewers = new Set<Viewer>();
  /** All open streams, including those that still wait for the first report. */
  readonly #streams = new Set<Writable>();
  /** The number of streams of each session, counted from admission, before anything is read for them. */
  readonly #admitted = new Map<string, number>();
  #unsubscribe: (() => void) | undefined;
  #parts = new Map<string, string>();

  constructor(private readonly poller: FleetPoller) {}

  /**
   * Admits one more stream of a session, if there is room.
   * @returns a function that frees the place. Call it when the stream is over, even after an error; repeated calls do nothing.
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
    const report = await this.poller.recent();
    if (stream.destroyed || stream.writableEnded) return;
    const { history } = this.poller;
    const parts = rendered(statusParts(report));
    stream.write(
      event('history', columns(history.moments)) +
        event('health', healthEvent(report)) +
        partEvents([...parts]) +
        event('tick', {}),
    );
    this.#viewers.add(viewer);
    this.#unsubscribe ??= this.poller.subscribe((sample) => this.#send(sample));
  }

  /** Ends all streams. Browsers reconnect by themselves. */
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

/** Converts moments to the chart's format: seconds since 1970, and a list for each line. */
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
