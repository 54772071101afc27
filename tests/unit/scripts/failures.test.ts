import { expect, it } from 'vitest';
import { sentenceFor } from '../../../scripts/lib/failures.ts';

const coded = (code: string, message: string) => Object.assign(new Error(message), { code });

it.each([
  [coded('ENOSPC', 'ENOSPC: no space left on device, write'), /^The disk is full: \/data /],
  [new Error('SQLITE_FULL: database or disk is full'), /^The disk is full: \/data /],
  [coded('EACCES', 'EACCES: permission denied'), /^No permission to write to \/data\.$/],
  [new Error('Port 8787 is in use.'), /^Port 8787 is in use\.$/],
])('%s is told in one sentence', (error, sentence) => {
  expect(sentenceFor(error, '/data')).toMatch(sentence);
  expect(sentenceFor(error, '/data')).not.toContain('\n');
});
