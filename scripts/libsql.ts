/**
 * A local libSQL server for development and tests:
 *
 *   node scripts/libsql.ts --port 8080 --file local.db
 *
 * Prints its URL once it listens. With LIBSQL_AUTH_TOKEN set, clients must send that token.
 */
import { parseArgs } from 'node:util';
import { StartError } from './libsql/errors.ts';
import { startLibsqlServer } from './libsql/server.ts';
import type { LibsqlServerOptions } from './libsql/server.ts';

const USAGE = 'Usage: node scripts/libsql.ts --port PORT --file FILE [--host ADDRESS] [--no-sync]';

function readPort(text: string | undefined): number {
  const port = text === undefined || text === '' ? Number.NaN : Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new StartError(USAGE);
  return port;
}

function readOptions(): LibsqlServerOptions {
  try {
    const { values } = parseArgs({
      options: {
        port: { type: 'string' },
        file: { type: 'string' },
        host: { type: 'string' },
        'no-sync': { type: 'boolean' },
      },
    });
    if (values.file === undefined) throw new StartError(USAGE);
    return {
      file: values.file,
      port: readPort(values.port),
      ...(values.host === undefined ? {} : { host: values.host }),
      ...(values['no-sync'] === true ? { synchronous: 'OFF' as const } : {}),
      authToken: process.env['LIBSQL_AUTH_TOKEN'] || undefined,
    };
  } catch (error) {
    if (error instanceof StartError) throw error;
    throw new StartError(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
  }
}

try {
  const server = await startLibsqlServer(readOptions());
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void server.close());
  }
  process.stdout.write(`${server.url}\n`);
} catch (error) {
  if (!(error instanceof StartError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
