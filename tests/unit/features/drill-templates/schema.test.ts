import { describe, expect, it } from 'vitest';
import { copiedTemplates, RUN_GROUPS } from '../../../../src/features/drill-templates/policy.ts';
import {
  drillSheetSchema,
  drillTemplateSchema,
  type DrillTemplate,
} from '../../../../src/features/drill-templates/schema.ts';
import { explainContentError } from '../../../../src/lib/content.ts';

const schema = drillTemplateSchema({ reviewers: [], today: '2026-11-22' });
const law = {
  title: '《中华人民共和国示例法》',
  issuer: '示例机构',
  clause: '第一条',
  published: '2021-04-29',
};
const role = (name: string, part: string, more: Record<string, unknown> = {}) => ({
  name,
  part,
  filledBy: '单位指派',
  capacity: { count: 1 },
  training: [],
  duty: '在这里站着，看大家怎么走。',
  ...more,
});
const inject = (minute: number, text: string, to = ['带队员']) => ({
  minute,
  to,
  by: '卡片',
  text,
  expect: '带大家走到集合点，数清人。',
});
const item = (group: string, weight = 10) => ({
  group,
  text: '看得见有人照着做了这件事',
  weight,
});
const [first, second, third, fourth] = RUN_GROUPS.实战;
const blank = { label: '楼梯怎么分', hint: '写楼梯的编号' };
/** The smallest template that passes, so that each test breaks one thing. */
const sound = {
  name: '示例演练',
  hazard: '火灾',
  summary: '练一件事：听到信号就走。',
  organisers: ['学校'],
  form: '实战',
  scope: '单项',
  purpose: '检验性',
  minutes: 20,
  writtenOn: '2026-11-20',
  review: 'none',
  scenario:
    '上午，假设二楼的一间屋子里冒烟，走道里看得见。楼里有三十个人，要从另一部楼梯走到外面的空地。',
  aims: [
    { text: '听到信号马上走', check: '看谁走在最后', sources: ['law'] },
    { text: '不走有烟的楼梯', check: '看那部楼梯有没有人' },
    { text: '到空地上数清人', check: '看名单和实到是不是一样' },
  ],
  roles: [
    role('带队员', '参演'),
    role('安全员', '控制'),
    role('记录的人', '评估'),
    role('看的人', '观摩'),
  ],
  injects: [
    inject(0, '二楼有一间屋子冒烟。'),
    inject(2, '走道里也有烟了。'),
    inject(4, '有一个人走得很慢。'),
    inject(8, '大家到了空地上。'),
    inject(20, '今天到此结束，请回去。'),
  ],
  measures: [
    { name: '疏散用时', from: '信号响', to: '最后一人到空地' },
    { name: '数人用时', from: '第一人到空地', to: '报完人数' },
  ],
  routes: [blank],
  musters: [blank],
  materials: ['哨子', '喇叭', '名单', '背心'].map((name) => ({ name, amount: 1, unit: '份' })),
  safety: {
    officer: '安全员',
    before: ['看一遍楼梯', '看一遍空地', '看一遍名单'].map((text) => ({ text: `${text}是好的` })),
    never: [{ text: '不放烟，用牌子' }, { text: '不让人在楼梯上跑' }],
    stopWhen: ['有人在楼梯上摔倒', '有人喘不上气来'],
  },
  notice: {
    channels: ['公告栏', '短信'],
    text: '{组织单位}定于{日期}{开始时间}至{结束时间}在{地点}举行疏散演练。那时会响警报，请跟着带队员走到{集合点}。这是演练，没有火，不用报警。腿脚不方便的人请提前说，我们派人陪着走。有问题请打{联系电话}。',
  },
  vulnerable: [{ who: '走不快的人', help: '由带队员陪着走在最后面', helper: '带队员' }],
  evaluation: [
    item(first),
    item(second),
    item(third),
    item(fourth),
    item(first),
    item(second),
    item(third),
  ],
  guides: ['cpr'],
  sources: { law },
};
const refusal = (change: Record<string, unknown>) => {
  const parsed = schema.safeParse({ ...sound, ...change });
  return parsed.success ? 'accepted' : explainContentError('x.md', parsed.error);
};
const changed = <Row>(rows: readonly Row[], at: number, change: Record<string, unknown>) =>
  rows.map((row, index) => (index === at ? { ...row, ...change } : row));
const noticeWith = (from: string, to: string) => ({
  notice: { ...sound.notice, text: sound.notice.text.replace(from, to) },
});

