import type { Refusals } from '../../lib/errors.ts';
import { textAddress, type TextKind, type TextName } from '../../lib/text-path.ts';
import type { TextAct, TextWithdrawal } from './table.ts';

export const actWords: Readonly<Record<TextAct, string>> = {
  withdraw: '撤下',
  reinstate: '恢复',
};

export const withdrawalStateWords: Readonly<Record<TextWithdrawal['state'], string>> = {
  proposed: '等另一位确认',
  confirmed: '已生效',
  declined: '没有同意',
};

export const kindWords: Readonly<Record<TextKind, string>> = {
  guide: '安全指南',
  card: '重点岗位应急处置卡',
  pack: '应急包',
};

/** Where staff withdraw a text. */
export const withdrawalAddress = (text: TextName) => `/staff/withdrawals${textAddress(text)}`;

/** What may be asked for next. @param acts newest first, of one text. */
export function nextAct(acts: readonly Pick<TextWithdrawal, 'act' | 'state'>[]): TextAct {
  const last = acts.find(({ state }) => state === 'confirmed');
  return last?.act === 'withdraw' ? 'reinstate' : 'withdraw';
}

const notYours = { code: 'not_found', message: '没有找到这一项。' } as const;

export const withdrawalRefusals: Refusals = {
  writing_not_yours: notYours,
  release_not_yours: notYours,
  withdrawal_unknown: notYours,
  'unique:text_withdrawals.kind,text_withdrawals.slug': {
    code: 'conflict',
    reason: 'withdrawal_waits',
    message: '这一篇已经有一项在等确认。',
  },
  text_already_so: { code: 'conflict', message: '这一篇已经是这样了。请刷新看看。' },
  guide_not_its_own_substitute: {
    code: 'invalid',
    field: 'instead',
    message: '请选另一篇',
  },
  withdrawal_decided: { code: 'conflict', message: '这一项已经有人办了。' },
  releasing_own_words: { code: 'conflict', message: '不能确认自己提出的。请另一位来确认。' },
};
