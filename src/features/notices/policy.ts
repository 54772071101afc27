import type { Refusals } from '../../lib/errors.ts';
import { formatDayTime, type CalendarDate } from '../../lib/time.ts';
import type {
  NoticeCheck,
  NoticeKind,
  NoticeRelease,
  NoticeVersion,
  NoticeWithdrawal,
} from './table.ts';

export const kindWords: Readonly<Record<NoticeKind, string>> = {
  warning: '预警和提醒',
  service: '办事和场馆',
  activity: '活动',
  policy: '政策和规划',
};

/** A version with what happened to it. */
export interface VersionSteps {
  version: NoticeVersion;
  check: NoticeCheck | null;
  release: NoticeRelease | null;
}

/** Where a version stands: 三审三校 in its three steps, each by somebody else. */
export type VersionState = 'written' | 'returned' | 'checked' | 'released' | 'superseded';

export const versionStateWords: Readonly<Record<VersionState, string>> = {
  written: '等审核',
  returned: '退回修改',
  checked: '等发布',
  released: '已发布',
  superseded: '没有发布，后来改了',
};

/** @param isLast no later version of its notice exists. */
export function versionState({ check, release }: VersionSteps, isLast: boolean): VersionState {
  if (release) return 'released';
  if (!isLast) return 'superseded';
  if (!check) return 'written';
  return check.outcome === 'passed' ? 'checked' : 'returned';
}

/**
 * Who wrote any of what the public has not seen yet: they neither check nor release it.
 * @param versions newest first.
 */
export function writersSinceRelease(versions: readonly VersionSteps[]): string[] {
  const released = versions.findIndex(({ release }) => release !== null);
  const drafts = released === -1 ? versions : versions.slice(0, released);
  return [...new Set(drafts.map(({ version }) => version.writtenBy))];
}

/** Its last day is over. */
export function isPast(
  { validUntil }: { validUntil: string | null },
  today: CalendarDate,
): boolean {
  return validUntil !== null && validUntil < today;
}

/** `2026-11-22至2026-11-30`, `到2026-11-30`, `2026-11-22起`; undefined for one without limit. */
export function validWords({
  validFrom,
  validUntil,
}: Pick<NoticeVersion, 'validFrom' | 'validUntil'>): string | undefined {
  if (validFrom && validUntil) return `${validFrom}至${validUntil}`;
  if (validUntil) return `到${validUntil}`;
  return validFrom ? `${validFrom}起` : undefined;
}

export type Block =
  | { kind: 'paragraph'; lines: string[] }
  | { kind: 'heading'; text: string }
  | { kind: 'list'; items: string[] };

/**
 * The text of a notice as blocks. Empty lines part paragraphs, `## ` begins a heading, `- ` an item of a list; all
 * else is plain text. There is no way to write HTML or a link: what looks like one is shown as it was typed.
 */
export function blocksOf(body: string): Block[] {
  const blocks: Block[] = [];
  let last: Block | undefined;
  for (const line of body.split('\n')) {
    const text = line.trim();
    if (text === '') last = undefined;
    else if (text.startsWith('## ')) {
      blocks.push({ kind: 'heading', text: text.slice(3).trim() });
      last = undefined;
    } else if (text.startsWith('- ')) {
      const item = text.slice(2).trim();
      if (last?.kind === 'list') last.items.push(item);
      else blocks.push((last = { kind: 'list', items: [item] }));
    } else if (last?.kind === 'paragraph') last.lines.push(text);
    else blocks.push((last = { kind: 'paragraph', lines: [text] }));
  }
  return blocks;
}

const EXCERPT = 60;

/** The first words of a notice, for lists and feeds. */
export function excerptOf(body: string): string {
  const first = blocksOf(body).find(({ kind }) => kind !== 'heading');
  const text =
    first?.kind === 'paragraph'
      ? first.lines.join('')
      : first?.kind === 'list'
        ? // Items end with a full stop of their own, or with nothing.
          first.items.map((item) => item.replace(/[。；]$/, '')).join('；') + '。'
        : '';
  const signs = Array.from(text);
  return signs.length > EXCERPT ? `${signs.slice(0, EXCERPT).join('')}…` : text;
}

