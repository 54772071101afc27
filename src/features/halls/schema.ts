import { z } from 'zod';

/** Words about a hall, from `content/halls/<slug>.md`; its rules and sessions live in the database. */
export const hallContentSchema = z.object({
  name: z.string().min(2).max(40),
  city: z.string().min(2).max(20),
  /** Planned projects say so on every page: nobody should travel to a hall that is not there yet. */
  status: z.enum(['规划项目', '开放']),
  summary: z.string().min(10).max(200),
  address: z.string().min(2),
  fee: z.string().min(2),
  zones: z.array(z.string().min(2)).min(1),
  modules: z.array(z.string().min(2)).min(1),
  bring: z.array(z.string().min(2)).min(1),
  source: z.object({
    title: z.string().min(4),
    clause: z.string().min(2),
  }),
});

export type HallContent = z.output<typeof hallContentSchema>;
