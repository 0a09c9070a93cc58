/** The little of SVG that the chart needs. */

export interface TextStyle {
  readonly size?: number;
  readonly weight?: number;
  readonly anchor?: 'start' | 'middle' | 'end';
  readonly fill?: string;
}

export function text(
  x: number,
  y: number,
  content: string,
  { size, weight, anchor, fill }: TextStyle = {},
): string {
  const style = attributes({ 'font-size': size, 'font-weight': weight, 'text-anchor': anchor, fill });
  return `<text${attributes({ x, y })}${style}>${escapeXml(content)}</text>`;
}

export const rect = (x: number, y: number, width: number, height: number, fill: string, rx = 0): string =>
  `<rect${attributes({ x, y, width, height, fill, rx })}/>`;

export const line = (x1: number, y1: number, x2: number, y2: number, stroke: string): string =>
  `<line${attributes({ x1, y1, x2, y2, stroke })}/>`;

export function svg(width: number, height: number, font: string, parts: readonly string[]): string {
  const size = attributes({ viewBox: `0 0 ${width} ${height}`, width, height });
  return `<svg xmlns="http://www.w3.org/2000/svg"${size}${attributes({ 'font-family': font })}>\n${parts.join('\n')}\n</svg>\n`;
}

function attributes(values: Record<string, string | number | undefined>): string {
  return Object.entries(values)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}="${escapeXml(typeof value === 'number' ? round(value) : `${value}`)}"`)
    .join('');
}

const round = (value: number) => String(Math.round(value * 10) / 10);

const escapeXml = (content: string) =>
  content.replace(/[&<>"]/g, character => `&#${character.charCodeAt(0)};`);
