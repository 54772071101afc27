import { AwsV4Signer } from 'aws4fetch';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { collect } from '../../../src/lib/bytes.ts';
import { s3Storage } from '../../../src/lib/storage.ts';
import { startStore, type TestStore } from '../../helpers/store.ts';

let store: TestStore;
beforeAll(async () => {
  store = await startStore();
});
afterAll(() => store.close());

const text = (value: string) => new TextEncoder().encode(value);

describe('signatures', () => {
  /** "GET Object" of AWS's documentation of signature version 4 for S3, with its published result. */
  it('match the worked example that AWS publishes', async () => {
    const signer = new AwsV4Signer({
      url: 'https://examplebucket.s3.amazonaws.com/test.txt',
      accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
      secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
      service: 's3',
      region: 'us-east-1',
      datetime: '20130524T000000Z',
      allHeaders: true,
      headers: {
        Range: 'bytes=0-9',
        'X-Amz-Content-Sha256': 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
      },
    });
    expect(await signer.signature()).toBe(
      'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
    );
  });
});

describe('s3Storage', () => {
  it('puts, gets, gets a range, lists and deletes, each request signed', async () => {
    const storage = s3Storage(store.settings);
    await storage.put('files/a/0-00', text('0123456789'));
    await storage.put('files/a/1-00', text('abc'));
    await storage.put('files/b/0-00', text('other'));
    const get = async (key: string, range?: { offset: number; length: number }) => {
      const found = await storage.get(key, range);
      return found && Buffer.from(await collect(found)).toString();
    };
    expect(await get('files/a/0-00')).toBe('0123456789');
    expect(await get('files/a/0-00', { offset: 3, length: 4 })).toBe('3456');
    expect(await get('files/none')).toBe(undefined);
    expect(await storage.list('files/a/')).toEqual(['files/a/0-00', 'files/a/1-00']);
    await storage.delete(['files/a/0-00', 'files/a/1-00', 'files/none']);
    expect([...store.objects.keys()]).toEqual(['files/b/0-00']);
  });

  it('tells of a store that is away, or that does not know the key, as unavailable', async () => {
    const wrong = s3Storage({ ...store.settings, secretAccessKey: 'another' });
    await expect(wrong.put('files/x', text('x'))).rejects.toMatchObject({
      code: 'unavailable',
      reason: 'storage_unavailable',
    });
    const away = s3Storage({ ...store.settings, endpoint: 'http://127.0.0.1:1' });
    await expect(away.list('files/')).rejects.toMatchObject({ code: 'unavailable' });
    expect(store.objects.has('files/x')).toBe(false);
  });
});
