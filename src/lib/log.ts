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

/** An error as log fields: kind and stack, with the message of errors we did not write left out. */
export function errorFields(error: unknown): LogFields {
  if (!(error instanceof Error)) return { error: typeof error };
  const stack = error.stack?.split('\n').slice(1, 6).join(' | ').trim();
  return { error: error.name, stack };
}
