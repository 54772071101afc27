import type { Refusals } from '../../lib/errors.ts';
import type { Sheet } from '../../lib/sheets.ts';
import { addMinutes, calendarDate, DAY_MS, formatDay, formatSpan } from '../../lib/time.ts';
import { compareUnits } from '../../lib/units.ts';
import { maskName } from '../bookings/policy.ts';
import { fillingWords, markedTitle } from '../drills/policy.ts';
import type {
  Drill,
  DrillFilling,
  DrillParticipant,
  DrillRole,
  DrillVersion,
} from '../drills/table.ts';
import { NEED_CODES, type NeedCode, type Needs } from './schema.ts';

/** Long enough to talk over how the help went; nobody needs to know it after that. 本平台约定. */
export const NEEDS_KEPT_DAYS = 7;

/** As long as the names of visitors: for questions after the drill, and its report. 本平台约定. */
export const SIGN_UP_NAMES_KEPT_DAYS = 30;

/** Before which end of a drill something that was kept for so many days is over. */
export function keptSince(now: Date, days: number): Date {
  return new Date(now.getTime() - days * DAY_MS);
}

export const needWords: Readonly<Record<NeedCode, { name: string; about: string }>> = {
  wheelchair: { name: '坐轮椅，或走不快', about: '要人陪，走没有台阶的路，或有人抬' },
  hearing: { name: '听不清', about: '警报和喇叭听不到，要人当面告诉' },
  sight: { name: '看不清', about: '要人牵着走' },
  infant: { name: '带着婴幼儿', about: '抱着下楼，要人搭把手' },
};

/** `坐轮椅，或走不快；听不清；要带药`; empty where nothing was said. */
export function needsText({ codes, words }: Needs): string {
  return [
    ...NEED_CODES.filter((code) => codes.includes(code)).map((code) => needWords[code].name),
    words,
  ]
    .filter(Boolean)
    .join('；');
}

export const NO_NEEDS: Needs = { codes: [], words: '' };

type Party = { adults: number; children: number };

export const partStateWords: Readonly<Record<DrillParticipant['state'], string>> = {
  joined: '参加',
  waiting: '候补',
  left: '已退出',
};

/** Places that nobody has taken. */
export function roleRoom({ capacity, taken }: Pick<DrillRole, 'capacity' | 'taken'>): number {
  return Math.max(0, capacity - taken);
}

/** Who may put themselves down for a role, in a few words. */
export const whoWords: Readonly<Record<OpenFilling, string>> = {
  household: '居民和家庭',
  volunteer: '志愿者',
  observer: '观摩的人',
};

type OpenFilling = Exclude<DrillFilling, 'assigned'>;

const OPEN_FILLINGS: readonly OpenFilling[] = ['household', 'volunteer', 'observer'];

/** The roles that people put themselves down for, families first. */
export function openRoles<Role extends Pick<DrillRole, 'filledBy' | 'position'>>(
  roles: readonly Role[],
): (Role & { filledBy: OpenFilling })[] {
  return OPEN_FILLINGS.flatMap((filledBy) =>
    roles
      .filter((role) => role.filledBy === filledBy)
      .toSorted((a, b) => a.position - b.position)
      .map((role) => ({ ...role, filledBy })),
  );
}

/** Whether those in a role can be asked to help somebody: families come for themselves, observers look on. */
export function canHelp({ part, filledBy }: Pick<DrillRole, 'part' | 'filledBy'>): boolean {
  return part === 'player' && (filledBy === 'assigned' || filledBy === 'volunteer');
}

/** What is still to come, the next first, and what is over or off, the latest first. */
export function splitLines<Line extends { drill: Pick<Drill, 'state' | 'startsAt' | 'endsAt'> }>(
  lines: readonly Line[],
  now: Date,
): { coming: Line[]; past: Line[] } {
  const isPast = ({ drill: { state, endsAt } }: Line) =>
    state === 'over' || state === 'cancelled' || (state !== 'running' && endsAt < now);
  const ordered = lines.toSorted((a, b) => a.drill.startsAt.getTime() - b.drill.startsAt.getTime());
  return {
    coming: ordered.filter((line) => !isPast(line)),
    past: ordered.filter(isPast).toReversed(),
  };
}

