import { eq } from 'drizzle-orm';
import { people } from '../accounts/table.ts';
import type { Templates } from '../notifications/schema.ts';
import { purposeWords } from './policy.ts';
import { files } from './table.ts';

export const fileMessages: Templates = {
  /** Told to whoever sent it; the file's name stays out of a message that goes over the telephone. */
  file_infected: {
    name: '文件查出病毒',
    urgency: 'calm',
    topic: null,
    sms: '你传的{purpose}里查出病毒，已经拦下删除。请在查过毒的电脑上另存一份再传。',
    smsParts: 1,
    title: '文件里查出病毒',
    path: '/me',
    longest: { purpose: '单位的证明材料' },
    make: async ({ db }, { fileId = '' }) => {
      const [found] = await db
        .select({ file: files, owner: people })
        .from(files)
        .innerJoin(people, eq(people.id, files.ownerId))
        .where(eq(files.id, fileId));
      if (!found || found.owner.phoneCipher.length === 0) return null;
      const purpose = purposeWords[found.file.purpose];
      return { to: { person: found.owner }, variables: { purpose } };
    },
  },
};
