import { glob, readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { templates } from '../../../../src/messages.ts';
import {
  fill,
  smsParts,
  SMS_VARIABLE_MAX,
  smsText,
  topicWords,
  variablesIn,
} from '../../../../src/features/notifications/policy.ts';

const kinds = Object.entries(templates);
/** Twelve signs, the longest that providers approve. */
const LONGEST_SIGNATURE = '某某市某某区应急管理局站';

interface Source {
  file: string;
  text: string;
}

async function readSources(): Promise<Source[]> {
  const sources: Source[] = [];
  for await (const file of glob('{src,functions,scripts}/**/*.ts')) {
    sources.push({ file, text: await readFile(file, 'utf8') });
  }
  return sources;
}

/** What stands as `template:` where a message is queued; compared values (`=== 'lapsed'`) are no names. */
function queuedIn({ text }: Source): string[] {
  const calls = text.matchAll(/queueMessage\(\s*\w+,\s*\{([\s\S]*?)\n\s*\}\s*\)/g);
  return [...calls].flatMap(([, call = '']) => {
    const template = /\btemplate:([^,]+),/.exec(call)?.[1] ?? '';
    return Array.from(template.matchAll(/(?<!=== )'([a-z_]+)'/g), ([, name = '']) => name);
  });
}

describe('kinds of messages', () => {
  it('exist for everything that is queued', async () => {
    const queued = (await readSources()).flatMap(queuedIn);
    expect(queued.length).toBeGreaterThan(8);
    expect(queued.filter((name) => !(name in templates))).toEqual([]);
  });

  it('are all queued somewhere', async () => {
    const writing = (await readSources()).filter(({ file }) => !file.endsWith('messages.ts'));
    // By its name, or by one that is put together: `group_${decision}`.
    const isQueued = (name: string) =>
      writing.some(
        ({ text }) =>
          text.includes(`'${name}'`) || text.includes(`template: \`${name.split('_')[0]}_\${`),
      );
    expect(kinds.map(([name]) => name).filter((name) => !isQueued(name))).toEqual([]);
  });

  it.each(kinds)('%s: each variable of its texts has a value', (_, kind) => {
    const used = variablesIn([kind.sms, kind.mail].filter(Boolean).join('\n'));
    expect(used.filter((name) => !(name in kind.longest))).toEqual([]);
    expect(variablesIn(kind.title)).toEqual([]);
  });

  it.each(kinds)(
    '%s: fits its SMS with the longest values and the longest signature',
    (_, kind) => {
      expect(kind.sms ?? kind.mail).toBeTruthy();
      if (kind.sms === null) return;
      const text = smsText(LONGEST_SIGNATURE, fill(kind.sms, kind.longest));
      expect({ text, parts: smsParts(text) }).toEqual({ text, parts: kind.smsParts });
      for (const name of variablesIn(kind.sms)) {
        expect.soft(kind.longest[name]?.length, name).toBeLessThanOrEqual(SMS_VARIABLE_MAX);
      }
    },
  );

  it.each(kinds)(
    '%s: has a name, a short title, a page, and a topic people can choose',
    (_, kind) => {
      expect(kind.name).toMatch(/\p{Script=Han}/u);
      // A push service shows little more; a mail’s subject may have 100.
      expect(kind.title.length).toBeLessThanOrEqual(20);
      expect(kind.path).toMatch(/^\/[a-z/-]*$/);
      if (kind.topic !== null) expect(Object.keys(topicWords)).toContain(kind.topic);
      // The signature is the provider’s to put in front.
      expect(kind.sms ?? '').not.toMatch(/[【】]/);
    },
  );

  it('let nobody switch off what is necessary', () => {
    const necessary = kinds.filter(([, { topic }]) => topic === null).map(([name]) => name);
    expect(necessary).toEqual(expect.arrayContaining(['sign_in_code', 'mail_code']));
  });
});
