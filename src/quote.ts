/** The most characters of a file's text that a message or a table shows. */
const MOST = 60;

/** What moves a cursor, colours a terminal, turns the direction of text or breaks a line. */
const CONTROL = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** Text without anything that a terminal would obey: control characters become `\u001b` and the like. */
const printable = (text: string): string =>
  text.replace(CONTROL, mark => `\\u${mark.codePointAt(0)!.toString(16).padStart(4, '0')}`);

/** Text of a file as a cell of a table, or in a list: printable, and cut to `most` characters. */
export function brief(text: string, most = MOST): string {
  const shown = printable(text.slice(0, most));
  return text.length > most || shown.length > most ? `${shown.slice(0, most)}…` : shown;
}

/** Text of a file or of a caller, for a message: printable, cut, in quotes. */
export const quote = (text: string, most = MOST): string => `"${brief(text, most)}"`;

/** The first of many names, for a message. */
export function list(names: readonly string[], most = 20): string {
  const more = names.length - most;
  const shown = names.slice(0, most).map(name => brief(name) || '(no name)');
  return shown.join(', ') + (more > 0 ? ` and ${more} more` : '');
}
