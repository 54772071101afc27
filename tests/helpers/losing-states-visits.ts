import {
  announceCandidate,
  nameApplicant,
  recheckNaming,
} from '../../src/features/public-notices/commands.ts';
import {
  dropDraw,
  enterNumber,
  freezeDraw,
  nameDraw,
  recordDraw,
} from '../../src/features/sampling-draws/commands.ts';
import {
  addVisitPhoto,
  concludeVisit,
  planVisit,
  recordChecklist,
  recordVisitEntries,
} from '../../src/features/site-visits/commands.ts';
import { addDays, addMinutes, calendarDate, DAY_MS } from '../../src/lib/time.ts';
import { listProgrammes, PROGRAMME } from './filed-applications.ts';
import type { LosingState } from './losing-states.ts';
import { offices, walkedTo, type Offices, type Walked } from './walked-applications.ts';
import type { World } from './world.ts';

const key = () => crypto.randomUUID();

type Prepare = (
  setting: Walked & { by: Offices; world: World },
) => (() => Promise<unknown>) | Promise<() => Promise<unknown>>;

/** A file walked to a state, and what is tried on it. */
const walked = (
  command: string,
  state: string,
  reason: string,
  until: string,
  prepare: Prepare,
): LosingState => ({
  ...{ command, state, reason },
  prepare: async (world) => {
    const by = await offices(world);
    return prepare({ ...(await walkedTo(world, by, until)), by, world });
  },
});

const drawInput = (now: Date) => ({
  ...{ queue: `${PROGRAMME}/1/city-review/320900`, numberDigits: '12' },
  ...{ numberWords: '示例彩票第2026140期的6个红色球号码', numberSource: '示例网站' },
  numberOn: addDays(calendarDate(now), 3),
});

/** A draw of the city that is named and, if wished, frozen. */
async function draw({ by, ctx, world }: Parameters<Prepare>[0], isFrozen = false): Promise<string> {
  const { drawId } = await nameDraw(ctx, by.city, drawInput(ctx.now), listProgrammes, key());
  const later = world.at(addMinutes(ctx.now, 1));
  if (isFrozen) await freezeDraw(later, by.city, { drawId }, key());
  return drawId;
}

const CITY = 'step:city-review';
const COUNTY = 'step:county-review';
const NUMBER = '030711182633';
const contact = {
  office: '示例省减灾委员会办公室',
  ...{ phone: '025-00000000', address: '示例路1号' },
};
const document = { documentTitle: '示例命名的通知', namedBy: '省防灾减灾救灾委员会' };
const plan = { plannedOn: '2027-01-05', party: '县应急局2人' };

