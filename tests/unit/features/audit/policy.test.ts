import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  dueRootDate,
  entryDigest,
  GENESIS,
  isUnsealedTooLong,
  linkHash,
  rootText,
  sealsFor,
  startOfChain,
  verifyChain,
  type ChainBreak,
  type RootClaim,
} from '../../../../src/features/audit/policy.ts';
import type { AuditEntry, AuditRoot, AuditSeal } from '../../../../src/features/audit/table.ts';
import { fromHex, toHex } from '../../../../src/lib/ids.ts';
import { addDays, addMinutes, calendarDate } from '../../../../src/lib/time.ts';
import { NOW } from '../../../helpers/session.ts';

/** The last entry of a test chain was written then; the others a minute apart before it. */
const LAST_AT = addMinutes(NOW, -1);

interface Chain {
  entries: AuditEntry[];
  seals: AuditSeal[];
  roots: AuditRoot[];
}

function writeEntry(sequence: number, at: Date, values: Partial<AuditEntry> = {}): AuditEntry {
  const fields = {
    id: `entry-${sequence}`,
    at,
    actorKind: 'person' as const,
    actorId: `person-${sequence % 3}`,
    action: 'booking.create',
    subjectKind: 'booking',
    subjectId: `booking-${sequence}`,
    details: '{"adults":2}',
    requestId: `request-${sequence}`,
    ...values,
  };
  return { ...fields, sequence, digest: entryDigest(fields) };
}

function rootOf(date: string, seals: readonly AuditSeal[]): AuditRoot {
  const last = seals.at(-1)!;
  return {
    date,
    firstSequence: seals[0]!.sequence,
    lastSequence: last.sequence,
    entries: seals.length,
    hash: last.hash,
    publishedAt: NOW,
    publicKey: null,
    signature: null,
  };
}

/** A whole chain: numbers may leave gaps, a root after each `days[n]` seals, the rest of it without a root. */
function buildChain(gaps: readonly number[], days: readonly number[] = []): Chain {
  let sequence = 0;
  const entries = gaps.map((gap, index) => {
    sequence += 1 + gap;
    return writeEntry(sequence, addMinutes(LAST_AT, index - gaps.length + 1));
  });
  const seals = sealsFor(undefined, entries, NOW);
  const roots: AuditRoot[] = [];
  let from = 0;
  for (const [day, length] of days.entries()) {
    const ofDay = seals.slice(from, from + length);
    if (ofDay.length > 0) roots.push(rootOf(addDays('2026-11-01', day), ofDay));
    from += length;
  }
  return { entries, seals, roots };
}

interface Walk {
  chain: Chain;
  kept?: RootClaim[];
  pageMax?: number;
  now?: Date;
}

/** Walks as the site does, page by page by sequence. */
function walk({ chain, kept = [], pageMax = 1000, now = NOW }: Walk) {
  const { entries, seals, roots } = chain;
  let progress = startOfChain({ sealedUpTo: seals.at(-1)?.sequence ?? 0, roots, kept });
  const ends = Math.max(0, ...[...entries, ...seals].map(({ sequence }) => sequence));
  for (let after = 0; ; after += pageMax) {
    const within = ({ sequence }: { sequence: number }) =>
      sequence > after && sequence <= after + pageMax;
    const isLast = after + pageMax >= ends;
    const page = { entries: entries.filter(within), seals: seals.filter(within), isLast };
    progress = verifyChain(progress, page, now);
    if (progress.broken || isLast) return progress;
  }
}

const breakOf = (options: Walk): ChainBreak | undefined => walk(options).broken;

/** Two to thirty entries with a few gaps, cut into days, walked in pages of any size, with a place in it. */
const chains = fc
  .record({
    gaps: fc.array(fc.constantFrom(0, 0, 0, 1, 3), { minLength: 2, maxLength: 30 }),
    days: fc.array(fc.integer({ min: 1, max: 8 }), { maxLength: 5 }),
    pageMax: fc.integer({ min: 1, max: 40 }),
    at: fc.nat(),
  })
  .map(({ gaps, days, pageMax, at }) => ({
    chain: buildChain(gaps, days),
    pageMax,
    index: at % gaps.length,
  }));

