import type { Block, DocumentParts, DocumentPicture } from '../../lib/document.ts';
import { DRILL_BAND, DRILL_NOTE } from '../../lib/drill-mark.ts';
import { calendarDate, formatDate, formatSpan } from '../../lib/time.ts';
import {
  bandWords,
  GRADE_NOTE,
  gradeWords,
  phaseWords,
  pointsWords,
  selfQuestions,
  type SelfSummary,
} from '../drill-evaluations/policy.ts';
import {
  fieldWords,
  findingWords,
  type ReportContent,
  type ReportTime,
} from '../drill-reports/policy.ts';
import { durationWords } from '../drill-runs/policy.ts';
import { endWords, markedTitle } from '../drills/policy.ts';
import type { AttachedFile } from '../files/queries.ts';

/** `1分52秒`, or that it was not measured. */
export const secondsWords = (seconds: number | null): string =>
  seconds === null ? '没有计时' : durationWords(seconds);

/** How a time stands to its target: `快8秒`, `慢1分10秒`, `正好`; empty where there is nothing to compare. */
export function againstTarget({ seconds, targetSeconds }: ReportTime): string {
  if (seconds === null || targetSeconds === null) return '';
  const off = seconds - targetSeconds;
  if (off === 0) return '正好';
  return off < 0 ? `快${durationWords(-off)}` : `慢${durationWords(off)}`;
}

/** Bars of the times that have a target; the track is the target. */
export function timeBars(times: readonly ReportTime[]) {
  return times.flatMap((time) => {
    const { name, seconds, targetSeconds } = time;
    if (seconds === null || targetSeconds === null) return [];
    const percent = Math.min(100, Math.round((seconds * 100) / targetSeconds));
    return [{ label: name, percent, text: `${secondsWords(seconds)}，${againstTarget(time)}` }];
  });
}

/** What a telephone's photo has, and how much of them a file takes that is sent by mail and made at the edge. */
export const PICTURE_BYTES_MAX = 6 * 1024 * 1024;
export const PICTURES_BYTES_MAX = 12 * 1024 * 1024;

/** Whether a photo stands in the Word file itself: looked through for viruses, of a kind that Word shows, not too large. */
export function isInDocument(
  { state, type, size }: Pick<AttachedFile, 'state' | 'type' | 'size'>,
  bytesTaken: number,
): boolean {
  return (
    state === 'clean' &&
    (type === 'jpeg' || type === 'png') &&
    size <= PICTURE_BYTES_MAX &&
    bytesTaken + size <= PICTURES_BYTES_MAX
  );
}

/** Who answers for a report on paper, as offices file it. */
const SIGNERS = ['编制', '审核', '批准'];

const BARS_READING = '整条是目标时间，深色是实际用时；超过目标的画满';

/** A report in its parts, for the page, for Word and for the archive. */
export function reportDocument(
  content: ReportContent,
  edition: { number: number; releasedAt: Date | null; digest: string; reason: string } | null,
  photos: readonly DocumentPicture[],
): DocumentParts {
  const { words, times, muster, self, findings } = content;
  const bars = timeBars(times);
  const section = (title: string, ...blocks: Block[]): Block[] => [
    { kind: 'heading', text: title },
    ...blocks,
  ];
  const numbered = [
    section(fieldWords.aim, { kind: 'text', text: words.aim }),
    section('时间和地点', { kind: 'facts', rows: basics(content, edition) }),
    section(
      fieldWords.units,
      { kind: 'text', text: words.units },
      ...(muster.length > 0 ? musterBlocks(content) : []),
    ),
    section(fieldWords.outline, { kind: 'text', text: words.outline }),
    section(fieldWords.course, { kind: 'text', text: words.course }),
    ...(times.length > 0
      ? [
          section(
            '时间和目标',
            ...(bars.length > 0
              ? [{ kind: 'bars' as const, title: '用时和目标', reading: BARS_READING, bars }]
              : []),
            {
              kind: 'table',
              caption: '各项用时',
              header: ['量什么', '从', '到', '用时', '目标', '相比'],
              rows: times.map((time) => [
                time.name,
                time.from,
                time.to,
                secondsWords(time.seconds),
                targetText(time),
                againstTarget(time),
              ]),
              widths: [16, 20, 20, 13, 20, 11],
            },
          ),
        ]
      : []),
    section('评估', ...evaluationBlocks(content)),
    ...(self.questions ? [section('参演人员自评', ...selfBlocks(self))] : []),
    section(
      '发现的问题和原因',
      ...(findings.length > 0
        ? [
            {
              kind: 'table' as const,
              caption: `共${findings.length}条`,
              header: ['类别', '问题', '原因', '建议'],
              rows: findings.map(({ kind, item, problem, cause, suggestion }) => [
                findingWords[kind],
                item ? `${problem}\n（${item}）` : problem,
                cause,
                suggestion,
              ]),
              widths: [12, 36, 26, 26],
            },
          ]
        : [{ kind: 'text' as const, text: '没有记下问题。' }]),
    ),
    section(fieldWords.lessons, { kind: 'text', text: words.lessons }),
    section(
      fieldWords.suggestions,
      {
        kind: 'text',
        text: words.suggestions || '没有另外的建议。',
      },
      { kind: 'signatures', who: SIGNERS },
    ),
    ...(photos.length > 0 ? [section('照片', { kind: 'pictures', pictures: photos })] : []),
  ];
  return {
    mark: DRILL_BAND,
    markNote: DRILL_NOTE,
    title: `${markedTitle(content.title)}总结报告`,
    blocks: numbered.flatMap(([head, ...rest], index) =>
      head?.kind === 'heading'
        ? [{ ...head, text: `${ordinals[index] ?? index + 1}、${head.text}` }, ...rest]
        : [],
    ),
  };
}

