import { describe, expect, it } from 'vitest';
import { machineOf, courseOf } from '../../../../src/features/applications/policy.ts';
import { nextSteps, objectionTo, standingOf } from '../../../../src/features/reviews/policy.ts';
import { addMinutes, DAY_MS } from '../../../../src/lib/time.ts';
import {
  APPLICANT,
  BEGUN,
  completeDraft,
  decisionFor,
  FACTS,
  groundOf,
  newFile,
  OFFICES,
  rights,
  taken,
  walkTo,
} from '../../../helpers/applications.ts';
import { criteriaFiles, programmeOf } from '../../../helpers/programmes.ts';

const national = groundOf(programmeOf('national-community/1'));
const city = groundOf(programmeOf('jiangsu-safe-city/1'));
const county = { kind: 'region', regionCode: '320904' } as const;
const days = (at: Date, count: number) => new Date(at.getTime() + count * DAY_MS);

describe('every programme runs through the same machine', () => {
  it('names a community nationally, by five levels of which the last is recorded by the province', () => {
    const file = walkTo(national, 'named');
    expect(file.decisions.map(({ act, authorId }) => `${act} ${authorId}`)).toEqual([
      `submission ${APPLICANT}`,
      'approval officer-town',
      ...['opinion', 'opinion', 'opinion', 'approval'].map((act) => `${act} officer-county`),
      ...['visit', 'opinion', 'opinion', 'opinion', 'approval'].map(
        (act) => `${act} officer-county`,
      ),
      ...['draw', 'visit', 'opinion', 'opinion', 'opinion', 'approval'].map(
        (act) => `${act} officer-city`,
      ),
      ...['draw', 'visit', 'opinion', 'opinion', 'opinion', 'approval'].map(
        (act) => `${act} officer-province`,
      ),
      'approval officer-province',
      'notice officer-province',
      'naming officer-province',
    ]);
  });

  it('names a safe city in its four stages, for a county that applies by its own officers', () => {
    const rules = {
      ...city,
      rights: [...rights, { ...rights[1]!, personId: APPLICANT, role: 'reviewer' as const }],
    };
    const file = walkTo(rules, 'named', newFile(county));
    const stages = file.decisions.map(
      ({ at }, index) =>
        standingOf({ ...file, decisions: file.decisions.slice(0, index) }, city, at).stage,
    );
    expect([...new Set(stages)]).toEqual(['宣传发动', '自评复核', '省级评议', '审议命名']);
  });

  it.each(Object.keys(criteriaFiles))(
    '%s: nothing waits for two offices, and every way can end',
    (name) => {
      const machine = machineOf(programmeOf(name));
      const offices = Map.groupBy(
        machine.filter(({ by }) => by !== 'applicant' && by !== 'clock'),
        ({ from }) => from,
      );
      for (const [state, rows] of offices) {
        expect.soft(new Set(rows.map(({ by }) => by)).size, state).toBe(1);
      }
      const reached = new Set(['draft']);
      for (const from of reached) {
        for (const row of machine) if (row.from === from) reached.add(row.to);
      }
      expect(new Set(machine.flatMap(({ from, to }) => [from, to]))).toEqual(reached);
      expect(reached).toContain('named');
    },
  );
});

describe('a file that is not ready', () => {
  it('is told everything that it lacks at once', () => {
    const { programme } = national;
    const draft = { ...completeDraft(programme), conditions: {} };
    const one = decisionFor(national, newFile(), 'submission', 'applicant', BEGUN, { draft });
    const objection = objectionTo(newFile(), national, one);
    expect(objection?.reason).toBe('lacking');
    expect(objection?.missing).toHaveLength(programme.conditions.length);
    expect(objection?.missing[0]).toEqual({
      where: 'condition',
      key: 'no-accident',
      message: '基本条件“近3年没有因灾造成的责任事故”还没有确认做到',
    });
  });

  it('cannot be sent where nobody knows which town it belongs to and a step needs the town', () => {
    const programme = {
      ...national.programme,
      steps: national.programme.steps.map((step, at) =>
        at === 0 ? { ...step, optional: false } : step,
      ),
    };
    const file = newFile({ kind: 'organisation', id: 'organisation-1', regionCode: '320904' });
    const ground = groundOf(programme);
    const one = decisionFor(ground, file, 'submission', 'applicant', BEGUN);
    expect(objectionTo(file, ground, one)?.missing.map(({ message }) => message)).toEqual([
      '不知道“街道（乡镇）推荐”归哪里办，请先把单位登记到乡镇（街道）',
    ]);
    const sent = taken(
      file,
      national,
      decisionFor(national, file, 'submission', 'applicant', BEGUN),
    );
    expect(courseOf(national, sent, BEGUN).state).toBe('step:county-documents');
  });
});

