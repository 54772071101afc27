import type { FieldProblem } from './errors.ts';

/** What a form page shows again after a mistake: everything typed, and what to change. */
export interface FormState {
  values: Readonly<Record<string, string>>;
  message: string;
  reason: string;
  fields: readonly FieldProblem[];
}

/** What the error page says. */
export interface PageProblem {
  status: number;
  title: string;
  message: string;
}

/** Only paths of this site: anything else a link or a form carries as its destination becomes `/`. */
export function safeNext(next: string | null | undefined): string {
  if (!next?.startsWith('/')) return '/';
  const base = 'https://site.invalid';
  const url = URL.canParse(next, base) ? new URL(next, base) : undefined;
  return url?.origin === base ? url.pathname + url.search : '/';
}
