import { describe, expect, it } from 'vitest';
import { signAcs3 } from '../../../../src/lib/channels/aliyun.ts';
import { signTc3 } from '../../../../src/lib/channels/tencent.ts';
import {
  encryptPush,
  vapidAuthorization,
  vapidClaims,
  vapidPublicKey,
} from '../../../../src/lib/channels/web-push.ts';
import { fromBase64Url, toBase64Url } from '../../../../src/lib/ids.ts';

const bytes = (text: string) => new Uint8Array(fromBase64Url(text) ?? []);

describe('signatures, held against the examples that were published with them', () => {
  it('ACS3-HMAC-SHA256: the fixed example of help.aliyun.com, “V3版本请求体&签名机制”', async () => {
    const signed = await signAcs3(
      { accessKeyId: 'YourAccessKeyId', accessKeySecret: 'YourAccessKeySecret' },
      {
        host: 'ecs.cn-shanghai.aliyuncs.com',
        action: 'RunInstances',
        version: '2014-05-26',
        query: {
          RegionId: 'cn-shanghai',
          ImageId: 'win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd',
        },
        now: new Date('2023-10-26T10:22:32Z'),
        nonce: '3156853299f313e23d1673dc12e1703d',
      },
    );
    expect(signed.headers['authorization']).toBe(
      'ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0',
    );
  });

  it('TC3-HMAC-SHA256: the example of Tencent Cloud’s “Signature v3”', async () => {
    const authorization = await signTc3(
      { secretId: 'AKIDEXAMPLE', secretKey: 'Gu5t9xGARNpq86cd98joQYCN3EXAMPLE' },
      {
        host: 'cvm.tencentcloudapi.com',
        service: 'cvm',
        body: String.raw`{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}`,
        now: new Date(1_551_113_065_000),
      },
    );
    expect(authorization).toBe(
      'TC3-HMAC-SHA256 Credential=AKIDEXAMPLE/2019-02-25/cvm/tc3_request, SignedHeaders=content-type;host, Signature=72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168',
    );
  });

  it('web push encryption: RFC 8291, section 5 and appendix A', async () => {
    const sender =
      'BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8';
    const curve = { name: 'ECDH', namedCurve: 'P-256' };
    const point = bytes(sender);
    const jwk = {
      kty: 'EC',
      crv: 'P-256',
      x: toBase64Url(point.slice(1, 33)),
      y: toBase64Url(point.slice(33)),
      d: 'yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw',
    };
    const privateKey = await crypto.subtle.importKey('jwk', jwk, curve, true, ['deriveBits']);
    const publicKey = await crypto.subtle.importKey('raw', point, curve, true, []);
    const sealed = await encryptPush(
      'When I grow up, I want to be a watermelon',
      {
        endpoint: 'https://push.example.net/push/JzLQ3raZJfFBR0aqvOMsLrt54w4rJUsV',
        keys: {
          p256dh:
            'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4',
          auth: 'BTBZMqHH6r4Tts7J_aSIgg',
        },
      },
      { privateKey, publicKey },
      bytes('DGv6ra1nlYgDCS1FRnbzlw'),
    );
    expect(toBase64Url(sealed)).toBe(
      'DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN',
    );
  });

  it('VAPID: RFC 8292, section 2.4', async () => {
    const claims =
      'eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzI1NiJ9.eyJhdWQiOiJodHRwczovL3B1c2guZXhhbXBsZS5uZXQiLCJleHAiOjE0NTM1MjM3NjgsInN1YiI6Im1haWx0bzpwdXNoQGV4YW1wbGUuY29tIn0';
    const signature =
      'i3CYb7t4xfxCDquptFOepC9GAu_HLGkMlMuCGSK2rpiUfnK9ojFwDXb1JrErtmysazNjjvW2L9OkSSHzvoD1oA';
    const x = 'DUfHPKLVFQzVvnCPGyfucbECzPDa7rWbXriLcysAjEc';
    const y = 'F6YK5h4SDYic-dRuU_RCPCfA5aq9ojSwk5Y2EmClBPs';
    expect(vapidClaims('https://push.example.net', 1_453_523_768, 'mailto:push@example.com')).toBe(
      claims,
    );
    expect(vapidPublicKey({ x, y })).toBe(
      'BA1Hxzyi1RUM1b5wjxsn7nGxAszw2u61m164i3MrAIxHF6YK5h4SDYic-dRuU_RCPCfA5aq9ojSwk5Y2EmClBPs',
    );
    expect(await holds({ x, y }, claims, bytes(signature))).toBe(true);
  });

  it('VAPID: what this site signs holds under its own key, and under no other', async () => {
    const pair = async () => {
      const made = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, [
        'sign',
        'verify',
      ]);
      return (await crypto.subtle.exportKey('jwk', made.privateKey)) as Required<
        Pick<JsonWebKey, 'x' | 'y' | 'd'>
      >;
    };
    const [own, other] = [await pair(), await pair()];
    const now = new Date('2026-11-25T08:00:00+08:00');
    const { x, y, d } = own;
    const endpoint = 'https://fcm.googleapis.com/fcm/send/abc';
    const header = await vapidAuthorization({ x, y, d }, 'mailto:a@example.cn', endpoint, now);
    const [, head = '', body = '', signature = '', key] =
      /^vapid t=([\w-]+)\.([\w-]+)\.([\w-]+), k=([\w-]+)$/.exec(header) ?? [];
    expect(JSON.parse(new TextDecoder().decode(bytes(body)))).toEqual({
      aud: 'https://fcm.googleapis.com',
      exp: now.getTime() / 1000 + 12 * 3600,
      sub: 'mailto:a@example.cn',
    });
    expect(key).toBe(vapidPublicKey(own));
    expect(await holds(own, `${head}.${body}`, bytes(signature))).toBe(true);
    expect(await holds(other, `${head}.${body}`, bytes(signature))).toBe(false);
  });
});

async function holds(
  { x, y }: { x: string; y: string },
  text: string,
  signature: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const jwk = { kty: 'EC', crv: 'P-256', x, y };
  const key = await crypto.subtle.importKey('jwk', jwk, algorithm, false, ['verify']);
  return crypto.subtle.verify(algorithm, key, signature, new TextEncoder().encode(text));
}
