import { checkNotice, releaseNotice, writeNotice } from '../../src/features/notices/commands.ts';
import { findNotice } from '../../src/features/notices/queries.ts';
import { notices } from '../../src/features/notices/table.ts';
import type { Holder } from '../../src/features/roles/policy.ts';
import type { CommandContext } from '../../src/lib/context.ts';
import { addDays, addMinutes, calendarDate } from '../../src/lib/time.ts';

const ISSUER = '示例市应急管理局（示例）';

/** What such an office does publish, with nothing in it that somebody could dial or go to. */
function demoNotices(today: string) {
  return [
    {
      title: '示例：寒潮将至，用煤炉和燃气热水器请注意通风',
      kind: 'warning',
      region: '320900',
      issuer: ISSUER,
      validUntil: addDays(today, 7),
      body: [
        '气温两天内降十度以上。生火取暖、用燃气热水器，先开窗通风。',
        '## 现在就做\n- 屋里生火取暖，窗户留一条缝。\n- 燃气热水器的烟道接到室外，不在浴室里装直排式的。\n- 头晕、恶心、没力气，马上开窗离开，再打120。',
        '## 为什么\n一氧化碳没有颜色也没有气味。觉得不舒服时，往往已经走不动了。',
        '这是演示用的公告，不是真的预警。',
      ].join('\n\n'),
    },
    {
      title: '示例：体验馆周一闭馆检修',
      kind: 'service',
      region: '320900',
      issuer: ISSUER,
      validUntil: addDays(today, 14),
      body: '每周一闭馆检修设备，周二到周日照常开放。已经约好的场次不受影响。\n\n这是演示用的公告。',
    },
    {
      title: '示例：请学校在本月内组织一次疏散演练',
      kind: 'activity',
      issuer: ISSUER,
      body: '- 中小学每月至少一次，幼儿园每季度至少一次。\n- 先定时间和路线，再通知家长。\n- 演练后当天开会，把不顺的地方记下来。\n\n这是演示用的公告。',
    },
  ];
}

/** Three notices that went all three steps, and one that waits for its second. */
export async function seedNotices(
  ctx: CommandContext,
  people: { writer: Holder; checker: Holder; releaser: Holder },
): Promise<void> {
  const [known] = await ctx.db.select().from(notices).limit(1);
  if (known) return;
  const key = () => crypto.randomUUID();
  const { writer, checker, releaser } = people;
  for (const [index, input] of demoNotices(calendarDate(ctx.now)).entries()) {
    // The first one is the newest.
    const at = (minutes: number) => ({ ...ctx, now: addMinutes(ctx.now, minutes - index * 600) });
    const { noticeId } = await writeNotice(at(-90), writer, input, key());
    const versionId = (await findNotice(ctx, noticeId))?.versions[0]?.version.id;
    await checkNotice(at(-60), checker, { versionId, outcome: 'passed' }, key());
    await releaseNotice(at(-30), releaser, { versionId }, key());
  }
  const draft = {
    title: '示例：周末社区开放日',
    kind: 'activity',
    issuer: ISSUER,
    body: '这是演示用的草稿，等另一位编辑审核。',
  };
  await writeNotice(ctx, writer, draft, key());
}
