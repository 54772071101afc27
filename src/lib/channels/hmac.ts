type Bytes = Uint8Array<ArrayBuffer>;

const encoder = new TextEncoder();
const bytesOf = (value: string | Bytes) =>
  typeof value === 'string' ? encoder.encode(value) : value;

export async function hmacSha256(key: string | Bytes, message: string | Bytes): Promise<Bytes> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const imported = await crypto.subtle.importKey('raw', bytesOf(key), algorithm, false, ['sign']);
  return new Uint8Array(await crypto.subtle.sign('HMAC', imported, bytesOf(message)));
}
