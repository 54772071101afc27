import { z } from 'zod';

/** Each figure of a hall, as its part of the page's address and its file name. */
export const FIGURE_IDS = [
  'use',
  'hours',
  'shares',
  'no-shows',
  'lead',
  'counties',
  'groups',
  'waitlist',
  'satisfaction',
] as const;
export type FigureId = (typeof FIGURE_IDS)[number];

/** A figure to be taken out as a file. */
export const exportInput = z.object({
  figure: z.enum(FIGURE_IDS),
  format: z.enum(['csv', 'xlsx']),
});