const ordinals = '一二三四五六七八九十'.split('').concat('十一', '十二', '十三');

const targetText = ({ targetSeconds, targetWords }: ReportTime) =>
  targetSeconds === null
    ? '没有定'
    : `${durationWords(targetSeconds)}${targetWords ? `\n${targetWords}` : '\n本单位自定'}`;

function basics(
  content: ReportContent,
  edition: { number: number; releasedAt: Date | null; digest: string; reason: string } | null,
): [string, string][] {
  const [from, to] = [new Date(content.startedAt), new Date(content.endedAt)];
  return [
    ['名称', markedTitle(content.title)],
    ['类型', `${content.hazard}，${content.kind}`],
    ['组织单位', content.organiser],
    ['时间', `${formatDate(calendarDate(from))} ${formatSpan(from, to)}`],
    ['地点', content.place],
    ['结束', endWords[content.end.kind] + (content.end.reason ? `：${content.end.reason}` : '')],
    ...(edition?.releasedAt
      ? ([
          [
            '报告',
            `第${edition.number}版，${formatDate(calendarDate(edition.releasedAt))}发布${edition.reason ? `，更正：${edition.reason}` : ''}`,
          ],
          ['校验值', edition.digest],
        ] as [string, string][])
      : ([['报告', '草稿，还没有发布']] as [string, string][])),
  ];
}

function musterBlocks({ muster, musterSums: sums }: ReportContent): Block[] {
  const lacking = sums.missing > 0 ? `，差${sums.missing}人` : '';
  return [
    {
      kind: 'table',
      caption: `集合点清点：${sums.counted}组到${sums.present}人${lacking}`,
      header: ['单位', '应到', '实到'],
      rows: muster.map(({ unit, expected, present }) => [
        unit,
        expected === null ? '不清楚' : `${expected}人`,
        present === null ? '没有清点' : `${present}人`,
      ]),
      widths: [50, 25, 25],
    },
  ];
}

function evaluationBlocks({ evaluation, words }: ReportContent): Block[] {
  const { sheets, openSheets, total, phases, grade, bands, items } = evaluation;
  if (sheets === 0) {
    return [{ kind: 'text', text: '没有交上来的评估表，不评分。' }];
  }
  const waiting = openSheets > 0 ? `另有${openSheets}份没有交，不计在内。` : '';
  const differing = items.filter(({ yes, no }) => yes > 0 && no > 0);
  return [
    {
      kind: 'text',
      text: `${sheets}份评估表，总分${pointsWords(total)}（满分100分），等级${grade ? gradeWords[grade] : '不评'}。${waiting}`,
    },
    {
      kind: 'table',
      caption: '各阶段得分',
      header: ['阶段', '折成100分'],
      rows: phases.map(({ phase, points }) => [phaseWords[phase], pointsWords(points)]),
      widths: [50, 50],
    },
    {
      kind: 'note',
      text: `${GRADE_NOTE}：${bandWords(bands)}。每项按分值计分，不适用的不计；几位评估人都评了的，取选“是”的比例。`,
    },
    {
      kind: 'table',
      caption: '没有做到，或意见不同的项',
      header: ['阶段', '评估项', '分值', '是', '否', '不适用'],
      rows: items
        .filter(({ no }) => no > 0)
        .map(({ phase, text, weight, yes, no, na }) => [
          phaseWords[phase],
          text,
          ...[weight, yes, no, na].map(String),
        ]),
      widths: [16, 48, 9, 9, 9, 9],
    },
    ...(differing.length > 0
      ? [
          {
            kind: 'table' as const,
            caption: '意见不同的原因',
            header: ['评估项', '是', '否', '原因'],
            rows: differing.map(({ id, text, yes, no }) => [
              text,
              String(yes),
              String(no),
              words.differences[id] ?? '还没有写',
            ]),
            widths: [42, 8, 8, 42],
          },
        ]
      : []),
  ];
}

function selfBlocks({ questions, wishes }: SelfSummary): Block[] {
  return [
    {
      kind: 'table',
      caption: '匿名，1分是完全不同意，5分是完全同意',
      header: ['问题', '平均', '1分', '2分', '3分', '4分', '5分'],
      rows: (questions ?? []).map(({ question, meanTenths, counts }) => [
        selfQuestions[question],
        `${meanTenths / 10}分`,
        ...counts.map((count) => `${count}人`),
      ]),
      widths: [34, 11, 11, 11, 11, 11, 11],
    },
    ...(wishes.length > 0
      ? [
          { kind: 'subheading' as const, text: '大家希望改的' },
          { kind: 'list' as const, items: wishes },
        ]
      : []),
  ];
}
