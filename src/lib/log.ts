/**
 * One JSON line per event. Fields are named one by one at the call: routes by their pattern, people not at
 * all, so that a log can be handed to an operator without handing over personal data.
 */
export type LogLevel = 'info' | 'warn' | 'error';

export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

export type Log = (level: LogLevel, event: string, fields?: LogFields) => void;

/** The log of one request or job: every line carries its id. */
export function createLog(requestId: string, write: (line: string) => void = console.log): Log {
  return (level, event, fields = {}) => {
    write(JSON.stringify({ at: new Date().toISOString(), level, event, requestId, ...fields }));
  };
}

/**
 * An error as log fields: its kind, the innermost cause's kind and code, and the frames of its stack. Messages
 * are left out, since drivers put the values of a failed query into them.
 */
export function errorFields(error: unknown): LogFields {
  if (!(error instanceof Error)) return { error: typeof error };
  const root = rootCause(error);
  const frames = error.stack?.split('\n').filter((line) => /^\s+at /.test(line));
  return {
    error: error.name,
    cause: root === error ? undefined : root.name,
    code: 'code' in root && typeof root.code === 'string' ? root.code : undefined,
    stack: frames
      ?.slice(0, 5)
      .map((line) => line.trim())
      .join(' | '),
  };
}

function rootCause(error: Error, depth = 0): Error {
  return error.cause instanceof Error && depth < 8 ? rootCause(error.cause, depth + 1) : error;
}
