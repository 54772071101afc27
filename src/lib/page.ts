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
  /** A form whose answer is not known: it can be sent again from the error page as it was. */
  retry?: { action: string; values: Readonly<Record<string, string>> };
  /** Where to sign in first, in another window, before the form is sent again. */
  signIn?: string;
}

const BASE = 'https://site.invalid';

/** Only paths of this site: anything else a link or a form carries as its destination becomes `/`. */
export function safeNext(next: string | null | undefined): string {
  const url = next?.startsWith('/') && URL.canParse(next, BASE) ? new URL(next, BASE) : undefined;
  if (url?.origin !== BASE) return '/';
  // `/.//evil.example` is a path here and would be another site's address where it is sent.
  return url.pathname.startsWith('//') ? '/' : url.pathname + url.search;
}

/** Where somebody signs in who asks for this page, to come back to it with all of its query. */
export function signInAddress(url: Pick<URL, 'pathname' | 'search'>): string {
  return `/sign-in?${new URLSearchParams({ next: safeNext(url.pathname + url.search) })}`;
}

/** Where somebody who works here proves who they are, to come back to this page. */
export function proofAddress(url: Pick<URL, 'pathname' | 'search'>): string {
  return `/staff/sign-in?${new URLSearchParams({ next: safeNext(url.pathname + url.search) })}`;
}

/** Ties a control to what stands beside it: its hint, and its mistake when it has one. */
export function describeField(
  form: FormState | undefined,
  name: string,
  hint: string | undefined,
): { 'aria-invalid'?: 'true'; 'aria-describedby'?: string } {
  const isWrong = form?.fields.some(({ field }) => field === name) ?? false;
  const described = [hint && `${name}-hint`, isWrong && `${name}-problem`].filter(Boolean);
  return {
    ...(isWrong ? { 'aria-invalid': 'true' as const } : {}),
    ...(described.length > 0 ? { 'aria-describedby': described.join(' ') } : {}),
  };
}
