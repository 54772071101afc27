import type { Refusals } from '../../lib/errors.ts';
import {
  calendarDate,
  DAY_MS,
  daysBetween,
  formatDay,
  formatTime,
  formatTimeAfter,
  type CalendarDate,
} from '../../lib/time.ts';
import { notYours } from '../drill-plans/policy.ts';
import { DRILL_HAZARDS } from '../drill-plans/schema.ts';
import { noticeParts, PLACEHOLDERS } from '../drill-templates/policy.ts';
import type { DrillSheet, DrillTemplate } from '../drill-templates/schema.ts';
import type { DrillScript } from './schema.ts';
import type {
  Drill,
  DrillEnd,
  DrillFilling,
  DrillPart,
  DrillRole,
  DrillState,
  DrillVersion,
} from './table.ts';

export const stateWords: Readonly<Record<DrillState, string>> = {
  preparing: '准备中',
  announced: '已公告',
  running: '进行中',
  over: '已结束',
  cancelled: '已取消',
};
export const partWords: Readonly<Record<DrillPart, string>> = {
  player: '参演',
  controller: '控制',
  simulator: '模拟',
  evaluator: '评估',
  observer: '观摩',
};
export const fillingWords: Readonly<Record<DrillFilling, string>> = {
  assigned: '单位指派',
  volunteer: '志愿者报名',
  household: '居民和家庭报名',
  observer: '观摩报名',
};
export const endWords: Readonly<Record<DrillEnd['kind'], string>> = {
  finished: '按计划结束',
  stopped: '提前停止',
  real_event: '发生了真实突发事件',
};

/** 本平台约定, as long as phones may still send what they noted: by then everybody knows that it was real. */
const REAL_SHOWN_MS = DAY_MS;

/** Whether something real has ended a drill just now: whoever looks is told so, and no longer that it is practice. */
export function isRealNow(end: Pick<DrillEnd, 'kind' | 'endedAt'> | undefined, now: Date): boolean {
  return end?.kind === 'real_event' && now.getTime() - end.endedAt.getTime() < REAL_SHOWN_MS;
}

/** Where everybody who takes part in a drill finds it, its organisers included; the public's page is `/drills/<id>`. */
export function drillPath(id: string): string {
  return `/me/drills/${id}`;
}

/**
 * Whether the public may know of a drill: an announced one always, its cancellation included; a blind one from the day
 * after it ended. What was prepared without an announcement is nobody else's concern. Everything that goes outside passes
 * here.
 */
export function isPublicDrill(
  {
    blind,
    state,
    announcedAt,
    endedAt,
  }: Pick<Drill, 'blind' | 'state' | 'announcedAt' | 'endedAt'>,
  today: CalendarDate,
): boolean {
  if (!blind) return announcedAt !== null;
  return state === 'over' && endedAt !== null && calendarDate(endedAt) < today;
}

/** A drill with all that its template brings, before anybody has changed a word. */
export interface DrillSeed {
  class: Pick<DrillVersion, 'hazard' | 'form' | 'content' | 'purpose' | 'evacuation'>;
  minutes: number;
  notice: string;
  roles: Omit<DrillRole, 'id' | 'drillId' | 'taken' | 'removedAt'>[];
  script: DrillScript;
}

const FORMS = { 实战: 'practical', 桌面: 'tabletop' } as const;
const CONTENTS = { 单项: 'single', 综合: 'comprehensive' } as const;
const PURPOSES = { 检验性: 'test', 示范性: 'demonstration', 研究性: 'research' } as const;
const PARTS: Readonly<Record<DrillTemplate['roles'][number]['part'], DrillPart>> = {
  ...{ 参演: 'player', 控制: 'controller', 模拟: 'simulator' },
  ...{ 评估: 'evaluator', 观摩: 'observer' },
};
const FILLINGS: Readonly<Record<DrillTemplate['roles'][number]['filledBy'], DrillFilling>> = {
  ...{ 单位指派: 'assigned', 志愿者报名: 'volunteer' },
  ...{ 居民和家庭报名: 'household', 观摩报名: 'observer' },
};

/** Without residents' sign-up there is no count to measure by. */
const PEOPLE_WITHOUT_SIGN_UP = 50;
const ROLE_CAPACITY_MAX = 2000;

/**
 * What a template and the sheet of its form make of a new drill. A blind one has no roles to sign up for: they are assigned.
 * @param trainings the code of each training by its name.
 */
