/**
 * Tencent Cloud's SMS (`SendSms`, 2021-01-11), signed with TC3-HMAC-SHA256. The signature is tested against the
 * worked example of the provider's own documentation; the adapter against a local server that answers as
 * documented, never against the provider itself.
 */
import { toHex } from '../ids.ts';
import { sha256 } from '../keyring.ts';
import { DeliveryError, smsTemplate, type Channel } from './channel.ts';
import { ask, codeOf, readJson } from './http.ts';
import { hmacSha256 } from './hmac.ts';

export interface TencentCredentials {
  secretId: string;
  secretKey: string;
}

/**
 * The value of the `Authorization` header.
 * Source: https://cloud.tencent.com/document/api/382/52072 (签名方法 v3)
 */
export async function signTc3(
  { secretId, secretKey }: TencentCredentials,
  { host, service, body, now }: { host: string; service: string; body: string; now: Date },
): Promise<string> {
  const timestamp = Math.floor(now.getTime() / 1000);
  const scope = `${now.toISOString().slice(0, 10)}/${service}/tc3_request`;
  const signedHeaders = 'content-type;host';
  const headers = `content-type:${CONTENT_TYPE}\nhost:${host}\n`;
  const canonical = ['POST', '/', '', headers, signedHeaders, toHex(await sha256(body))].join('\n');
  const toSign = [ALGORITHM, timestamp, scope, toHex(await sha256(canonical))].join('\n');
  let key = await hmacSha256(`TC3${secretKey}`, scope.split('/')[0] ?? '');
  for (const part of [service, 'tc3_request']) key = await hmacSha256(key, part);
  const signature = toHex(await hmacSha256(key, toSign));
  return `${ALGORITHM} Credential=${secretId}/${scope}, SignedHeaders=${signedHeaders}, Signature=${signature}`;
}

const ALGORITHM = 'TC3-HMAC-SHA256';
const CONTENT_TYPE = 'application/json; charset=utf-8';

export interface TencentSmsSettings extends TencentCredentials {
  url: string;
  appId: string;
  region: string;
  signature: string;
  /** The provider's template id of each kind, `1234567`. */
  templates: Readonly<Record<string, string>>;
}

/** A repeat carries the same `SessionContext`, which the provider gives back; it does not dedupe by it. */
export function tencentSms(settings: TencentSmsSettings): Channel {
  return {
    send: async ({ kind, to, variables, idempotencyKey, now }) => {
      const template = smsTemplate(settings.templates, kind, to);
      const body = JSON.stringify({
        PhoneNumberSet: [to.startsWith('+') ? to : `+86${to}`],
        SmsSdkAppId: settings.appId,
        TemplateId: template,
        SignName: settings.signature,
        TemplateParamSet: Object.values(variables),
        SessionContext: idempotencyKey,
      });
      const { host } = new URL(settings.url);
      const { status, text } = await ask(settings.url, {
        method: 'POST',
        headers: {
          authorization: await signTc3(settings, { host, service: 'sms', body, now }),
          'content-type': CONTENT_TYPE,
          'x-tc-action': 'SendSms',
          'x-tc-version': '2021-01-11',
          'x-tc-timestamp': String(Math.floor(now.getTime() / 1000)),
          'x-tc-region': settings.region,
        },
        body,
      });
      const code = resultOf(text, status);
      if (code === 'Ok') return;
      throw new DeliveryError(code, { permanent: PERMANENT.test(code) });
    },
  };
}

/** Of the documented codes those that no later try can mend: the number, the signature, the template, its values. */
const PERMANENT =
  /^(FailedOperation\.(PhoneNumberInBlacklist|PhoneOnBlacklist|TemplateIncorrectOrUnapproved|SignatureIncorrectOrUnapproved|ContainSensitiveWord|TemplateIdNotExist|TemplateParamSetNotMatchApprovedTemplate)|InvalidParameterValue\.|UnsupportedOperation\.)/;

interface SendSmsAnswer {
  Response?: { Error?: { Code?: unknown }; SendStatusSet?: { Code?: unknown }[] };
}

/** The request as a whole can be refused, and the one number in it. */
function resultOf(text: string, status: number): string {
  const { Response: answer } = readJson(text) as SendSmsAnswer;
  return codeOf(answer?.Error?.Code ?? answer?.SendStatusSet?.[0]?.Code, status);
}