const without = <Row>(rows: readonly Row[], index: number) =>
  rows.filter((_, position) => position !== index);

const withRow = <Row>(rows: readonly Row[], index: number, row: Row) => rows.with(index, row);

function flipped(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(bytes);
  copy[7]! ^= 1;
  return copy;
}

/** Every field of an entry, changed to something else. */
const tampered: { [Field in keyof AuditEntry]?: (entry: AuditEntry) => AuditEntry[Field] } = {
  id: ({ id }) => `${id}x`,
  at: ({ at }) => new Date(at.getTime() + 1),
  actorKind: () => 'visitor',
  actorId: ({ actorId }) => (actorId === 'person-1' ? null : 'person-1x'),
  action: () => 'booking.cancel',
  subjectKind: () => 'person',
  subjectId: ({ subjectId }) => `${subjectId}0`,
  details: () => '{"adults":3}',
  requestId: () => 'another',
  digest: ({ digest }) => flipped(digest),
};

describe('a whole chain', () => {
  it('is found whole, however it is cut into pages, gaps and days', () => {
    fc.assert(
      fc.property(chains, ({ chain, pageMax }) => {
        const { sealed, gaps, broken, rootsPassed } = walk({ chain, pageMax });
        expect(broken).toBeUndefined();
        expect(sealed).toBe(chain.entries.length);
        expect(gaps).toBe(chain.entries.at(-1)!.sequence - chain.entries.length);
        expect(rootsPassed).toBe(chain.roots.length);
      }),
    );
  });

  it('has bytes that anybody can compute: these come from another program', () => {
    const entry = writeEntry(7, new Date('2026-11-25T00:00:00Z'));
    expect(toHex(entry.digest)).toBe(
      '193c73e5cc78bea96f19b4505c6f2c619c6beb25180ed3155dd274f7fa592b43',
    );
    expect(toHex(linkHash(GENESIS, 7, entry.digest))).toBe(
      'bb9f9ed7e3045ba16dde469b92f48490447929c6f12d593620740e6448ecca69',
    );
    const claim = { firstSequence: 3, lastSequence: 7, entries: 4, hash: entry.digest };
    expect(rootText({ date: '2026-11-25', ...claim })).toBe(
      `anlan-audit-root-v1\n2026-11-25\n3-7\n4\n${toHex(entry.digest)}`,
    );
    expect(fromHex(toHex(entry.digest))).toEqual(entry.digest);
  });
});

