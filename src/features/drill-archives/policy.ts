import type { Block } from '../../lib/document.ts';
import { writeHtml } from '../../lib/document.ts';
import { DRILL_BAND, DRILL_NOTE } from '../../lib/drill-mark.ts';
import { writeCsv } from '../../lib/sheets.ts';
import { calendarDate, formatDate, formatSpan, formatTime } from '../../lib/time.ts';
import { answerWords, phaseWords, sectionsOf } from '../drill-evaluations/policy.ts';
import type {
  DrillSheetReopening,
  DrillSheetSave,
  ItemAnswer,
} from '../drill-evaluations/table.ts';
import { classWords } from '../drill-plans/policy.ts';
import { reportDocument } from '../drill-documents/policy.ts';
import { findingWords, type ReportContent } from '../drill-reports/policy.ts';
import type { DrillFinding, DrillReportRelease } from '../drill-reports/table.ts';
import { entryWords, kindWords as entryKinds, type LogFact } from '../drill-runs/policy.ts';
import { endWords, fillingWords, markedTitle, partWords } from '../drills/policy.ts';
import type { DrillScript } from '../drills/schema.ts';
import type { Drill, DrillEnd, DrillRole, DrillVersion } from '../drills/table.ts';
import { stateWords, stepWords } from '../improvements/policy.ts';
import type { ImprovementItem, ImprovementStep } from '../improvements/table.ts';

/** Everything of a drill that is kept, without anybody's name or number. */
export interface ArchiveData {
  drill: Drill;
  organiser: string;
  /** The first in front. */
  versions: DrillVersion[];
  script: DrillScript;
  scriptVersion: number;
  roles: DrillRole[];
  end: DrillEnd;
  log: (LogFact & { role: string; note: string; receivedAt: number })[];
  /** In the order of 评估人1, 评估人2. */
  sheets: { evaluatorId: string; state: 'open' | 'handed_in'; answers: ItemAnswer[] }[];
  saves: DrillSheetSave[];
  reopenings: DrillSheetReopening[];
  findings: DrillFinding[];
  /** As it would be released now; what stands where nothing was released. */
  draft: ReportContent;
  releases: DrillReportRelease[];
  photos: string[];
  items: { item: ImprovementItem; steps: ImprovementStep[] }[];
}

export interface ArchiveText {
  name: string;
  text: string;
}

const MARK = { mark: DRILL_BAND, markNote: DRILL_NOTE };