export const siteVisitStates: LosingState[] = [
  walked(
    'public-notices.announceCandidate',
    'by another level',
    'application_not_yours',
    'notice_due',
    ({ ctx, by, applicationId }) => {
      const input = { applicationId, on: 'notice_due', opensOn: calendarDate(ctx.now), ...contact };
      return () => announceCandidate(ctx, by.city, input, listProgrammes, key());
    },
  ),
  walked(
    'public-notices.announceCandidate',
    'from a day that has gone',
    'day_unfit',
    'notice_due',
    ({ ctx, by, applicationId }) => {
      const input = { applicationId, on: 'notice_due', opensOn: '2026-11-01', ...contact };
      return () => announceCandidate(ctx, by.province, input, listProgrammes, key());
    },
  ),
  walked(
    'public-notices.nameApplicant',
    'while the notice runs',
    'day_unfit',
    'notice',
    ({ ctx, by, applicationId }) => {
      const input = { applicationId, on: 'notice', ...document, namedOn: calendarDate(ctx.now) };
      return () => nameApplicant(ctx, by.province, input, listProgrammes, key());
    },
  ),
  walked(
    'public-notices.recheckNaming',
    'before it is named',
    'application_moved_on',
    'notice',
    ({ ctx, by, applicationId }) => {
      const input = { applicationId, on: 'named', act: 'recheck', reason: '示例' };
      return () => recheckNaming(ctx, by.province, input, listProgrammes, key());
    },
  ),

  walked(
    'sampling-draws.nameDraw',
    'by a number of today',
    'draw_too_late',
    CITY,
    ({ ctx, by }) => {
      const input = { ...drawInput(ctx.now), numberOn: calendarDate(ctx.now) };
      return () => nameDraw(ctx, by.city, input, listProgrammes, key());
    },
  ),
  walked(
    'sampling-draws.freezeDraw',
    'with nothing that waits',
    'draw_empty',
    COUNTY,
    async (set) => {
      const drawId = await draw(set);
      return () => freezeDraw(set.ctx, set.by.city, { drawId }, key());
    },
  ),
  walked('sampling-draws.freezeDraw', 'twice', 'draw_out_of_order', CITY, async (set) => {
    const drawId = await draw(set, true);
    const later = set.world.at(addMinutes(set.ctx.now, 9));
    return () => freezeDraw(later, set.by.city, { drawId }, key());
  }),
  walked('sampling-draws.enterNumber', 'before its day', 'draw_too_early', CITY, async (set) => {
    const drawId = await draw(set, true);
    const input = { drawId, number: NUMBER, numberAgain: NUMBER };
    return () => enterNumber(set.ctx, set.by.city, input, key());
  }),
  walked(
    'sampling-draws.recordDraw',
    'before the number',
    'draw_out_of_order',
    CITY,
    async (set) => {
      const drawId = await draw(set, true);
      return () => recordDraw(set.ctx, set.by.city, { drawId }, listProgrammes);
    },
  ),
  walked(
    'sampling-draws.dropDraw',
    'when its number may be known',
    'draw_out_of_order',
    CITY,
    async (set) => {
      const drawId = await draw(set, true);
      const later = set.world.at(new Date(set.ctx.now.getTime() + 3 * DAY_MS));
      return () => dropDraw(later, set.by.city, { drawId, reason: '示例' }, key());
    },
  ),

  walked(
    'site-visits.planVisit',
    'at a step of another office',
    'visit_not_now',
    COUNTY,
    ({ ctx, by, applicationId }) =>
      () =>
        planVisit(ctx, by.city, { applicationId, ...plan }, listProgrammes, key()),
  ),
  walked(
    'site-visits.recordVisitEntries',
    'without a plan',
    'visit_not_yours',
    COUNTY,
    ({ ctx, by, applicationId }) => {
      const entries = [{ id: key(), kind: 'opening', present: 3, deviceAt: 0 }];
      const input = { applicationId, sentAt: 0, entries };
      return () => recordVisitEntries(ctx, by.county, input, listProgrammes);
    },
  ),
  walked(
    'site-visits.recordChecklist',
    'by another office',
    'visit_not_yours',
    COUNTY,
    async ({ ctx, by, applicationId }) => {
      await planVisit(ctx, by.county, { applicationId, ...plan }, listProgrammes, key());
      const input = { applicationId, opening: '9' };
      return () => recordChecklist(ctx, by.city, input, listProgrammes, key());
    },
  ),
  walked(
    'site-visits.concludeVisit',
    'with nothing noted',
    'visit_not_whole',
    COUNTY,
    async ({ ctx, by, applicationId }) => {
      await planVisit(ctx, by.county, { applicationId, ...plan }, listProgrammes, key());
      const input = { applicationId, on: COUNTY, reason: '示例' };
      return () => concludeVisit(ctx, by.county, input, listProgrammes, key());
    },
  ),
  walked(
    'site-visits.addVisitPhoto',
    'a file that is not there',
    'file_unknown',
    COUNTY,
    async ({ ctx, by, applicationId }) => {
      await planVisit(ctx, by.county, { applicationId, ...plan }, listProgrammes, key());
      const input = { applicationId, file: key() };
      return () => addVisitPhoto(ctx, by.county, input, listProgrammes, key());
    },
  ),
];