export function seedOf(
  template: DrillTemplate,
  sheet: DrillSheet,
  { blind, trainings }: { blind: boolean; trainings: Readonly<Record<string, string>> },
): DrillSeed {
  const people =
    template.roles
      .filter(({ filledBy }) => filledBy === '居民和家庭报名')
      .reduce((sum, { capacity }) => sum + capacity.count, 0) || PEOPLE_WITHOUT_SIGN_UP;
  const { safety } = template;
  const numbered = <Row extends object>(letter: string, rows: readonly Row[]) =>
    rows.map((row, index) => ({ id: `${letter}${index + 1}`, ...row }));
  const items = [
    ...sheet.prepare.map((item) => ({ phase: 'prepare' as const, ...item })),
    ...template.evaluation.map((item) => ({ phase: 'run' as const, ...item })),
    ...sheet.conclude.map((item) => ({ phase: 'conclude' as const, ...item })),
  ].map(({ phase, group, text, weight }) => ({ phase, group, text, weight }));
  const isEvacuation = template.form === '实战' && template.musters.length > 0;
  return {
    class: {
      hazard: DRILL_HAZARDS.find((one) => one === template.hazard) ?? '其他',
      form: FORMS[template.form],
      content: CONTENTS[template.scope],
      purpose: PURPOSES[template.purpose],
      evacuation: isEvacuation,
    },
    minutes: template.minutes,
    notice: template.notice === 'none' || blind ? '' : template.notice.text,
    roles: template.roles.map(
      ({ name, part, group, filledBy, capacity, training, duty }, position) => ({
        position,
        name,
        part: PARTS[part],
        workGroup: group ?? '',
        filledBy: blind ? 'assigned' : FILLINGS[filledBy],
        capacity: Math.min(
          ROLE_CAPACITY_MAX,
          capacity.count * (capacity.perPeople ? Math.ceil(people / capacity.perPeople) : 1),
        ),
        training: training.flatMap((one) => trainings[one] ?? []),
        duty,
      }),
    ),
    script: {
      scenario: template.scenario,
      aims: template.aims.map(({ text, check }) => ({ text, check })),
      injects: numbered(
        'i',
        template.injects.map(({ minute, to, by, text, expect }) => ({
          minute,
          to,
          by,
          text,
          expect,
        })),
      ),
      measures: numbered(
        'm',
        template.measures.map(({ name, from, to, target }) => ({
          ...{ name, from, to },
          targetSeconds: target?.seconds ?? null,
          targetWords: target?.words ?? '',
        })),
      ),
      // What a template says there is how to fill it in: nobody walks by that, and it must not be printed as the plan.
      routes: template.routes.map(({ label }) => ({ label, text: '' })),
      musters: template.musters.map(({ label }) => ({ label, text: '' })),
      materials: template.materials.map(({ name, amount, unit, each }) => ({
        name,
        amount: `${amount}${unit}${each ? `（每${each}）` : ''}`,
      })),
      safety: {
        officer: safety.officer,
        signal: sheet.signal.text,
        before: safety.before.map(({ text }) => text),
        never: safety.never.map(({ text }) => text),
        stopWhen: [...sheet.stop.map(({ text }) => text), ...safety.stopWhen],
        afterStop: sheet.afterStop.map(({ text }) => text),
      },
      vulnerable: template.vulnerable.map(({ who, help, helper }) => ({ who, help, helper })),
      items: numbered('e', items),
    },
  };
}

type Span = Pick<DrillVersion, 'startsAt' | 'endsAt'>;

export const isMoved = (before: Span, after: Span): boolean =>
  before.startsAt.getTime() !== after.startsAt.getTime() ||
  before.endsAt.getTime() !== after.endsAt.getTime();

/** Whether those who take part have to hear of a change: they would come at another time, or to another place. */
export function isToBeTold(
  { blind }: Pick<Drill, 'blind'>,
  before: Pick<DrillVersion, 'startsAt' | 'endsAt' | 'place' | 'muster'>,
  after: Pick<DrillVersion, 'startsAt' | 'endsAt' | 'place' | 'muster'>,
): boolean {
  const isElsewhere = before.place !== after.place || before.muster !== after.muster;
  return !blind && (isMoved(before, after) || isElsewhere);
}

/** What of a drill somebody sees and does on its pages. */
export interface Sight {
  /** Prepare it: change, assign, announce, cancel. */
  organises: boolean;
  /** Start it and end it. */
  controls: boolean;
  /** Read the injects and what should follow from them. */
  script: boolean;
  /** Read who takes part, by name. */
  people: boolean;
  /** Have a role card of one's own. */
  card: boolean;
}

/**
 * What somebody sees of a drill by what they are in it; undefined where it is not there for them. Whoever drills is not
 * told before what will happen, and of a blind drill not even that it will. Who only waits for a place sees when and where.
 */
