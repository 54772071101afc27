import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { findTemplate } from '../../../../scripts/lib/find-template.ts';
import {
  applyEdit,
  markedText,
  namesRole,
  ownLines,
  readTarget,
  sortedBySuit,
  SUITED,
  targetWords,
  withRoleRenamed,
} from '../../../../src/features/drill-scripts/policy.ts';
import {
  scriptInput,
  gathered,
  type ScriptEdit,
} from '../../../../src/features/drill-scripts/schema.ts';
import { ORGANISERS } from '../../../../src/features/drill-templates/schema.ts';
import { seedOf } from '../../../../src/features/drills/policy.ts';
import { drillScriptSchema, type DrillScript } from '../../../../src/features/drills/schema.ts';

let original: DrillScript;
let roles: { id: string; name: string; part: 'player' | 'controller' | 'evaluator' }[];
const drillId = '00000000-0000-7000-8000-000000000000';
const about = { drillId, scriptVersion: 1 };

beforeAll(async () => {
  const found = await findTemplate('community-earthquake');
  if (!found) throw new Error('No template.');
  const seed = seedOf(found.template, found.sheet, { blind: false, trainings: {} });
  original = seed.script;
  roles = seed.roles.map(({ name, part }, nth) => ({
    ...{ id: `r${nth}`, name, part: part as 'player' },
  }));
});

const line = fc
  .string({
    minLength: 1,
    maxLength: 40,
    unit: fc.constantFrom('演', '练', '：', '火', 'a', '1', ' '),
  })
  .filter((text) => text.trim() !== '');
const told = () => roles.filter(({ part }) => part === 'player' || part === 'controller');

const anyEdit = (): fc.Arbitrary<ScriptEdit> =>
  fc.oneof(
    fc.record({
      ...{ part: fc.constant('inject' as const), drillId: fc.constant(drillId) },
      ...{ scriptVersion: fc.constant(1), minute: fc.nat(720), text: line, expect: line },
      injectId: fc.constantFrom('', 'i1', 'i2'),
      to: fc.constantFrom(...told().map(({ id }) => [id])),
      by: fc.constantFrom('广播' as const, '卡片' as const),
    }),
    fc.record({
      ...{ part: fc.constant('inject-removal' as const), drillId: fc.constant(drillId) },
      ...{ scriptVersion: fc.constant(1), injectId: fc.constantFrom('i3', 'i4', 'i5') },
    }),
    fc.record({
      ...{ part: fc.constant('safety' as const), drillId: fc.constant(drillId) },
      ...{ scriptVersion: fc.constant(1), officer: fc.constant(original.safety.officer) },
      before: fc.array(line, { maxLength: 8 }),
      never: fc.array(line, { maxLength: 8 }),
      stopWhen: fc.array(line, { maxLength: 8 }),
      afterStop: fc.array(line, { maxLength: 4 }),
    }),
    fc.record({
      ...{ part: fc.constant('measures' as const), drillId: fc.constant(drillId) },
      ...{ scriptVersion: fc.constant(1) },
      target: fc.dictionary(fc.constantFrom('m1', 'm2'), fc.constantFrom('', '2分30秒', '90')),
    }),
  );

describe('an edited script', () => {
  it('stays a script, keeps its stop signal and its safety, and marks each inject once', () => {
    fc.assert(
      fc.property(fc.array(anyEdit(), { maxLength: 12 }), (edits) => {
        let script = original;
        for (const edit of edits) {
          const isGone =
            edit.part === 'inject' &&
            edit.injectId !== '' &&
            !script.injects.some(({ id }) => id === edit.injectId);
          if (!isGone) script = applyEdit(script, edit, { original, roles });
        }
        expect(drillScriptSchema.parse(script)).toEqual(script);
        expect(script.safety.signal).toBe(original.safety.signal);
        for (const part of ['before', 'never', 'stopWhen', 'afterStop'] as const) {
          expect(script.safety[part]).toEqual(expect.arrayContaining(original.safety[part]));
        }
        const ids = script.injects.map(({ id }) => id);
        expect(new Set(ids).size).toBe(ids.length);
        for (const { text } of script.injects) expect(text).toMatch(/^演练：(?!演练：)/);
        const minutes = script.injects.map(({ minute }) => minute);
        expect(minutes).toEqual(minutes.toSorted((a, b) => a - b));
      }),
    );
  });

  it('tells nothing to those who only look on', () => {
    const evaluator = roles.find(({ part }) => part === 'evaluator')!;
    const inject = { part: 'inject', minute: '5', by: '广播', text: '停电了', expect: '点名' };
    const edit = scriptInput.parse({ ...about, ...inject, to: { [evaluator.id]: 'yes' } });
    expect(() => applyEdit(original, edit, { original, roles })).toThrow(
      expect.objectContaining({ reason: 'inject_to_unknown' }),
    );
  });

  it('has its officer among those who control', () => {
    const edit = scriptInput.parse({ ...about, part: 'safety', officer: '居民' });
    expect(() => applyEdit(original, edit, { original, roles })).toThrow(
      expect.objectContaining({ reason: 'officer_controls' }),
    );
  });

  it('follows a role to its new name and back', () => {
    for (const { name } of roles) {
      const renamed = withRoleRenamed(original, name, '新名称');
      expect(namesRole(renamed, name)).toBe(false);
      expect(namesRole(renamed, '新名称')).toBe(namesRole(original, name));
      expect(withRoleRenamed(renamed, '新名称', name)).toEqual(original);
    }
  });
});

describe('a mark', () => {
  it('stands in front of a text once, however it was written', () => {
    for (const text of ['停电了', '演练：停电了', '【演练】停电了', '演练，演练：停电了']) {
      expect(markedText(text)).toBe('演练：停电了');
    }
  });
});

describe('a target', () => {
  it('reads back as it is shown', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 59_999 }), (seconds) => {
        expect(readTarget(targetWords(seconds))).toBe(seconds);
      }),
    );
  });

  it.each([
    ['', null],
    ['2:30', 150],
    ['2分30', 150],
    ['１５０秒', 150],
    ['0', undefined],
    ['很快', undefined],
    ['分', undefined],
  ])('reads %j', (text, seconds) => expect(readTarget(text)).toBe(seconds));
});

describe('a form of the script', () => {
  it('names the line that is wrong', () => {
    const parsed = scriptInput.safeParse({ ...about, part: 'materials', materials: '哨子 4个' });
    expect(parsed.error?.issues[0]?.message).toContain('哨子');
    expect(
      scriptInput.parse({ ...about, part: 'materials', materials: '哨子｜4个\n\n喇叭 | 2个' }),
    ).toMatchObject({
      materials: [
        ['哨子', '4个'],
        ['喇叭', '2个'],
      ],
    });
  });

  it('gathers the fields of rows by their names', () => {
    expect(gathered({ 'target.m1': '90', other: 'x' }, ['target'])).toMatchObject({
      target: { m1: '90' },
    });
  });

  it('keeps apart what somebody added', () => {
    expect(ownLines(['一', '二', '三'], ['一', '三'])).toEqual(['二']);
  });
});

describe('templates', () => {
  it('are sorted by whom they suit, losing none', () => {
    const all = ORGANISERS.map((one) => ({ data: { organisers: [one] } }));
    for (const [kind, names] of Object.entries(SUITED)) {
      for (const name of names) expect(ORGANISERS).toContain(name);
      const { suited, others } = sortedBySuit(all, kind as 'school');
      expect(suited).toHaveLength(names.length);
      expect([...suited, ...others]).toHaveLength(all.length);
    }
  });
});
