import { z } from 'zod';
import { codeField, countField, lineField } from '../../lib/fields.ts';

/** Above any hall's own `party_max`, which the database guards: this only keeps nonsense out early. */
export const PARTY_MAX = 50;

const id = (message: string) => z.uuid({ error: message });

/** How many come; asked on a screen of its own, before anything about who they are. */
export const partyInput = z.object({
  adults: countField({
    missing: '请填写几位成人',
    min: [1, '至少要有1位成人陪同'],
    max: [PARTY_MAX, `一次最多${PARTY_MAX}人`],
  }),
  children: countField({
    missing: '请填写几位儿童，没有就填0',
    min: [0, '人数不能小于0'],
    max: [PARTY_MAX, `一次最多${PARTY_MAX}人`],
  }),
});

/** What somebody is called. @param missing said where nothing was written. */
export function personNameField(missing: string) {
  return lineField({
    missing,
    // The longest registered names, written in letters, stay below it.
    max: [40, '姓名太长了，请控制在40个字以内'],
    // Letters of any script, the dot of Uyghur and foreign names, apostrophe, hyphen, inner spaces.
    pattern: [/^\p{L}[\p{L}\p{M}·・.'’ -]*$/u, '姓名里有不能用的符号，请只写文字'],
  });
}

export const bookingInput = partyInput.extend({
  sessionId: id('没有这个场次，请回到场次列表重新选'),
  contactName: personNameField('请填写联系人姓名'),
  /** An offer to the waitlist that this booking takes up. */
  offerId: id('没有这个候补名额').optional(),
});

export const bookingReference = z.object({ bookingId: id('没有这个预约') });

export const changeInput = partyInput.extend({
  bookingId: id('没有这个预约'),
  sessionId: id('请选一个场次'),
});

/** What the door was shown, typed or scanned: the code, or the ticket's address that a QR code holds. */
export const arrivalByCodeInput = z.object({
  hallSlug: z.string().min(1).max(64),
  code: codeField({
    missing: '请输入或扫描预约码',
    wrong: '预约码是10位字母和数字。请再核对一遍',
  }),
});