/** Everything but photos and files of Word, in the order of their names. */
export function archiveTexts(data: ArchiveData): ArchiveText[] {
  const { drill, versions, releases, draft, photos } = data;
  const title = markedTitle(versions.at(-1)?.title ?? drill.id);
  const page = (name: string, heading: string, blocks: Block[]): ArchiveText => ({
    name: `${name}.html`,
    text: writeHtml({ ...MARK, title: `${title}·${heading}`, blocks }),
  });
  const json = (name: string, value: unknown): ArchiveText => ({
    name: `${name}.json`,
    text: `${JSON.stringify(value, null, 2)}\n`,
  });
  const numberOf = new Map(data.sheets.map(({ evaluatorId }, index) => [evaluatorId, index + 1]));
  const report = (content: ReportContent, edition: DrillReportRelease | null): ArchiveText => ({
    name: `06-总结报告${edition ? `-第${edition.edition}版` : '-草稿'}.html`,
    text: writeHtml(
      reportDocument(
        content,
        edition && {
          number: edition.edition,
          releasedAt: edition.releasedAt,
          digest: edition.digest,
          reason: edition.reason,
        },
        photos.map((caption) => ({ caption })),
      ),
    ),
  });
  return [
    page('01-基本情况和历次改动', '基本情况', basics(data)),
    page('02-方案', '方案', scriptBlocks(data)),
    json('02-方案', data.script),
    page('03-角色', '角色', roleBlocks(data)),
    { name: '04-日志.csv', text: logCsv(data) },
    page('05-评估表', '评估表', sheetBlocks(data)),
    json(
      '05-评估表历次保存',
      data.saves.map(({ evaluatorId, section, version, answers, savedAt }) => ({
        evaluator: numberOf.get(evaluatorId),
        ...{ section, version, savedAt: savedAt.toISOString(), answers },
      })),
    ),
    ...(releases.length === 0
      ? [report(draft, null)]
      : releases.map((one) => report(JSON.parse(one.content) as ReportContent, one))),
    ...releases.map((one) => ({ name: `06-总结报告-第${one.edition}版.json`, text: one.content })),
    page('07-发现的问题和整改', '发现的问题和整改', improvementBlocks(data)),
  ].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function basics({ drill, organiser, versions, end }: ArchiveData): Block[] {
  const latest = versions.at(-1);
  const [from, to] = [drill.startedAt ?? drill.startsAt, end.endedAt];
  return [
    {
      kind: 'facts',
      rows: [
        ['编号', drill.id],
        ['组织单位', organiser],
        ['情景模板', drill.templateSlug],
        ['类型', latest ? classWords({ ...latest, blind: drill.blind }) : ''],
        ['实际时间', `${formatDate(calendarDate(from))} ${formatSpan(from, to)}`],
        ['结束', endWords[end.kind] + (end.reason ? `：${end.reason}` : '')],
        ['公告', drill.announcedAt ? stampOf(drill.announcedAt) : '没有公告'],
      ],
    },
    {
      kind: 'table',
      caption: '历次改动',
      header: ['版', '名称', '时间', '地点', '集合点', '原因', '写于'],
      rows: versions.map((one) => [
        String(one.version),
        one.title,
        `${formatDate(calendarDate(one.startsAt))} ${formatSpan(one.startsAt, one.endsAt)}`,
        one.place,
        one.muster,
        one.reason,
        stampOf(one.writtenAt),
      ]),
    },
    { kind: 'heading', text: '告知的内容' },
    { kind: 'text', text: latest?.notice || '没有写告知。' },
  ];
}

const stampOf = (at: Date) => `${calendarDate(at)} ${formatTime(at)}`;

function scriptBlocks({ script, scriptVersion }: ArchiveData): Block[] {
  const { safety } = script;
  const lines = (title: string, items: readonly string[]): Block[] =>
    items.length > 0
      ? [
          { kind: 'subheading', text: title },
          { kind: 'list', items },
        ]
      : [];
  return [
    { kind: 'note', text: `第${scriptVersion}版` },
    { kind: 'heading', text: '情景' },
    { kind: 'text', text: script.scenario },
    {
      kind: 'table',
      caption: '目标',
      header: ['做到什么', '怎么看'],
      rows: script.aims.map(({ text, check }) => [text, check]),
    },
    {
      kind: 'table',
      caption: '发出的情景',
      header: ['分钟', '给谁', '方式', '内容', '应有的行动'],
      rows: script.injects.map(({ minute, to, by, text, expect }) => [
        String(minute),
        to.join('、'),
        by,
        text,
        expect,
      ]),
    },
    {
      kind: 'table',
      caption: '要量的时间',
      header: ['量什么', '从', '到', '目标（秒）', '条件'],
      rows: script.measures.map(({ name, from, to, targetSeconds, targetWords }) => [
        name,
        from,
        to,
        targetSeconds === null ? '没有定' : String(targetSeconds),
        targetWords,
      ]),
    },
    ...lines(
      '路线和集合点',
      [...script.routes, ...script.musters].map(
        ({ label, text }) => `${label}：${text || '没有写'}`,
      ),
    ),
    ...lines(
      '物资',
      script.materials.map(({ name, amount }) => `${name} ${amount}`),
    ),
    { kind: 'heading', text: '安全' },
    { kind: 'text', text: `安全员：${safety.officer}。${safety.signal}` },
    ...lines('开始前查', safety.before),
    ...lines('不做', safety.never),
    ...lines('看到就停', safety.stopWhen),
    ...lines('停了以后', safety.afterStop),
    ...lines(
      '多照顾的人',
      script.vulnerable.map(({ who, help, helper }) => `${who}：${help}（${helper}）`),
    ),
  ];
}

function roleBlocks({ roles }: ArchiveData): Block[] {
  return [
    { kind: 'note', text: '只有人数，没有姓名和号码' },
    {
      kind: 'table',
      caption: '角色和人数',
      header: ['角色', '类别', '怎么来', '要几人', '实有', '职责'],
      rows: roles.map(({ name, part, filledBy, capacity, taken, duty }) => [
        name,
        partWords[part],
        fillingWords[filledBy],
        String(capacity),
        String(taken),
        duty,
      ]),
    },
  ];
}

/** By role and minute, slips included; times by the site's clock. */
function logCsv({ log, script }: ArchiveData): string {
  return writeCsv({
    header: [
      '日期',
      '时间',
      '毫秒',
      '角色',
      '做了什么',
      '内容',
      '人数',
      '应到',
      '观察',
      '收到',
      '编号',
      '指的编号',
    ],
    rows: log.map((entry) => {
      const at = new Date(entry.at);
      return [
        calendarDate(at),
        formatTime(at),
        String(entry.at),
        entry.role,
        entryKinds[entry.kind],
        entryWords(entry, script),
        entry.value === null ? '' : String(entry.value),
        entry.expected === null ? '' : String(entry.expected),
        entry.note,
        stampOf(new Date(entry.receivedAt)),
        entry.id,
        entry.ref,
      ];
    }),
  });
}

function sheetBlocks({ script, sheets, reopenings }: ArchiveData): Block[] {
  const answerOf = (answers: readonly ItemAnswer[], id: string) =>
    answers.find(({ item }) => item === id);
  return [
    {
      kind: 'note',
      text: `${sheets.length}份，其中交了${sheets.filter(({ state }) => state === 'handed_in').length}份。没有交的不计分。`,
    },
    ...sectionsOf(script).map(({ phase, group, items }): Block => ({
      kind: 'table',
      caption: `${phaseWords[phase]}·${group}`,
      header: ['评估项', '分值', ...sheets.map((_, index) => `评估人${index + 1}`)],
      rows: items.map(({ id, text, weight }) => [
        text,
        String(weight),
        ...sheets.map(({ answers }) => {
          const found = answerOf(answers, id);
          return found
            ? `${answerWords[found.answer]}${found.note ? `\n${found.note}` : ''}`
            : answerWords[''];
        }),
      ]),
    })),
    ...(reopenings.length > 0
      ? [
          {
            kind: 'list' as const,
            items: reopenings.map(
              ({ round, reason, reopenedAt }) =>
                `${stampOf(reopenedAt)} 第${round}次交的退回更正：${reason}`,
            ),
          },
        ]
      : []),
  ];
}

function improvementBlocks({ findings, items }: ArchiveData): Block[] {
  return [
    {
      kind: 'table',
      caption: '发现的问题',
      header: ['类别', '问题', '原因', '建议'],
      rows: findings.map(({ kind, problem, cause, suggestion }) => [
        findingWords[kind],
        problem,
        cause,
        suggestion,
      ]),
    },
    ...items.flatMap(({ item, steps }): Block[] => [
      { kind: 'heading', text: item.what },
      {
        kind: 'facts',
        rows: [
          ['负责', item.ownerOffice || '单位成员'],
          ['原定期限', item.firstDueDay],
          ['期限', item.dueDay],
          ['状态', stateWords[item.state]],
        ],
      },
      {
        kind: 'table',
        caption: '办理经过',
        header: ['时间', '办了什么', '说明'],
        rows: steps.map(({ kind, words, dueDay, takenAt }) => [
          stampOf(takenAt),
          stepWords[kind],
          dueDay ? `延到${dueDay}。${words}` : words,
        ]),
      },
    ]),
  ];
}

/** `演练·示例-2026-11-27`: what the archive is called where it is kept. */
export function archiveName({ drill, versions }: Pick<ArchiveData, 'drill' | 'versions'>): string {
  const title = versions.at(-1)?.title ?? '';
  return `${markedTitle(title)}-${calendarDate(drill.startedAt ?? drill.startsAt)}`;
}
