import type { Refusals } from '../../lib/errors.ts';
import { periodText } from '../../lib/periods.ts';
import type { CalendarDate } from '../../lib/time.ts';
import type { Skill, VolunteerPurpose, VolunteerState, VolunteerTraining } from './table.ts';

export const stateWords: Readonly<Record<VolunteerState, string>> = {
  asked: '等确认',
  confirmed: '已确认',
  refused: '没有确认',
  left: '已退出',
};

/** What somebody agrees to be asked for, and who knows of them then. */
export const purposeWords: Readonly<Record<VolunteerPurpose, { name: string; about: string }>> = {
  guiding: { name: '在场馆讲解', about: '你选的场馆看得到姓名、会什么和号码后4位' },
  drills: { name: '参加演练', about: '你那里办演练的人看得到姓名和会什么' },
  call_out: { name: '出事时联系我', about: '你那里的应急部门可以打你的电话' },
};

/** What somebody agreed to, in the order in which they were asked. */
export function purposeNames(held: readonly { purpose: VolunteerPurpose }[]): string[] {
  return Object.entries(purposeWords).flatMap(([purpose, { name }]) =>
    held.some((one) => one.purpose === purpose) ? [name] : [],
  );
}

/** `2026年11月21日`, or from when to when. */
export function serviceDays(firstOn: CalendarDate, lastOn: CalendarDate): string {
  const [year, month, day] = firstOn.split('-').map(Number);
  if (firstOn === lastOn) return `${year}年${month}月${day}日`;
  return periodText({ from: firstOn, until: lastOn });
}

/** One or two words for what a training is worth on a day. */
export function trainingWords(
  { validUntil, state }: Pick<VolunteerTraining, 'validUntil' | 'state'>,
  on: CalendarDate,
): string {
  if (state === 'withdrawn') return '已撤销';
  if (validUntil === null) return '长期有效';
  return validUntil >= on ? `有效到${validUntil}` : `${validUntil}过期`;
}

/** Whether a training proves its skill on a day. */
export function holdsOn(
  { validUntil, state }: Pick<VolunteerTraining, 'validUntil' | 'state'>,
  on: CalendarDate,
): boolean {
  return state === 'recorded' && (validUntil === null || validUntil >= on);
}

/** The names of somebody's skills, in the order of the list; what is not on it any more stays as its code. */
export function skillNames(codes: readonly string[], all: readonly Skill[]): string[] {
  const known = all.filter(({ code }) => codes.includes(code)).map(({ name }) => name);
  const unknown = codes.filter((code) => !all.some((one) => one.code === code));
  return [...known, ...unknown];
}

/** `12小时30分`: whole minutes of service. */
export function serviceWords(minutes: number): string {
  const hours = Math.floor(minutes / 60);
  const rest = minutes % 60;
  if (hours === 0) return `${rest}分钟`;
  return rest === 0 ? `${hours}小时` : `${hours}小时${rest}分`;
}

const volunteerUnknown = { code: 'not_found', message: '没有找到这位志愿者。' } as const;
const skillUnknown = (field: string) =>
  ({ code: 'invalid', field, message: '请在列出的技能里选' }) as const;

export const registrationRefusals: Refusals = {
  person_erased: { code: 'not_signed_in', message: '这个账户已经删除了。请重新登录。' },
  community_unknown: { code: 'invalid', field: 'place', message: '请在列出的社区和网格里选' },
  grid_cell_unknown: { code: 'invalid', field: 'place', message: '请在列出的社区和网格里选' },
  hall_unknown: { code: 'invalid', field: 'hallSlug', message: '请在列出的场馆里选' },
  skill_unknown: skillUnknown('skills'),
  registrations_used_up: {
    code: 'too_many',
    message: '这个月登记过5次了。请先和社区或场馆联系。',
    retryAfterSeconds: 86_400,
  },
  revisions_used_up: {
    code: 'too_many',
    message: '今天已经改过20次。请明天再改。',
    retryAfterSeconds: 86_400,
  },
  volunteer_unknown: { code: 'conflict', message: '登记的情况变了。请刷新这一页再改。' },
  'unique:volunteers.person_id': {
    code: 'conflict',
    reason: 'already_registered',
    message: '你已经登记过。请刷新这一页，再改。',
  },
};

export const departureRefusals: Refusals = {
  volunteer_already_left: { code: 'conflict', message: '你已经退出了。' },
};

export const decisionRefusals: Refusals = {
  volunteer_unknown: volunteerUnknown,
  volunteer_already_decided: { code: 'conflict', message: '这位已经有人办过了，或者自己退出了。' },
  volunteer_refusal_has_reason: {
    code: 'invalid',
    field: 'reason',
    message: '不确认要写原因，对方会看到',
  },
};

export const trainingRefusals: Refusals = {
  volunteer_unknown: volunteerUnknown,
  volunteer_not_confirmed: { code: 'conflict', message: '先确认这位志愿者，再登记培训。' },
  skill_unknown: skillUnknown('skill'),
  training_not_held_yet: {
    code: 'invalid',
    field: 'heldOn',
    message: '还没到那一天。培训结束以后再登记',
  },
  volunteer_trainings_valid: {
    code: 'invalid',
    field: 'validUntil',
    message: '有效期不能早于培训那天',
  },
  'unique:volunteer_trainings.volunteer_id,volunteer_trainings.skill_code,volunteer_trainings.name,volunteer_trainings.held_on':
    { code: 'conflict', reason: 'training_recorded', message: '这次培训已经登记过。' },
};

export const withdrawalRefusals: Refusals = {
  training_unknown: { code: 'not_found', message: '没有找到这条培训。' },
  training_already_withdrawn: { code: 'conflict', message: '这条培训已经撤销过。' },
};

export const gridCellRefusals: Refusals = {
  community_unknown: { code: 'not_found', message: '没有找到这个社区。' },
  grid_cells_used_up: { code: 'conflict', message: '一个社区最多60个网格。' },
  'unique:grid_cells.organisation_id,grid_cells.name': {
    code: 'conflict',
    reason: 'grid_cell_taken',
    message: '这个社区已经有同名的网格。',
  },
};
