import { expect, it } from 'vitest';
import {
  courseLines,
  recordStartOf,
  type ReportTime,
} from '../../../../src/features/drill-reports/policy.ts';
import type { LogFact } from '../../../../src/features/drill-runs/policy.ts';
import { seedOf } from '../../../../src/features/drills/policy.ts';
import type { Drill, DrillEnd, DrillVersion } from '../../../../src/features/drills/table.ts';
import { findTemplate } from '../../../../scripts/lib/find-template.ts';

const START = new Date('2026-11-27T23:50:00+08:00');

function tap(kind: LogFact['kind'], second: number): LogFact {
  const at = START.getTime() + second * 1000;
  return { id: `${kind}${second}`, kind, ref: 'm2', unit: '', value: null, expected: null, at };
}

it('tells the tap that the time goes by, and the day on which a night ended', async () => {
  const found = await findTemplate('school-fire');
  const { script } = seedOf(found!.template, found!.sheet, { blind: false, trainings: {} });
  const lines = courseLines({
    drill: { startedAt: START } as Drill,
    script,
    facts: [tap('measure_from', 10), tap('measure_to', 60), tap('measure_to', 130)],
    end: {
      kind: 'finished',
      reason: '',
      endedAt: new Date('2026-11-28T00:20:00+08:00'),
    } as DrillEnd,
  });
  const stops = lines.filter((line) => line.includes('止：'));
  expect(stops).toHaveLength(1);
  expect(stops[0]).toContain('（2:10）');
  expect(lines.at(-1)).toMatch(/^次日00:20 /);
});

it('does not say for whoever records it that people got out of a drill that was broken off', () => {
  const time = { name: '疏散用时', from: '', to: '', targetSeconds: null, targetWords: '' };
  const record = (kind: DrillEnd['kind'], evacuation: boolean, seconds: number | null) => {
    const times: ReportTime[] = [{ ...time, seconds }];
    const data = {
      drill: { planItemId: null } as Drill,
      version: { evacuation } as DrillVersion,
      ...{ roles: [], findings: [], end: { kind } as DrillEnd },
    };
    return recordStartOf(data, [], times, { date: '', time: '' })['evacuation'];
  };
  expect(record('finished', true, null)).toBe('yes');
  expect(record('stopped', true, null)).toBe('');
  expect(record('real_event', true, null)).toBe('');
  expect(record('stopped', true, 130)).toBe('yes');
  expect(record('stopped', false, null)).toBe('no');
});
