import { z } from 'zod';

/** Each figure of a region's drills, as its part of the page's address and its file name. */
export const DRILL_FIGURES = ['held', 'people', 'evacuation', 'duties', 'improvements'] as const;
export type DrillFigureId = (typeof DRILL_FIGURES)[number];

/** A figure to be taken out as a file. */
export const drillFigureInput = z.object({
  figure: z.enum(DRILL_FIGURES),
  format: z.enum(['csv', 'xlsx']),
});