/** Leaving is possible until it is over. */
export function canLeave({ state }: Pick<Drill, 'state'>): boolean {
  return state === 'preparing' || state === 'announced' || state === 'running';
}

/** `4人`; of a family `2位成人、2位孩子`. */
export function partyText({ adults, children }: Party): string {
  return children > 0 ? `${adults}位成人、${children}位孩子` : `${adults}人`;
}

/** What of a drill changed from one version to the next, in words for those who come. */
export function changedWords(
  before: Pick<
    DrillVersion,
    'title' | 'startsAt' | 'endsAt' | 'place' | 'muster' | 'contact' | 'notice'
  >,
  after: typeof before,
): string[] {
  const span = ({ startsAt, endsAt }: Pick<DrillVersion, 'startsAt' | 'endsAt'>) =>
    `${formatDay(startsAt)} ${formatSpan(startsAt, endsAt)}`;
  const pairs: [name: string, from: string, to: string][] = [
    ['名称', before.title, after.title],
    ['时间', span(before), span(after)],
    ['地点', before.place, after.place],
    ['集合点', before.muster || '没有', after.muster || '没有'],
    ['联系', before.contact, after.contact],
  ];
  const changed = pairs
    .filter(([, from, to]) => from !== to)
    .map(([name, from, to]) => `${name}：原来${from}，现在${to}`);
  return before.notice === after.notice ? changed : [...changed, '告知的内容改了，见上面'];
}

/** What was changed since a drill was announced, the newest first. @param versions from the announced one on. */
export function changesSince(
  versions: readonly DrillVersion[],
): { at: Date; reason: string; what: string[] }[] {
  return versions
    .flatMap((version, index) => {
      const before = versions[index - 1];
      if (!before) return [];
      const { writtenAt: at, reason } = version;
      return [{ at, reason, what: changedWords(before, version) }];
    })
    .toReversed();
}

/** SEQUENCE of the drill's calendar entry (RFC 5545, 3.8.7.4): rises with each version, and once more when it is called off. */
export function calendarSequence({ version, state }: Pick<Drill, 'version' | 'state'>): number {
  return version + (state === 'cancelled' ? 1 : 0);
}

/** schema.org's name of an event's state. */
export function eventStatus(
  { state }: Pick<Drill, 'state'>,
  isRescheduled: boolean,
): 'EventScheduled' | 'EventRescheduled' | 'EventCancelled' {
  if (state === 'cancelled') return 'EventCancelled';
  return isRescheduled ? 'EventRescheduled' : 'EventScheduled';
}

/** Who comes, by 楼栋 in the order in which people read them (2栋 before 10栋), those without one last. */
export function byUnit<Row extends { unit: string }>(rows: readonly Row[]): [string, Row[]][] {
  return [...Map.groupBy(rows, ({ unit }) => unit)].toSorted(([a], [b]) =>
    a === '' || b === '' ? Number(a === '') - Number(b === '') : compareUnits(a, b),
  );
}

/** A reminder later than this before the drill serves nobody. */
export const REMINDED_UNTIL_MINUTES = 60;

export function remindedUntil({ startsAt }: Pick<DrillVersion, 'startsAt'>): Date {
  return addMinutes(startsAt, -REMINDED_UNTIL_MINUTES);
}

export const drillUnknown = { code: 'not_found', message: '没有找到这次演练。' } as const;

const closed = { code: 'conflict', message: '这次演练现在不能报名，也不能改了。' } as const;
const full = {
  code: 'conflict',
  reason: 'role_full',
  message: '这个身份报满了，没有这么多名额。可以候补：有人退出时按顺序补上。',
} as const;
const tooLarge = {
  code: 'invalid',
  field: 'adults',
  message: '人数超过了这个身份的全部名额，请减少人数',
} as const;

