/** `npm run migrate`: brings the database at DATABASE_URL up to date. */
import { createClient } from '@libsql/client';
import { migrate, requireForeignKeys } from '../src/lib/db/migrate.ts';
import { readMigrations } from './lib/migrations.ts';

const url = process.env['DATABASE_URL'];
if (!url) {
  console.error('DATABASE_URL is not set: name the database to migrate, e.g. libsql://….');
  process.exit(1);
}
const authToken = process.env['DATABASE_TOKEN'];
const client = createClient({ url, ...(authToken ? { authToken } : {}) });
await requireForeignKeys(client);
const applied = await migrate(client, await readMigrations(), new Date());
console.log(applied.length > 0 ? `Applied ${applied.join(', ')}.` : 'Nothing to apply.');
client.close();
