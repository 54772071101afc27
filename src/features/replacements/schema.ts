import { z } from 'zod';

export const replacementReference = z.object({ bookingId: z.uuid({ error: '没有这个班' }) });