export const signUpRefusals: Refusals = {
  person_erased: { code: 'not_signed_in', message: '这个账户已经删除。' },
  role_unknown: { code: 'invalid', field: 'roleId', message: '没有这个身份，请重新选' },
  role_is_assigned: {
    code: 'invalid',
    field: 'roleId',
    message: '这个身份由组织单位指派，不能自己报名',
  },
  family_only_as_household: {
    code: 'invalid',
    field: 'adults',
    message: '这个身份一次只能报自己一个人。一家人请选居民',
  },
  party_too_large: tooLarge,
  sign_up_closed: closed,
  role_not_overfilled: full,
  role_has_room: { code: 'conflict', message: '刚刚有了名额，请再按一次报名。' },
  time_conflict: {
    code: 'conflict',
    message: '同一时间你已经报了别的演练。要来这一次，请先退出那一次。',
  },
  volunteer_not_confirmed: {
    code: 'conflict',
    message: '这个身份要志愿者。请先登记做志愿者，愿意参加演练，等社区确认后再来。',
  },
  training_missing: {
    code: 'conflict',
    message: '这个身份要有演练那天还有效的培训。请问社区志愿者的负责人，或选别的身份。',
  },
  sign_ups_used_up: {
    code: 'conflict',
    message: '这次演练你已经报名又退出很多次。还要来，请直接联系组织单位。',
  },
  'unique:drill_participants.drill_id,drill_participants.person_id': {
    code: 'conflict',
    reason: 'already_in',
    message: '你已经在这次演练里。要改，请到“我的演练”。',
  },
};

export const partyRefusals: Refusals = {
  participant_unknown: { code: 'not_found', message: '没有找到你的报名。' },
  already_left: { code: 'conflict', message: '你已经退出了这次演练。' },
  sign_up_closed: closed,
  family_only_as_household: signUpRefusals['family_only_as_household']!,
  party_too_large: tooLarge,
  role_not_overfilled: {
    code: 'conflict',
    reason: 'role_full',
    message: '没有这么多名额，没有改。你原来的名额还在。',
  },
  changes_used_up: { code: 'conflict', message: '已经改了20次。还要改，请直接联系组织单位。' },
};

export const departureRefusals: Refusals = {
  already_left: { code: 'conflict', message: '你已经退出了这次演练。' },
  drill_settled: { code: 'conflict', message: '这次演练已经结束或取消，不用退出。' },
};

export const pairingRefusals: Refusals = {
  drill_not_yours: drillUnknown,
  needs_nobody: { code: 'conflict', message: '这一位没有登记要帮助，或者已经退出。' },
  helper_unknown: {
    code: 'invalid',
    field: 'helperId',
    message: '请选一位在场的参演人员或志愿者',
  },
  drill_settled: { code: 'conflict', message: '这次演练已经结束或取消。' },
  'unique:drill_pairings.helped_id,drill_pairings.helper_id': {
    code: 'conflict',
    reason: 'already_paired',
    message: '这两位已经结对。',
  },
  pairing_ended: { code: 'conflict', message: '这一对已经解除。' },
};

/** Another run of the job was quicker: what it told needs no second word. */
/** Somebody who takes part, as far as a file tells of them. */
export interface ListedPart {
  participant: Pick<
    DrillParticipant,
    'state' | 'roleId' | 'unit' | 'adults' | 'children' | 'joinedAt'
  >;
  name: string;
  /** Masked before it comes here. */
  phone: string;
}

/**
 * Who takes part in a drill, for an organiser's own lists: names and numbers masked, and no word of what anybody needs.
 * That it is about practice stands in every line.
 */
export function signUpSheet(
  title: string,
  roles: readonly Pick<DrillRole, 'id' | 'name' | 'filledBy'>[],
  parts: readonly ListedPart[],
): Sheet {
  const lines = roles.flatMap((role) =>
    parts
      .filter(({ participant }) => participant.roleId === role.id && participant.state !== 'left')
      .map(({ participant, name, phone }) => [
        markedTitle(title),
        role.name,
        fillingWords[role.filledBy],
        participant.state === 'waiting' ? '候补' : '参加',
        maskName(name),
        phone,
        participant.unit,
        String(participant.adults),
        String(participant.children),
        calendarDate(participant.joinedAt),
      ]),
  );
  const header = [
    '演练',
    '身份',
    '怎么来的',
    '状态',
    '姓名',
    '手机号',
    '楼栋或班',
    '成人',
    '儿童',
    '报名日期',
  ];
  return { header, rows: lines };
}

export const tellingRefusals: Refusals = {
  'unique:outbox_messages.idempotency_key': {
    code: 'conflict',
    reason: 'already_told',
    message: '已经通知过。',
  },
};