describe('a template is refused by file, field and what to write', () => {
  it('accepts the sound one, and marks each inject as a drill', () => {
    expect(refusal({})).toBe('accepted');
    const { injects } = schema.parse(sound);
    expect(injects.every(({ text }) => text.startsWith('演练：'))).toBe(true);
  });

  it.each(Object.keys(sound).filter((field) => field !== 'review'))('without %s', (field) => {
    expect(refusal({ [field]: undefined })).toMatch(new RegExp(`^x\\.md：${field}(：| )`));
  });

  it.each([
    ['too short', { scenario: '假设着火。' }, 'x.md：scenario：太短了，至少40个字'],
    ['too long', { name: '示'.repeat(17) }, 'x.md：name：有17个字，最多16个字'],
    ['of an unknown class', { form: '双盲' }, 'x.md：form：请从 实战、桌面 里选一个'],
    ['misspelt', { rolls: [] }, 'x.md：不认识“rolls”'],
    [
      'out of its time',
      { injects: [...sound.injects.slice(0, 4), inject(21, '今天到此结束，请回去。')] },
      'x.md：injects 第5条 minute：第21分钟超过了全程20分钟',
    ],
    [
      'out of order',
      { injects: changed(sound.injects, 2, { minute: 1 }) },
      'x.md：injects 第3条 minute：第1分钟排在第2分钟后面',
    ],
    [
      'late to begin',
      { injects: changed(sound.injects, 0, { minute: 1 }) },
      'x.md：injects 第1条 minute：第一条从第0分钟开始',
    ],
    [
      'without an end',
      { injects: sound.injects.slice(0, 4).concat(inject(20, '大家在空地上坐下。')) },
      'x.md：injects 第5条 text：最后一条要宣布演练结束',
    ],
    [
      'sent to nobody',
      { injects: changed(sound.injects, 1, { to: ['校长'] }) },
      'x.md：injects 第2条 to 第1条：角色“校长”不在 roles 里',
    ],
    [
      'sent to who only watches',
      { injects: changed(sound.injects, 1, { to: ['记录的人'] }) },
      '“记录的人”只看不做',
    ],
    [
      'marked twice',
      { injects: changed(sound.injects, 0, { text: '演练：二楼有屋子冒烟。' }) },
      'x.md：injects 第1条 text：不用写“演练”开头',
    ],
    [
      'with a role that gets nothing',
      { roles: [...sound.roles, role('闲着的人', '参演')] },
      'x.md：roles 第5条 name：“闲着的人”没有收到一条情景',
    ],
    [
      'with a role twice',
      { roles: [...sound.roles, role('安全员', '控制')] },
      'x.md：roles 第5条 name：角色“安全员”写了两次',
    ],
    [
      'without who evaluates',
      { roles: changed(sound.roles, 2, { part: '观摩' }) },
      'x.md：roles：请写至少1个评估的角色',
    ],
    [
      'with a safety officer who takes part',
      { safety: { ...sound.safety, officer: '带队员' } },
      'x.md：safety officer：安全员要写在 roles 里',
    ],
    [
      'with a helper who is none',
      { vulnerable: changed(sound.vulnerable, 0, { helper: '邻居' }) },
      'x.md：vulnerable 第1条 helper：角色“邻居”不在 roles 里',
    ],
    [
      'with nobody in a role',
      { roles: changed(sound.roles, 0, { capacity: { count: 0 } }) },
      'x.md：roles 第1条 capacity count：至少1人',
    ],
    [
      'with two rules for one number',
      { roles: changed(sound.roles, 0, { capacity: { count: 1, each: '班', perPeople: 20 } }) },
      'each 和 perPeople 只写一个',
    ],
    [
      'with a training nobody gives',
      { roles: changed(sound.roles, 0, { training: ['武术'] }) },
      'x.md：roles 第1条 training 第1条：请从 急救',
    ],
    [
      'with no materials of a kind',
      { materials: changed(sound.materials, 0, { amount: 0 }) },
      'x.md：materials 第1条 amount：至少1件',
    ],
    [
      'weighing too much',
      { evaluation: changed(sound.evaluation, 0, { weight: 11 }) },
      'x.md：evaluation：权重合计71分，要正好70分',
    ],
    [
      'evaluated as a tabletop',
      { evaluation: changed(sound.evaluation, 0, { group: '情况研判' }) },
      'x.md：evaluation 第1条 group：实战演练请从',
    ],
    [
      'evaluated from few sides',
      { evaluation: sound.evaluation.map(() => item(first)) },
      'x.md：evaluation：请至少从4个方面评估',
    ],
    ['without a route', { routes: [] }, 'x.md：routes：实战演练请写要填的路线'],
    ['without a muster point', { musters: [] }, 'x.md：musters：实战演练请写要填的集合点'],
    [
      'without a whistle',
      { materials: changed(sound.materials, 0, { name: '粉笔' }) },
      'x.md：materials：实战演练靠哨子和喇叭叫停',
    ],
    ['without a notice', { notice: 'none' }, 'x.md：notice：实战演练要提前告诉居民'],
    [
      'with a notice that hides the day',
      noticeWith('{日期}', '下周'),
      'x.md：notice text：没有写“{日期}”',
    ],
    [
      'with a blank nobody fills',
      noticeWith('{集合点}', '{天气}'),
      'x.md：notice text：不认识“{天气}”',
    ],
    [
      'with a notice that reads as real',
      { notice: { ...sound.notice, text: sound.notice.text.replaceAll('演练', '活动') } },
      'x.md：notice text：请写明这是演练',
    ],
    [
      'with the number of somebody',
      noticeWith('{联系电话}', '{联系电话}或者0515-8888 6666'),
      'x.md：notice text：这里像是一个真的号码',
    ],
    [
      'that really calls for help',
      { injects: changed(sound.injects, 1, { expect: '到室外去，拨119说清楚。' }) },
      'x.md：injects 第2条 expect：演练里不真打应急电话',
    ],
    [
      'that frightens',
      { injects: changed(sound.injects, 1, { text: '走道里传来恐怖的声音。' }) },
      'x.md：injects 第2条 text：“恐怖”会吓到人',
    ],
    [
      'with a time nobody wrote down',
      { aims: changed(sound.aims, 1, { text: '三分钟内走完全部楼梯' }) },
      'x.md：aims 第2条：时间指标要有出处',
    ],
    [
      'with a target of its own',
      {
        measures: changed(sound.measures, 0, {
          target: { seconds: 120, words: '所有的单位都要两分钟走完', sources: [] },
        }),
      },
      'x.md：measures 第1条 target sources：时间指标要有出处',
    ],
    [
      'resting on a source that is not listed',
      { aims: changed(sound.aims, 1, { sources: ['book'] }) },
      'x.md：aims 第2条 sources：来源“book”不在',
    ],
    [
      'listing what it does not use',
      { sources: { law, other: law } },
      'x.md：sources other：没有一处用到',
    ],
    [
      'with a law by half its name',
      { sources: { law: { ...law, title: '《示例法》' } } },
      'x.md：sources law title：法律请写全称',
    ],
    [
      'with a title of its own making',
      { sources: { law: { ...law, title: '示例手册' } } },
      'x.md：sources law title：请写正式名称',
    ],
    [
      'without the clause',
      { sources: { law: { ...law, clause: undefined } } },
      'x.md：sources law clause：请写文号或第几条',
    ],
  ])('%s', (_, change, words) => {
    expect(refusal(change)).toContain(words);
  });

  it('leaves places and notice to tabletops that touch nobody outside', () => {
    const [one, two, three, four] = RUN_GROUPS.桌面;
    const evaluation = [one, two, three, four, one, two, three].map((group) => item(group));
    expect(refusal({ form: '桌面', notice: 'none', routes: [], musters: [], evaluation })).toBe(
      'accepted',
    );
  });
});

