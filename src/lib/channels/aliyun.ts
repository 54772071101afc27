/**
 * Alibaba Cloud's SMS (`SendSms`, 2017-05-25) and DirectMail (`SingleSendMail`, 2015-11-23), signed with
 * ACS3-HMAC-SHA256. The signature is tested against the worked example of the provider's own documentation; the
 * adapters against a local server that answers as documented, never against the provider itself.
 */
import { toHex } from '../ids.ts';
import { sha256 } from '../keyring.ts';
import { DeliveryError, smsTemplate, type Channel, type OutgoingMessage } from './channel.ts';
import { ask, codeOf, readJson } from './http.ts';
import { hmacSha256 } from './hmac.ts';

export interface AliyunCredentials {
  accessKeyId: string;
  accessKeySecret: string;
}

export interface AliyunRequest {
  host: string;
  action: string;
  version: string;
  query: Readonly<Record<string, string>>;
  now: Date;
  nonce: string;
}

/**
 * The query string and headers of a signed request without a body.
 * Source: https://help.aliyun.com/zh/sdk/product-overview/v3-request-structure-and-signature
 */
export async function signAcs3(
  { accessKeyId, accessKeySecret }: AliyunCredentials,
  { host, action, version, query, now, nonce }: AliyunRequest,
): Promise<{ query: string; headers: Record<string, string> }> {
  const canonicalQuery = Object.entries(query)
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .toSorted()
    .join('&');
  const bodyDigest = toHex(await sha256(''));
  const headers = {
    host,
    'x-acs-action': action,
    'x-acs-content-sha256': bodyDigest,
    'x-acs-date': now.toISOString().replace(/\.\d{3}Z$/, 'Z'),
    'x-acs-signature-nonce': nonce,
    'x-acs-version': version,
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}:${value}\n`);
  const signedHeaders = Object.keys(headers).join(';');
  const canonical = ['POST', '/', canonicalQuery, lines.join(''), signedHeaders, bodyDigest];
  const toSign = `${ALGORITHM}\n${toHex(await sha256(canonical.join('\n')))}`;
  const signature = toHex(await hmacSha256(accessKeySecret, toSign));
  const { host: _, ...sent } = headers;
  const authorization = `${ALGORITHM} Credential=${accessKeyId},SignedHeaders=${signedHeaders},Signature=${signature}`;
  return { query: canonicalQuery, headers: { ...sent, authorization } };
}

const ALGORITHM = 'ACS3-HMAC-SHA256';

/** RFC 3986: what `encodeURIComponent` leaves of ! ' ( ) * is encoded as well. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

export interface AliyunSmsSettings extends AliyunCredentials {
  url: string;
  signature: string;
  /** The provider's template code of each kind, `SMS_123456789`. */
  templates: Readonly<Record<string, string>>;
}

/** The repeat of a message carries the same `OutId`, which the provider's receipts show; it does not dedupe by it. */
export function aliyunSms(settings: AliyunSmsSettings): Channel {
  return {
    send: async ({ kind, to, variables, idempotencyKey, now }) => {
      const template = smsTemplate(settings.templates, kind, to);
      const answer = await call(settings, settings.url, now, {
        action: 'SendSms',
        version: '2017-05-25',
        query: {
          // Numbers outside the mainland go without their +.
          PhoneNumbers: to.replace('+', ''),
          SignName: settings.signature,
          TemplateCode: template,
          TemplateParam: JSON.stringify(variables),
          OutId: idempotencyKey,
        },
      });
      const code = codeOf(answer.body['Code'], answer.status);
      if (code === 'OK') return;
      throw new DeliveryError(code, { permanent: PERMANENT_SMS.has(code) });
    },
  };
}

/** Of the documented codes those that no later try can mend: the number, the signature, the template, its values. */
const PERMANENT_SMS: ReadonlySet<string> = new Set([
  'isv.MOBILE_NUMBER_ILLEGAL',
  'isv.BLACK_KEY_CONTROL_LIMIT',
  'isv.DOMESTIC_NUMBER_NOT_SUPPORTED',
  'isv.SMS_TEMPLATE_ILLEGAL',
  'isv.SMS_SIGNATURE_ILLEGAL',
  'isv.SMS_SIGN_ILLEGAL',
  'isv.SIGN_STATE_ILLEGAL',
  'isv.SMS_SIGNATURE_SCENE_ILLEGAL',
  'isv.SMS_CONTENT_ILLEGAL',
  'isv.TEMPLATE_MISSING_PARAMETERS',
  'isv.TEMPLATE_PARAMS_ILLEGAL',
  'isv.INVALID_PARAMETERS',
  'isv.INVALID_JSON_PARAM',
  'isv.PARAM_LENGTH_LIMIT',
  'isv.PARAM_NOT_SUPPORT_URL',
]);

export interface AliyunMailSettings extends AliyunCredentials {
  url: string;
  /** The sender address that was set up with the provider. */
  from: string;
  fromName: string;
}

/** Subject and text go as parameters, so that neither can become a header; line ends in them are refused all the same. */
export function aliyunMail(settings: AliyunMailSettings): Channel {
  return {
    send: async (message) => {
      const { to, title, text, now } = requireOneLine(message);
      const answer = await call(settings, settings.url, now, {
        action: 'SingleSendMail',
        version: '2015-11-23',
        query: {
          AccountName: settings.from,
          AddressType: '1',
          ReplyToAddress: 'false',
          FromAlias: settings.fromName,
          ToAddress: to,
          Subject: title,
          TextBody: text,
        },
      });
      if (answer.status === 200 && typeof answer.body['EnvId'] === 'string') return;
      const code = codeOf(answer.body['Code'], answer.status);
      throw new DeliveryError(code, { permanent: /^Invalid(ToAddress|Subject|Body)\b/.test(code) });
    },
  };
}

/** @throws DeliveryError permanent: a control character in address or subject, or more than one address. */
function requireOneLine(message: OutgoingMessage): OutgoingMessage {
  const { to, title } = message;
  if (/[\p{Cc}\u2028\u2029]/u.test(to + title)) {
    throw new DeliveryError('line end in address or subject', { permanent: true });
  }
  if (/[,;\s<>]/.test(to)) throw new DeliveryError('not one address', { permanent: true });
  return message;
}

async function call(
  credentials: AliyunCredentials,
  url: string,
  now: Date,
  request: Pick<AliyunRequest, 'action' | 'version' | 'query'>,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const { host } = new URL(url);
  const nonce = crypto.randomUUID();
  const { query, headers } = await signAcs3(credentials, { ...request, host, now, nonce });
  const { status, text } = await ask(`${url}/?${query}`, { method: 'POST', headers });
  return { status, body: readJson(text) };
}
