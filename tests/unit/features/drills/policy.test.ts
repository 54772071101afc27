import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isPublicDrill,
  isRealNow,
  isToBeTold,
  noticeText,
  preparations,
  seedOf,
  startOffWords,
  stillMissing,
  whatTheySee,
} from '../../../../src/features/drills/policy.ts';
import { findTemplate } from '../../../../scripts/lib/find-template.ts';
import { DRILL_PARTS, DRILL_STATES } from '../../../../src/features/drills/table.ts';

const NOW = new Date('2026-11-25T08:00:00+08:00');
const anyDrill = fc.record({ blind: fc.boolean(), state: fc.constantFrom(...DRILL_STATES) });
const anyStanding = fc.record({
  isOrganiser: fc.boolean(),
  participant: fc.option(
    fc.record({ state: fc.constantFrom('joined' as const, 'waiting' as const, 'left' as const) }),
    { nil: undefined },
  ),
  role: fc.option(fc.record({ part: fc.constantFrom(...DRILL_PARTS) }), { nil: undefined }),
});

describe('what somebody sees of a drill', () => {
  it('is nothing without a part, and all for whoever organises it', () => {
    fc.assert(
      fc.property(anyStanding, anyDrill, (standing, drill) => {
        const sight = whatTheySee(standing, drill);
        const isIn = standing.participant !== undefined && standing.participant.state !== 'left';
        if (!standing.isOrganiser && !isIn) expect(sight).toBeUndefined();
        if (standing.isOrganiser) {
          expect(sight).toMatchObject({ organises: true, controls: true, script: true });
        } else expect(sight?.organises ?? false).toBe(false);
      }),
    );
  });

  it('never tells players or observers before what will happen, nor of a blind drill that it will', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('player' as const, 'observer' as const),
        anyDrill,
        (part, drill) => {
          const standing = {
            ...{ isOrganiser: false, participant: { state: 'joined' as const } },
            role: { part },
          };
          const sight = whatTheySee(standing, drill);
          if (sight?.script) expect(drill.state).toBe('over');
          if (drill.blind && !['running', 'over'].includes(drill.state)) {
            expect(sight).toBeUndefined();
          }
          expect(sight?.controls ?? false).toBe(false);
        },
      ),
    );
  });

  it('shows the script to those who direct, and control to controllers alone', () => {
    for (const part of DRILL_PARTS) {
      const sight = whatTheySee(
        { isOrganiser: false, participant: { state: 'joined' }, role: { part } },
        { blind: false, state: 'announced' },
      );
      expect(sight?.script).toBe(['controller', 'simulator', 'evaluator'].includes(part));
      expect(sight?.controls).toBe(part === 'controller');
      expect(sight?.people).toBe(part === 'controller');
    }
    const waiting = whatTheySee(
      { isOrganiser: false, participant: { state: 'waiting' }, role: { part: 'controller' } },
      { blind: false, state: 'announced' },
    );
    expect(waiting).toMatchObject({ script: false, controls: false, card: false });
  });
});

describe('the public gate', () => {
  it('lets a blind drill out on the day after it ended, and never before', () => {
    const endedAt = new Date('2026-11-25T23:50:00+08:00');
    const drill = { blind: true, state: 'over', announcedAt: null, endedAt } as const;
    expect(isPublicDrill(drill, '2026-11-25')).toBe(false);
    expect(isPublicDrill(drill, '2026-11-26')).toBe(true);
    fc.assert(
      fc.property(fc.constantFrom('preparing', 'running', 'cancelled'), (state) => {
        const other = { ...drill, state: state as 'preparing', endedAt: null };
        expect(isPublicDrill(other, '2999-01-01')).toBe(false);
      }),
    );
  });
});

const version = {
  ...{ title: '示例', place: '示例广场', muster: '旗杆下', notice: '', contact: '' },
  startsAt: new Date('2026-12-10T09:00:00+08:00'),
  endsAt: new Date('2026-12-10T10:00:00+08:00'),
};

describe('a change', () => {
  it('is told where time or place changed, and never of a blind drill', () => {
    const later = { ...version, startsAt: new Date(version.startsAt.getTime() + 1) };
    expect(isToBeTold({ blind: false }, version, version)).toBe(false);
    for (const after of [later, { ...version, place: '别处' }, { ...version, muster: '别处' }]) {
      expect(isToBeTold({ blind: false }, version, after)).toBe(true);
      expect(isToBeTold({ blind: true }, version, after)).toBe(false);
    }
  });
});

describe('a notice', () => {
  it('says what holds now in place of its blanks, and keeps those that nobody filled', () => {
    const notice =
      '{组织单位}定于{日期}{开始时间}至{结束时间}在{地点}演练，到{集合点}。请打{联系电话}，{别的}。';
    expect(noticeText({ ...version, notice }, '示例社区')).toBe(
      '示例社区定于12月10日周四09:00至10:00在示例广场演练，到旗杆下。请打{联系电话}，{别的}。',
    );
  });
});

