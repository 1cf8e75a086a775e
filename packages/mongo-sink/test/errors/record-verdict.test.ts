import { describe, expect, it } from 'vitest';
import { verdictOn } from '../../src/errors/record-verdict.js';

describe('what a code in writeErrors means for its record', () => {
  it.each([11000, 121, 2, 9, 22, 52, 57, 10334, 17280])('%i: refused for what it holds', (code) => {
    expect(verdictOn(code)).toBe('refused');
  });

  it.each([16572, 16755, 16766, 171, 17261, 167, 999_999])('%i: doubtful, to be tried alone', (code) => {
    expect(verdictOn(code)).toBe('doubtful');
  });

  it.each([
    133, 10107, 189, 91, 11600, 16500, 100, 6, 7, 24, 46, 50, 63, 64, 89, 112, 117, 134, 150, 202, 249, 262,
    314, 317, 365, 384, 9001, 11601, 11602, 13388, 13435, 13436, 43, 145, 175, 211, 216, 237, 264, 279, 355,
    391, 402, 406, 407, 412, 433, 449, 450, 453, 462, 10058, 46841, 91331, 10045600,
  ])('%i: transient', (code) => {
    expect(verdictOn(code)).toMatchObject({ errorClass: 'transient' });
  });

  it.each([13, 18, 61, 371, 14031])('%i: configuration', (code) => {
    expect(verdictOn(code)).toMatchObject({ errorClass: 'configuration' });
  });
});
