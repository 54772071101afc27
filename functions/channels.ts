import { aliyunMail, aliyunSms } from '../src/lib/channels/aliyun.ts';
import {
  developmentInbox,
  unconfiguredChannel,
  type Channel,
  type Channels,
} from '../src/lib/channels/channel.ts';
import { tencentSms } from '../src/lib/channels/tencent.ts';
import { webPush } from '../src/lib/channels/web-push.ts';
import { wechatTemplates } from '../src/lib/channels/wechat.ts';
import type { Settings } from '../src/lib/env.ts';

/**
 * The channels of a deployment. A provider that is named works, demonstrations included; where none is, a demonstration
 * keeps the message in its inbox and a deployment says in the queue which setting is missing.
 */
export function channelsOf(settings: Settings): Channels {
  const missing = (setting: string): Channel =>
    settings.DEMONSTRATION ? developmentInbox : unconfiguredChannel(setting);
  return {
    sms: smsChannel(settings) ?? missing('SMS_PROVIDER'),
    mail: mailChannel(settings) ?? missing('MAIL_PROVIDER'),
    push: pushChannel(settings) ?? missing('VAPID_KEY'),
    wechat: wechatChannel(settings) ?? missing('WECHAT_APP_ID'),
  };
}

/** That nothing is missing here, `readSettings` has made sure of. */
const given = (value: string | undefined) => value ?? '';

function aliyunCredentials({ ALIYUN_ACCESS_KEY_ID, ALIYUN_ACCESS_KEY_SECRET }: Settings) {
  return {
    accessKeyId: given(ALIYUN_ACCESS_KEY_ID),
    accessKeySecret: given(ALIYUN_ACCESS_KEY_SECRET),
  };
}

function smsChannel(settings: Settings): Channel | undefined {
  const {
    SMS_PROVIDER,
    SMS_URL,
    SMS_SIGNATURE: signature,
    SMS_TEMPLATES: templates = {},
  } = settings;
  if (SMS_PROVIDER === 'aliyun') {
    const url = SMS_URL ?? 'https://dysmsapi.aliyuncs.com';
    return aliyunSms({ ...aliyunCredentials(settings), url, signature, templates });
  }
  if (SMS_PROVIDER === 'tencent') {
    return tencentSms({
      secretId: given(settings.TENCENT_SECRET_ID),
      secretKey: given(settings.TENCENT_SECRET_KEY),
      appId: given(settings.TENCENT_SMS_APP_ID),
      region: settings.TENCENT_SMS_REGION,
      url: SMS_URL ?? 'https://sms.tencentcloudapi.com',
      signature,
      templates,
    });
  }
  return undefined;
}

function mailChannel(settings: Settings): Channel | undefined {
  if (!settings.MAIL_PROVIDER) return undefined;
  return aliyunMail({
    ...aliyunCredentials(settings),
    url: settings.MAIL_URL ?? 'https://dm.aliyuncs.com',
    from: given(settings.MAIL_FROM),
    fromName: settings.SMS_SIGNATURE,
  });
}

function pushChannel({ VAPID_KEY: jwk, VAPID_SUBJECT: subject }: Settings): Channel | undefined {
  return jwk && subject ? webPush({ jwk, subject }) : undefined;
}

function wechatChannel(settings: Settings): Channel | undefined {
  const { WECHAT_APP_ID: appId, WECHAT_APP_SECRET: secret, WECHAT_TEMPLATES: templates } = settings;
  if (!appId || !secret || !templates) return undefined;
  const url = settings.WECHAT_URL ?? 'https://api.weixin.qq.com';
  return wechatTemplates({ url, appId, secret, templates });
}