const safe = { signal: '哨', before: [], never: [], stopWhen: [], afterStop: [] };
const role = (name: string, part: (typeof DRILL_PARTS)[number], taken: number) => ({
  ...{ name, part, taken },
});
const ready = {
  drill: { blind: false, state: 'preparing' as const, announcedAt: null },
  version: { ...version, evacuation: true, contact: '示例 0515', notice: '这是演练，不是地震。' },
  scriptVersion: 2,
  script: {
    safety: { officer: '安全员', ...safe },
    routes: [{ label: '下楼的路', text: '西楼梯' }],
    musters: [{ label: '伤员集合处', text: '操场西侧' }],
  },
  roles: [
    role('安全员', 'controller', 1),
    role('总控', 'controller', 1),
    role('评估员', 'evaluator', 1),
  ],
};

describe('preparation', () => {
  it('lacks nothing once all is there', () => {
    const list = preparations(ready, NOW);
    expect(list.every(({ isDone }) => isDone)).toBe(true);
    expect(list.map(({ key }) => key)).toHaveLength(9);
  });

  it.each([
    ['safety', { roles: ready.roles.map((one, nth) => ({ ...one, taken: nth && 1 })) }],
    ['control', { roles: ready.roles.filter(({ name }) => name !== '总控') }],
    ['evaluation', { roles: ready.roles.slice(0, 2) }],
    ['place', { version: { ...ready.version, muster: '' } }],
    ['contact', { version: { ...ready.version, contact: '' } }],
    ['notice', { version: { ...ready.version, notice: '在{自己写}集合，这是演练，请留意广播。' } }],
    ['script', { scriptVersion: 1 }],
    ['routes', { script: { ...ready.script, routes: [{ label: '下楼的路', text: '' }] } }],
  ])('names what is missing: %s', (key, change) => {
    const missing = stillMissing(preparations({ ...ready, ...change }, NOW));
    expect(missing.map((one) => one.key)).toEqual([key]);
  });

  it('advises a week ahead, counted to the announcement once there was one', () => {
    const soon = { ...ready.version, startsAt: new Date('2026-11-28T09:00:00+08:00') };
    const ahead = (drill: typeof ready.drill | { announcedAt: Date }) =>
      preparations({ ...ready, version: soon, drill: { ...ready.drill, ...drill } }, NOW).find(
        ({ key }) => key === 'ahead',
      );
    expect(ahead(ready.drill)).toMatchObject({ isDone: false, isAdvice: true });
    expect(ahead({ announcedAt: new Date('2026-11-20T09:00:00+08:00') })?.isDone).toBe(true);
    const few = preparations({ ...ready, version: soon }, NOW);
    expect(stillMissing(few)).toEqual([]);
  });

  it('asks for neither notice nor contact where nobody may know', () => {
    const blind = { ...ready, drill: { ...ready.drill, blind: true } };
    const keys = preparations(blind, NOW).map(({ key }) => key);
    expect(keys).not.toContain('notice');
    expect(keys).not.toContain('contact');
  });
});

describe('what a template leaves to the organiser', () => {
  it('is blank, so that how to fill it in is never printed as the plan', async () => {
    const found = await findTemplate('school-earthquake');
    const { script } = seedOf(found!.template, found!.sheet, { blind: false, trainings: {} });
    const places = [...script.routes, ...script.musters];
    expect(places.length).toBeGreaterThan(0);
    expect(places.every(({ label, text }) => label !== '' && text === '')).toBe(true);
  });
});

describe('a start', () => {
  const startOff = (time: string) =>
    startOffWords(version, new Date(`2026-12-10T${time}:00+08:00`));

  it('is warned of where nobody expects it', () => {
    expect(startOff('08:39')).toContain('比定的09:00早了21分钟');
    expect(startOff('07:00')).toContain('早了2小时，');
    expect(startOff('10:15')).toContain('晚了1小时15分钟');
    expect(startOff('08:55')).toBeUndefined();
    expect(startOff('09:05')).toBeUndefined();
  });
});

describe('a real event', () => {
  it('takes the words that nothing has happened off the pages for a day', () => {
    const endedAt = new Date('2026-12-10T09:20:00+08:00');
    const later = (hours: number) => new Date(endedAt.getTime() + hours * 3_600_000);
    expect(isRealNow({ kind: 'real_event', endedAt }, later(0))).toBe(true);
    expect(isRealNow({ kind: 'real_event', endedAt }, later(23))).toBe(true);
    expect(isRealNow({ kind: 'real_event', endedAt }, later(24))).toBe(false);
    expect(isRealNow({ kind: 'stopped', endedAt }, later(0))).toBe(false);
    expect(isRealNow(undefined, later(0))).toBe(false);
  });
});