describe('templates side by side', () => {
  const one = schema.parse(sound);
  const other = (change: Partial<DrillTemplate>): DrillTemplate => ({ ...one, ...change });

  it('are refused when one is the other with a new name', () => {
    const [copied] = copiedTemplates({ 'a.md': one, 'b.md': other({ name: '另一个演练' }) });
    expect(copied).toBe('b.md：和 a.md 太像了，请照自己的场景写');
  });
});

describe('a sheet is refused by file, field and what to write', () => {
  const lines = ['有人受伤就停下来', '真的出了事就停下来'].map((text) => ({ text }));
  const sheet = {
    form: '实战',
    writtenOn: '2026-11-20',
    review: 'none',
    signal: { text: '吹哨子，用喇叭喊停。', sources: ['law'] },
    stop: lines,
    afterStop: lines,
    prepare: [item('策划与设计', 10), item('文件编制', 5), item('演练保障', 5)],
    conclude: [item('现场点评', 4), item('参演自评', 3), item('评估报告', 3)],
    sources: { law },
  };
  const said = (change: Record<string, unknown>) => {
    const parsed = drillSheetSchema({ reviewers: [], today: '2026-11-22' }).safeParse({
      ...sheet,
      ...change,
    });
    return parsed.success ? 'accepted' : explainContentError('x.md', parsed.error);
  };

  it('accepts the sound one', () => {
    expect(said({})).toBe('accepted');
  });

  it.each([
    [
      { signal: { text: '在手机上按停止。', sources: ['law'] } },
      'x.md：signal text：实战的停止信号要写明哨子和喇叭',
    ],
    [
      { prepare: changed(sheet.prepare, 0, { weight: 9 }) },
      'x.md：prepare：权重合计19分，要正好20分',
    ],
    [
      { conclude: changed(sheet.conclude, 0, { weight: 5 }) },
      'x.md：conclude：权重合计11分，要正好10分',
    ],
    [
      { stop: changed(lines, 0, { sources: ['book'] }) },
      'x.md：stop 第1条 sources：来源“book”不在',
    ],
    [{ sources: { law: { ...law, title: '示例手册' } } }, 'x.md：sources law title：请写正式名称'],
  ])('says what to change: %o', (change, words) => {
    expect(said(change)).toContain(words);
  });
});
