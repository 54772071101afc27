import bodies from '../../content/bodies.json';
import { readCriteria } from '../../scripts/lib/list-programmes.ts';
import {
  bodiesSchema,
  programmeSchema,
  type Programme,
} from '../../src/features/programmes/schema.ts';
import { explainContentError } from '../../src/lib/content.ts';
import { calendarDate } from '../../src/lib/time.ts';

export const BODIES = bodiesSchema.parse(bodies);
export const settings = { bodies: Object.keys(BODIES), today: calendarDate(new Date()) };

/** The criteria files as their YAML says it, by `<key>/<version>`. */
export const criteriaFiles: Readonly<Record<string, unknown>> = readCriteria();

/** A programme of `content/criteria`. @param name `<key>/<version>`. */
export function programmeOf(name: string): Programme {
  const parsed = programmeSchema(settings).safeParse(criteriaFiles[name]);
  if (parsed.success) return parsed.data;
  throw new Error(explainContentError(`content/criteria/${name}.yaml`, parsed.error));
}
