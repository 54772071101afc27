import phones from '../../../content/phones.json';
import reviewers from '../../../content/reviewers.json';
import { explainContentError } from '../../lib/content.ts';
import { calendarDate } from '../../lib/time.ts';
import { reviewersSchema } from '../guides/schema.ts';
import { hotlinesSchema } from './schema.ts';

/**
 * What `content/phones.json` says.
 * @throws with file, field and what to write when it breaks a rule: the build stops.
 */
export function readHotlines(now: Date) {
  const schema = hotlinesSchema({
    reviewers: reviewersSchema.parse(reviewers),
    today: calendarDate(now),
  });
  const parsed = schema.safeParse(phones);
  if (!parsed.success) throw new Error(explainContentError('content/phones.json', parsed.error));
  return parsed.data;
}