describe('the first broken entry is named', () => {
  it.each(Object.entries(tampered))('when its %s was changed', (field, change) => {
    fc.assert(
      fc.property(chains, ({ chain, pageMax, index }) => {
        const entry = chain.entries[index]!;
        const changed = { ...entry, [field]: change(entry) };
        const entries = withRow(chain.entries, index, changed);
        expect(breakOf({ chain: { ...chain, entries }, pageMax })).toEqual({
          kind: 'changed',
          sequence: entry.sequence,
          entryId: changed.id,
        });
      }),
    );
  });

  it('when it was rewritten with a digest to match', () => {
    fc.assert(
      fc.property(chains, ({ chain, pageMax, index }) => {
        const { sequence, at } = chain.entries[index]!;
        const entries = withRow(
          chain.entries,
          index,
          writeEntry(sequence, at, { action: 'booking.cancel' }),
        );
        const broken = breakOf({ chain: { ...chain, entries }, pageMax });
        expect(broken).toMatchObject({ kind: 'replaced', sequence });
      }),
    );
  });

  it('when it was removed after it was sealed; the gaps that never were entries are not', () => {
    fc.assert(
      fc.property(chains, ({ chain, pageMax, index }) => {
        const entries = without(chain.entries, index);
        expect(breakOf({ chain: { ...chain, entries }, pageMax })).toEqual({
          kind: 'missing',
          sequence: chain.entries[index]!.sequence,
        });
      }),
    );
  });

  it('when two entries changed places', () => {
    fc.assert(
      fc.property(chains, fc.nat(), ({ chain, pageMax, index }, shift) => {
        const length = chain.entries.length;
        const other = (index + 1 + (shift % (length - 1))) % length;
        const [one, two] = [chain.entries[index]!, chain.entries[other]!];
        const swapped = chain.entries
          .with(index, { ...two, sequence: one.sequence })
          .with(other, { ...one, sequence: two.sequence });
        expect(breakOf({ chain: { ...chain, entries: swapped }, pageMax })).toMatchObject({
          kind: 'replaced',
          sequence: Math.min(one.sequence, two.sequence),
        });
      }),
    );
  });

  it('when the chain was linked anew from it on, after something else', () => {
    fc.assert(
      fc.property(chains, ({ chain, pageMax, index }) => {
        const elsewhere = { hash: flipped(GENESIS) };
        const seals = [
          ...chain.seals.slice(0, index),
          ...sealsFor(elsewhere, chain.entries.slice(index), NOW),
        ];
        expect(breakOf({ chain: { ...chain, seals }, pageMax })).toMatchObject({
          kind: 'relinked',
          sequence: chain.entries[index]!.sequence,
        });
      }),
    );
  });

  it.each(['previousHash', 'digest', 'hash'] as const)('when its seal has another %s', (field) => {
    fc.assert(
      fc.property(chains, ({ chain, pageMax, index }) => {
        const seal = chain.seals[index]!;
        const seals = withRow(chain.seals, index, { ...seal, [field]: flipped(seal[field]) });
        expect(breakOf({ chain: { ...chain, seals }, pageMax })).toMatchObject({
          kind: 'relinked',
          sequence: seal.sequence,
        });
      }),
    );
  });

  it('when its seal was removed from the middle', () => {
    fc.assert(
      fc.property(chains, ({ chain, pageMax, index }) => {
        fc.pre(index < chain.seals.length - 1);
        const seals = without(chain.seals, index);
        expect(breakOf({ chain: { ...chain, seals }, pageMax })).toMatchObject({
          kind: 'unlinked',
          sequence: chain.seals[index]!.sequence,
        });
      }),
    );
  });

  it('when it slipped into a gap that was sealed over', () => {
    const chain = buildChain([0, 0, 2, 0]);
    const entries = [...chain.entries, writeEntry(4, NOW)];
    expect(breakOf({ chain: { ...chain, entries } })).toMatchObject({
      kind: 'unlinked',
      sequence: 4,
    });
  });
});

describe('a chain rewritten from an entry on, every hash to match', () => {
  /** Somebody with the database and this program: one entry gone, all after it sealed anew. */
  function rewrite(chain: Chain, index: number): Chain {
    const entries = without(chain.entries, index);
    return { ...chain, entries, seals: sealsFor(undefined, entries, NOW) };
  }

  it('is named at the end of the first day whose root it crosses', () => {
    fc.assert(
      fc.property(chains, ({ chain, pageMax, index }) => {
        const { sequence } = chain.entries[index]!;
        const crossed = chain.roots.find(({ lastSequence }) => lastSequence >= sequence);
        const broken = breakOf({ chain: rewrite(chain, index), pageMax });
        expect(broken?.kind).toBe(crossed && 'root');
        expect(broken?.sequence).toBe(crossed?.lastSequence);
      }),
    );
  });

  it('looks whole once its roots are made anew as well, unless somebody kept one', () => {
    const chain = buildChain([0, 0, 0, 0, 0], [2, 3]);
    const { entries, seals } = rewrite(chain, 3);
    const roots = [chain.roots[0]!, rootOf('2026-11-02', seals.slice(2))];
    const forged = { entries, seals, roots };
    expect(breakOf({ chain: forged })).toBeUndefined();
    expect(breakOf({ chain: forged, kept: [chain.roots[0]!] })).toBeUndefined();
    expect(breakOf({ chain: forged, kept: chain.roots })).toEqual({
      kind: 'kept_root',
      sequence: 5,
      date: '2026-11-02',
    });
  });
});

