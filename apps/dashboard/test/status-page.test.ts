import { describe, expect, test } from 'vitest';
import { count, rate } from '../src/pages/format.js';
import { html } from '../src/pages/html.js';
import type { Site } from '../src/pages/layout.js';
import { verdictPart } from '../src/pages/status/verdict-part.js';
import { statusPage } from '../src/pages/status-page.js';
import { aFleet, aMirror, aQueue, aReport, aType, someFacts } from './a-report.js';

const LAG = { entries: 1234, ms: 0, keys: 2, worst: [] };

describe('the verdict', () => {
  test.each([
    ['complete', {}, 'good', 'The mirror is complete'],
    ['broken', { queue: { is: aQueue({ processes: [] }) } }, 'bad', 'No scheduler is active'],
    ['behind', { mirror: { is: aMirror({ lag: LAG }) } }, 'busy', '1,234 entries behind'],
    ['unknown', { at: Date.now() - 33_000 }, 'idle', 'The last reading is 3'],
  ])('is shown as it is judged: %s', (level, facts, tone, title) => {
    const part = verdictPart(aReport([aType()], { facts: someFacts(facts) })).toString();
    expect(part).toContain(`class="verdict ${tone}" data-level="${level}"`);
    expect(part).toContain(`<h1>${title}`);
  });

  test('has every reason behind the worst, with what to do', () => {
    const facts = someFacts({ queue: { is: aQueue({ processes: [] }) } });
    expect(verdictPart(aReport([], { facts })).toString()).toMatch(
      /<li><b>No worker is running\.<\/b> Nothing is/,
    );
  });

  test('shows losses and paused keys even when all is in step', () => {
    const facts = someFacts({ mirror: { is: aMirror({ paused: { keys: 1, streams: [] } }) } });
    const part = verdictPart(aReport([aType({ gap: 1 })], { facts })).toString();
    expect(part).toContain(
      '1 key is <a href="keys?status=paused">paused</a>. ' +
        '1 entry was <a href="keys?status=gaps">dropped by Redis before being read</a>.',
    );
  });

  test('leads to what it names: the failing keys, and the stream that is about to lose entries', () => {
    const forecasts = [{ key: 'orders 7', at: new Date(Date.now() + 60_000) }];
    const facts = someFacts({ mirror: { is: aMirror({ failing: 3, forecasts }) } });
    const part = verdictPart(aReport([], { facts })).toString();
    expect(part).toMatch(
      /<h1>Entries of orders 7 .*<p>.* <a class="to" href="key\?id=orders\+7">That stream<\/a>/,
    );
    expect(part).toMatch(
      /<li><b>3 keys fail\.<\/b> See.* <a class="to" href="keys\?status=failing">Failing keys<\/a><\/li>/,
    );
  });
});

