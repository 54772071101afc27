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

export interface Column {
  label: string;
  /** From the bottom up. */
  values: readonly number[];
  /** What the values are parts of; the column's outline. */
  whole: number;
}

export interface PlacedColumn {
  label: string;
  /** Where the label is written, or undefined where the labels beside it need the room. */
  labelPercent: number | undefined;
  xPercent: number;
  widthPercent: number;
  trackY: number;
  trackHeight: number;
  /** In the order of the values; heights may be 0. */
  parts: { y: number; height: number }[];
}

export const COLUMNS_HEIGHT_EM = 12;
/** Half the width of a Chinese character of a label, in percent of a phone's width. */
const LETTER_PERCENT = 2.2;
/** A column on its own is not as wide as the drawing. */
const COLUMN_PERCENT_MAX = 12;

/** Columns from left to right, parts standing on one another, the highest as high as the drawing. */
export function placeColumns(columns: readonly Column[]): PlacedColumn[] {
  const max = Math.max(...columns.map(({ values, whole }) => Math.max(total(values), whole)), 1);
  const height = (value: number) => em((value / max) * COLUMNS_HEIGHT_EM);
  const step = Math.min(100 / Math.max(columns.length, 1), COLUMN_PERCENT_MAX);
  const letters = Math.max(...columns.map(({ label }) => widthOf(label)), 0);
  // With the room of one letter between two labels.
  const every = Math.ceil(((letters + 1) * LETTER_PERCENT) / step);
  return columns.map(({ label, values, whole }, index) => {
    const parts = values.map((_, part) => {
      const below = height(total(values.slice(0, part)));
      const upTo = height(total(values.slice(0, part + 1)));
      return { y: em(COLUMNS_HEIGHT_EM - upTo), height: em(upTo - below) };
    });
    return {
      label,
      labelPercent: index % every === 0 ? percent(index * step) : undefined,
      xPercent: percent((index + 0.1) * step),
      widthPercent: percent(step * 0.8),
      trackY: em(COLUMNS_HEIGHT_EM - height(whole)),
      trackHeight: height(whole),
      parts,
    };
  });
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
/** In digits; Chinese characters take two. */
const widthOf = (text: string) =>
  Array.from(text).reduce((sum, letter) => sum + (letter > '\xff' ? 2 : 1), 0);
const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);
const em = (value: number) => Math.round(value * 100) / 100;
const percent = em;
