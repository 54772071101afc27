import { describe, expect, it } from 'vitest';
import { channelsOf } from '../../../functions/channels.ts';
import { readSettings } from '../../../src/lib/env.ts';
import { errorFields } from '../../../src/lib/log.ts';
import { NOW } from '../../helpers/session.ts';

const basic = { DATABASE_URL: 'file:x.db', PERSONAL_DATA_KEYS: '{"1":"a2V5"}' };
const half = { x: 'a'.repeat(43), y: 'b'.repeat(43), d: 'secret'.padEnd(43, 'c') };
const SECRET = 'do-not-show-this';

const message = {
  ...{ idempotencyKey: 'k', kind: 'sign_in_code', to: '13800138000', title: '', text: '' },
  ...{ variables: {}, path: '/', now: NOW },
};

describe('settings of messages', () => {
  it.each([
    [
      'SMS_TEMPLATES',
      { SMS_PROVIDER: 'aliyun', ALIYUN_ACCESS_KEY_ID: 'i', ALIYUN_ACCESS_KEY_SECRET: SECRET },
    ],
    [
      'TENCENT_SMS_APP_ID',
      {
        SMS_PROVIDER: 'tencent',
        TENCENT_SECRET_ID: 'i',
        TENCENT_SECRET_KEY: SECRET,
        SMS_TEMPLATES: '{}',
      },
    ],
    ['SMS_PROVIDER', { SMS_PROVIDER: 'other' }],
    ['SMS_TEMPLATES', { SMS_TEMPLATES: SECRET }],
    [
      'MAIL_FROM',
      { MAIL_PROVIDER: 'aliyun', ALIYUN_ACCESS_KEY_ID: 'i', ALIYUN_ACCESS_KEY_SECRET: SECRET },
    ],
    ['MAIL_PROVIDER', { AUDIT_ROOT_RECIPIENTS: 'a@example.cn' }],
    [
      'AUDIT_ROOT_RECIPIENTS',
      { AUDIT_ROOT_RECIPIENTS: 'a@example.cn, nobody', DEMONSTRATION: '1' },
    ],
    ['VAPID_SUBJECT', { VAPID_KEY: JSON.stringify({ kty: 'EC', crv: 'P-256', ...half }) }],
    ['WECHAT_APP_SECRET', { WECHAT_APP_ID: 'wx', WECHAT_TEMPLATES: '{}' }],
    ['QUIET_HOURS', { QUIET_HOURS: '22-7' }],
  ])('%s is named when it is missing or wrong, and no value is', (name, settings) => {
    let error: unknown;
    try {
      readSettings({ ...basic, ...settings });
    } catch (thrown) {
      error = thrown;
    }
    const logged = JSON.stringify(errorFields(error));
    expect(logged).toContain(name);
    expect(logged).not.toContain(SECRET);
  });

  it('have quiet hours by default, others on demand, or none', () => {
    const quiet = (QUIET_HOURS?: string) => readSettings({ ...basic, QUIET_HOURS }).QUIET_HOURS;
    expect(quiet()).toEqual({ fromMinute: 1320, toMinute: 420 });
    expect(quiet('23:30-06:15')).toEqual({ fromMinute: 1410, toMinute: 375 });
    expect(quiet('none')).toBeNull();
  });

  it('send nothing from a demonstration without a provider, and say so elsewhere', async () => {
    const demonstration = channelsOf(readSettings({ ...basic, DEMONSTRATION: '1' }));
    await expect(demonstration.sms.send(message)).resolves.toBeUndefined();
    const deployment = channelsOf(readSettings(basic));
    await expect(deployment.sms.send(message)).rejects.toThrow('not configured: set SMS_PROVIDER');
    await expect(deployment.mail.send(message)).rejects.toThrow(
      'not configured: set MAIL_PROVIDER',
    );
  });
});
