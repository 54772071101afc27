import { z } from 'zod';
import { countField, lineField, textField } from '../../lib/fields.ts';
import { CHANNELS } from '../drill-templates/schema.ts';
import { drillReference, optionalText, seenVersion } from '../drills/schema.ts';

/** What stands between the name and the amount of a thing, or between the parts of an aim. */
const ROW = /\s*[｜|\t]\s*/;

const reference = drillReference.extend({ scriptVersion: seenVersion });

const PLAIN = /^[^\p{Cc}]+$/u;
const line = (missing: string, max: number) =>
  lineField({
    missing,
    max: [max, `请控制在${max}个字以内`],
    pattern: [PLAIN, '有不能用的符号'],
    isProse: true,
  });

/** A list as somebody writes it: one a line, empty lines left out. */
const linesField = (what: string, most: number, length: number) =>
  optionalText(most * (length + 1), `${what}太多了`).transform((text, ctx) => {
    const lines = text
      .split('\n')
      .map((one) => one.trim())
      .filter((one) => one !== '');
    if (lines.length > most) {
      ctx.addIssue({ code: 'custom', message: `${what}最多${most}条` });
    }
    const long = lines.find((one) => Array.from(one).length > length);
    if (long) {
      ctx.addIssue({
        code: 'custom',
        message: `“${Array.from(long).slice(0, 12).join('')}…”太长了，一条请控制在${length}个字以内`,
      });
    }
    return lines;
  });

/** Lines of two parts, `哨子 | 2个`. */
const pairsField = (what: string, most: number, [first, second]: [number, number]) =>
  linesField(what, most, first + second + 3).transform((lines, ctx) =>
    lines.map((text) => {
      const [name = '', rest = '', ...more] = text.split(ROW);
      if (name === '' || rest === '' || more.length > 0) {
        ctx.addIssue({ code: 'custom', message: `“${text}”请写成两部分，中间用 | 隔开` });
      } else if (Array.from(name).length > first || Array.from(rest).length > second) {
        ctx.addIssue({
          code: 'custom',
          message: `“${text}”太长了：| 前面最多${first}个字，后面最多${second}个字`,
        });
      }
      return [name, rest] as const;
    }),
  );

/** Fields of rows that are there already, `target.m1`, by what stands after the dot. */
const rowsNamed = (name: string) => (values: unknown) =>
  typeof values === 'object' && values !== null
    ? Object.fromEntries(
        Object.entries(values).flatMap(([key, value]) =>
          key.startsWith(`${name}.`) ? [[key.slice(name.length + 1), value]] : [],
        ),
      )
    : {};

/** Collects `name.*` of a form under `name`; a program sends it so. */
export function gathered(values: object, names: readonly string[]): Record<string, unknown> {
  const known = values as Record<string, unknown>;
  return {
    ...known,
    ...Object.fromEntries(names.map((name) => [name, known[name] ?? rowsNamed(name)(values)])),
  };
}

/** 情景: told in this minute after the start, by this way, to these roles. */
export const injectInput = reference.extend({
  part: z.literal('inject'),
  /** The one that is changed; nothing for another one. */
  injectId: z.string().max(5).default(''),
  minute: countField({
    missing: '请写开始后第几分钟',
    min: [0, '请写开始后第几分钟'],
    max: [720, '最多第720分钟'],
  }),
  /** Ids of roles that are ticked. */
  to: z
    .record(z.string().max(40), z.string())
    .transform((ticks) => Object.keys(ticks).filter((id) => ticks[id] === 'yes'))
    .refine((ids) => ids.length > 0 && ids.length <= 12, { error: '请选发给谁，1到12个角色' }),
  by: z.enum(CHANNELS, { error: '请选用什么方式告诉' }),
  text: textField({ missing: '请写告诉什么', max: [150, '请控制在150个字以内'] }),
  expect: textField({ missing: '请写应当看到什么', max: [160, '请控制在160个字以内'] }),
});

export const injectRemovalInput = reference.extend({
  part: z.literal('inject-removal'),
  injectId: z.string().min(1).max(5),
});

export const scenarioInput = reference.extend({
  part: z.literal('scenario'),
  scenario: textField({ missing: '请写假设的情况', max: [400, '请控制在400个字以内'] }),
  aims: pairsField('目标', 10, [80, 120]).refine((rows) => rows.length > 0, {
    error: '请至少写1个目标',
  }),
});

export const measuresInput = reference.extend({
  part: z.literal('measures'),
  /** `2分30秒`, `2:30`, or nothing, by the id of the measure. */
  target: z.record(z.string().max(5), z.string().max(20)).default({}),
});

export const placesInput = reference.extend({
  part: z.literal('places'),
  /** By their places in the list. */
  route: z
    .record(z.string().regex(/^\d$/), z.string().max(200, { error: '请控制在200个字以内' }))
    .default({}),
  muster: z
    .record(z.string().regex(/^\d$/), z.string().max(200, { error: '请控制在200个字以内' }))
    .default({}),
});

export const materialsInput = reference.extend({
  part: z.literal('materials'),
  materials: pairsField('物资', 30, [20, 20]),
});

export const safetyInput = reference.extend({
  part: z.literal('safety'),
  officer: line('请选安全员', 20),
  /** Besides what the template brings, which stays. */
  before: linesField('要查的', 8, 120),
  never: linesField('不做的事', 8, 120),
  stopWhen: linesField('停止的情况', 8, 120),
  afterStop: linesField('停止以后做的事', 4, 120),
});

/** Looked through, and nothing changed: it is the organiser's own script from here on. */
export const confirmationInput = reference.extend({ part: z.literal('confirmation') });

export const scriptInput = z.discriminatedUnion('part', [
  injectInput,
  injectRemovalInput,
  scenarioInput,
  measuresInput,
  placesInput,
  materialsInput,
  safetyInput,
  confirmationInput,
]);
export type ScriptEdit = z.output<typeof scriptInput>;
/** The parts of a script that have a page of their own. */
export const SCRIPT_PARTS = [
  'inject',
  'inject-removal',
  'scenario',
  'measures',
  'places',
  'materials',
  'safety',
  'confirmation',
] as const satisfies readonly ScriptEdit['part'][];
