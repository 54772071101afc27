import household from '../../../content/household.json';
import reviewers from '../../../content/reviewers.json';
import { explainContentError } from '../../lib/content.ts';
import { calendarDate } from '../../lib/time.ts';
import { reviewersSchema } from '../guides/schema.ts';
import { householdContentSchema, type HouseholdContent } from './schema.ts';

let content: HouseholdContent | undefined;

/**
 * What `content/household.json` says.
 * @throws with file, field and what to write when it breaks a rule.
 */
export function readHouseholdContent(now: Date): HouseholdContent {
  if (content) return content;
  const schema = householdContentSchema({
    reviewers: reviewersSchema.parse(reviewers),
    today: calendarDate(now),
  });
  const parsed = schema.safeParse(household);
  if (!parsed.success) throw new Error(explainContentError('content/household.json', parsed.error));
  content = parsed.data;
  return content;
}
