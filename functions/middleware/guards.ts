import { bodyLimit } from 'hono/body-limit';
import { csrf } from 'hono/csrf';
import { DomainError } from '../../src/lib/errors.ts';

/** The longest form here is a booking, far below this; files will have routes and limits of their own. */
const BODY_MAX_BYTES = 64 * 1024;

export const limitBody = bodyLimit({
  maxSize: BODY_MAX_BYTES,
  onError: () => {
    throw new DomainError('too_large', 'body_too_large', '发送的内容太大了，请缩短后再试。');
  },
});

/** Refuses writes sent from other sites: by Sec-Fetch-Site where the browser sends it, else by Origin. */
export const refuseCrossSite = csrf();
