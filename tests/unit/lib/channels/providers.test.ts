import { afterEach, describe, expect, it } from 'vitest';
import { aliyunMail, aliyunSms } from '../../../../src/lib/channels/aliyun.ts';
import {
  DeliveryError,
  unconfiguredChannel,
  type Channel,
  type OutgoingMessage,
} from '../../../../src/lib/channels/channel.ts';
import { tencentSms } from '../../../../src/lib/channels/tencent.ts';
import { PUSH_GONE, webPush } from '../../../../src/lib/channels/web-push.ts';
import { wechatTemplates } from '../../../../src/lib/channels/wechat.ts';
import { NOW } from '../../../helpers/session.ts';
import { startProvider, type Asked, type Provider } from '../../../helpers/provider.ts';

const PHONE = '13800138000';
const message: OutgoingMessage = {
  idempotencyKey: 'booking-created:0193',
  kind: 'booking_created',
  to: PHONE,
  title: '预约成功',
  text: '【安澜】预约成功：11月25日周三 12:00',
  variables: { day: '11月25日周三', time: '12:00' },
  path: '/me',
  now: NOW,
};
const keys = { accessKeyId: 'id', accessKeySecret: 'secret' };
const templates = { booking_created: 'SMS_1', 'booking_created@abroad': 'SMS_2' };

let provider: Provider;
afterEach(() => provider?.close());

async function send(
  make: (url: string) => Channel,
  answer: (asked: Asked) => { status?: number; body: unknown },
  more: Partial<OutgoingMessage> = {},
): Promise<DeliveryError | undefined> {
  provider = await startProvider(answer);
  try {
    await make(provider.url).send({ ...message, ...more });
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(DeliveryError);
    return error as DeliveryError;
  }
}

const aliyun = (url: string) => aliyunSms({ ...keys, url, signature: '安澜', templates });
const tencent = (url: string) =>
  tencentSms({
    ...{ secretId: 'id', secretKey: 'secret', appId: '1400', region: 'ap-guangzhou' },
    ...{ url, signature: '安澜', templates },
  });
const mail = (url: string) =>
  aliyunMail({ ...keys, url, from: 'site@example.cn', fromName: '安澜' });

describe('SMS by Alibaba Cloud', () => {
  it('sends template, values, signature and key', async () => {
    expect(await send(aliyun, () => ({ body: { Code: 'OK', BizId: '1' } }))).toBeUndefined();
    expect(provider.asked[0]?.query).toEqual({
      PhoneNumbers: PHONE,
      SignName: '安澜',
      TemplateCode: 'SMS_1',
      TemplateParam: '{"day":"11月25日周三","time":"12:00"}',
      OutId: message.idempotencyKey,
    });
    expect(provider.asked[0]?.headers).toMatchObject({
      'x-acs-action': 'SendSms',
      'x-acs-version': '2017-05-25',
      'x-acs-date': '2026-11-25T00:00:00Z',
    });
  });

  it.each([
    ['isv.MOBILE_NUMBER_ILLEGAL', true],
    ['isv.BLACK_KEY_CONTROL_LIMIT', true],
    ['isv.SMS_TEMPLATE_ILLEGAL', true],
    ['isv.BUSINESS_LIMIT_CONTROL', false],
    ['isv.OUT_OF_SERVICE', false],
    ['isp.SYSTEM_ERROR', false],
    ['something.NEW', false],
  ])('%s: permanent %s', async (code, permanent) => {
    const error = await send(aliyun, () => ({
      status: 400,
      body: { Code: code, Message: `${PHONE} is bad` },
    }));
    expect(error).toMatchObject({ message: code, permanent });
    expect(error?.message).not.toContain(PHONE);
  });

  it('asks again after a proxy’s page', async () => {
    const error = await send(aliyun, () => ({ status: 502, body: '<html>bad gateway</html>' }));
    expect(error).toMatchObject({ message: 'HTTP 502', permanent: false });
  });

  it('does not send what no template was approved for', async () => {
    const error = await send(aliyun, () => ({ body: { Code: 'OK' } }), { kind: 'other' });
    expect(error).toMatchObject({ message: 'no template id for other', permanent: true });
    expect(provider.asked).toEqual([]);
  });

  it('says so when nobody answers', async () => {
    provider = await startProvider(() => ({ body: {} }));
    await provider.close();
    await expect(aliyun(provider.url).send(message)).rejects.toMatchObject({
      message: 'no answer',
      permanent: false,
    });
  });
});

