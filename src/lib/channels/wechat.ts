/**
 * Template messages of a WeChat service account (`message/template/send`). It reaches only somebody whose `openid`
 * the site knows; nothing here signs people in by WeChat, so until that exists nobody has one and the channel is
 * never chosen. The provider publishes no signed example: the adapter is tested against a local server that answers
 * as documented, and not otherwise.
 */
import { toHex } from '../ids.ts';
import { sha256 } from '../keyring.ts';
import { DeliveryError, type Channel } from './channel.ts';
import { ask, codeOf, readJson } from './http.ts';

export interface WechatSettings {
  url: string;
  appId: string;
  secret: string;
  /** Of each kind the id of its template, and the template's field for each variable: `{ thing1: 'hall' }`. */
  templates: Readonly<Record<string, { id: string; fields: Readonly<Record<string, string>> }>>;
}

export function wechatTemplates(settings: WechatSettings): Channel {
  return {
    send: async ({ kind, to, variables, idempotencyKey }) => {
      const template = settings.templates[kind];
      if (!template) throw new DeliveryError(`no template id for ${kind}`, { permanent: true });
      const token = await accessToken(settings);
      const data = Object.entries(template.fields).map(([field, name]) => [
        field,
        { value: variables[name] ?? '' },
      ]);
      const { status, body } = await post(
        `${settings.url}/cgi-bin/message/template/send?${new URLSearchParams({ access_token: token })}`,
        {
          touser: to,
          template_id: template.id,
          data: Object.fromEntries(data) as unknown,
          // One message for one openid and id, for ten minutes.
          client_msg_id: toHex(await sha256(idempotencyKey)).slice(0, 32),
        },
      );
      const code = codeOf(body['errcode'], status);
      if (code === '0') return;
      throw new DeliveryError(`wechat ${code}`, { permanent: PERMANENT.has(code) });
    },
  };
}

/** No such openid, template or value, or its owner follows the account no longer. */
const PERMANENT: ReadonlySet<string> = new Set(['40003', '40037', '43004', '43101', '47003']);

/** The stable token is the same for everybody who asks within its two hours: nothing has to be kept. */
async function accessToken({ url, appId, secret }: WechatSettings): Promise<string> {
  const { status, body } = await post(`${url}/cgi-bin/stable_token`, {
    grant_type: 'client_credential',
    appid: appId,
    secret,
  });
  const token = body['access_token'];
  if (typeof token !== 'string')
    throw new DeliveryError(`wechat ${codeOf(body['errcode'], status)}`);
  return token;
}

async function post(
  url: string,
  body: Record<string, unknown>,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const { status, text } = await ask(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify(body),
  });
  return { status, body: readJson(text) };
}
