import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { passwordObjection } from '../../../../src/features/credentials/policy.ts';

const PHONE = '13800138000';

describe('a password', () => {
  it.each([
    'password1234',
    'Passw0rd2026!',
    'qwertyuiop12',
    '1qaz2wsx3edc',
    '123456789012',
    'abcabcabcabc',
    'aaaaaaaaaaaa',
    'admin@123456',
    'woaini5201314',
    'anlan20261234',
    '安澜密码123456',
    'iloveyou1314',
    'Ｐａｓｓｗｏｒｄ１２３４',
  ])('that everybody tries is refused: %s', (password) => {
    expect(passwordObjection(password, PHONE)).toContain('太常见');
  });

  it.each(['我的13800138000呀呀', 'kite-138-0013-8000', 'lantern 00138000 kite'])(
    'that holds the phone is refused: %s',
    (password) => {
      expect(passwordObjection(password, PHONE)).toContain('手机号');
    },
  );

  it.each([
    'kite-lantern-harbour',
    '窗边的三只灰猫在打呼噜呢',
    'v8#Tq!w2Lm0z',
    'tulip stapler 47 moss',
  ])('of one’s own is taken: %s', (password) => {
    expect(passwordObjection(password, PHONE)).toBeUndefined();
  });

  it('is refused with the phone anywhere in it, whatever stands around', () => {
    const words = fc.constantFrom('kite', 'moss', '灯笼', 'Harbour', '-', ' ');
    fc.assert(
      fc.property(fc.array(words), fc.array(words), (before, after) => {
        const password = [...before, PHONE, ...after].join('');
        expect(passwordObjection(password, PHONE)).toBeDefined();
      }),
    );
  });

  it('made of random letters and digits is practically never refused', () => {
    const random = fc.string({
      unit: fc.constantFrom(...Array.from('bcdfghjkmpqrtvwxz2346789BCDFGHJKMPQRTVWXZ')),
      minLength: 20,
      maxLength: 40,
    });
    fc.assert(
      fc.property(random, (password) => {
        fc.pre(new Set(password.toLowerCase()).size >= 10);
        expect(passwordObjection(password, PHONE)).toBeUndefined();
      }),
    );
  });
});