interface HistoryEntry {
  title: string;
  time: { text: string; at: Date };
  text?: string | undefined;
  state: 'done';
}

/**
 * Every step of a notice, in the order of time, for staff.
 * @param nameOf what colleagues know each other by.
 */
export function noticeHistory(
  versions: readonly VersionSteps[],
  withdrawal: NoticeWithdrawal | null,
  nameOf: (personId: string) => string,
): HistoryEntry[] {
  const entry = (what: string, by: string, at: Date, text?: string | null): HistoryEntry => ({
    title: `${what}（${nameOf(by)}）`,
    time: { text: formatDayTime(at), at },
    ...(text ? { text } : {}),
    state: 'done',
  });
  const steps = versions.toReversed().flatMap(({ version, check, release }) => {
    const name = `第${version.number}版`;
    return [
      entry(`写好${name}`, version.writtenBy, version.writtenAt, version.reason),
      ...(check
        ? [
            entry(
              check.outcome === 'passed' ? `审核通过${name}` : `退回${name}`,
              check.checkedBy,
              check.checkedAt,
              check.opinion,
            ),
          ]
        : []),
      ...(release ? [entry(`发布${name}`, release.releasedBy, release.releasedAt)] : []),
    ];
  });
  if (withdrawal) {
    steps.push(entry('撤回', withdrawal.withdrawnBy, withdrawal.withdrawnAt, withdrawal.reason));
  }
  return steps;
}

const notYours = { code: 'not_found', message: '没有找到这一项。' } as const;
const withdrawn = {
  code: 'conflict',
  message: '这条公告已经撤回，不能再改。请另写一条。',
} as const;
const notLast = { code: 'conflict', message: '已经有更新的一版。请看最新的一版。' } as const;

export const writingRefusals: Refusals = {
  writing_not_yours: notYours,
  notice_unknown: notYours,
  foreign_key: notYours,
  notice_withdrawn: withdrawn,
  notice_changed_meanwhile: {
    code: 'conflict',
    message: '你写的时候，有人存了另一版。你写的还在下面；请先打开最新的一版对照，再从那里改。',
  },
  correction_needs_reason: {
    code: 'invalid',
    field: 'reason',
    message: '请写更正的原因，公众会看到',
  },
  notice_valid_until_later: {
    code: 'invalid',
    field: 'validUntil',
    message: '结束日期要在开始日期之后',
  },
};

export const checkRefusals: Refusals = {
  checking_not_yours: notYours,
  version_unknown: notYours,
  notice_withdrawn: withdrawn,
  version_checked: { code: 'conflict', message: '这一版已经有人审核过了。' },
  version_not_last: notLast,
  checking_own_words: { code: 'conflict', message: '不能审核自己写的。请另一位编辑审核。' },
  return_needs_opinion: { code: 'invalid', field: 'opinion', message: '退回要写明改什么' },
};

export const releaseRefusals: Refusals = {
  release_not_yours: notYours,
  version_unknown: notYours,
  notice_unknown: notYours,
  notice_withdrawn: withdrawn,
  notice_not_released: { code: 'conflict', message: '还没有发布，不用撤回。' },
  version_released: { code: 'conflict', message: '这一版已经发布了。' },
  version_not_last: notLast,
  version_not_checked: { code: 'conflict', message: '还没有通过审核，不能发布。' },
  releasing_own_words: { code: 'conflict', message: '不能发布自己写的。请另一位来发布。' },
  releasing_own_check: { code: 'conflict', message: '审核过的人不能再发布。请第三位来发布。' },
  notice_out_of_date: { code: 'conflict', message: '有效期已经过了。请改了日期再发布。' },
};
