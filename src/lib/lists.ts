import { readDate } from './time.ts';

/** One way to narrow a list. Its value stands in the address, so that a filtered list is a plain link. */
export type ListFilter = { name: string; label: string } & (
  | {
      kind: 'choice';
      options: readonly { value: string; label: string }[];
      /** What holds when the address says nothing; the first option when left out. */
      initial?: string;
    }
  | { kind: 'date' }
  | { kind: 'search'; hint: string }
);

/** What a list of staff can be asked for. The first order is the one it has by itself. */
export interface ListDefinition {
  path: string;
  filters: readonly ListFilter[];
  orders: readonly { value: string; label: string }[];
}

/** A list as an address asks for it: only values that the definition allows. */
export interface ListAsked {
  values: Readonly<Record<string, string>>;
  order: string;
  /** The id of the last row of the part before. */
  after?: string;
}

/** Longer than any name, code or number that is searched for. */
export const SEARCH_MAX = 60;

/** Rows of one part of a list; names are decrypted one a row. */
export const ROWS_SHOWN = 50;

/** Counting stops here: a page's time must not grow with history. */
export const COUNT_MAX = 1000;

/** Reads a list's address. What it does not know is left out, never an error: addresses get mistyped and old. */
export function readList(definition: ListDefinition, query: URLSearchParams): ListAsked {
  const values: Record<string, string> = {};
  for (const filter of definition.filters) {
    const value = readFilter(filter, query.get(filter.name));
    if (value !== '') values[filter.name] = value;
  }
  const wanted = query.get('order');
  const order = definition.orders.find(({ value }) => value === wanted) ?? definition.orders[0];
  const after = query.get('after');
  const isId = after !== null && /^[\w-]{1,64}$/.test(after);
  return { values, order: order?.value ?? '', ...(isId ? { after } : {}) };
}

function readFilter(filter: ListFilter, text: string | null): string {
  if (filter.kind === 'date') return readDate(text) ?? '';
  if (filter.kind === 'search') {
    const plain = (text ?? '')
      .normalize('NFKC')
      .replace(/\p{Cc}/gu, '')
      .trim();
    return Array.from(plain).slice(0, SEARCH_MAX).join('');
  }
  const known = filter.options.some(({ value }) => value === text);
  return known && text !== null ? text : initialOf(filter);
}

function initialOf(filter: ListFilter): string {
  return filter.kind === 'choice' ? (filter.initial ?? filter.options[0]?.value ?? '') : '';
}

/**
 * The address of a list, short: what holds anyway is left out. A change of filter or order begins at the top.
 * @param path another page that takes the same filters.
 */
export function listAddress(
  definition: ListDefinition,
  asked: ListAsked,
  path: string = definition.path,
): string {
  const query = new URLSearchParams();
  for (const filter of definition.filters) {
    const value = asked.values[filter.name] ?? '';
    if (value !== initialOf(filter)) query.set(filter.name, value);
  }
  if (asked.order !== (definition.orders[0]?.value ?? '')) query.set('order', asked.order);
  if (asked.after) query.set('after', asked.after);
  const text = query.toString();
  return text ? `${path}${path.includes('?') ? '&' : '?'}${text}` : path;
}

/** The filters that narrow a list now, each with the address of the list without it. */
export function listChips(
  definition: ListDefinition,
  { values, order }: ListAsked,
): { label: string; text: string; without: string }[] {
  return definition.filters.flatMap((filter) => {
    const value = values[filter.name] ?? '';
    if (value === initialOf(filter)) return [];
    const text =
      filter.kind === 'choice'
        ? (filter.options.find((option) => option.value === value)?.label ?? value)
        : value;
    const others = { ...values, [filter.name]: initialOf(filter) };
    const without = listAddress(definition, { values: others, order });
    return [{ label: filter.label, text, without }];
  });
}

/** `共38条`, and `1000条以上` where counting stopped. @param count at most `COUNT_MAX + 1`. */
export function countWords(count: number): string {
  return count > COUNT_MAX ? `${COUNT_MAX}条以上` : `共${count}条`;
}
