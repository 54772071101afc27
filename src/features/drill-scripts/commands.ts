import type { CommandContext } from '../../lib/context.ts';
import { parseInput } from '../../lib/fields.ts';
import { actOnce } from '../audit/statements.ts';
import { drillRefusals } from '../drills/policy.ts';
import { requireOwnDrill } from '../drills/queries.ts';
import { drillScripts } from '../drills/table.ts';
import type { Holder } from '../roles/policy.ts';
import { applyEdit } from './policy.ts';
import { findOriginalScript } from './queries.ts';
import { gathered, scriptInput } from './schema.ts';

/**
 * Writes one part of a script as the next version of the whole. While a drill runs only injects are written, and of them
 * only those whose minute has not come.
 * @throws DomainError `not_found` (not yours), `invalid` (fields, a minute that is over), `conflict` (somebody wrote
 * meanwhile, begun, over or cancelled), `unavailable`.
 */
export async function editScript(
  ctx: CommandContext,
  by: Holder,
  input: object,
  key: string,
): Promise<{ drillId: string }> {
  const file = await requireOwnDrill(ctx, by, input);
  const edit = parseInput(scriptInput, gathered(input, ['to', 'target', 'route', 'muster']));
  const { drillId, scriptVersion, ...body } = edit;
  const original = (await findOriginalScript(ctx, drillId)) ?? file.script;
  const script = applyEdit(file.script, edit, { original, roles: file.roles });
  const { db, now } = ctx;
  const version = scriptVersion + 1;
  return actOnce(ctx, by.id, key, {
    command: 'editScript',
    action: 'drill.write_script',
    subject: ['drill', drillId],
    answer: { drillId },
    body: { drillId, version, ...JSON.parse(JSON.stringify(body)) },
    details: { version, part: edit.part },
    statements: [
      db.insert(drillScripts).values({
        ...{ drillId, version, script: JSON.stringify(script) },
        ...{ writtenBy: by.id, writtenAt: now },
      }),
    ],
    refusals: {
      ...drillRefusals,
      script_is_running: {
        code: 'conflict',
        message: '演练已经开始，只能加情景、改还没到时间的情景。',
      },
      inject_is_past: {
        code: 'invalid',
        field: 'minute',
        message: '这一分钟已经过了，请写现在或以后的分钟',
      },
      inject_has_come: {
        code: 'conflict',
        message: '这一条已经到时间了，或者有人记过，不能再改。要补充，请加一条。',
      },
      script_role_unknown: {
        code: 'conflict',
        message: '方案里有个角色刚刚改名或删掉了。请看看现在的方案，再改一次。',
      },
      drill_scripts_json: { code: 'conflict', message: '方案太长了，请删掉一些再加。' },
    },
  });
}
