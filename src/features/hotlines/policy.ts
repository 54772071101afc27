import type { Hotlines } from './schema.ts';

/** All that the page of numbers says, for searching it. */
export function hotlinesText({ groups, say, silent, changes, sources }: Hotlines): string {
  return [
    ...groups.flatMap(({ title, numbers }) => [
      title,
      ...numbers.flatMap(({ number, name, when, where = '' }) => [number, name, when, where]),
    ]),
    ...say.flatMap(({ what, text }) => [what, text]),
    ...silent.map(({ text }) => text),
    ...changes.flatMap((change) => [change.old, change.new]),
    ...Object.values(sources).flatMap(({ title, issuer, clause = '' }) => [title, issuer, clause]),
  ].join(' ');
}