describe('roots', () => {
  const chain = buildChain([0, 0, 1, 0, 0, 0], [2, 3]);

  it.each([
    ['first sequence', { firstSequence: 3 }],
    ['last sequence', { lastSequence: 5 }],
    ['number of entries', { entries: 4 }],
    ['hash', { hash: flipped(GENESIS) }],
  ])('with another %s are named', (_, values) => {
    const roots = [chain.roots[0]!, { ...chain.roots[1]!, ...values }];
    const broken = breakOf({ chain: { ...chain, roots } });
    expect(broken).toMatchObject({ kind: 'root', date: '2026-11-02' });
  });

  it('that are taken away from the middle are missed by the next', () => {
    const broken = breakOf({ chain: { ...chain, roots: chain.roots.slice(1) } });
    expect(broken).toMatchObject({ kind: 'root', date: '2026-11-02' });
  });

  it('tell that the end was cut off', () => {
    const cut = { entries: chain.entries.slice(0, 4), seals: chain.seals.slice(0, 4) };
    const broken = breakOf({ chain: { ...chain, ...cut } });
    expect(broken).toEqual({ kind: 'root', sequence: 6, date: '2026-11-02' });
  });

  it('that were kept and are gone here are named', () => {
    const broken = breakOf({ chain: { ...chain, roots: [] }, kept: chain.roots });
    expect(broken).toEqual({ kind: 'kept_root', sequence: 2, date: '2026-11-01' });
  });

  it('with a signature that does not hold are named', () => {
    const [first, second] = chain.roots as [AuditRoot, AuditRoot];
    const roots = [
      { ...first, signatureHolds: true },
      { ...second, signatureHolds: false },
    ];
    const broken = breakOf({ chain: { ...chain, roots } });
    expect(broken).toEqual({ kind: 'signature', sequence: 6, date: '2026-11-02' });
  });
});

describe('an entry that waits for its seal', () => {
  const sealed = buildChain([0, 0]);
  const waiting = (at: Date) => ({ ...sealed, entries: [...sealed.entries, writeEntry(3, at)] });

  it('is waited for, for five minutes', () => {
    const { broken, waiting: count } = walk({ chain: waiting(addMinutes(NOW, -5)) });
    expect([broken, count]).toEqual([undefined, 1]);
    const late = new Date(addMinutes(NOW, -5).getTime() - 1);
    expect(breakOf({ chain: waiting(late) })).toMatchObject({ kind: 'unsealed', sequence: 3 });
    expect(isUnsealedTooLong({ at: late }, NOW)).toBe(true);
  });

  it('is held against its own digest', () => {
    const entries = [...sealed.entries, { ...writeEntry(3, NOW), action: 'booking.cancel' }];
    expect(breakOf({ chain: { ...sealed, entries } })).toMatchObject({
      kind: 'changed',
      sequence: 3,
    });
  });

  it('leaves no trace when it is removed before: the known limit of the chain', () => {
    const chain = waiting(NOW);
    const entries = [...without(chain.entries, 2), writeEntry(4, NOW)];
    const seals = sealsFor(undefined, entries, NOW);
    const { broken, gaps } = walk({ chain: { ...chain, entries, seals } });
    expect(broken).toBeUndefined();
    // Unless others were written after it: then its number is seen to be free.
    expect(gaps).toBe(1);
  });
});

describe('the day whose root is due', () => {
  const at = new Date('2026-11-24T23:59:59.999+08:00');
  const midnight = new Date('2026-11-25T00:00:00+08:00');

  it('is over at midnight in China', () => {
    expect(dueRootDate({ at }, undefined, midnight)).toBe('2026-11-24');
    expect(dueRootDate({ at }, undefined, at)).toBeUndefined();
    expect(dueRootDate(undefined, undefined, midnight)).toBeUndefined();
  });

  it('is the day after the last root for an entry that came in late', () => {
    const lastRoot = { date: calendarDate(at) };
    expect(dueRootDate({ at }, lastRoot, midnight)).toBeUndefined();
    expect(dueRootDate({ at }, lastRoot, addMinutes(midnight, 24 * 60))).toBe('2026-11-25');
  });
});
