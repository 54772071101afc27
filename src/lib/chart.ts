/**
 * Geometry of the drawn charts: numbers in, places out. Heights are in em of the chart's own text, widths in
 * percent of its box, so that one drawing serves a 360 px phone, a wide screen and enlarged type.
 */
export interface Bar {
  label: string;
  value: number;
}

export type PlacedBar<Item extends Bar> = Item & {
  /** Baseline of the words above the bar. */
  labelY: number;
  barY: number;
  /** Baseline of the value beside the bar. */
  valueY: number;
  widthPercent: number;
};

const ROW_EM = 3.1;
const LABEL_BASELINE_EM = 1.1;
const BAR_TOP_EM = 1.6;
export const BAR_HEIGHT_EM = 0.8;
/** Puts figures of the text's own size on the middle of the bar. */
const VALUE_BASELINE_EM = BAR_TOP_EM + 0.74;

/**
 * Bars from top to bottom, one row each.
 * @param trackPercent how much of the box stands for `max`; the rest is for the value beside the bar.
 */
export function placeBars<Item extends Bar>(
  items: readonly Item[],
  { max, trackPercent }: { max: number; trackPercent: number },
): { bars: PlacedBar<Item>[]; heightEm: number } {
  const bars = items.map((item, row) => ({
    ...item,
    labelY: em(row * ROW_EM + LABEL_BASELINE_EM),
    barY: em(row * ROW_EM + BAR_TOP_EM),
    valueY: em(row * ROW_EM + VALUE_BASELINE_EM),
    widthPercent: percent((clamp(item.value, max) / max) * trackPercent),
  }));
  return { bars, heightEm: em(items.length * ROW_EM) };
}

export interface Dot {
  x: number;
  y: number;
}

/** A dot for each of `count` things, row by row, one unit apart; the first row is full before the second begins. */
export function placeDots(count: number, columns: number): { dots: Dot[]; rows: number } {
  const dots = Array.from({ length: count }, (_, index) => ({
    x: index % columns,
    y: Math.floor(index / columns),
  }));
  return { dots, rows: Math.ceil(count / columns) };
}

/** A number above the scale would run over its value; it is drawn full, and the value beside it says more. */
const clamp = (value: number, max: number) => Math.min(Math.max(value, 0), max);
const em = (value: number) => Math.round(value * 100) / 100;
const percent = em;
