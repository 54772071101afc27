/** What XML 1.0 cannot carry at all, not even escaped: most control characters and two noncharacters. */
const NOT_IN_XML = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** The same text without what an XML file cannot hold: one such sign, and nothing opens the file. */
export function xmlText(text: string): string {
  return text.toWellFormed().replace(NOT_IN_XML, '');
}

/** Text as it may stand in HTML or XML, between tags or in a quoted attribute. */
export function escapeMarkup(text: string): string {
  return xmlText(text).replace(/[&<>"']/g, (sign) => entities[sign] ?? '');
}