describe('the clock of a step', () => {
  const sent = walkTo(national, 'step:town-recommendation');
  const at = sent.decisions.at(-1)!.at;

  it('lets a recommendation that did not come in time go by', () => {
    // Monday 23 November: five workdays end on the 30th.
    expect(standingOf(sent, national, at)).toMatchObject({ turn: 'town', until: '2026-11-30' });
    expect(courseOf(national, sent, days(at, 7)).state).toBe('step:town-recommendation');
    expect(courseOf(national, sent, days(at, 8)).state).toBe('step:county-documents');
    expect(standingOf(sent, national, days(at, 8)).until).toBe('2026-12-22');
  });

  it('stands still while the applicant mends the file, and goes on when the time for it is over', () => {
    const back = taken(sent, national, decisionFor(national, sent, 'return', 'town', days(at, 1)));
    const now = days(at, 2);
    expect(standingOf(back, national, now)).toMatchObject({
      state: 'returned:town-recommendation',
      words: '退回来补正',
      turn: 'applicant',
      until: '2026-12-08',
      isPaused: true,
      isOverdue: false,
    });
    const mended = taken(
      back,
      national,
      decisionFor(national, back, 'correction', 'applicant', now),
    );
    expect(standingOf(mended, national, now)).toMatchObject({ turn: 'town', until: '2026-12-02' });
    // Ten workdays pass without a word from the applicant.
    expect(standingOf(back, national, days(at, 15))).toMatchObject({ turn: 'applicant' });
    expect(standingOf(back, national, days(at, 16))).toMatchObject({
      turn: 'town',
      until: '2026-12-15',
    });
  });

  it('is overdue for an office that has to decide', () => {
    const file = walkTo(national, 'step:county-documents');
    const since = file.decisions.at(-1)!.at;
    expect(standingOf(file, national, days(since, 21)).isOverdue).toBe(false);
    expect(standingOf(file, national, days(since, 22))).toMatchObject({
      turn: 'county',
      isOverdue: true,
    });
  });
});

describe('who decides', () => {
  const file = walkTo(national, 'step:county-documents');
  const at = days(file.decisions.at(-1)!.at, 1);
  const approval = decisionFor(national, file, 'refusal', 'county', at);
  const reason = (ground: typeof national, one = approval) =>
    objectionTo(file, ground, one)?.reason;

  it('is an officer of that office at that moment', () => {
    expect(reason(national)).toBeUndefined();
    expect(reason({ ...national, rights: [] })).toBe('not_yours');
    const ended = rights.map((right) => ({ ...right, until: at }));
    expect(reason({ ...national, rights: ended })).toBe('not_yours');
    const begins = rights.map((right) => ({ ...right, from: addMinutes(at, 1) }));
    expect(reason({ ...national, rights: begins })).toBe('not_yours');
    expect(reason(national, { ...approval, authorId: OFFICES.city.officer })).toBe('not_yours');
  });

  it('is nobody of the applicant, nobody who acted for it, and nobody who stood back', () => {
    const tie = { personId: OFFICES.county.officer, organisationId: 'organisation-1', from: BEGUN };
    expect(reason({ ...national, ties: [{ ...tie, until: null }] })).toBe('not_yours');
    expect(reason({ ...national, ties: [{ ...tie, until: at }] })).toBeUndefined();
    const both = rights.map((right) => ({ ...right, personId: APPLICANT }));
    expect(reason({ ...national, rights: both }, { ...approval, authorId: APPLICANT })).toBe(
      'not_yours',
    );
    const left = { ...national, rights: both.slice(0, -1) };
    expect(reason(left, { ...approval, authorId: APPLICANT })).toBe('not_yours');
    const stoodBack = taken(file, national, decisionFor(national, file, 'recusal', 'county', at));
    expect(objectionTo(stoodBack, national, approval)?.reason).toBe('not_yours');
  });

  it('decides on what they saw, with a reason', () => {
    expect(reason(national, { ...approval, on: 'step:town-recommendation' })).toBe('moved_on');
    expect(reason(national, { ...approval, reason: ' ' })).toBe('no_reason');
    expect(reason(national, { ...approval, at: BEGUN })).toBe('out_of_order');
  });
});

