import { describe, expect, test } from 'vitest';
import { count, rate } from '../src/pages/format.js';
import { html } from '../src/pages/html.js';
import { verdictOf } from '../src/pages/status/verdict.js';
import { statusPage } from '../src/pages/status-page.js';
import { aFleet, aQueue, aReport, aType } from './a-report.js';

describe('the verdict', () => {
  test.each([
    ['is good when nothing waits', aReport([aType()]), 'good', 'The mirror is complete'],
    [
      'counts what is behind',
      aReport([aType({ lag: 1200 }), aType({ lag: 34 })]),
      'busy',
      '1,234 entries behind',
    ],
    [
      'names failing keys before what is behind',
      aReport([aType({ failing: 1, lag: 5 })]),
      'bad',
      '1 key needs a look',
    ],
    [
      'names a fleet without workers first',
      aReport([aType({ failing: 1 })], { queue: aQueue({ workers: 0 }) }),
      'bad',
      'No worker is running',
    ],
    [
      'does not take unknown workers for none',
      aReport([aType()], { queue: aQueue({ workers: null }) }),
      'good',
      'The mirror is complete',
    ],
    [
      'names a paused queue',
      aReport([aType()], { queue: aQueue({ paused: true }) }),
      'bad',
      'The queue is paused',
    ],
    [
      'names a MongoDB that is down',
      aReport([], { fleet: { code: 'MONGO_UNAVAILABLE' } }),
      'bad',
      'MongoDB does not answer',
    ],
    [
      'names a queue that is down',
      aReport([], { queue: { code: 'X' } }),
      'bad',
      'The queue’s Redis does not answer',
    ],
    [
      'tells first of entries that are about to be lost',
      aReport([], {
        fleet: aFleet([aType({ lag: 7, failing: 1 })], {
          forecasts: [{ key: 'orders', at: new Date('2026-01-02T03:16:05Z') }],
        }),
      }),
      'bad',
      'Entries of orders will be lost in 12 min 0 s',
    ],
    ['is idle before the first key', aReport([]), 'idle', 'Nothing is mirrored yet'],
  ])('%s', (_name, report, tone, title) => {
    expect(verdictOf(report)).toMatchObject({ tone, title });
  });

  test('tells of losses even when all is in step', () => {
    const { detail } = verdictOf(aReport([aType({ dead: 2, gap: 1 })]));
    expect(detail).toContain('2 records are dead letters; 1 entry was dropped by Redis before being read');
  });
});

const NONE = { dead: 0, gap: 0 };

describe('the status page', () => {
  const hostile = '<img src=x onerror=alert(1)>"\u202e\u0007';
  const report = aReport([aType()], {
    fleet: aFleet([aType({ keyType: '<b>odd</b>' })], {
      backlogs: [{ key: hostile, seen: 750_000, lag: 250_000, perSecond: 2_000, secondsLeft: 125 }],
      errors: [
        {
          key: hostile,
          code: 'MONGO_UNKNOWN',
          message: 'E11000 dup key: {email: "me@example.org"}',
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
  const page = statusPage(report, NONE, false).toString();

  test('shows no markup of foreign origin, and no character that misleads the eye', () => {
    expect(page).not.toContain('<img src=x');
    expect(page).not.toContain('<b>odd');
    expect(page).toContain('&lt;img src=x onerror=alert(1)&gt;&quot;\\u{202e}\\u{7}');
  });

  test('shows how far a backfill is, how fast it goes, and how long it still takes', () => {
    expect(page).toMatch(/value="75".*750,000.*250,000.*2,000.*2 min 5 s/s);
    expect(statusPage(aReport([aType()]), NONE, false).toString()).not.toContain('Catching up');
  });

  test('shows the advice of known errors, and not the text of unknown ones, which may quote data', () => {
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
    expect(statusPage(report, NONE, true).toString()).toContain('read-only');
  });

  test('shows what can be read when MongoDB can not', () => {
    const content = statusPage(aReport([], { fleet: { code: 'MONGO_UNAVAILABLE' } }), NONE, false).toString();
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
