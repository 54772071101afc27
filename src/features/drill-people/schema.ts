import { z } from 'zod';
import { countField, lineField } from '../../lib/fields.ts';
import { INVITATION_CODE_LENGTH, readCode } from '../../lib/ids.ts';
import { personNameField } from '../bookings/schema.ts';
import { GROUPS, TRAININGS } from '../drill-templates/schema.ts';
import { drillReference, reasonField, seenVersion } from '../drills/schema.ts';
import { DRILL_FILLINGS, DRILL_PARTS } from '../drills/table.ts';

export const roleReference = drillReference.extend({
  roleId: z.uuid({ error: '没有这个角色' }),
});

/** Skills by their codes, with the words of templates. */
export const trainingWords: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(TRAININGS).map(([words, code]) => [code, words]),
);
const CODES = Object.keys(trainingWords);

/** Names a role as scripts do: no sign that a list is separated by. */
const ROLE_NAME = /^[\p{L}\p{N}（）()·\-/ ]+$/u;
const DUTY = /^[^\p{Cc}]+$/u;

/** Boxes of a form come one by one, `training.first_aid=yes`; programs send a list. */
const ticks = (values: unknown) =>
  typeof values === 'object' && values !== null && !('training' in values)
    ? {
        ...values,
        training: CODES.filter(
          (code) => (values as Record<string, unknown>)[`training.${code}`] === 'yes',
        ),
      }
    : values;

export const roleInput = z.preprocess(
  ticks,
  drillReference.extend({
    /** The role that is changed; nothing for another one. */
    roleId: z.union([z.uuid(), z.literal('')], { error: '没有这个角色' }).default(''),
    roleVersion: seenVersion,
    scriptVersion: seenVersion,
    name: lineField({
      missing: '请写角色的名称',
      max: [20, '角色的名称请控制在20个字以内'],
      pattern: [ROLE_NAME, '名称里有不能用的符号'],
      isProse: true,
    }).refine((text) => Array.from(text).length >= 2, { error: '请写角色的名称，至少2个字' }),
    part: z.enum(DRILL_PARTS, { error: '请选做什么' }),
    workGroup: z.union([z.enum(GROUPS), z.literal('')], { error: '请在列出的组里选' }).default(''),
    filledBy: z.enum(DRILL_FILLINGS, { error: '请选人从哪里来' }),
    capacity: countField({
      missing: '请写要多少人',
      min: [1, '至少1人'],
      max: [2000, '最多2000人'],
    }),
    training: z.array(z.enum(CODES, { error: '请在列出的培训里选' })).max(CODES.length),
    duty: lineField({
      missing: '请写做什么',
      max: [120, '请控制在120个字以内'],
      pattern: [DUTY, '有不能用的符号'],
      isProse: true,
    }).refine((text) => Array.from(text).length >= 2, { error: '请写做什么' }),
  }),
);

/** 楼栋, 班. */
const unitField = z.preprocess(
  (value) => (typeof value === 'string' ? value.normalize('NFKC').trim() : ''),
  z
    .string()
    .max(20, { error: '楼栋或班请控制在20个字以内' })
    .regex(/^[\p{L}\p{N}（）()·\-/ ]*$/u, { error: '楼栋或班里有不能用的符号' }),
);

export const assignInput = roleReference.extend({
  /** `member:<id>` of the organisation, or `volunteer:<id>` of the registry. */
  who: z
    .string({ error: '请选一个人' })
    .regex(/^(member|volunteer):[\w-]{36}$/, { error: '请选一个人' }),
  /** How a member is called in this drill; a volunteer has said so in the registry. */
  name: z
    .union([z.literal(''), personNameField('请写怎么称呼')], { error: '请写怎么称呼' })
    .default(''),
  unit: unitField,
  reason: reasonField,
});

export const releaseInput = drillReference.extend({
  participantId: z.uuid({ error: '没有找到这一位' }),
  reason: reasonField.refine((text) => text.length >= 2, { error: '请写为什么' }),
});

export const cardInput = roleReference.extend({
  uses: countField({
    missing: '请写给几个人用',
    min: [1, '至少1人'],
    max: [200, '一张卡最多200人用'],
  }),
  reason: reasonField,
});

export const cardReference = drillReference.extend({
  cardId: z.uuid({ error: '没有找到这张卡' }),
});

/** As it stands in the address, or as somebody types it off the paper. */
export const takeInput = z.object({
  code: z
    .string({ error: '请写卡上的12位码' })
    .max(60, { error: '卡上的码是12位' })
    .transform((text, ctx) => {
      const code = readCode(text, INVITATION_CODE_LENGTH);
      if (code) return code;
      ctx.addIssue({ code: 'custom', message: '卡上的码是12位，请再看一遍' });
      return z.NEVER;
    }),
  name: personNameField('请写怎么称呼你'),
  unit: unitField,
});
