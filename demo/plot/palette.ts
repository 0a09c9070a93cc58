/** Colours of components that people with any colour vision can tell apart: Okabe & Ito's hues, then their shades. */
export type Rgb = readonly [red: number, green: number, blue: number];

const HUES: Rgb[] = [
  [0, 114, 178], // blue
  [213, 94, 0], // vermilion
  [0, 158, 115], // bluish green
  [204, 121, 167], // reddish purple
  [230, 159, 0], // orange
  [86, 180, 233], // sky blue
  [190, 172, 30], // yellow, darkened: the original cannot be seen on white
];

/** How far each round of the hues moves towards black (negative) or white. */
const SHADES = [0, -0.42, 0.42];
const SHADES_ON_DARK = [0.16, -0.3, 0.55];

/** Component k's colour. After 7 components hues repeat in another shade, after 21 everything does. */
export function componentColour(k: number, dark: boolean): Rgb {
  const hue = HUES[k % HUES.length];
  const shades = dark ? SHADES_ON_DARK : SHADES;
  const shade = shades[Math.floor(k / HUES.length) % shades.length];
  const towards = shade < 0 ? 0 : 255;
  return hue.map(c => Math.round(c + Math.abs(shade) * (towards - c))) as unknown as Rgb;
}

export const css = ([red, green, blue]: Rgb, alpha = 1) => `rgb(${red} ${green} ${blue} / ${alpha})`;

/**
 * Each row's colour: the components' colours mixed by its responsibilities, in linear light.
 *
 * @param responsibilities [n, K]
 * @returns [n, 3]
 */
export function mixColours(responsibilities: Float64Array, colours: readonly Rgb[]): Uint8ClampedArray {
  const k = colours.length;
  const linear = Float64Array.from(colours.flat(), c => (c / 255) ** 2);
  const mixed = new Uint8ClampedArray((responsibilities.length / k) * 3);
  for (let at = 0, pixel = 0; at < responsibilities.length; at += k, pixel += 3) {
    let [red, green, blue] = [0, 0, 0];
    for (let c = 0; c < k; c++) {
      const share = responsibilities[at + c];
      red += share * linear[3 * c];
      green += share * linear[3 * c + 1];
      blue += share * linear[3 * c + 2];
    }
    mixed[pixel] = 255 * Math.sqrt(red);
    mixed[pixel + 1] = 255 * Math.sqrt(green);
    mixed[pixel + 2] = 255 * Math.sqrt(blue);
  }
  return mixed;
}
