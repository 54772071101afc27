import { z } from 'zod';
import { countField, lineField } from '../../lib/fields.ts';
import { DRILL_CONTENTS, DRILL_FORMS, DRILL_PURPOSES } from './table.ts';

/** What is drilled against, in the words of the public; templates of scenarios use the same words. */
export const DRILL_HAZARDS = [
  '地震',
  '火灾',
  '洪涝',
  '台风',
  '大风冰雹',
  '山洪',
  '森林火灾',
  '燃气泄漏',
  '危化品',
  '尾矿库',
  '海上',
  '踩踏',
  '校车',
  '防暴力侵害',
  '停电停水',
  '设备故障',
  '其他',
] as const;

/** A box of a form, or a truth of JSON. */
export const ticked = z.preprocess((value) => value === 'yes' || value === true, z.boolean());

/** Whose plan or record it is; made from the address, never from the form. */
export const drillOrganiserReference = z.object({
  organisationId: z.uuid({ error: '没有这个单位' }).nullable(),
  regionCode: z.string().regex(/^(\d{6}|\d{9}|\d{12})?$/, { error: '没有这个地区' }),
});

/** Looked at before anything else: what somebody may not do is not there, however they spell it. */
export const organiserInput = z.object({ organiser: drillOrganiserReference });

/** What every drill is, planned or held: 《突发事件应急演练指南》. */
export const drillClass = {
  hazard: z.enum(DRILL_HAZARDS, { error: '请选练什么' }),
  form: z.enum(DRILL_FORMS, { error: '请选实战或桌面' }).default('practical'),
  content: z.enum(DRILL_CONTENTS, { error: '请选单项或综合' }).default('single'),
  purpose: z.enum(DRILL_PURPOSES, { error: '请选目的' }).default('test'),
  evacuation: ticked,
};

/** What names of drills, places and offices are written with. */
export const PLAIN = /^[\p{L}\p{N}:,;!?（）()·“”"、，：；！？。《》〔〕．～—－／.\-/ ]+$/u;

export const planReference = z.object({
  organiser: drillOrganiserReference,
  year: countField({
    missing: '没有这一年',
    min: [2020, '没有这一年'],
    max: [2100, '没有这一年'],
  }),
});

/** Why a published plan changes. That there must be one, the guard knows: a draft needs none. */
const reasonField = z.preprocess(
  (value) => (typeof value === 'string' ? value.normalize('NFC').trim() : ''),
  z.string().max(200, { error: '理由请控制在200个字以内' }),
);

export const planItemInput = planReference
  .extend({
    /** The item that is revised; nothing for a new one. */
    itemId: z.union([z.uuid(), z.literal('')], { error: '没有这一项' }).default(''),
    title: lineField({
      missing: '请写演练的名称',
      max: [60, '名称请控制在60个字以内'],
      pattern: [PLAIN, '名称里有不能用的符号'],
      isProse: true,
    }).refine((text) => Array.from(text).length >= 2, { error: '请写演练的名称' }),
    ...drillClass,
    blind: ticked,
    month: countField({
      missing: '请选哪个月',
      min: [1, '请选哪个月'],
      max: [12, '请选哪个月'],
    }),
    responsible: lineField({
      missing: '请写谁负责',
      max: [60, '请控制在60个字以内'],
      pattern: [PLAIN, '有不能用的符号，请写单位或部门的名称'],
      isProse: true,
    }).refine((text) => Array.from(text).length >= 2, { error: '请写负责的单位或部门' }),
    reason: reasonField,
  })
  .refine(({ blind, form }) => !blind || form === 'practical', {
    path: ['blind'],
    error: '双盲演练是实战。桌面推演不用选双盲',
  })
  .refine(({ evacuation, form }) => !evacuation || form === 'practical', {
    path: ['evacuation'],
    error: '桌面推演没有疏散。要疏散，请选实战',
  });

export const itemReference = z.object({ itemId: z.uuid({ error: '没有这一项' }) });

export const dropInput = planReference.extend({ ...itemReference.shape, reason: reasonField });