describe('a number outside the mainland', () => {
  const abroad = { to: '+85291234567' };

  it('goes in each provider’s own spelling, with a template approved for abroad', async () => {
    await send(aliyun, () => ({ body: { Code: 'OK' } }), abroad);
    expect(provider.asked[0]?.query).toMatchObject({
      PhoneNumbers: '85291234567',
      TemplateCode: 'SMS_2',
    });
    await provider.close();
    const ok = { body: { Response: { SendStatusSet: [{ Code: 'Ok' }], RequestId: '1' } } };
    await send(tencent, () => ok, abroad);
    expect(JSON.parse(provider.asked[0]?.body.toString() ?? '')).toMatchObject({
      PhoneNumberSet: ['+85291234567'],
      TemplateId: 'SMS_2',
    });
  });

  it('gets nothing while no template is approved for it', async () => {
    const error = await send(aliyun, () => ({ body: { Code: 'OK' } }), {
      ...abroad,
      kind: 'other',
    });
    expect(error).toMatchObject({ message: 'no template id for other@abroad', permanent: true });
  });
});

describe('SMS by Tencent Cloud', () => {
  const answered = (code: string) => ({
    body: { Response: { SendStatusSet: [{ Code: code }], RequestId: '1' } },
  });

  it('sends template, values in order, signature and key', async () => {
    expect(await send(tencent, () => answered('Ok'))).toBeUndefined();
    expect(JSON.parse(provider.asked[0]?.body.toString() ?? '')).toEqual({
      PhoneNumberSet: [`+86${PHONE}`],
      SmsSdkAppId: '1400',
      TemplateId: 'SMS_1',
      SignName: '安澜',
      TemplateParamSet: ['11月25日周三', '12:00'],
      SessionContext: message.idempotencyKey,
    });
  });

  it.each([
    ['FailedOperation.PhoneNumberInBlacklist', true],
    ['InvalidParameterValue.IncorrectPhoneNumber', true],
    ['FailedOperation.TemplateIncorrectOrUnapproved', true],
    ['LimitExceeded.PhoneNumberDailyLimit', false],
    ['FailedOperation.InsufficientBalanceInSmsPackage', false],
    ['InternalError.Timeout', false],
  ])('%s: permanent %s', async (code, permanent) => {
    expect(await send(tencent, () => answered(code))).toMatchObject({ message: code, permanent });
    await provider.close();
    const whole = { body: { Response: { Error: { Code: code, Message: PHONE } } } };
    expect(await send(tencent, () => whole)).toMatchObject({ message: code, permanent });
  });
});

describe('mail by Alibaba Cloud', () => {
  const to = 'wang@example.cn';

  it('sends subject and text', async () => {
    expect(await send(mail, () => ({ body: { EnvId: '1' } }), { to })).toBeUndefined();
    expect(provider.asked[0]?.query).toMatchObject({
      AccountName: 'site@example.cn',
      ToAddress: to,
      Subject: '预约成功',
      TextBody: message.text,
    });
  });

  it.each([
    { to: 'wang@example.cn\r\nBcc: all@example.cn' },
    { to: 'wang@example.cn,all@example.cn' },
    { to: 'Wang <wang@example.cn>' },
    { to, title: '预约成功\nBcc: all@example.cn' },
    { to, title: '预约\u2028成功' },
  ])('refuses what could become a header: %j', async (more) => {
    expect(await send(mail, () => ({ body: { EnvId: '1' } }), more)).toMatchObject({
      permanent: true,
    });
    expect(provider.asked).toEqual([]);
  });

  it('gives up on an address that is none, and on nothing else', async () => {
    const failing = (Code: string) => send(mail, () => ({ status: 400, body: { Code } }), { to });
    expect(await failing('InvalidToAddress')).toMatchObject({ permanent: true });
    await provider.close();
    expect(await failing('Throttling.User')).toMatchObject({ permanent: false });
  });
});

