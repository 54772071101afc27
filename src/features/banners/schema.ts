import { z } from 'zod';
import { countField } from '../../lib/fields.ts';
import { blankIsNone, publicLine, regionField } from '../notices/schema.ts';

/** Two lines on the narrowest phone. */
export const LINE_MAX = 60;
/** Three days: longer than any warning stays the same. Whoever needs more looks at it again and extends. */
export const HOURS_MAX = 72;
const OPINION_MAX = 200;

export const BANNER_LEVELS = ['notice', 'blue', 'yellow', 'orange', 'red'] as const;

const hoursField = countField({
  missing: '请写显示几小时',
  min: [1, '至少1小时'],
  max: [HOURS_MAX, `一次最多${HOURS_MAX}小时，到时可以延长`],
});

export const bannerInput = z.object({
  line: publicLine('请写一句话', LINE_MAX),
  level: z.enum(BANNER_LEVELS, { error: '请选一级' }),
  href: z.preprocess(
    blankIsNone,
    z
      .string({ error: '请填本站的地址' })
      .trim()
      .regex(/^\/(notices|guides)\/[a-z0-9-]{1,64}(#[a-z0-9-]{1,40})?$/, {
        error: '只填本站公告或指南的地址，比如/guides/typhoon。不填也可以',
      })
      .optional(),
  ),
  region: regionField,
  hours: hoursField,
});

const bannerId = z.uuid({ error: '没有这一条' });

export const bannerStepInput = z.object({ bannerId });
export const bannerExtensionInput = z.object({ bannerId, hours: hoursField });
export const bannerReviewInput = z.object({
  bannerId,
  opinion: publicLine('请写复核的意见，比如：内容属实，时间合适', OPINION_MAX),
});