describe('the status page', () => {
  test('says how fast entries come in by the heartbeats, not by sums that may be a minute old', () => {
    const work = { jobs: 1, entriesPerSec: 40, keysPerSec: 3 };
    const worker = {
      ...{ id: 'w', silentMs: 0 },
      is: 'alive',
      app: 'worker',
      state: 'active',
      work,
    } as const;
    const queue = { is: aQueue({ processes: [...aQueue().processes, worker, { ...worker, id: 'v' }] }) };
    const page = statusPage(aReport([aType({ perSecond: 1_082 })], { facts: someFacts({ queue }) }), aSite());
    expect(page.toString()).toContain('<dt>Now</dt><dd><b>80</b>');
  });

  test('does not call a type with paused keys or dead letters in sync', () => {
    const shown = (more: Parameters<typeof aType>[0]) =>
      statusPage(aReport([aType(more)]), aSite()).toString();
    expect(shown({ lag: 0, paused: 1 })).toContain('1 paused');
    expect(shown({ lag: 0, paused: 1 })).not.toContain('in sync');
    expect(shown({ lag: 0, paused: 0, dead: 1 })).toContain('<span class="mark bad">dead letters</span>');
    expect(shown({ lag: 0, paused: 0, dead: 1 })).not.toContain('in sync');
    expect(shown({ lag: 0, paused: 0 })).toContain('in sync');
  });

  test('does not call a type in sync while nobody reads changes', () => {
    const shown = (facts: Parameters<typeof someFacts>[0]) =>
      statusPage(aReport([aType({ lag: 0 })], { facts: someFacts(facts) }), aSite()).toString();
    expect(shown({})).toContain('in sync');
    expect(shown({ mirror: { is: aMirror({ lag: LAG }) } })).toContain('in sync');
    for (const facts of [
      { queue: { is: aQueue({ processes: [] }) } },
      { queue: { is: aQueue({ isPaused: true }) } },
      { at: Date.now() - 60_000 },
    ]) {
      expect(shown(facts)).not.toContain('in sync');
      expect(shown(facts)).toContain('<span class="mark idle">unknown</span>');
    }
  });

  test('tells how many keys can’t be mirrored, and why', () => {
    const shown = (more: Parameters<typeof aQueue>[0]) => {
      const facts = someFacts({ queue: { is: aQueue(more) } });
      return statusPage(aReport([aType()], { facts }), aSite()).toString();
    };
    expect(shown({ leftOut: { bloom: 1 } })).toContain('1 key can’t be mirrored: 1 bloom.');
    expect(shown({})).not.toContain('mirrored:');
  });

  const hostile = '<img src=x onerror=alert(1)>"\u202e\u0007';
  const report = aReport([aType()], {
    fleet: aFleet([aType({ keyType: '<b>odd</b>' })], {
      backlogs: [{ key: hostile, seen: 750_000, lag: 250_000, perSecond: 2_000, secondsLeft: 125 }],
      errors: [
        {
          key: hostile,
          code: 'UNEXPECTED',
          message: 'E11000 dup key: {email: "me@example.org"}',
          at: new Date(0),
        },
        {
          key: 'orders',
          code: 'MONGO_UNKNOWN',
          message: 'MongoDB: unknown error (MongoServerError 999): check the log, and report it',
          at: new Date(0),
        },
        {
          key: 'k'.repeat(5000),
          code: 'REDIS_AUTH',
          message: 'Redis: check redis://u:s3cret@host',
          at: new Date(0),
        },
      ],
    }),
  });
  const page = statusPage(report, aSite()).toString();

  test('shows no markup of foreign origin, and no character that misleads the eye', () => {
    expect(page).not.toContain('<img src=x');
    expect(page).not.toContain('<b>odd');
    expect(page).toContain('&lt;img src=x onerror=alert(1)&gt;&quot;\\u{202e}\\u{7}');
  });

  test('shows how far a backfill is, how fast it goes, and how long it still takes', () => {
    expect(page).toMatch(/value="75".*750,000.*250,000.*2,000.*2 min 5 s/s);
    expect(statusPage(aReport([aType()]), aSite()).toString()).not.toContain('Catching up');
  });

  test('shows the advice of known errors, and not the text of unexpected ones, which may quote data', () => {
    expect(page).toContain('(MongoServerError 999): check the log');
    expect(page).toContain('Redis: check redis://u:***@host');
    expect(page).not.toContain('me@example.org');
  });

  test('bounds the length of a key', () => {
    expect(page).toContain(`${'k'.repeat(120)}…${'k'.repeat(60)}`);
    expect(page).not.toContain('k'.repeat(121));
  });

  test('has no inline script or style, which its policy would forbid', () => {
    expect(page).not.toMatch(/<script(?![^>]* src=)|<style| style=| on\w+="/);
  });

  test('says when it is read-only', () => {
    expect(page).not.toContain('read-only');
    expect(statusPage(report, aSite({ readOnly: true })).toString()).toContain('read-only');
  });

  test('shows what can be read when MongoDB can not', () => {
    const content = statusPage(aReport([], { fleet: { code: 'MONGO_UNAVAILABLE' } }), aSite()).toString();
    expect(content).toContain('Keys scheduled');
    expect(content).not.toContain('By key type');
  });
});

test('a template escapes its values and keeps its own markup', () => {
  expect(html`<p title="${'"'}">${['<', html`<b>${1}</b>`, false, null, undefined]}</p>`.toString()).toBe(
    '<p title="&quot;">&lt;<b>1</b></p>',
  );
});

test('numbers are written with their thousands apart, and small rates with a decimal', () => {
  expect([count(1234567), count(0)]).toEqual(['1,234,567', '0']);
  expect([rate(null), rate(0), rate(0.25), rate(1234.5)]).toEqual(['–', '0', '0.3', '1,235']);
});

function aSite(more: Partial<Site> = {}): Site {
  const nothing = {
    readOnly: false,
    grafanaUrl: undefined,
    health: () => undefined,
    headline: () => undefined,
  };
  return { ...nothing, version: '1.2.3', startedAt: new Date(), ...more };
}