describe('WeChat', () => {
  const wechat = (url: string) =>
    wechatTemplates({
      ...{ url, appId: 'wx1', secret: 'secret' },
      templates: { booking_created: { id: 'T1', fields: { time2: 'time' } } },
    });
  const answering = (errcode: number) => (asked: Asked) => ({
    body: asked.path.endsWith('stable_token') ? { access_token: 'token' } : { errcode },
  });

  it('fills the template’s own fields, and says which message it is', async () => {
    expect(await send(wechat, answering(0), { to: 'openid' })).toBeUndefined();
    expect(provider.asked[1]?.query).toEqual({ access_token: 'token' });
    expect(JSON.parse(provider.asked[1]?.body.toString() ?? '')).toMatchObject({
      touser: 'openid',
      template_id: 'T1',
      data: { time2: { value: '12:00' } },
      client_msg_id: expect.stringMatching(/^[\da-f]{32}$/) as string,
    });
  });

  it('tells who follows no longer from a busy service', async () => {
    expect(await send(wechat, answering(43004))).toMatchObject({ permanent: true });
    await provider.close();
    expect(await send(wechat, answering(-1))).toMatchObject({
      message: 'wechat -1',
      permanent: false,
    });
  });
});

describe('web push', () => {
  const subscription = async (endpoint: string) => {
    const curve = { name: 'ECDH', namedCurve: 'P-256' };
    const pair = await crypto.subtle.generateKey(curve, true, ['deriveBits']);
    const point = Buffer.from(await crypto.subtle.exportKey('raw', pair.publicKey));
    const auth = Buffer.from(crypto.getRandomValues(new Uint8Array(16)));
    return JSON.stringify({
      endpoint,
      keys: { p256dh: point.toString('base64url'), auth: auth.toString('base64url') },
    });
  };
  const vapid = async () => {
    const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, [
      'sign',
    ]);
    const { x = '', y = '', d = '' } = await crypto.subtle.exportKey('jwk', pair.privateKey);
    return webPush({ jwk: { x, y, d }, subject: 'mailto:a@example.cn' });
  };
  const pushed = async (status: number) => {
    provider = await startProvider(() => ({ status, body: '' }));
    const channel = await vapid();
    const to = await subscription(`${provider.url}/push/1`);
    return channel.send({ ...message, to }).then(
      () => undefined,
      (error: unknown) => error,
    );
  };

  it('is encrypted, and a repeat replaces what waits', async () => {
    expect(await pushed(201)).toBeUndefined();
    const [asked] = provider.asked;
    expect(asked?.headers).toMatchObject({
      'content-encoding': 'aes128gcm',
      authorization: expect.stringMatching(/^vapid t=/) as string,
      topic: expect.stringMatching(/^[\w-]{32}$/) as string,
    });
    expect(asked?.body.toString('utf8')).not.toContain('预约');
  });

  it.each([
    [410, PUSH_GONE, true],
    [404, PUSH_GONE, true],
    [429, 'HTTP 429', false],
    [500, 'HTTP 500', false],
  ])('%d: %s', async (status, text, permanent) => {
    expect(await pushed(status)).toMatchObject({ message: text, permanent });
  });
});

it('a channel that was not set up says which setting is missing', async () => {
  await expect(unconfiguredChannel('SMS_PROVIDER').send(message)).rejects.toMatchObject({
    message: 'not configured: set SMS_PROVIDER',
    permanent: false,
  });
});