export function whatTheySee(
  {
    isOrganiser,
    participant,
    role,
  }: {
    isOrganiser: boolean;
    participant: { state: 'joined' | 'waiting' | 'left' } | undefined;
    role: Pick<DrillRole, 'part'> | undefined;
  },
  { blind, state }: Pick<Drill, 'blind' | 'state'>,
): Sight | undefined {
  const part = participant?.state === 'joined' ? role?.part : undefined;
  if (isOrganiser) {
    const card = part !== undefined;
    return { organises: true, controls: true, script: true, people: true, card };
  }
  const isWaiting = participant?.state === 'waiting';
  if (part === undefined && !isWaiting) return undefined;
  const isDirecting = part === 'controller' || part === 'simulator' || part === 'evaluator';
  // Blind: it is there once the alarm has gone.
  const hasBegun = state === 'running' || state === 'over';
  if (blind && !isDirecting && !hasBegun) return undefined;
  return {
    organises: false,
    controls: part === 'controller',
    script: isDirecting || (part !== undefined && state === 'over'),
    people: part === 'controller',
    card: part !== undefined,
  };
}

/** 本平台约定 after what communities do: residents hear of a drill a week ahead. Advice, and no bar. */
export const ANNOUNCED_AHEAD_DAYS = 7;

/** One thing that a drill needs before it can go out. */
export interface Preparation {
  key:
    | 'safety'
    | 'control'
    | 'evaluation'
    | 'place'
    | 'routes'
    | 'contact'
    | 'notice'
    | 'script'
    | 'ahead';
  /** What there is to do, or what is done. */
  text: string;
  isDone: boolean;
  /** Without it a drill can still be announced. */
  isAdvice: boolean;
  /** The page below the drill's where it is done. */
  page: string;
}

/**
 * The notice as everybody reads it: what a template leaves blank is filled with what holds now, so that a changed hour
 * changes it too. What nobody has written yet stays blank, by its name.
 */
export function noticeText(
  {
    notice,
    startsAt,
    endsAt,
    place,
    muster,
    contact,
  }: Pick<DrillVersion, 'notice' | 'startsAt' | 'endsAt' | 'place' | 'muster' | 'contact'>,
  organiserName: string,
): string {
  const known: Readonly<Record<string, string>> = {
    组织单位: organiserName,
    日期: formatDay(startsAt),
    开始时间: formatTime(startsAt),
    结束时间: formatTimeAfter(startsAt, endsAt),
    ...{ 地点: place, 集合点: muster, 联系电话: contact },
  };
  return notice.replace(/\{(.*?)\}/g, (blank, name: string) => known[name] || blank);
}

/** A blank that nobody but the organiser can fill. */
const hasBlank = (notice: string) =>
  noticeParts(notice).some(
    ({ blank }) => blank !== null && !PLACEHOLDERS.some((one) => one === blank),
  );

/**
 * What a drill still lacks, in the order in which one does it. The announcement itself asks for notice and contact; the
 * rest is what a drill cannot go safely without.
 * @param scriptVersion 1 as long as nobody has looked the template's script through and written it down.
 */
export function preparations(
  {
    drill,
    version,
    scriptVersion,
    script,
    roles,
  }: {
    drill: Pick<Drill, 'blind' | 'state' | 'announcedAt'>;
    version: Pick<DrillVersion, 'muster' | 'evacuation' | 'contact' | 'notice' | 'startsAt'>;
    scriptVersion: number;
    script: Pick<DrillScript, 'safety' | 'routes' | 'musters'>;
    roles: readonly Pick<DrillRole, 'name' | 'part' | 'taken'>[];
  },
  now: Date,
): Preparation[] {
  const isFilled = (part: DrillPart) =>
    roles.some(
      (role) => role.part === part && role.taken > 0 && role.name !== script.safety.officer,
    );
  const officer = roles.find(({ name }) => name === script.safety.officer);
  const days = daysBetween(calendarDate(drill.announcedAt ?? now), calendarDate(version.startsAt));
  const one = (
    key: Preparation['key'],
    isDone: boolean,
    page: string,
    words: [done: string, todo: string],
    isAdvice = false,
  ): Preparation => ({ key, isDone, page, text: words[isDone ? 0 : 1], isAdvice });
  const places = [...script.routes, ...script.musters];
  const unwritten = places.filter(({ text }) => text === '').length;
  const hasNotice = version.notice.length >= 10 && !hasBlank(version.notice);
  return [
    one('script', scriptVersion > 1, 'script', ['看过、改过方案', '把方案看一遍，改成自己的']),
    one('safety', (officer?.taken ?? 0) > 0, 'people', [
      `${script.safety.officer}有人了`,
      `指派${script.safety.officer}：他随时可以叫停`,
    ]),
    one('control', isFilled('controller'), 'people', [
      '控制的人有了',
      '指派控制的人：他发情景、掌握进程',
    ]),
    one('evaluation', isFilled('evaluator'), 'people', ['评估的人有了', '指派评估的人']),
    ...(version.evacuation
      ? [one('place', version.muster !== '', 'version', ['集合点写好了', '写集合点：到了哪里算到'])]
      : []),
    ...(places.length > 0
      ? [
          one('routes', unwritten === 0, 'script/places', [
            '每条路线、每个位置写好了',
            `写路线和位置：还有${unwritten}处空着`,
          ]),
        ]
      : []),
    ...(drill.blind
      ? []
      : [
          one('contact', version.contact.length >= 2, 'version', [
            '联系方式写好了',
            '写联系的部门和电话',
          ]),
          one('notice', hasNotice, 'version', [
            '告知的内容写好了',
            hasBlank(version.notice) ? '告知的内容里还有没填的空' : '写告知大家的内容',
          ]),
          one(
            'ahead',
            days >= ANNOUNCED_AHEAD_DAYS,
            'version',
            [
              `提前${ANNOUNCED_AHEAD_DAYS}天告诉大家（本平台约定）`,
              `只剩${Math.max(days, 0)}天。最好提前${ANNOUNCED_AHEAD_DAYS}天告诉大家（本平台约定）`,
            ],
            true,
          ),
        ]),
  ];
}

