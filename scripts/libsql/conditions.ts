import type { BatchResult, Condition } from './types.ts';

/** Whether a step of a batch is to run, given what the steps before it did. */
export function holds(condition: Condition, done: BatchResult, isAutocommit: boolean): boolean {
  switch (condition.type) {
    case 'ok':
      return (done.step_results[condition.step] ?? null) !== null;
    case 'error':
      return (done.step_errors[condition.step] ?? null) !== null;
    case 'not':
      return !holds(condition.cond, done, isAutocommit);
    case 'and':
      return condition.conds.every((cond) => holds(cond, done, isAutocommit));
    case 'or':
      return condition.conds.some((cond) => holds(cond, done, isAutocommit));
    case 'is_autocommit':
      return isAutocommit;
  }
}
