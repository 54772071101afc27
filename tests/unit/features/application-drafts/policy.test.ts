import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { listProgrammes } from '../../../../scripts/lib/list-programmes.ts';
import {
  allLines,
  answerOf,
  draftOf,
  entriesToKeep,
  entryValues,
  isWritable,
  matchEvidence,
  mergeEntry,
  missingPath,
  missingWords,
  nextMissing,
  nextPath,
  storedAnswer,
  type LatestEntry,
} from '../../../../src/features/application-drafts/policy.ts';
import { entryInput } from '../../../../src/features/application-drafts/schema.ts';
import { missingIn } from '../../../../src/features/assessments/policy.ts';
import { parseInput } from '../../../../src/lib/fields.ts';
import { bestEntry } from '../../../helpers/application-drafts.ts';

const programmes = await listProgrammes();
const entryOf = (
  part: 'condition' | 'point',
  key: string,
  answer: string | null,
  reason = '',
): LatestEntry => ({
  ...{ part, key, version: 1, answer, reason },
  ...{ writtenBy: 'x', writtenAt: new Date(0) },
});

/** One who writes: reads what stands, thinks, and sends another text or what they read. */
const step = fc.record({
  who: fc.constantFrom('first', 'second'),
  act: fc.constantFrom('read', 'send', 'send unchanged'),
  text: fc.constantFrom('甲', '乙', '丙', ''),
});

describe('two who write one entry', () => {
  it('never replace what they have not seen, whatever they do in whatever order', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const versions: { answer: null; reason: string; version: number }[] = [];
        const seen: Record<string, number> = { first: 0, second: 0 };
        for (const { who, act, text } of steps) {
          const latest = versions.at(-1);
          if (act === 'read') {
            seen[who] = latest?.version ?? 0;
            continue;
          }
          const read = versions[seen[who]! - 1];
          const reason = act === 'send' ? text : (read?.reason ?? '');
          const typed = { answer: null, reason, version: seen[who]! };
          const fate = mergeEntry(read, latest, typed);
          if (act === 'send unchanged') expect(fate).toBe('same');
          if (fate === 'save') {
            expect(seen[who]).toBe(latest?.version ?? 0);
            versions.push({ ...typed, version: versions.length + 1 });
            seen[who] = versions.length;
          }
          if (fate === 'overtaken') expect(latest?.version).toBeGreaterThan(seen[who]!);
        }
      }),
    );
  });
});

describe('an entry', () => {
  it('comes back from its row as it was typed, in every programme', () => {
    for (const programme of programmes) {
      for (const line of allLines(programme)) {
        const { entry, ...values } = bestEntry(line);
        const { answer, reason } = parseInput(entryInput(line.form), values);
        const stored = entryOf(line.part, entry, storedAnswer(line.part, answer), reason);
        expect(entryValues(line.part, stored)).toMatchObject({
          ...{ said: values['said'] ?? '', counted: values['counted'] ?? '', reason },
        });
      }
    }
  });

  it('asks for both numbers, and for a part no larger than the whole', () => {
    const form = { kind: 'proportional', part: '到的', whole: '总的' } as const;
    const number = fc.nat(9_999_999);
    fc.assert(
      fc.property(number, number, (counted, whole) => {
        const values = { version: '0', counted: String(counted), whole: String(whole) };
        const parsed = entryInput(form).safeParse(values);
        expect(parsed.success).toBe(whole > 0 && counted <= whole);
      }),
    );
    for (const values of [{ counted: '3' }, { whole: '3' }, { counted: '三', whole: '4' }]) {
      expect(entryInput(form).safeParse({ version: '0', ...values }).success).toBe(false);
    }
    expect(entryInput(form).safeParse({ version: '0' }).data?.answer).toBeNull();
  });
});

describe('a draft', () => {
  it('lacks nothing when every line is answered and has what is asked for', () => {
    for (const programme of programmes) {
      const lines = allLines(programme);
      const entries = lines.map((line) => {
        const { entry, ...values } = bestEntry(line);
        const { answer, reason } = parseInput(entryInput(line.form), values);
        return entryOf(line.part, entry, storedAnswer(line.part, answer), reason);
      });
      const evidence = lines.flatMap(({ part, key, asked }) =>
        asked.map(({ kind, figure = '' }) => ({ part, key, kind, figure })),
      );
      expect(missingIn(programme, draftOf(programme, entries, evidence))).toEqual([]);
      const without = missingIn(programme, draftOf(programme, entries, evidence.slice(1)));
      expect(without).toHaveLength(1);
    }
  });

  it('takes over from last time what still answers its line, and nothing else', () => {
    const one = programmes.find(({ key }) => key === 'jiangsu-community');
    const kept = entriesToKeep(one!, [
      entryOf('point', 'leadership-duty', '{"kind":"yes_no","yes":true}', '照旧'),
      entryOf('point', 'grid-checked', '{"kind":"yes_no","yes":true}', '换了算法'),
      entryOf('point', 'gone-by-now', '{"kind":"yes_no","yes":true}'),
      entryOf('condition', 'plan', null),
    ]);
    expect(kept.map(({ key }) => key)).toEqual(['leadership-duty']);
    expect(answerOf(kept[0])).toEqual({ kind: 'yes_no', yes: true });
  });
});

