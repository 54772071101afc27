import { z } from 'zod';
import { countField, textField } from '../../lib/fields.ts';
import { bookingInput, PARTY_MAX } from '../bookings/schema.ts';

/** A party that waits: as for a booking, and how few places would still serve it. */
export const waitlistInput = bookingInput
  .omit({ offerId: true })
  .extend({
    /** Left out: the party comes together or not at all. */
    leastPlaces: z
      .preprocess(
        (value) => (value === '' ? undefined : value),
        countField({
          missing: '请填写最少几个名额也可以来，一定要一起来就空着',
          min: [1, '至少1个名额'],
          max: [PARTY_MAX, `最多${PARTY_MAX}个名额`],
        }).optional(),
      )
      .optional(),
  })
  .refine(({ adults, children, leastPlaces = 1 }) => leastPlaces <= adults + children, {
    path: ['leastPlaces'],
    error: '不能比你们的人数还多',
  });

export const entryReference = z.object({ entryId: z.uuid({ error: '没有这个候补' }) });

export const promotionInput = z.object({
  entryId: z.uuid({ error: '请选一家' }),
  // One line of the list that everybody in the queue reads.
  reason: textField({
    missing: '请写原因，排队的人都能看到',
    max: [60, '请控制在60个字以内'],
  }),
});
