/**
 * A sweep in a process of its own, which a test can kill at any moment: `node delivery-process.ts <database> <provider>
 * <keys> <now>`. It delivers by the real adapter over HTTP and prints how many were delivered.
 */
import { deliverDue } from '../../src/features/notifications/commands.ts';
import { aliyunSms } from '../../src/lib/channels/aliyun.ts';
import { unconfiguredChannel } from '../../src/lib/channels/channel.ts';
import { openDatabase } from '../../src/lib/db/client.ts';
import { newId } from '../../src/lib/ids.ts';
import { Keyring } from '../../src/lib/keyring.ts';
import { templates } from '../../src/messages.ts';

const [databaseUrl = '', url = '', secrets = '', at = ''] = process.argv.slice(2);
const now = new Date(at);
const keys = await Keyring.open(JSON.parse(secrets) as Record<string, string>);
const db = openDatabase({ url: databaseUrl });
// Two processes share one file: each waits for the other's write.
await db.$client.execute('PRAGMA busy_timeout = 5000');
const ids = Object.fromEntries(Object.keys(templates).map((kind) => [kind, `SMS_${kind}`]));
const sms = aliyunSms({
  ...{ accessKeyId: 'id', accessKeySecret: 'secret', url },
  ...{ signature: '安澜', templates: ids },
});
const none = unconfiguredChannel('nothing');
const channels = { sms, mail: none, push: none, wechat: none };
const ctx = { db, now, keys, requestId: newId(now) };
const post = { channels, templates, signature: '安澜', quiet: null };
console.log(await deliverDue(ctx, post));
