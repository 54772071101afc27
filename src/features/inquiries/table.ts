import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { bytes, instant } from '../../lib/db/columns.ts';

export const inquiries = sqliteTable('inquiries', {
  id: text('id').primaryKey(),
  code: text('code').notNull(),
  kind: text('kind', { enum: ['question', 'error'] }).notNull(),
  page: text('page'),
  textCipher: bytes('text_cipher').notNull(),
  phoneCipher: bytes('phone_cipher'),
  phoneHash: bytes('phone_hash'),
  keyVersion: integer('key_version').notNull(),
  createdAt: instant('created_at').notNull(),
  dueAt: instant('due_at').notNull(),
  answeredAt: instant('answered_at'),
});

export const inquiryAnswers = sqliteTable('inquiry_answers', {
  inquiryId: text('inquiry_id').primaryKey(),
  text: text('text').notNull(),
  answeredBy: text('answered_by').notNull(),
  answeredAt: instant('answered_at').notNull(),
});

export type Inquiry = typeof inquiries.$inferSelect;
export type InquiryKind = Inquiry['kind'];
export type InquiryAnswer = typeof inquiryAnswers.$inferSelect;
