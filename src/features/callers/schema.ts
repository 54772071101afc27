import { z } from 'zod';
import { codeField, lineField } from '../../lib/fields.ts';
import { callerPhoneField } from '../accounts/schema.ts';
import { bookingInput, bookingReference, changeInput } from '../bookings/schema.ts';

const proof = z
  .string({ error: '先请对方说预约码和手机号的最后4位' })
  .max(200, { error: '先请对方说预约码和手机号的最后4位' });

/** Everything a caller says, on one page. */
export const callerBookingInput = z.object({
  phone: callerPhoneField,
  contactName: bookingInput.shape.contactName,
  adults: bookingInput.shape.adults,
  children: bookingInput.shape.children,
  sessionId: z.uuid({ error: '请选一个场次' }),
});

/** What a caller knows of their booking, spoken. */
export const callInput = z.object({
  code: codeField({
    missing: '请填对方说的预约码',
    wrong: '预约码是10位字母和数字。请对方再念一遍',
  }),
  lastFour: lineField({
    missing: '请填对方说的手机号最后4位',
    max: [20, '只填手机号的最后4位数字'],
    pattern: [/^\d{4}$/, '只填手机号的最后4位数字'],
  }),
});

export const callerCancellationInput = bookingReference.extend({ proof });
export const callerChangeInput = changeInput.extend({ proof });
