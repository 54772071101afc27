/**
 * What can go wrong, in the eight kinds that every transport knows how to answer.
 * `functions/respond.ts` holds the only map from these to statuses and pages.
 */
export type ErrorCode =
  | 'invalid'
  | 'not_signed_in'
  | 'forbidden'
  | 'not_found'
  | 'conflict'
  | 'too_large'
  | 'too_many'
  | 'unavailable';

/** A mistake in one field of a form or of a JSON body; `field` is its name, '' the input as a whole. */
export interface FieldProblem {
  field: string;
  message: string;
}

interface DomainErrorOptions {
  fields?: readonly FieldProblem[];
  retryAfterSeconds?: number;
  cause?: unknown;
}

/**
 * An outcome that the person asking can understand and act on. `reason` is stable and meant for programs,
 * `message` is plain Chinese meant for people; neither carries personal data.
 */
export class DomainError extends Error {
  override readonly name = 'DomainError';
  readonly code: ErrorCode;
  readonly reason: string;
  readonly fields: readonly FieldProblem[];
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ErrorCode, reason: string, message: string, options: DomainErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.code = code;
    this.reason = reason;
    this.fields = options.fields ?? [];
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

export interface Refusal {
  code: ErrorCode;
  message: string;
  /** Stable word for programs, where the constraint's own name is not one (`unique:a.b,a.c`). */
  reason?: string;
  /** The form field it concerns. */
  field?: string;
  retryAfterSeconds?: number;
}

/** Why the database refused a write, by the name of the constraint or guard that raised. */
export type Refusals = Readonly<Record<string, Refusal>>;

/** Finds the domain error in a chain of causes, since drivers and renderers wrap what they catch. */
export function domainErrorIn(error: unknown): DomainError | undefined {
  for (let at = error, depth = 0; at instanceof Error && depth < 8; at = at.cause, depth += 1) {
    if (at instanceof DomainError) return at;
  }
  return undefined;
}