describe('evidence beside what is asked for', () => {
  it('serves one line each, and none twice', () => {
    const kind = fc.constantFrom('file', 'training', 'roster');
    fc.assert(
      fc.property(
        fc.array(kind, { maxLength: 5 }),
        fc.array(kind, { maxLength: 6 }),
        (asked, held) => {
          const lines = asked.map((one) => ({ kind: one, text: one, optional: false }) as never);
          const pieces = held.map((one, at) => ({ kind: one, figure: '', at }));
          const matched = matchEvidence(lines, pieces);
          const used = matched.lines.flatMap(({ piece }) => piece ?? []);
          expect(new Set(used.map(({ at }) => at)).size).toBe(used.length);
          expect(used.length + matched.over.length).toBe(held.length);
          for (const { asked: line, piece } of matched.lines) {
            if (piece) expect(piece.kind).toBe(line.kind);
            else expect(matched.over.some((one) => one.kind === line.kind)).toBe(false);
          }
        },
      ),
    );
  });
});

describe('the way through the form', () => {
  it('leads from each place that lacks something to the next one, until nothing lacks', () => {
    for (const programme of programmes) {
      const missing = missingIn(programme, { conditions: {}, points: {} });
      const lines = allLines(programme);
      for (const [at, line] of lines.entries()) {
        const next = nextMissing(programme, missing, line);
        expect(next?.key).toBe(lines[(at + 1) % lines.length]?.key);
      }
      const [only] = lines.slice(-1);
      const last = missing.filter(({ key }) => key === only?.key);
      expect(nextMissing(programme, last, only!)).toBeUndefined();
      expect(nextMissing(programme, last, lines[0]!)).toEqual(last[0]);
    }
  });

  it('leads to the evidence where nothing else is missing, and nowhere for what no page can mend', () => {
    const programme = programmes.find(({ key }) => key === 'jiangsu-community')!;
    const said = { answer: { kind: 'yes_no', yes: true }, reason: '单独列了科目' } as const;
    const missing = missingIn(programme, {
      conditions: { plan: { met: true, evidence: [] } },
      points: {
        'money-used': { ...said, evidence: [] },
        'leadership-duty': { ...said, reason: '', evidence: [] },
      },
    });
    const pathsOf = (wanted: string) =>
      missing
        .filter(({ key }) => key === wanted)
        .map((one) => missingPath('a', programme, one)?.replace('/me/applications/a', ''));
    expect(pathsOf('plan')).toEqual(['/evidence/condition/plan']);
    expect(pathsOf('money-used')).toEqual(['/evidence/point/money-used']);
    expect(pathsOf('leadership-duty')).toEqual([
      '/points/organisation#leadership-duty',
      '/evidence/point/leadership-duty',
    ]);
    expect(pathsOf('')).toEqual([undefined]);
  });

  it('counts what can be mended, and says so where only the time is wrong', () => {
    const closed = { where: 'round', key: '', message: '今年的申报已经截止' } as const;
    const point = { where: 'point', key: 'money-used', message: '还没有自评' } as const;
    expect(missingWords([closed, point], false)).toBe('还缺1处，补上才能提交');
    expect(missingWords([point, point], true)).toBe('还缺2处，补上才能交回');
    expect(missingWords([closed], false)).toBe('填全了，现在还不能提交');
  });

  it('goes from the conditions through every group to handing in', () => {
    for (const programme of programmes) {
      const seen: string[] = [];
      for (let path = nextPath('a', programme); path.includes('/points/');) {
        const group = path.split('/').at(-1)!;
        expect(seen).not.toContain(group);
        seen.push(group);
        path = nextPath('a', programme, group);
      }
      expect(seen).toEqual(programme.groups.map(({ key }) => key));
    }
    expect([isWritable('draft'), isWritable('returned:x'), isWritable('step:x')]).toEqual([
      true,
      true,
      false,
    ]);
  });
});