/** A few minutes more or less are nobody's surprise. */
const ON_TIME_MINUTES = 5;

/** That a drill would begin at another time than everybody was told; undefined where it is about right. */
export function startOffWords(
  { startsAt }: Pick<DrillVersion, 'startsAt'>,
  now: Date,
): string | undefined {
  const minutes = Math.round((now.getTime() - startsAt.getTime()) / 60_000);
  if (Math.abs(minutes) <= ON_TIME_MINUTES) return undefined;
  const off = Math.abs(minutes);
  const long =
    off < 60 ? `${off}分钟` : `${Math.floor(off / 60)}小时${off % 60 ? `${off % 60}分钟` : ''}`;
  return minutes < 0
    ? `比定的${formatTime(startsAt)}早了${long}，有的人还没准备好，可能当成真的`
    : `比定的${formatTime(startsAt)}晚了${long}，先告诉在等的人`;
}

/** What has to be done before it goes out; advice aside. */
export function stillMissing(list: readonly Preparation[]): Preparation[] {
  return list.filter(({ isDone, isAdvice }) => !isDone && !isAdvice);
}

export { markedTitle } from '../../lib/drill-mark.ts';

export const drillRefusals: Refusals = {
  drill_not_yours: notYours,
  item_unknown: { code: 'invalid', field: 'planItemId', message: '计划里没有这一项' },
  item_settled: {
    code: 'conflict',
    message: '计划里的这一项已经演练或取消了。',
  },
  blind_as_planned: {
    code: 'invalid',
    field: 'blind',
    message: '是不是双盲，要和计划里的这一项一样',
  },
  'unique:drills.plan_item_id': {
    ...{ code: 'conflict', reason: 'item_has_drill' },
    message: '计划里的这一项已经在准备了。',
  },
  drills_used_up: { code: 'conflict', message: '同时准备的演练最多60次。' },
  drill_settled: { code: 'conflict', message: '这次演练已经开始、结束或取消了，不能再改。' },
  drill_overtaken: {
    code: 'conflict',
    message: '刚刚有人改过。请看看现在的内容，再改一次。',
  },
  script_overtaken: {
    code: 'conflict',
    message: '刚刚有人改过方案。请看看现在的内容，再改一次。',
  },
  'unique:drill_versions.drill_id,drill_versions.version': {
    ...{ code: 'conflict', reason: 'drill_overtaken' },
    message: '刚刚有人改过。请看看现在的内容，再改一次。',
  },
  'unique:drill_scripts.drill_id,drill_scripts.version': {
    ...{ code: 'conflict', reason: 'script_overtaken' },
    message: '刚刚有人改过方案。请看看现在的内容，再改一次。',
  },
  drill_begins_ahead: {
    code: 'invalid',
    field: 'date',
    message: '开始的时间已经过了，请另选',
  },
  change_has_reason: {
    code: 'invalid',
    field: 'reason',
    message: '已经公告，请写为什么改',
  },
  blind_is_practical: {
    code: 'invalid',
    field: 'blind',
    message: '双盲演练是实战。桌面推演不能选双盲',
  },
  drill_has_length: { code: 'invalid', field: 'minutes', message: '请写大约多少分钟' },
  drill_not_now: {
    code: 'conflict',
    message: '还没到开始的时间，或者已经过了半天。请先改演练的时间。',
  },
  drill_not_running: { code: 'conflict', message: '这次演练没有在进行。' },
  ends_after_start: { code: 'conflict', message: '结束的时间比开始还早，请看看设备的时钟。' },
};
