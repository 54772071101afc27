import type { Refusals } from '../../lib/errors.ts';
import { calendarDate, type CalendarDate } from '../../lib/time.ts';
import { notYours } from '../drill-plans/policy.ts';
import { DRILL_HAZARDS } from '../drill-plans/schema.ts';
import { DRILL_MARK } from '../drill-templates/policy.ts';
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
  muster: string;
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
    muster: template.musters
      .map(({ label }) => label)
      .join('、')
      .slice(0, 120),
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
      routes: template.routes.map(({ label, hint }) => ({ label, text: hint })),
      musters: template.musters.map(({ label, hint }) => ({ label, text: hint })),
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

/** `演练·社区地震避险`: how a drill is called wherever it is named, so that nobody takes it for the real thing. */
export function markedTitle(title: string): string {
  return `${DRILL_MARK}·${title}`;
}

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
