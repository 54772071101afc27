import type { PictureSize } from './picture-size.ts';

/**
 * A document in its parts: headings, words, tables, bars. A page, a file of HTML and one of Word are drawn from the same
 * parts, so that none of them says something else.
 */
export type Block =
  | { kind: 'heading'; text: string }
  | { kind: 'subheading'; text: string }
  /** One paragraph a line. */
  | { kind: 'text'; text: string }
  /** Said smaller: where a number comes from, what it does not mean. */
  | { kind: 'note'; text: string }
  | { kind: 'list'; items: readonly string[] }
  | { kind: 'facts'; rows: readonly (readonly [name: string, value: string])[] }
  | {
      kind: 'table';
      caption: string;
      header: readonly string[];
      rows: readonly (readonly string[])[];
      /** Share of the width of each column, in percent. */
      widths?: readonly number[];
    }
  /** Shown where a file can hold them, else told by name. */
  | { kind: 'pictures'; pictures: readonly DocumentPicture[] }
  /** Blank places where people sign and an office puts its seal: on paper and in files, not on a screen. */
  | { kind: 'signatures'; who: readonly string[] }
  | { kind: 'bars'; title: string; reading: string; bars: readonly DocumentBar[] };

/** Below the signatures. */
export const SEAL_WORDS = '单位（盖章）：＿＿＿＿＿＿＿＿　　＿＿＿＿年＿＿月＿＿日';

export interface DocumentPicture {
  caption: string;
  image?: PictureSize & { bytes: Uint8Array };
}

export interface DocumentBar {
  label: string;
  /** Of the track, 0 to 100. */
  percent: number;
  text: string;
}

export interface DocumentParts {
  /** Stands on every page of it, where it is printed too. */
  mark: string;
  /** Beside the mark, smaller. */
  markNote: string;
  title: string;
  blocks: readonly Block[];
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign);
}

/** The paragraphs of a text. */
export function paragraphs(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** To be kept for years and opened without this site: one file, nothing loaded, its style within. */
export function writeHtml({ mark, markNote, title, blocks }: DocumentParts): string {
  const e = escapeHtml;
  return `<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<title>${e(title)}</title>
<style>
body{font:16px/1.7 sans-serif;max-width:44em;margin:2em auto;padding:0 1em}
.mark{border:3px solid;padding:4px 12px;text-align:center;font-weight:700;position:sticky;top:0;background:#fff}
table{border-collapse:collapse;width:100%;margin:0 0 1.5em}caption{text-align:left;font-weight:700}
th,td{border:1px solid #999;padding:4px 8px;text-align:left;vertical-align:top}
.note{color:#555;font-size:.9em}dt{font-weight:700}dd{margin:0 0 .4em}
</style>
</head>
<body>
<p class="mark">${e(mark)} ${e(markNote)}</p>
<h1>${e(title)}</h1>
${blocks.map(blockHtml).join('\n')}
</body>
</html>
`;
}

function blockHtml(block: Block): string {
  const e = escapeHtml;
  const cells = (tag: 'th' | 'td', row: readonly string[]) =>
    `<tr>${row.map((cell) => `<${tag}>${paragraphs(cell).map(e).join('<br>')}</${tag}>`).join('')}</tr>`;
  switch (block.kind) {
    case 'heading':
      return `<h2>${e(block.text)}</h2>`;
    case 'subheading':
      return `<h3>${e(block.text)}</h3>`;
    case 'text':
      return paragraphs(block.text)
        .map((line) => `<p>${e(line)}</p>`)
        .join('\n');
    case 'note':
      return `<p class="note">${e(block.text)}</p>`;
    case 'pictures':
      return `<ul>${block.pictures.map(({ caption }) => `<li>${e(caption)}</li>`).join('')}</ul>`;
    case 'signatures':
      return `<table>${cells('th', block.who)}<tr>${block.who.map(() => '<td><br><br></td>').join('')}</tr></table><p>${e(SEAL_WORDS)}</p>`;
    case 'list':
      return `<ul>${block.items.map((item) => `<li>${e(item)}</li>`).join('')}</ul>`;
    case 'facts':
      return `<dl>${block.rows.map(([name, value]) => `<dt>${e(name)}</dt><dd>${e(value)}</dd>`).join('')}</dl>`;
    case 'table':
      return `<table><caption>${e(block.caption)}</caption>${cells('th', block.header)}${block.rows
        .map((row) => cells('td', row))
        .join('')}</table>`;
    case 'bars':
      return `<p><strong>${e(block.title)}</strong> <span class="note">${e(block.reading)}</span></p><ul>${block.bars
        .map(
          ({ label, percent, text }) =>
            `<li>${e(label)} <meter min="0" max="100" value="${percent}"></meter> ${e(text)}</li>`,
        )
        .join('')}</ul>`;
  }
}