describe('scores of a step', () => {
  const file = walkTo(national, 'step:county-visit');
  const ready = ['visit', 'opinion', 'opinion', 'opinion'].reduce((done, act, index) => {
    const department = (['meteorology', 'earthquake', 'fire'] as const)[index - 1];
    const at = addMinutes(done.decisions.at(-1)!.at, 10);
    return taken(
      done,
      national,
      decisionFor(national, done, act as 'visit', 'county', at, { department }),
    );
  }, file);
  const at = addMinutes(ready.decisions.at(-1)!.at, 10);
  const full = decisionFor(national, ready, 'approval', 'county', at) as {
    scores?: Record<string, number>;
  };
  const said = (change: Record<string, number>, differences = {}) =>
    objectionTo(
      ready,
      national,
      decisionFor(national, ready, 'approval', 'county', at, {
        scores: { ...full.scores, ...change },
        differences,
      }),
    )?.message;

  it('pass with every point scored, a reason for what differs, and the threshold reached', () => {
    expect(said({})).toBeUndefined();
    expect(said({ 'leadership-meets': 7 })).toBe('还有1项没有打分，或者打了不能打的分。');
    expect(said({ 'leadership-meets': 0 })).toBe('有1项和上一栏差得多，请写明为什么。');
    expect(said({ 'leadership-meets': 0 }, { 'leadership-meets': '没有会议记录' })).toBeUndefined();
    const zeros = Object.fromEntries(Object.keys(full.scores ?? {}).map((key) => [key, 0]));
    expect(said(zeros)).toBe('合计0分，不到80分，不能通过。');
  });

  it('are not asked for before the visit and the opinions', () => {
    const next = nextSteps(file, national, at).find(({ act }) => act === 'approval');
    expect(next?.missing).toEqual(['还没有现场核查记录', '气象、地震、消防救援部门还没有出意见']);
    expect(FACTS.round).toBeNull();
  });
});

describe('after the steps', () => {
  it('is named only when the seven days are over', () => {
    const file = walkTo(national, 'notice');
    const opened = file.decisions.at(-1)!.at;
    const naming = (at: Date) =>
      objectionTo(file, national, decisionFor(national, file, 'naming', 'province', at))?.reason;
    expect(naming(days(opened, 6))).toBe('lacking');
    expect(naming(days(opened, 7))).toBeUndefined();
    expect(standingOf(file, national, days(opened, 6)).turn).toBeNull();
    expect(standingOf(file, national, days(opened, 7)).turn).toBe('province');
  });

  it('keeps its title by a recheck, and loses it when what was found is not put right in time', () => {
    const file = walkTo(national, 'named');
    const at = days(file.decisions.at(-1)!.at, 1);
    const year = Number(at.toISOString().slice(0, 4)) + 3;
    expect(standingOf(file, national, at).until).toMatch(new RegExp(`^${year}-`));
    const failed = taken(
      file,
      national,
      decisionFor(national, file, 'rectification', 'province', at),
    );
    const revocation = (on: Date) =>
      objectionTo(failed, national, decisionFor(national, failed, 'revocation', 'province', on))
        ?.reason;
    expect(revocation(days(at, 60))).toBe('lacking');
    expect(revocation(days(at, 63))).toBeUndefined();
    const kept = taken(
      failed,
      national,
      decisionFor(national, failed, 'recheck', 'province', days(at, 9)),
    );
    expect(courseOf(national, kept, days(at, 9)).state).toBe('named');
  });
});
